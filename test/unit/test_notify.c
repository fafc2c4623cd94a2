/*
 * test_notify.c - the words a service manager hears, and that a socket
 * nobody reads is never waited for. The test is the service manager.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "supervisor/notify.h"

#define ALARM_S 10 /* a call that waits dies of SIGALRM */

static struct notify notify;
static int manager = -1;
static char directory[64];
static char path[128];
static uint64_t now_ms;

/* A socket with this name; '@' stands for the NUL of an abstract one. */
static void listen_at(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(name);
    assert_true(length < sizeof address.sun_path);
    memcpy(address.sun_path, name, length);
    if (name[0] == '@') {
        address.sun_path[0] = '\0';
    }
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_true(manager >= 0);
    length += offsetof(struct sockaddr_un, sun_path) + (name[0] != '@');
    assert_int_equal(
        bind(manager, (const struct sockaddr *)&address, (socklen_t)length), 0);
}

static void start(void)
{
    setenv("NOTIFY_SOCKET", path, 1);
    listen_at(path);
    notify_init(&notify);
    assert_true(notify.fd >= 0);
}

/* The next datagram, "" when there is none. */
static const char *heard(void)
{
    static char words[1024];
    ssize_t length = recv(manager, words, sizeof words - 1, 0);
    words[length > 0 ? length : 0] = '\0';
    return words;
}

/* As the socket of a manager that has stopped reading. */
static void fill(void)
{
    int before;
    do {
        before = (int)notify.refused;
        notify_stopping(&notify);
        notify.phase = NOTIFY_STARTING;
        notify.told_phase = NOTIFY_STARTING;
    } while ((int)notify.refused == before);
}

static void drain(void)
{
    while (heard()[0] != '\0') {
    }
}

static int begin(void **state)
{
    (void)state;
    alarm(ALARM_S);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    strcpy(directory, "/tmp/notify.XXXXXX");
    assert_non_null(mkdtemp(directory));
    (void)snprintf(path, sizeof path, "%s/socket", directory);
    now_ms = 5000;
    manager = -1;
    return 0;
}

static int end(void **state)
{
    (void)state;
    notify_finish(&notify);
    if (manager >= 0) {
        close(manager);
    }
    unlink(path);
    rmdir(directory);
    return 0;
}

static void say_everything(void)
{
    notify_alive(&notify, now_ms);
    notify_ready(&notify);
    notify_status(&notify, "words", now_ms);
    notify_reloading(&notify);
    notify_reloaded(&notify);
    notify_stopping(&notify);
    notify_settle(&notify, now_ms + 5000);
}

static void without_a_service_manager_nothing_is_told(void **state)
{
    (void)state;
    notify_init(&notify);
    assert_int_equal(notify.fd, -1);
    say_everything();
    assert_int_equal(notify.refused, 0);
}

static void a_name_that_is_none_is_ignored(void **state)
{
    (void)state;
    char longest[256];
    memset(longest, 'a', sizeof longest - 1);
    longest[0] = '/';
    longest[sizeof longest - 1] = '\0';
    const char *const names[] = {"", "/", "@", "socket", "vsock:2:1", longest};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        setenv("NOTIFY_SOCKET", names[i], 1);
        notify_init(&notify);
        assert_int_equal(notify.fd, -1);
        say_everything();
    }
}

static void ready_is_told_once(void **state)
{
    (void)state;
    start();
    notify_ready(&notify);
    assert_string_equal(heard(), "READY=1");
    notify_ready(&notify);
    notify_settle(&notify, now_ms);
    assert_string_equal(heard(), "");
}

static void an_abstract_name_is_found(void **state)
{
    (void)state;
    char name[64];
    (void)snprintf(name, sizeof name, "@sentinel-test-%d", (int)getpid());
    listen_at(name);
    setenv("NOTIFY_SOCKET", name, 1);
    notify_init(&notify);
    notify_ready(&notify);
    assert_string_equal(heard(), "READY=1");
}

static void a_reload_is_told_with_its_time_and_its_end(void **state)
{
    (void)state;
    const char *beginning = "RELOADING=1\nMONOTONIC_USEC=";
    start();
    notify_ready(&notify);
    (void)heard();
    notify_reloading(&notify);
    const char *words = heard();
    assert_memory_equal(words, beginning, strlen(beginning));
    assert_true(strtoull(words + strlen(beginning), NULL, 10) > 0);
    notify_reloaded(&notify);
    assert_string_equal(heard(), "READY=1");
    notify_reloaded(&notify);
    assert_string_equal(heard(), "");
}

static void a_reload_before_the_first_round_does_not_make_ready(void **state)
{
    (void)state;
    start();
    notify_reloading(&notify);
    notify_reloaded(&notify);
    assert_string_equal(heard(), "");
}

static void who_is_stopping_is_not_ready_again(void **state)
{
    (void)state;
    start();
    notify_ready(&notify);
    notify_reloading(&notify);
    drain();
    notify_stopping(&notify);
    assert_string_equal(heard(), "STOPPING=1");
    notify_reloaded(&notify);
    notify_ready(&notify);
    assert_string_equal(heard(), "");
}

