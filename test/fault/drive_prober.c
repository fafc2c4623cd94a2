/*
 * drive_prober.c - plays the supervisor for one sentinel-prober.
 *
 *     drive_prober [options] ADDRESS...
 *
 * Starts the prober as the supervisor would, sends a probe for every address,
 * prints each result as a line of JSON, the last line saying how the prober
 * ended and what it cost. Exits with the prober's exit code, 99 if it died of
 * a signal, 98 if results were missing, 64 for wrong usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/text.h"
#include "driver_options.h"
#include "wire/channel.h"
#include "wire/progress.h"

#define GENERATION 7
#define EXIT_DIED 99
#define EXIT_MISSING 98
#define ADDRESSES_MOST 600
#define FIRST_TASK 1000

struct driver {
    struct driver_options options;
    uv_loop_t loop;
    struct channel channel;
    uv_timer_t timer; /* the gap between rounds */
    struct progress *progress;
    char **addresses;
    uint32_t count;
    uint64_t round;
    uint64_t results; /* of all rounds */
    uint64_t round_results;
    uint64_t started_ms; /* the round */
    uint64_t states[STATE_COUNT];
    pid_t pid;
};

static void give_up(const char *what)
{
    perror(what);
    exit(1);
}

/* --- the prober, as a child -------------------------------------------- */

static void exec_prober(const struct driver_options *options, int channel,
                        int page)
{
    /* Both are above 4, so neither dup2 meets the other's source. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (dup2(channel, HELPER_FD_CHANNEL) < 0 ||
        dup2(page, HELPER_FD_SHARED) < 0) {
        _exit(1);
    }
    execl(options->prober, "sentinel-prober", "--generation", "7",
          (char *)NULL);
    perror(options->prober);
    _exit(1);
}

/* A copy of the descriptor out of the way of 3 and 4, closed on exec. */
static int move_up(int fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 10);
    if (copy < 0) {
        give_up("fcntl");
    }
    (void)close(fd); /* the copy serves */
    return copy;
}

static void start_prober(struct driver *driver, int *channel)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        give_up("socketpair");
    }
    int page = progress_create(&driver->progress);
    if (page < 0) {
        errno = -page;
        give_up("progress_create");
    }
    page = move_up(page);
    int mine = move_up(pair[0]);
    int theirs = move_up(pair[1]);
    driver->pid = fork();
    if (driver->pid < 0) {
        give_up("fork");
    }
    if (driver->pid == 0) {
        exec_prober(&driver->options, theirs, page);
    }
    (void)close(theirs); /* the child has them */
    (void)close(page);
    *channel = mine;
}

/* --- results ----------------------------------------------------------- */

static void set_text(json_t *object, const char *key, const char *text)
{
    if (json_object_set_new(object, key, json_string(text)) != 0) {
        (void)fprintf(stderr, "not printable: %s\n", key);
    }
}

static void set_number(json_t *object, const char *key, uint64_t number)
{
    (void)json_object_set_new(object, key, json_integer((json_int_t)number));
}

static json_t *conditions_of(const struct verdict *verdict)
{
    json_t *list = json_array();
    for (int i = 0; i < REASON_COUNT; i++) {
        if ((verdict->conditions & (1U << i)) != 0) {
            (void)json_array_append_new(
                list, json_string(reason_name((enum reason)i)));
        }
    }
    return list;
}

static json_t *stages_of(const struct result *result)
{
    json_t *stages = json_object();
    for (int i = 0; i < STEP_COUNT; i++) {
        if (result->stage_us[i] != 0) { /* 0: it did not happen */
            set_number(stages, step_name((enum step)i), result->stage_us[i]);
        }
    }
    return stages;
}

static json_t *facts_of(const struct facts *facts)
{
    json_t *list = json_object();
    for (int i = 0; i < FACT_COUNT; i++) {
        if (facts->values[i] != FACT_UNKNOWN) {
            set_number(list, fact_key((enum fact)i),
                       (uint64_t)facts->values[i]);
        }
    }
    return list;
}

