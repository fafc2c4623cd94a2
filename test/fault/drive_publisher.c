/*
 * drive_publisher.c - plays the supervisor to one sentinel-publisher.
 *
 *     drive_publisher PROGRAM RUN_DIR SERVERS SESSION_MS STATE_PATH
 *                     INSTANCES HEARTBEAT_MS AGENT_ID
 *
 * Makes a board, starts the program with the descriptors of a helper, sends
 * it its settings on hello, and prints what it says and how it ends as one
 * JSON object a line. Commands are lines on standard input:
 *
 *     claim I STATE   instance I's claim changes; look      look
 *     verdict I TEXT  the same state with another detail; look
 *     first I STATE SINCE   a first claim (since_is_first); look
 *     feed / starve   claims are earned anew each 50 ms / no longer
 *     start           starts the program (again), as its next generation
 *     settings        sends the settings once more
 *     withdraw        garbage (bytes that are no frame)     hangup
 *     quit
 *
 * Times of a claim are those of this process; the lease is LEASE_MS.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/parse.h"
#include "base/text.h"
#include "model/board.h"
#include "wire/channel.h"
#include "wire/progress.h"

#define LEASE_MS 1500
#define FEED_MS 50
#define INSTANCES_MOST 4096
#define LINE_BYTES 512
#define HIGH_FD 20

struct driver {
    uv_loop_t loop;
    uv_pipe_t input;
    uv_signal_t child_signal;
    uv_timer_t feeder;
    struct channel *channel; /* NULL: none */
    struct board *board;
    struct board_agent agent;
    struct instance *instances;
    const char *program;
    const char *servers;
    uint32_t session_ms;
    uint32_t generation;
    pid_t pid;
    bool is_feeding;
    char line[LINE_BYTES];
    size_t line_length;
};

static void fail(const char *what)
{
    perror(what);
    exit(2);
}

/* Texts here are printable and free of quotes but for details. */
static void print_message(const struct message *message)
{
    printf("{\"event\":\"%s\"", message_name(message->kind));
    if (message->kind == MESSAGE_SESSION) {
        const struct message_session *session = &message->session;
        printf(",\"state\":\"%s\",\"session_id\":%" PRIu64
               ",\"negotiated_ms\":%" PRIu32 ",\"sessions\":%" PRIu64
               ",\"writes\":%" PRIu64 ",\"transactions\":%" PRIu64
               ",\"failures\":%" PRIu64 ",\"server\":\"%s\"",
               zookeeper_state_name(session->state), session->session_id,
               session->negotiated_ms, session->sessions, session->writes,
               session->transactions, session->failures, session->server);
    } else if (message->kind == MESSAGE_PUBLISHED) {
        const struct message_published *published = &message->published;
        printf(",\"instance\":%" PRIu32 ",\"claim_version\":%" PRIu64
               ",\"since\":%" PRIu64 ",\"czxid\":%" PRIu64
               ",\"node_version\":%" PRId32,
               published->instance, published->claim_version,
               published->since_wall_ms, published->czxid,
               published->node_version);
    } else if (message->kind == MESSAGE_ALARM) {
        const struct message_alarm *alarm = &message->alarm;
        printf(",\"is_raised\":%s,\"what\":\"%s\",\"path\":\"%s\","
               "\"detail\":\"%s\"",
               alarm->is_raised ? "true" : "false", alarm->what, alarm->path,
               alarm->detail);
    }
    printf("}\n");
}

static void store(struct driver *driver, uint32_t index)
{
    board_store_instance(driver->board, index, NULL, &driver->instances[index]);
}

