/*
 * drive_console.c - a stand-in for the supervisor: makes a board, starts a
 * real sentinel-console on it, and plays with the board as it is told.
 *
 *     drive_console CONSOLE RUN_DIR [--instances N] [--listen ADDRESS]
 *                   [--no-zookeeper] [--not-ready] [--torn]
 *
 * Prints one line of JSON with the console's port, socket and pid. Then it
 * reads commands from standard input, a line each, answering "done":
 *
 *     silent       stop the supervisor's heartbeat     beat   go on
 *     tear         leave every record half written     heal   end that
 *     churn        start and end tasks all the time    calm   end that
 *     expire       let every lease run out long ago
 *     nonsense     send the console a frame of garbage
 *     part         tell the console to part
 *     events N     N more changes of cache-0's state
 *     done, missing, refused, failed
 *                  answer orders so from now on, at once
 *     hold         answer none; `answer` answers the last one that came
 *
 * At the end of input, the channel is closed and the console's wait status
 * printed.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "../unit/sample_board.h"
#include "base/clock.h"
#include "base/parse.h"
#include "console_child.h"
#include "model/board_layout.h"
#include "wire/frame.h"

#define BEAT_MS 200
#define GENERATION 1

struct driver {
    struct sample sample;
    struct console_child console;
    uint32_t instances;
    bool has_zookeeper;
    bool is_ready;
    bool is_silent;
    bool is_churning;
    bool is_torn;
    bool starts_torn; /* before the console has read anything */
    uint8_t input[2 * FRAME_BYTES_MOST]; /* of the channel, not yet whole */
    size_t input_length;
    bool is_alone; /* the console has closed its end */
    bool holds_orders;
    enum order_outcome outcome; /* of the others */
    struct message_order order; /* the last one that came */
};

/* --- what the supervisor would do ------------------------------------- */

static void store_agent(struct driver *driver)
{
    if (!driver->is_torn) {
        board_store_agent(driver->sample.board, &driver->sample.agent);
    }
}

static void store_instances(struct driver *driver, bool is_expired)
{
    for (uint32_t i = 0; i < driver->instances && !driver->is_torn; i++) {
        struct instance instance;
        driver->sample.now_ms = clock_monotonic_ms();
        sample_instance(&driver->sample, i, &instance);
        if (is_expired) {
            instance.claim.earned_ms = 1;
            instance.outcome_ms = 1;
        }
        board_store_instance(driver->sample.board, i, NULL, &instance);
    }
}

static void beat(struct driver *driver)
{
    if (!driver->is_silent) {
        driver->sample.agent.heartbeat_ms = clock_monotonic_ms();
        store_agent(driver);
    }
}

/* A task begins, one ends: the table is stored at each. */
static void churn(struct driver *driver)
{
    struct tasks *tasks = driver->sample.tasks;
    for (int i = 0; i < 100 && driver->is_churning && !driver->is_torn; i++) {
        const struct task probe = {.kind = TASK_PROBE,
                                   .instance = 0,
                                   .started_ms = clock_monotonic_ms(),
                                   .step = STEP_CONNECT};
        uint64_t id = tasks_start(tasks, &probe);
        board_store_tasks(driver->sample.board, tasks);
        if (i % 3 == 0) {
            (void)tasks_reap(tasks, id);
        } else {
            (void)tasks_finish(tasks, id);
        }
        board_store_tasks(driver->sample.board, tasks);
    }
}

static void for_each_record(struct driver *driver,
                            void (*act)(struct seqlock *lock))
{
    const struct board *board = driver->sample.board;
    act(board_record(board, AREA_AGENT, 0));
    act(board_record(board, AREA_ZOOKEEPER, 0));
    act(board_record(board, AREA_TASKS, 0));
    for (uint32_t i = 0; i < BOARD_SERVICES_MOST; i++) {
        act(board_record(board, AREA_SERVICES, i));
    }
    for (uint32_t i = 0; i < driver->instances; i++) {
        act(board_record(board, AREA_INSTANCES, i));
    }
}