static void print_line(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
    if (text != NULL) {
        (void)puts(text);
        free(text);
    }
    (void)fflush(stdout);
    json_decref(object);
}

static void print_result(const struct driver *driver,
                         const struct result *result)
{
    const struct verdict *verdict = &result->verdict;
    json_t *object = json_object();
    uint64_t index = (result->task - FIRST_TASK) % driver->count;
    set_text(object, "addr", driver->addresses[index]);
    set_number(object, "task", result->task);
    set_number(object, "round", driver->round);
    set_number(object, "ms", clock_monotonic_ms() - driver->started_ms);
    set_text(object, "state", state_name(verdict->state));
    set_text(object, "reason", reason_name(verdict->reason));
    set_text(object, "readable", ability_name(verdict->readable));
    set_text(object, "writable", ability_name(verdict->writable));
    set_text(object, "role", role_name(verdict->role));
    set_text(object, "detail", verdict->detail);
    set_text(object, "run_id", verdict->run_id);
    set_text(object, "version", verdict->version);
    set_text(object, "master", verdict->master);
    set_number(object, "redis_pid", result->facts.pid);
    set_number(object, "start_ticks", result->facts.start_ticks);
    set_text(object, "mode", mode_name(result->facts.mode));
    (void)json_object_set_new(object, "facts", facts_of(&result->facts));
    (void)json_object_set_new(object, "conditions", conditions_of(verdict));
    (void)json_object_set_new(object, "is_deep", json_boolean(result->is_deep));
    (void)json_object_set_new(object, "has_facts",
                              json_boolean(result->has_facts));
    (void)json_object_set_new(object, "certain",
                              json_boolean(verdict_is_certain(verdict)));
    (void)json_object_set_new(object, "stage_us", stages_of(result));
    print_line(object);
}

/* --- rounds ------------------------------------------------------------ */

static void send_retire(struct driver *driver)
{
    const struct message retire = {.kind = MESSAGE_RETIRE};
    (void)channel_send(&driver->channel, &retire); /* an end is seen by exit */
    (void)channel_flush(&driver->channel);
}

static void start_round(struct driver *driver)
{
    driver->started_ms = clock_monotonic_ms();
    driver->round_results = 0;
    for (uint32_t i = 0; i < driver->count; i++) {
        struct message message = {
            .kind = MESSAGE_PROBE,
            .probe = driver->options.order,
        };
        message.probe.task = FIRST_TASK;
        if (!driver->options.same_task) {
            message.probe.task += driver->round * driver->count + i;
        }
        (void)text_copy(message.probe.addr, sizeof(message.probe.addr),
                        driver->addresses[i]); /* else it will not parse */
        if (channel_send(&driver->channel, &message) != 0) {
            (void)fprintf(stderr, "the channel is full\n");
        }
    }
    (void)channel_flush(&driver->channel); /* a failure ends the channel */
    if (driver->options.retire_early &&
        driver->round + 1 == driver->options.repeat) {
        send_retire(driver);
    }
}

static void handle_gap_over(uv_timer_t *timer)
{
    start_round(timer->data);
}

/* Blocks: there is nothing else to do. */
static void wait_for_end_of_input(void)
{
    char bytes[64];
    while (read(STDIN_FILENO, bytes, sizeof(bytes)) > 0) {
    }
}

static void end_probing(struct driver *driver)
{
    if (driver->options.wait_at_end) {
        wait_for_end_of_input();
    }
    if (driver->options.no_retire) {
        channel_close(&driver->channel, NULL);
    } else if (!driver->options.retire_early) {
        send_retire(driver);
    }
}

static void on_message(struct channel *channel, const struct message *message)
{
    struct driver *driver = channel->owner;
    if (message->kind == MESSAGE_PROBER_HELLO) {
        start_round(driver);
        return;
    }
    if (message->kind == MESSAGE_PROBER_VITALS) {
        return; /* of a life longer than a second */
    }
    driver->results++;
    driver->round_results++;
    driver->states[message->result.verdict.state]++;
    if (!driver->options.is_quiet) {
        print_result(driver, &message->result);
    }
    if (driver->round_results < driver->count) {
        return;
    }
    driver->round++;
    if (driver->round < driver->options.repeat) {
        (void)uv_timer_start(&driver->timer, handle_gap_over,
                             driver->options.gap_ms, 0); /* cannot fail */
    } else {
        end_probing(driver);
    }
}