static void status_is_told_on_change_and_once_a_second(void **state)
{
    (void)state;
    start();
    notify_status(&notify, "1 up", now_ms);
    assert_string_equal(heard(), "STATUS=1 up");
    notify_status(&notify, "2 up", now_ms + 1);
    notify_status(&notify, "3 up", now_ms + 999);
    assert_string_equal(heard(), "");
    notify_settle(&notify, now_ms + 1000);
    assert_string_equal(heard(), "STATUS=3 up");
    notify_status(&notify, "3 up", now_ms + 9000);
    assert_string_equal(heard(), "");
}

static void a_long_status_is_cut(void **state)
{
    (void)state;
    char words[4 * NOTIFY_STATUS_BYTES];
    memset(words, 'w', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    start();
    notify_status(&notify, words, now_ms);
    assert_int_equal(strlen(heard()),
                     strlen("STATUS=") + NOTIFY_STATUS_BYTES - 1);
    notify_status(&notify, words, now_ms + 5000);
    assert_string_equal(heard(), "");
}

static void the_watchdog_is_fed_at_half_its_time(void **state)
{
    (void)state;
    setenv("WATCHDOG_USEC", "10000000", 1);
    start();
    notify_ready(&notify);
    drain();
    notify_alive(&notify, now_ms);
    assert_string_equal(heard(), "WATCHDOG=1");
    notify_alive(&notify, now_ms + 4999);
    assert_string_equal(heard(), "");
    notify_alive(&notify, now_ms + 5000);
    assert_string_equal(heard(), "WATCHDOG=1");
    notify_settle(&notify, now_ms + 60000);
    assert_string_equal(heard(), "");
}

static void another_ones_watchdog_is_not_fed(void **state)
{
    (void)state;
    const char *const wrong[][2] = {
        {"10000000", "1"}, {"10000000", "x"},
        {"0", NULL},       {"-5", NULL},
        {"", NULL},        {"99999999999999999999999", NULL}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        setenv("WATCHDOG_USEC", wrong[i][0], 1);
        if (wrong[i][1] != NULL) {
            setenv("WATCHDOG_PID", wrong[i][1], 1);
        } else {
            unsetenv("WATCHDOG_PID");
        }
        setenv("NOTIFY_SOCKET", path, 1);
        notify_init(&notify);
        assert_int_equal(notify.watchdog_ms, 0);
        notify_finish(&notify);
    }
    char pid[16];
    (void)snprintf(pid, sizeof pid, "%d", (int)getpid());
    setenv("WATCHDOG_USEC", "10000000", 1);
    setenv("WATCHDOG_PID", pid, 1);
    notify_init(&notify);
    assert_int_equal(notify.watchdog_ms, 10000);
}

static void who_is_still_starting_asks_for_time(void **state)
{
    (void)state;
    setenv("WATCHDOG_USEC", "10000000", 1);
    start();
    notify_alive(&notify, now_ms);
    assert_string_equal(heard(), "EXTEND_TIMEOUT_USEC=30000000");
    notify_alive(&notify, now_ms + 14999);
    assert_string_equal(heard(), "");
    notify_alive(&notify, now_ms + 15000);
    assert_string_equal(heard(), "EXTEND_TIMEOUT_USEC=30000000");
    notify_ready(&notify);
    (void)heard();
    notify_alive(&notify, now_ms + 40000);
    assert_string_equal(heard(), "WATCHDOG=1");
    assert_string_equal(heard(), "");
}

static void a_full_socket_is_tried_again_and_hears_the_latest(void **state)
{
    (void)state;
    setenv("WATCHDOG_USEC", "10000000", 1);
    start();
    fill();
    notify_ready(&notify);
    notify_status(&notify, "1 up", now_ms);
    notify_status(&notify, "2 up", now_ms + 2000);
    notify_alive(&notify, now_ms + 2000);
    notify_settle(&notify, now_ms + 3000);
    drain();
    notify_settle(&notify, now_ms + 4000);
    assert_string_equal(heard(), "READY=1");
    assert_string_equal(heard(), "STATUS=2 up");
    notify_alive(&notify, now_ms + 4000);
    assert_string_equal(heard(), "WATCHDOG=1");
    assert_string_equal(heard(), "");
}

static void a_reader_gone_and_back_hears_what_it_missed(void **state)
{
    (void)state;
    start();
    close(manager);
    unlink(path);
    notify_ready(&notify);
    assert_int_equal(notify.refused, 1);
    listen_at(path);
    notify_settle(&notify, now_ms);
    assert_string_equal(heard(), "READY=1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_service_manager_nothing_is_told),
        TEST(a_name_that_is_none_is_ignored),
        TEST(ready_is_told_once),
        TEST(an_abstract_name_is_found),
        TEST(a_reload_is_told_with_its_time_and_its_end),
        TEST(a_reload_before_the_first_round_does_not_make_ready),
        TEST(who_is_stopping_is_not_ready_again),
        TEST(status_is_told_on_change_and_once_a_second),
        TEST(a_long_status_is_cut),
        TEST(the_watchdog_is_fed_at_half_its_time),
        TEST(another_ones_watchdog_is_not_fed),
        TEST(who_is_still_starting_asks_for_time),
        TEST(a_full_socket_is_tried_again_and_hears_the_latest),
        TEST(a_reader_gone_and_back_hears_what_it_missed),
    };
    return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