static void tear(struct driver *driver, bool is_torn)
{
    if (driver->is_torn != is_torn) {
        for_each_record(driver, is_torn ? seqlock_begin : seqlock_end);
        driver->is_torn = is_torn;
    }
}

static void change_state(struct driver *driver)
{
    struct board_agent *agent = &driver->sample.agent;
    struct event event = {.wall_ms = clock_wall_ms(),
                          .before = STATE_UP,
                          .state = STATE_DOWN,
                          .reason = REASON_REFUSED,
                          .role = ROLE_MASTER,
                          .name = "cache-0",
                          .detail = "<b>\"gone\"</b>"};
    event.id = agent->last_event == 0 ? SAMPLE_WALL_MS : agent->last_event + 1;
    board_store_event(driver->sample.board, &event);
    agent->last_event = event.id;
    store_agent(driver);
}

static void change_states(struct driver *driver, const char *times)
{
    uint64_t count = 0;
    (void)parse_u64(times, 1, UINT32_MAX, &count); /* else none */
    for (uint64_t i = 0; i < count; i++) {
        change_state(driver);
    }
}

/* --- orders ----------------------------------------------------------- */

static void tell(struct driver *driver, const struct message *message)
{
    uint8_t bytes[FRAME_BYTES_MOST];
    size_t length = 0;
    if (frame_encode(message, GENERATION, bytes, sizeof bytes, &length) != 0 ||
        write(driver->console.channel, bytes, length) != (ssize_t)length) {
        fail("tell");
    }
}

/* What came is said again, so that a test sees it. */
static void answer_order(struct driver *driver)
{
    const struct message_order *order = &driver->order;
    struct message answer = {
        .kind = MESSAGE_ORDERED,
        .ordered = {.id = order->id, .outcome = driver->outcome}};
    (void)text_format(answer.ordered.text, sizeof answer.ordered.text,
                      "%s %s by %s: %s", order_verb_name(order->verb),
                      order->name, order->operator_name, order->reason);
    tell(driver, &answer);
}

static void take_frames(struct driver *driver)
{
    struct message message;
    size_t used = 0;
    while (frame_decode(FROM_CONSOLE, GENERATION, driver->input,
                        driver->input_length, &message, &used) == 0) {
        driver->input_length -= used;
        memmove(driver->input, driver->input + used, driver->input_length);
        if (message.kind != MESSAGE_ORDER) {
            continue;
        }
        driver->order = message.order;
        if (!driver->holds_orders) {
            answer_order(driver);
        }
    }
}

/* What the console says. Unread it would make the channel's end a reset. */
static void hear_console(struct driver *driver)
{
    ssize_t length = 1;
    while (length > 0) {
        length =
            recv(driver->console.channel, driver->input + driver->input_length,
                 sizeof driver->input - driver->input_length, MSG_DONTWAIT);
        driver->input_length += length > 0 ? (size_t)length : 0;
        driver->is_alone = length == 0;
        take_frames(driver);
    }
}

static bool set_outcome(struct driver *driver, const char *command)
{
    static const char *const words[] = {"done", "missing", "refused", "failed"};
    for (int i = 0; i < ORDER_OUTCOME_COUNT; i++) {
        if (strcmp(command, words[i]) == 0) {
            driver->outcome = (enum order_outcome)i;
            driver->holds_orders = false;
            return true;
        }
    }
    return false;
}

/* --- commands --------------------------------------------------------- */