static void on_end(struct channel *channel, int status)
{
    if (status != 0) {
        (void)fprintf(stderr, "channel: %s\n", uv_strerror(status));
    }
    channel_close(channel, NULL);
}

/* --- the end ----------------------------------------------------------- */

static int print_end(const struct driver *driver)
{
    int status = 0;
    struct rusage usage;
    if (wait4(driver->pid, &status, 0, &usage) != driver->pid) {
        give_up("wait4");
    }
    uint64_t cpu_us =
        (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
        (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    json_t *object = json_object();
    json_t *states = json_object();
    for (int i = 0; i < STATE_COUNT; i++) {
        if (driver->states[i] != 0) {
            set_number(states, state_name((enum state)i), driver->states[i]);
        }
    }
    (void)json_object_set_new(object, "states", states);
    set_number(object, "results", driver->results);
    set_number(object, "turns", atomic_load(&driver->progress->turns));
    set_number(object, "inside", atomic_load(&driver->progress->inside));
    set_number(object, "cpu_us", cpu_us);
    set_number(object, "max_rss_kb", (uint64_t)usage.ru_maxrss);
    set_text(object, "end", WIFEXITED(status) ? "exit" : "signal");
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    set_number(object, "code", (uint64_t)code);
    print_line(object);
    if (!WIFEXITED(status)) {
        return EXIT_DIED;
    }
    bool is_missing = driver->results != driver->options.repeat * driver->count;
    return code == 0 && is_missing ? EXIT_MISSING : code;
}

static void drive(struct driver *driver)
{
    int fd = -1;
    start_prober(driver, &fd);
    if (uv_loop_init(&driver->loop) != 0 ||
        uv_timer_init(&driver->loop, &driver->timer) != 0 ||
        channel_start(&driver->channel, &driver->loop, fd, FROM_PROBER,
                      GENERATION, on_message, on_end, driver) != 0) {
        give_up("loop");
    }
    driver->timer.data = driver;
    (void)uv_run(&driver->loop, UV_RUN_DEFAULT); /* until nothing is open */
    uv_close((uv_handle_t *)&driver->timer, NULL);
    (void)uv_run(&driver->loop, UV_RUN_DEFAULT); /* the timer's closing */
    (void)uv_loop_close(&driver->loop);          /* nothing is left in it */
}

/* build/test/fault/drive_prober -> build/sentinel-prober */
static void find_prober(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size - 1);
    if (length < 0) {
        give_up("/proc/self/exe");
    }
    path[length] = '\0';
    for (int i = 0; i < 3; i++) {
        char *slash = strrchr(path, '/');
        if (slash != NULL) {
            *slash = '\0';
        }
    }
    (void)text_append(path, size, "/sentinel-prober"); /* exec tells */
}

int main(int count, char **arguments)
{
    char path[4096];
    find_prober(path, sizeof(path));
    struct driver *driver = calloc(1, sizeof(*driver));
    if (driver == NULL) {
        give_up("calloc");
    }
    driver->options = (struct driver_options){
        .prober = path,
        .repeat = 1,
        .order = {.timeout_ms = 1000, .access = {.tls_verify = true}}};
    driver_read_options(&driver->options, count, arguments);
    driver->addresses = arguments + optind;
    driver->count = (uint32_t)(count - optind);
    if (driver->count == 0 || driver->count > ADDRESSES_MOST ||
        driver->options.repeat == 0) {
        driver_usage("no address, too many, or no round");
    }
    (void)signal(SIGPIPE, SIG_IGN); /* cannot fail for this signal */
    drive(driver);
    int code = print_end(driver);
    progress_destroy(driver->progress);
    free(driver);
    return code;
}
