/*
 * test_session_file.c - a session survives its process, and nothing else that
 * may lie in the run directory is taken for one.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "publisher/session_file.h"

#define BOOT "6e1f2a00-0000-4000-8000-000000000001"

static const struct saved_session session = {
    .id = 0x100a3b5e2c40000,
    .password = {0, 1, 2, 3, 0xfc, 0xfd, 0xfe, 0xff, 8, 9, 10, 11, 12, 13, 14,
                 15}};
static const struct session_writer writer = {
    .boot_id = BOOT, .pid = 4711, .start_ticks = 123456};

static char *path_of(const char *directory, const char *name)
{
    static char path[256];
    (void)text_format(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static int make_directory(void **state)
{
    char *directory = strdup("/tmp/session-file-XXXXXX");
    *state = directory;
    return directory != NULL && mkdtemp(directory) != NULL ? 0 : -1;
}

static int remove_directory(void **state)
{
    const char *names[] = {"session", "session.new", "session.lock", "other"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)unlink(path_of(*state, names[i]));
    }
    int status = rmdir(*state);
    free(*state);
    return status;
}

static void write_text(const char *directory, const char *text)
{
    FILE *file = fopen(path_of(directory, "session"), "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path_of(directory, "session"), 0600), 0);
}

static void a_session_written_is_read_back(void **state)
{
    struct saved_session read = {0};
    assert_int_equal(session_file_write(*state, &writer, &session), 0);
    assert_int_equal(session_file_read(*state, BOOT, &read), 0);
    assert_int_equal(read.id, session.id);
    assert_memory_equal(read.password, session.password, sizeof read.password);
    struct stat stat_of;
    assert_int_equal(stat(path_of(*state, "session"), &stat_of), 0);
    assert_int_equal(stat_of.st_mode & 0777, 0600);
}

static void a_second_write_replaces_the_first(void **state)
{
    struct saved_session other = session;
    struct saved_session read = {0};
    other.id = 17;
    assert_int_equal(session_file_write(*state, &writer, &session), 0);
    assert_int_equal(session_file_write(*state, &writer, &other), 0);
    assert_int_equal(session_file_read(*state, BOOT, &read), 0);
    assert_int_equal(read.id, 17);
    assert_int_not_equal(access(path_of(*state, "session.new"), F_OK), 0);
}

static void a_file_left_by_a_writer_that_died_is_in_nobodys_way(void **state)
{
    FILE *half = fopen(path_of(*state, "session.new"), "w");
    assert_non_null(half);
    assert_int_equal(fclose(half), 0);
    assert_int_equal(session_file_write(*state, &writer, &session), 0);
}

static void no_file_is_no_session(void **state)
{
    struct saved_session read = {.id = 5};
    assert_int_equal(session_file_read(*state, BOOT, &read), -ENOENT);
    assert_int_equal(read.id, 5);
}

static void another_boots_session_is_stale(void **state)
{
    struct saved_session read = {0};
    assert_int_equal(session_file_write(*state, &writer, &session), 0);
    assert_int_equal(session_file_read(*state, "another", &read), -ESTALE);
}

static void a_damaged_file_is_refused(void **state)
{
    const char *good = "password 000102030405060708090a0b0c0d0e0f\n";
    const char *bad[] = {
        "",
        "\n\n\n",
        "session 1\n",
        "boot " BOOT "\n",
        "boot " BOOT "\nsession 1\npassword 0001\n",
        "boot " BOOT "\nsession 0\n%s",
        "boot " BOOT "\nsession xyz\n%s",
        "boot " BOOT "\nsession 11111111111111111111\n%s",
        "boot " BOOT "\nsession 1\npassword zz0102030405060708090a0b0c0d0e0f",
        "boot " BOOT "\nsession 1\npassword 000102030405060708090a0b0c0d0e0f0",
    };
    struct saved_session read = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[256];
        (void)text_copy(text, sizeof text, bad[i]);
        char *at = strstr(text, "%s");
        if (at != NULL) {
            (void)text_copy(at, sizeof text - (size_t)(at - text), good);
        }
        write_text(*state, text);
        assert_int_equal(session_file_read(*state, BOOT, &read), -EINVAL);
    }
}

static void a_file_others_can_read_is_refused(void **state)
{
    struct saved_session read = {0};
    assert_int_equal(session_file_write(*state, &writer, &session), 0);
    assert_int_equal(chmod(path_of(*state, "session"), 0644), 0);
    assert_int_equal(session_file_read(*state, BOOT, &read), -EINVAL);
}

static void a_link_or_a_pipe_is_no_session_file(void **state)
{
    struct saved_session read = {0};
    assert_int_equal(session_file_write(*state, &writer, &session), 0);
    char *to = strdup(path_of(*state, "other"));
    assert_non_null(to);
    assert_int_equal(rename(path_of(*state, "session"), to), 0);
    assert_int_equal(symlink(to, path_of(*state, "session")), 0);
    assert_int_equal(session_file_read(*state, BOOT, &read), -EINVAL);
    assert_int_equal(unlink(path_of(*state, "session")), 0);
    assert_int_equal(mkfifo(path_of(*state, "session"), 0600), 0);
    assert_int_equal(session_file_read(*state, BOOT, &read), -EINVAL);
    free(to);
}

static void removing_twice_is_fine(void **state)
{
    assert_int_equal(session_file_write(*state, &writer, &session), 0);
    session_file_remove(*state);
    session_file_remove(*state);
    struct saved_session read = {0};
    assert_int_equal(session_file_read(*state, BOOT, &read), -ENOENT);
}

static void the_lock_is_held_until_its_process_ends(void **state)
{
    int ready[2];
    int done[2];
    int fd = -1;
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(done), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char byte = session_file_lock(*state, &fd) == 0 ? 'y' : 'n';
        (void)!write(ready[1], &byte, 1);
        (void)close(done[1]);
        (void)!read(done[0], &byte, 1);
        _exit(0);
    }
    char byte = 0;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    assert_int_equal(session_file_lock(*state, &fd), -EAGAIN);
    (void)close(done[1]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(session_file_lock(*state, &fd), 0);
    (void)close(fd);
    (void)close(done[0]);
    (void)close(ready[0]);
    (void)close(ready[1]);
}

static void a_lock_that_is_a_link_is_refused(void **state)
{
    int fd = -1;
    assert_int_equal(symlink("/dev/null", path_of(*state, "session.lock")), 0);
    assert_int_equal(session_file_lock(*state, &fd), -ELOOP);
    assert_int_equal(fd, -1);
}

static void a_run_directory_too_long_is_an_error(void **state)
{
    (void)state;
    char directory[600];
    memset(directory, 'd', sizeof directory - 1);
    directory[sizeof directory - 1] = '\0';
    int fd = -1;
    struct saved_session read = {0};
    assert_int_equal(session_file_lock(directory, &fd), -ENAMETOOLONG);
    assert_int_equal(session_file_read(directory, BOOT, &read), -ENAMETOOLONG);
    assert_int_equal(session_file_write(directory, &writer, &session),
                     -ENAMETOOLONG);
}

int main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        TEST(a_session_written_is_read_back),
        TEST(a_second_write_replaces_the_first),
        TEST(a_file_left_by_a_writer_that_died_is_in_nobodys_way),
        TEST(no_file_is_no_session),
        TEST(another_boots_session_is_stale),
        TEST(a_damaged_file_is_refused),
        TEST(a_file_others_can_read_is_refused),
        TEST(a_link_or_a_pipe_is_no_session_file),
        TEST(removing_twice_is_fine),
        TEST(the_lock_is_held_until_its_process_ends),
        TEST(a_lock_that_is_a_link_is_refused),
        cmocka_unit_test(a_run_directory_too_long_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