static void obey(struct driver *driver, const char *command)
{
    static const char nonsense[] = "this is no frame at all, not by far";
    if (strcmp(command, "silent") == 0 || strcmp(command, "beat") == 0) {
        driver->is_silent = command[0] == 's';
    } else if (strcmp(command, "tear") == 0 || strcmp(command, "heal") == 0) {
        tear(driver, command[0] == 't');
    } else if (strcmp(command, "churn") == 0 || strcmp(command, "calm") == 0) {
        driver->is_churning = command[1] == 'h';
    } else if (strcmp(command, "expire") == 0) {
        store_instances(driver, true);
    } else if (strcmp(command, "nonsense") == 0) {
        (void)!write(driver->console.channel, nonsense, sizeof nonsense);
    } else if (strncmp(command, "events ", strlen("events ")) == 0) {
        change_states(driver, command + strlen("events "));
    } else if (strcmp(command, "part") == 0) {
        tell(driver, &(struct message){.kind = MESSAGE_PART});
    } else if (strcmp(command, "hold") == 0) {
        driver->holds_orders = true;
    } else if (strcmp(command, "answer") == 0) {
        answer_order(driver);
    } else if (!set_outcome(driver, command)) {
        (void)printf("not known: %s\n", command);
        return;
    }
    (void)printf("done\n");
}

/* One line of standard input. False at its end. */
static bool read_command(struct driver *driver)
{
    char line[64];
    if (fgets(line, sizeof line, stdin) == NULL) {
        return false;
    }
    line[strcspn(line, "\n")] = '\0';
    obey(driver, line);
    (void)fflush(stdout);
    return true;
}

static void drive(struct driver *driver)
{
    bool is_open = true;
    while (is_open) {
        struct pollfd inputs[] = {
            {.fd = STDIN_FILENO, .events = POLLIN},
            {.fd = driver->is_alone ? -1 : driver->console.channel,
             .events = POLLIN},
        };
        int count = poll(inputs, 2, driver->is_churning ? 0 : BEAT_MS);
        if (count < 0 && errno != EINTR) {
            fail("poll");
        }
        beat(driver);
        churn(driver);
        hear_console(driver);
        is_open = count <= 0 || inputs[0].revents == 0 || read_command(driver);
    }
}

/* --- arguments -------------------------------------------------------- */

static void take_arguments(struct driver *driver, int argc, char **argv)
{
    uint64_t number = 0;
    driver->console.program = argv[1];
    driver->console.run_dir = argv[2];
    for (int i = 3; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--no-zookeeper") == 0) {
            driver->has_zookeeper = false;
        } else if (strcmp(argv[i], "--not-ready") == 0) {
            driver->is_ready = false;
        } else if (strcmp(argv[i], "--torn") == 0) {
            driver->starts_torn = true;
        } else if (strcmp(argv[i], "--instances") == 0 &&
                   parse_u64(value, 0, SETTINGS_INSTANCES_MOST, &number) == 0) {
            driver->instances = (uint32_t)number;
            i++;
        } else if (strcmp(argv[i], "--listen") == 0) {
            driver->console.listen = value;
            i++;
        } else {
            (void)fprintf(stderr, "drive_console: %s?\n", argv[i]);
            _exit(64);
        }
    }
}

int main(int argc, char **argv)
{
    static struct driver driver = {.instances = 5,
                                   .console = {.listen = "127.0.0.1:0"},
                                   .has_zookeeper = true,
                                   .is_ready = true};
    if (argc < 3) {
        (void)fprintf(stderr, "usage: drive_console CONSOLE RUN_DIR ...\n");
        return 64;
    }
    take_arguments(&driver, argc, argv);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)setvbuf(stdin, NULL, _IONBF, 0);
    sample_create(&driver.sample, driver.instances, clock_monotonic_ms());
    driver.sample.agent.has_zookeeper = driver.has_zookeeper;
    driver.sample.agent.is_ready = driver.is_ready;
    beat(&driver);
    tear(&driver, driver.starts_torn);
    console_child_start(&driver.console, driver.sample.board);
    console_child_await_hello(&driver.console);
    (void)printf("{\"port\":%u,\"socket\":\"%s\",\"pid\":%d}\n",
                 driver.console.port, driver.console.socket_path,
                 (int)driver.console.pid);
    (void)fflush(stdout);
    drive(&driver);
    (void)printf("status %d\n", console_child_end(&driver.console));
    sample_destroy(&driver.sample);
    return 0;
}