static void send_kind(struct driver *driver, enum message_kind kind)
{
    struct message message = {.kind = kind};
    if (kind == MESSAGE_PUBLISH_SETTINGS) {
        message.publish_settings.session_timeout_ms = driver->session_ms;
        (void)text_copy(message.publish_settings.servers,
                        sizeof message.publish_settings.servers,
                        driver->servers);
        (void)text_copy(message.publish_settings.run_dir,
                        sizeof message.publish_settings.run_dir,
                        driver->agent.run_dir);
    }
    if (driver->channel != NULL) {
        (void)channel_send(driver->channel, &message); /* may be dead */
        (void)channel_flush(driver->channel);
    }
}

static void handle_closed(struct channel *channel)
{
    free(channel);
}

static void hang_up(struct driver *driver)
{
    if (driver->channel != NULL) {
        channel_close(driver->channel, handle_closed);
        driver->channel = NULL;
    }
}

static void handle_message(struct channel *channel,
                           const struct message *message)
{
    struct driver *driver = channel->owner;
    print_message(message);
    if (message->kind == MESSAGE_PUBLISHER_HELLO) {
        send_kind(driver, MESSAGE_PUBLISH_SETTINGS);
    }
}

static void handle_end(struct channel *channel, int status)
{
    struct driver *driver = channel->owner;
    printf("{\"event\":\"end\",\"status\":%d}\n", status);
    if (driver->channel == channel) {
        hang_up(driver);
    }
}

static void exec_publisher(struct driver *driver, int channel_fd)
{
    char generation[16];
    (void)text_format(generation, sizeof generation, "%u", driver->generation);
    int board_fd = fcntl(board_reader_fd(driver->board), F_DUPFD, HIGH_FD);
    channel_fd = fcntl(channel_fd, F_DUPFD, HIGH_FD);
    if (dup2(channel_fd, HELPER_FD_CHANNEL) < 0 ||
        dup2(board_fd, HELPER_FD_SHARED) < 0) {
        _exit(126);
    }
    (void)close(channel_fd);
    (void)close(board_fd);
    char *arguments[] = {strdup(driver->program), strdup("--generation"),
                         generation, NULL};
    execv(driver->program, arguments);
    _exit(127);
}

static void start(struct driver *driver)
{
    int ends[2];
    hang_up(driver);
    driver->generation++;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        fail("socketpair");
    }
    driver->pid = fork();
    if (driver->pid < 0) {
        fail("fork");
    }
    if (driver->pid == 0) {
        exec_publisher(driver, ends[1]);
    }
    (void)close(ends[1]);
    driver->channel = calloc(1, sizeof *driver->channel);
    if (driver->channel == NULL ||
        channel_start(driver->channel, &driver->loop, ends[0], FROM_PUBLISHER,
                      driver->generation, handle_message, handle_end,
                      driver) != 0) {
        fail("channel_start");
    }
    printf("{\"event\":\"started\",\"pid\":%d}\n", (int)driver->pid);
}

/* As the supervisor's board has it, for the successor to read. */
static void note_end(struct driver *driver, int status)
{
    board_store_service(
        driver->board, 1,
        &(struct board_service){.kind = SERVICE_PUBLISHER,
                                .generation = driver->generation,
                                .last_exit_status = status});
}

static void handle_child(uv_signal_t *handle, int number)
{
    struct driver *driver = handle->data;
    (void)number;
    int status = 0;
    pid_t pid = waitpid(-1, &status, WNOHANG);
    while (pid > 0) {
        note_end(driver, status);
        printf("{\"event\":\"exit\",\"pid\":%d,\"code\":%d,\"signal\":%d}\n",
               (int)pid, WIFEXITED(status) ? WEXITSTATUS(status) : -1,
               WIFSIGNALED(status) ? WTERMSIG(status) : 0);
        pid = waitpid(-1, &status, WNOHANG);
    }
}

static void handle_feeder(uv_timer_t *timer)
{
    struct driver *driver = timer->data;
    for (uint32_t i = 0; driver->is_feeding && i < driver->agent.instance_count;
         i++) {
        driver->instances[i].claim.earned_ms = clock_monotonic_ms();
        store(driver, i);
    }
}

