/*
 * drive_discover.c - plays the supervisor for one search of this host.
 *
 *     drive_discover [--prober PROGRAM] [--root DIR] [--stop-after-ms N]
 *
 * Prints each server found as a line of JSON, the last line saying how the
 * search ended. With --root the search believes that directory instead of
 * /proc: this very program is then started as the helper. Exits with 0 when
 * the search was whole and its helper left well, else with 1.
 */
#include <getopt.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/text.h"
#include "prober/discover.h"
#include "supervisor/discovery.h"

#define ROOT_VARIABLE "DRIVE_DISCOVER_ROOT"

struct driver {
    uv_loop_t loop;
    uv_timer_t stop;
    struct tasks tasks;
    struct discovery discovery;
    int status;
    uint64_t started_ms;
    uint64_t took_ms;
};

static void print_line(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
    if (text != NULL) {
        (void)puts(text);
        free(text);
    }
    json_decref(object);
}

static void print_found(const struct discovery_found *found)
{
    json_t *others = json_array();
    for (uint32_t i = 0; i < found->other_count; i++) {
        (void)json_array_append_new(
            others, json_string(address_text(&found->others[i]).text));
    }
    print_line(json_pack("{s:s,s:s,s:I,s:s,s:s,s:o}", "name", found->name,
                         "addr", address_text(&found->address).text, "pid",
                         (json_int_t)found->pid, "role", role_name(found->role),
                         "version", found->version, "others", others));
}

static int print_end(const struct driver *driver)
{
    const struct message_searched *searched = &driver->discovery.searched;
    char how[64];
    int wait_status = driver->discovery.child.wait_status;
    child_describe_end(&driver->discovery.child, how, sizeof(how));
    print_line(json_pack(
        "{s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "status",
        driver->status == 0 ? "whole" : uv_err_name(driver->status), "how", how,
        "ms", (json_int_t)driver->took_ms, "processes",
        (json_int_t)searched->processes, "hidden", (json_int_t)searched->hidden,
        "addresses", (json_int_t)searched->addresses, "silent",
        (json_int_t)searched->silent, "left_out",
        (json_int_t)searched->left_out, "live",
        (json_int_t)driver->tasks.live));
    bool is_well = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0;
    return driver->status == 0 && is_well ? 0 : 1;
}

static void on_done(struct discovery *discovery, int status)
{
    struct driver *driver = discovery->owner;
    driver->status = status;
    driver->took_ms = clock_monotonic_ms() - driver->started_ms;
    uv_close((uv_handle_t *)&driver->stop, NULL);
}

static void handle_stop(uv_timer_t *timer)
{
    struct driver *driver = timer->data;
    discovery_stop(&driver->discovery);
}

static int search(struct driver *driver, const char *program,
                  uint64_t stop_after_ms)
{
    int error = uv_loop_init(&driver->loop);
    if (error != 0) {
        return error;
    }
    (void)uv_timer_init(&driver->loop, &driver->stop); /* cannot fail */
    driver->stop.data = driver;
    if (stop_after_ms != 0) {
        (void)uv_timer_start(&driver->stop, handle_stop, stop_after_ms,
                             0); /* initialized */
    }
    driver->started_ms = clock_monotonic_ms();
    error = discovery_start(&driver->discovery, &driver->loop, &driver->tasks,
                            program, on_done, driver);
    if (error != 0) {
        return error;
    }
    (void)uv_run(&driver->loop, UV_RUN_DEFAULT); /* until all is closed */
    return uv_loop_close(&driver->loop);
}

/* build/test/fault/drive_discover -> build/sentinel-prober */
static void find_prober(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size - 1);
    if (length < 0) {
        perror("/proc/self/exe");
        exit(1);
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

/* Started by the other half of itself. */
static int play_helper(const char *root, char **arguments)
{
    (void)signal(SIGPIPE, SIG_IGN); /* cannot fail for this signal */
    return discover_run((uint32_t)strtoul(arguments[2], NULL, 10), root);
}

static int print_all(const struct driver *driver)
{
    for (uint32_t i = 0; i < driver->discovery.count; i++) {
        print_found(&driver->discovery.list[i]);
    }
    return print_end(driver);
}

int main(int count, char **arguments)
{
    static const struct option names[] = {
        {"prober", required_argument, NULL, 'p'},
        {"root", required_argument, NULL, 'r'},
        {"stop-after-ms", required_argument, NULL, 's'},
        {NULL, 0, NULL, 0},
    };
    char program[4096];
    uint64_t stop_after_ms = 0;
    const char *root = getenv(ROOT_VARIABLE);
    if (root != NULL && count == 5 && strcmp(arguments[3], "--role") == 0) {
        return play_helper(root, arguments);
    }
    find_prober(program, sizeof(program));
    for (int option = 0; option != -1;) {
        option = getopt_long(count, arguments, "", names, NULL);
        if (option == 'p') {
            (void)text_copy(program, sizeof(program), optarg);
        } else if (option == 'r') {
            (void)text_copy(program, sizeof(program), "/proc/self/exe");
            (void)setenv(ROOT_VARIABLE, optarg, 1);
        } else if (option == 's') {
            stop_after_ms = strtoull(optarg, NULL, 10);
        } else if (option != -1) {
            return 64;
        }
    }
    struct driver *driver = calloc(1, sizeof(*driver));
    int error = driver != NULL ? search(driver, program, stop_after_ms) : -1;
    if (error != 0) {
        (void)fprintf(stderr, "search: %s\n", uv_strerror(error));
        return 1;
    }
    int code = print_all(driver);
    free(driver);
    return code;
}
