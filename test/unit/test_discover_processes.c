/*
 * test_discover_processes.c - which processes could be servers, read from a
 * directory that looks like /proc.
 */
#include "fake_proc.h"

#include <stdbool.h>

#include "base/clock.h"
#include "base/text.h"
#include "prober/discover_processes.h"

#define LONG_MS 60000
#define SOCKETS_MOST 16
#define NOBODY 65534

struct scene {
    struct fake_proc proc;
    struct discover_processes processes;
    uint64_t sockets[SOCKETS_MOST];
    uint32_t socket_count;
};

/* What a process shows of itself; NULL: nothing. */
struct fake_process {
    unsigned pid;
    const char *comm;
    const char *exe;
    const char *cmdline; /* words end with '|' */
    const char *network; /* NULL: ours */
    const char *status;  /* NULL: user 104, no pid namespace */
};

static void file_of(unsigned pid, const char *name, char *path)
{
    assert_true(text_format(path, FAKE_PATH_BYTES, "%u/%s", pid, name));
}

static void add(struct scene *scene, struct fake_process process)
{
    char name[FAKE_PATH_BYTES];
    char text[FAKE_PATH_BYTES];

    file_of(process.pid, "comm", name);
    assert_true(text_format(text, sizeof(text), "%s\n", process.comm));
    fake_proc_file(&scene->proc, name, text);
    if (process.exe != NULL) {
        file_of(process.pid, "exe", name);
        fake_proc_link(&scene->proc, name, process.exe);
    }
    if (process.cmdline != NULL) {
        file_of(process.pid, "cmdline", name);
        (void)text_copy(text, sizeof(text), process.cmdline);
        size_t length = strlen(text);
        for (size_t i = 0; i < length; i++) {
            text[i] = text[i] == '|' ? '\0' : text[i];
        }
        fake_proc_bytes(&scene->proc, name, text, length);
    }
    file_of(process.pid, "ns/net", name);
    fake_proc_link(&scene->proc, name,
                   process.network != NULL ? process.network : "net:[1]");
    file_of(process.pid, "status", name);
    fake_proc_file(&scene->proc, name,
                   process.status != NULL
                       ? process.status
                       : "Name:\tx\nUid:\t104\t104\t104\t104\n");
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    assert_non_null(scene);
    fake_proc_init(&scene->proc);
    fake_proc_link(&scene->proc, "self/ns/net", "net:[1]");
    discover_processes_init(&scene->processes, scene->proc.root,
                            clock_monotonic_ms() + LONG_MS);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    fake_proc_finish(&scene->proc);
    free(scene);
    return 0;
}

static const struct discover_process *find(const struct scene *scene,
                                           uint32_t pid)
{
    for (uint32_t i = 0; i < scene->processes.count; i++) {
        if (scene->processes.list[i].pid == pid) {
            return &scene->processes.list[i];
        }
    }
    return NULL;
}

/* --- the sweep by name -------------------------------------------------- */

static void servers_are_known_by_name_or_executable(void **state)
{
    struct scene *scene = *state;
    add(scene, (struct fake_process){.pid = 1, .comm = "systemd"});
    add(scene, (struct fake_process){.pid = 20, .comm = "redis-server"});
    add(scene, (struct fake_process){.pid = 21, .comm = "valkey-server"});
    add(scene, (struct fake_process){.pid = 22, .comm = "keydb-server"});
    add(scene, (struct fake_process){.pid = 23, .comm = "redis-check-rdb"});
    add(scene, (struct fake_process){
                   .pid = 24, .comm = "cache", .exe = "/opt/b/Redis-7"});
    add(scene, (struct fake_process){
                   .pid = 25, .comm = "vi", .exe = "/opt/redis/bin/vi"});
    discover_processes_sweep(&scene->processes, DISCOVER_BY_NAME);
    assert_int_equal(scene->processes.count, 5);
    for (uint32_t pid = 20; pid <= 24; pid++) {
        assert_non_null(find(scene, pid));
    }
    assert_false(scene->processes.is_cut);
}

static void sentinels_by_their_name_are_none(void **state)
{
    struct scene *scene = *state;
    add(scene, (struct fake_process){.pid = 20,
                                     .comm = "redis-sentinel",
                                     .exe = "/usr/bin/redis-check-rdb",
                                     .cmdline = "redis-sentinel *:26379 "
                                                "[sentinel]|"});
    discover_processes_sweep(&scene->processes, DISCOVER_BY_NAME);
    discover_processes_sweep(&scene->processes, DISCOVER_BY_TITLE);
    assert_int_equal(scene->processes.count, 0);
}

static void a_sweep_by_name_reads_no_command_line(void **state)
{
    struct scene *scene = *state;
    char path[FAKE_PATH_BYTES];
    add(scene, (struct fake_process){.pid = 20, .comm = "redis-server"});
    fake_proc_path(&scene->proc, "20/cmdline", path);
    assert_int_equal(mkfifo(path, 0600), 0); /* opening it would hang */
    discover_processes_sweep(&scene->processes, DISCOVER_BY_NAME);
    assert_int_equal(scene->processes.count, 1);
}