static void set_claim(struct driver *driver, uint32_t index, const char *state)
{
    struct claim *claim = &driver->instances[index].claim;
    struct verdict *verdict = &claim->verdict;
    enum state before = verdict->state;
    verdict->state = state_find(state);
    bool is_up = verdict->state == STATE_UP;
    verdict->reason = is_up ? REASON_MASTER : REASON_REFUSED;
    verdict->readable = is_up ? ABILITY_YES : ABILITY_NO;
    verdict->writable = verdict->readable;
    verdict->role = is_up ? ROLE_MASTER : ROLE_UNKNOWN;
    verdict->conditions = is_up ? 0 : 1u << REASON_REFUSED;
    claim->version++;
    claim->earned_ms = clock_monotonic_ms();
    claim->lease_ms = LEASE_MS;
    claim->since_is_first = false;
    if (before != verdict->state) {
        claim->since_wall_ms = clock_wall_ms();
    }
}

static void take_claim(struct driver *driver, const char *kind, uint32_t index,
                       const char *text, uint64_t since_wall_ms)
{
    struct claim *claim = &driver->instances[index].claim;
    if (strcmp(kind, "verdict") == 0) {
        claim->version++;
        (void)text_copy(claim->verdict.detail, sizeof claim->verdict.detail,
                        text);
    } else {
        set_claim(driver, index, text);
    }
    if (strcmp(kind, "first") == 0) {
        claim->since_is_first = true;
        claim->since_wall_ms = since_wall_ms;
    }
    store(driver, index);
    send_kind(driver, MESSAGE_LOOK);
}

static void send_garbage(struct driver *driver)
{
    static const char garbage[] = "this is no frame at all, not at all";
    uv_os_fd_t fd;
    if (driver->channel != NULL &&
        uv_fileno((uv_handle_t *)&driver->channel->pipe, &fd) == 0) {
        (void)!write(fd, garbage, sizeof garbage);
    }
}

static void take_word(struct driver *driver, const char *word)
{
    if (strcmp(word, "look") == 0) {
        send_kind(driver, MESSAGE_LOOK);
    } else if (strcmp(word, "feed") == 0 || strcmp(word, "starve") == 0) {
        driver->is_feeding = word[0] == 'f';
    } else if (strcmp(word, "start") == 0) {
        start(driver);
    } else if (strcmp(word, "settings") == 0) {
        send_kind(driver, MESSAGE_PUBLISH_SETTINGS);
    } else if (strcmp(word, "withdraw") == 0) {
        send_kind(driver, MESSAGE_WITHDRAW);
    } else if (strcmp(word, "garbage") == 0) {
        send_garbage(driver);
    } else if (strcmp(word, "hangup") == 0) {
        hang_up(driver);
    } else if (strcmp(word, "quit") == 0) {
        exit(0);
    } else {
        printf("{\"event\":\"not understood\"}\n");
    }
}

static void take_line(struct driver *driver, const char *line)
{
    char kind[16] = "";
    char number[16] = "";
    char text[LINE_BYTES] = "";
    char since[32] = "";
    uint64_t index = 0;
    uint64_t since_wall_ms = 0;
    (void)sscanf(line, "%15s %15s %511s %31s", kind, number, text, since);
    (void)parse_u64(since, 0, UINT64_MAX, &since_wall_ms); /* optional */
    if (text[0] != '\0' &&
        parse_u64(number, 0, driver->agent.instance_count - 1, &index) == 0) {
        take_claim(driver, kind, (uint32_t)index, text, since_wall_ms);
    } else {
        take_word(driver, kind);
    }
}

static void handle_alloc(uv_handle_t *handle, size_t suggested,
                         uv_buf_t *buffer)
{
    (void)suggested;
    struct driver *driver = handle->data;
    *buffer =
        uv_buf_init(driver->line + driver->line_length,
                    (unsigned)(sizeof driver->line - 1 - driver->line_length));
}

