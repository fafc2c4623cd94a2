/*
 * test_small_file.c - a line, or nothing, never more than there is room for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/small_file.h"

/* Reads a file of these bytes. */
static void read_back(const char *bytes, char *line, size_t size)
{
    char path[] = "/tmp/sa-small-file-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, strlen(bytes)), strlen(bytes));
    assert_int_equal(close(fd), 0);
    small_file_read_line(path, line, size);
    assert_int_equal(unlink(path), 0);
}

static void the_first_line_is_read_without_its_newline(void **state)
{
    (void)state;
    char line[16];
    read_back("one\ntwo\n", line, sizeof(line));
    assert_string_equal(line, "one");
    read_back("one", line, sizeof(line));
    assert_string_equal(line, "one");
}

static void a_line_too_long_is_cut(void **state)
{
    (void)state;
    char line[4];
    read_back("abcdef\n", line, sizeof(line));
    assert_string_equal(line, "abc");
}

static void what_cannot_be_read_is_empty(void **state)
{
    (void)state;
    char line[16] = "before";
    small_file_read_line("/nowhere/at/all", line, sizeof(line));
    assert_string_equal(line, "");
    read_back("", line, sizeof(line));
    assert_string_equal(line, "");
    small_file_read_line("/proc", line, sizeof(line)); /* a directory */
    assert_string_equal(line, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_line_is_read_without_its_newline),
        cmocka_unit_test(a_line_too_long_is_cut),
        cmocka_unit_test(what_cannot_be_read_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