static void only_our_network_counts(void **state)
{
    struct scene *scene = *state;
    add(scene, (struct fake_process){
                   .pid = 20, .comm = "redis-server", .network = "net:[2]"});
    add(scene, (struct fake_process){.pid = 21, .comm = "redis-server"});
    discover_processes_sweep(&scene->processes, DISCOVER_BY_NAME);
    assert_int_equal(scene->processes.count, 1);
    assert_non_null(find(scene, 21));
}

/* The link to the namespace is not for everybody to read. */
static void without_rights_the_network_is_known_by_its_file(void **state)
{
    struct scene *scene = *state;
    char path[FAKE_PATH_BYTES];
    char same[FAKE_PATH_BYTES];
    fake_proc_file(&scene->proc, "self/net/tcp", "ours\n");
    fake_proc_file(&scene->proc, "20/net/tcp", "theirs\n");
    fake_proc_path(&scene->proc, "self/net/tcp", path);
    fake_proc_path(&scene->proc, "21/net/tcp", same);
    assert_int_equal(link(path, same), 0);
    for (unsigned pid = 20; pid <= 22; pid++) { /* 22 shows nothing */
        add(scene, (struct fake_process){.pid = pid, .comm = "redis-server"});
        char name[FAKE_PATH_BYTES];
        file_of(pid, "ns/net", name);
        fake_proc_path(&scene->proc, name, path);
        assert_int_equal(unlink(path), 0);
    }
    discover_processes_sweep(&scene->processes, DISCOVER_BY_NAME);
    assert_int_equal(scene->processes.count, 1);
    assert_non_null(find(scene, 21));
}

static void a_process_is_known_by_its_own_pid_and_effective_user(void **state)
{
    struct scene *scene = *state;
    add(scene, (struct fake_process){
                   .pid = 20,
                   .comm = "redis-server",
                   .status = "Name:\tredis-server\nUid:\t0\t999\t3\t4\n"
                             "Gid:\t5\t6\t7\t8\nNSpid:\t20\t7\t1\n"
                             "VmPeak:\t1 kB\n"});
    add(scene, (struct fake_process){.pid = 21, .comm = "redis-server"});
    add(scene, (struct fake_process){
                   .pid = 22, .comm = "redis-server", .status = "Name:\tx\n"});
    discover_processes_sweep(&scene->processes, DISCOVER_BY_NAME);
    assert_int_equal(scene->processes.count, 2);
    assert_int_equal(find(scene, 20)->uid, 999);
    assert_int_equal(find(scene, 20)->own_pid, 1);
    assert_int_equal(find(scene, 21)->own_pid, 21);
}

static void past_the_bound_processes_are_counted(void **state)
{
    struct scene *scene = *state;
    for (unsigned i = 0; i < DISCOVER_PROCESSES_MOST + 2; i++) {
        add(scene,
            (struct fake_process){.pid = 1000 + i, .comm = "redis-server"});
    }
    discover_processes_sweep(&scene->processes, DISCOVER_BY_NAME);
    assert_int_equal(scene->processes.count, DISCOVER_PROCESSES_MOST);
    assert_int_equal(scene->processes.left_out, 2);
}

static void a_sweep_ends_when_its_time_is_over(void **state)
{
    struct scene *scene = *state;
    add(scene, (struct fake_process){.pid = 20, .comm = "redis-server"});
    scene->processes.end_ms = clock_monotonic_ms();
    discover_processes_sweep(&scene->processes, DISCOVER_BY_NAME);
    assert_int_equal(scene->processes.count, 0);
    assert_true(scene->processes.is_cut);
}

static void a_host_without_processes_is_no_crash(void **state)
{
    struct scene *scene = *state;
    scene->processes.root = "/nonexistent";
    discover_processes_sweep(&scene->processes, DISCOVER_BY_NAME);
    assert_int_equal(scene->processes.count, 0);
    assert_true(scene->processes.is_cut);
}

/* --- the sweep by title ------------------------------------------------- */

static void a_title_tells_what_the_name_does_not(void **state)
{
    struct scene *scene = *state;
    add(scene, (struct fake_process){.pid = 20, .comm = "redis-server"});
    add(scene, (struct fake_process){.pid = 21,
                                     .comm = "cached",
                                     .cmdline = "/opt/redis/cached *:7000|"});
    add(scene, (struct fake_process){
                   .pid = 22, .comm = "vi", .cmdline = "vi|/etc/redis.conf|"});
    add(scene, (struct fake_process){
                   .pid = 23, .comm = "x", .cmdline = "redis *:1 [sentinel]|"});
    add(scene, (struct fake_process){.pid = 24, .comm = "kthread"});
    discover_processes_sweep(&scene->processes, DISCOVER_BY_NAME);
    discover_processes_sweep(&scene->processes, DISCOVER_BY_TITLE);
    assert_int_equal(scene->processes.count, 2);
    assert_non_null(find(scene, 20));
    assert_non_null(find(scene, 21));
}