static void handle_input(uv_stream_t *stream, ssize_t count,
                         const uv_buf_t *buffer)
{
    (void)buffer;
    struct driver *driver = stream->data;
    if (count < 0) {
        exit(0);
    }
    driver->line_length += (size_t)count;
    driver->line[driver->line_length] = '\0';
    char *end = strchr(driver->line, '\n');
    while (end != NULL) {
        *end = '\0';
        take_line(driver, driver->line);
        driver->line_length -= (size_t)(end + 1 - driver->line);
        memmove(driver->line, end + 1, driver->line_length + 1);
        end = strchr(driver->line, '\n');
    }
}

static void make_board(struct driver *driver, uint32_t count)
{
    char boot[BOARD_BOOT_BYTES] = "00000000-0000-0000-0000-000000000000";
    if (board_create(driver->agent.run_dir, boot, count,
                     count * BOARD_SETTINGS_MOST, &driver->board) != 0) {
        fail("board_create");
    }
    struct board_agent *agent = &driver->agent;
    (void)text_copy(agent->version, sizeof agent->version, VERSION);
    (void)text_copy(agent->cluster, sizeof agent->cluster, "test");
    (void)text_copy(agent->host, sizeof agent->host, "host1");
    agent->started_ms = clock_monotonic_ms();
    agent->started_wall_ms = clock_wall_ms();
    agent->instance_count = count;
    agent->has_zookeeper = true;
    board_store_agent(driver->board, agent);
    for (uint32_t i = 0; i < count; i++) {
        struct board_settings settings = {
            .interval_ms = 500, .timeout_ms = 100, .fall = 2, .rise = 1};
        (void)text_format(settings.name, sizeof settings.name, "redis-%u", i);
        const char *why = "";
        char text[32];
        (void)text_format(text, sizeof text, "10.0.0.7:%u", 6379 + i);
        if (address_parse(text, false, &settings.addr, &why) != 0) {
            fail(why);
        }
        board_store_instance(driver->board, i, &settings,
                             &driver->instances[i]);
    }
}

int main(int argc, char **argv)
{
    static struct driver driver;
    if (argc != 9) {
        fprintf(stderr, "drive_publisher: see the head of its source\n");
        return 64;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    driver.program = argv[1];
    driver.servers = argv[3];
    driver.session_ms = (uint32_t)strtoul(argv[4], NULL, 10);
    driver.agent.publish_heartbeat_ms = strtoull(argv[7], NULL, 10);
    (void)text_copy(driver.agent.run_dir, sizeof driver.agent.run_dir, argv[2]);
    (void)text_copy(driver.agent.state_path, sizeof driver.agent.state_path,
                    argv[5]);
    (void)text_copy(driver.agent.id, sizeof driver.agent.id, argv[8]);
    driver.instances = calloc(INSTANCES_MOST, sizeof *driver.instances);
    driver.is_feeding = true;
    if (driver.instances == NULL || uv_loop_init(&driver.loop) != 0) {
        fail("start");
    }
    make_board(&driver, (uint32_t)strtoul(argv[6], NULL, 10));
    driver.input.data = &driver;
    driver.feeder.data = &driver;
    (void)uv_pipe_init(&driver.loop, &driver.input, 0);
    (void)uv_pipe_open(&driver.input, STDIN_FILENO);
    driver.input.data = &driver;
    (void)uv_read_start((uv_stream_t *)&driver.input, handle_alloc,
                        handle_input);
    (void)uv_timer_init(&driver.loop, &driver.feeder);
    driver.feeder.data = &driver;
    (void)uv_timer_start(&driver.feeder, handle_feeder, FEED_MS, FEED_MS);
    (void)uv_signal_init(&driver.loop, &driver.child_signal);
    driver.child_signal.data = &driver;
    (void)uv_signal_start(&driver.child_signal, handle_child, SIGCHLD);
    return uv_run(&driver.loop, UV_RUN_DEFAULT);
}