static void a_title_is_the_first_word_however_long(void **state)
{
    struct scene *scene = *state;
    char title[DISCOVER_PROCESSES_TITLE_BYTES];
    char text[400];
    add(scene, (struct fake_process){.pid = 20,
                                     .comm = "redis-server",
                                     .cmdline = "redis-server *:6379||||"});
    discover_processes_sweep(&scene->processes, DISCOVER_BY_NAME);
    discover_processes_title(&scene->processes, 0, title, sizeof(title));
    assert_string_equal(title, "redis-server *:6379");

    memset(text, 'x', sizeof(text));
    fake_proc_bytes(&scene->proc, "20/cmdline", text, sizeof(text));
    discover_processes_title(&scene->processes, 0, title, sizeof(title));
    assert_int_equal(strlen(title), sizeof(title) - 1);

    fake_proc_file(&scene->proc, "20/cmdline", "");
    discover_processes_title(&scene->processes, 0, title, sizeof(title));
    assert_string_equal(title, "");
}

/* --- sockets ------------------------------------------------------------ */

static void on_socket(void *owner, uint32_t process, uint64_t inode)
{
    struct scene *scene = owner;
    assert_int_equal(process, 0);
    assert_in_range(scene->socket_count, 0, SOCKETS_MOST - 1);
    scene->sockets[scene->socket_count] = inode;
    scene->socket_count++;
}

static void the_sockets_of_a_process_are_its_links(void **state)
{
    struct scene *scene = *state;
    add(scene, (struct fake_process){.pid = 20, .comm = "redis-server"});
    fake_proc_link(&scene->proc, "20/fd/0", "/dev/null");
    fake_proc_link(&scene->proc, "20/fd/1", "pipe:[4711]");
    fake_proc_link(&scene->proc, "20/fd/6", "socket:[4712]");
    fake_proc_link(&scene->proc, "20/fd/7", "socket:[]");
    fake_proc_link(&scene->proc, "20/fd/8", "socket:[99999999999999999999]");
    fake_proc_link(&scene->proc, "20/fd/9",
                   "socket:[11111111111111111111111111111]");
    discover_processes_sweep(&scene->processes, DISCOVER_BY_NAME);
    discover_processes_sockets(&scene->processes, 0, on_socket, scene);
    assert_int_equal(scene->socket_count, 1);
    assert_int_equal(scene->sockets[0], 4712);
    assert_false(scene->processes.list[0].is_hidden);
}

static void descriptors_that_are_not_for_us_are_noted(void **state)
{
    struct scene *scene = *state;
    char path[FAKE_PATH_BYTES];
    add(scene, (struct fake_process){.pid = 20, .comm = "redis-server"});
    fake_proc_link(&scene->proc, "20/fd/6", "socket:[4712]");
    discover_processes_sweep(&scene->processes, DISCOVER_BY_NAME);
    fake_proc_path(&scene->proc, "20/fd", path);
    assert_int_equal(chmod(path, 0), 0);
    assert_int_equal(chmod(scene->proc.root, 0755), 0);
    uid_t we = geteuid();
    if (we == 0) {
        assert_int_equal(seteuid(NOBODY), 0); /* root may read all */
    }
    discover_processes_sockets(&scene->processes, 0, on_socket, scene);
    assert_int_equal(seteuid(we), 0);
    assert_int_equal(chmod(path, 0700), 0);
    assert_int_equal(scene->socket_count, 0);
    assert_true(scene->processes.list[0].is_hidden);
}

static void a_process_that_has_gone_holds_nothing(void **state)
{
    struct scene *scene = *state;
    add(scene, (struct fake_process){.pid = 20, .comm = "redis-server"});
    discover_processes_sweep(&scene->processes, DISCOVER_BY_NAME);
    discover_processes_sockets(&scene->processes, 0, on_socket, scene);
    assert_int_equal(scene->socket_count, 0);
    assert_false(scene->processes.list[0].is_hidden);
}

#define A_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        A_TEST(servers_are_known_by_name_or_executable),
        A_TEST(sentinels_by_their_name_are_none),
        A_TEST(a_sweep_by_name_reads_no_command_line),
        A_TEST(only_our_network_counts),
        A_TEST(without_rights_the_network_is_known_by_its_file),
        A_TEST(a_process_is_known_by_its_own_pid_and_effective_user),
        A_TEST(past_the_bound_processes_are_counted),
        A_TEST(a_sweep_ends_when_its_time_is_over),
        A_TEST(a_host_without_processes_is_no_crash),
        A_TEST(a_title_tells_what_the_name_does_not),
        A_TEST(a_title_is_the_first_word_however_long),
        A_TEST(the_sockets_of_a_process_are_its_links),
        A_TEST(descriptors_that_are_not_for_us_are_noted),
        A_TEST(a_process_that_has_gone_holds_nothing),
    };
    return cmocka_run_group_tests_name("discover_processes", tests, NULL, NULL);
}
