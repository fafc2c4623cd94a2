/*
 * test_secret.c - a password file is used as it is, or refused with its name
 * and what to do, and never with what it holds.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/settings.h"
#include "model/verdict.h"
#include "base/secret.h"
#include "base/trouble.h"

struct place {
    char directory[64];
    char path[128];
    char trouble[VERDICT_DETAIL_BYTES];
    struct secret secret;
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof(*place));
    if (place == NULL) {
        return -1;
    }
    *state = place;
    (void)text_copy(place->directory, sizeof(place->directory),
                    "/tmp/secret-XXXXXX");
    if (mkdtemp(place->directory) == NULL) {
        return -1;
    }
    (void)text_format(place->path, sizeof(place->path), "%s/queue.pw",
                      place->directory);
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;
    (void)unlink(place->path);
    (void)rmdir(place->path);
    int status = rmdir(place->directory);
    free(place);
    return status;
}

static void write_bytes(const struct place *place, const void *bytes,
                        size_t length, mode_t mode)
{
    FILE *file = fopen(place->path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(place->path, mode), 0);
}

static int read_place(struct place *place)
{
    memset(&place->secret, 'x', sizeof(place->secret));
    place->trouble[0] = '\0';
    return secret_read(&place->secret, "password file", place->path,
                       place->trouble, sizeof(place->trouble));
}

static void expect_secret(struct place *place, const char *text,
                          const char *password)
{
    write_bytes(place, text, strlen(text), 0600);
    assert_int_equal(read_place(place), 0);
    assert_string_equal(place->secret.text, password);
    assert_string_equal(place->trouble, "");
}

static bool is_wiped(const struct secret *secret)
{
    const struct secret empty = {.text = ""};
    return memcmp(secret, &empty, sizeof(empty)) == 0;
}

/* Refused, with the file's name and these words, and nothing is kept. */
static void expect_refusal(struct place *place, const char *words)
{
    assert_int_not_equal(read_place(place), 0);
    assert_non_null(strstr(place->trouble, "password file "));
    assert_non_null(strstr(place->trouble, place->path));
    if (strstr(place->trouble, words) == NULL) {
        fail_msg("'%s' does not say '%s'", place->trouble, words);
    }
    assert_true(is_wiped(&place->secret));
    assert_null(strstr(place->trouble, "s3cret"));
}

static void refuse_bytes(struct place *place, const void *bytes, size_t length,
                         const char *words)
{
    write_bytes(place, bytes, length, 0600);
    expect_refusal(place, words);
}

/* --- tests ------------------------------------------------------------- */

static void one_line_is_the_password_with_or_without_its_end(void **state)
{
    struct place *place = *state;
    expect_secret(place, "s3cret", "s3cret");
    expect_secret(place, "s3cret\n", "s3cret");
    expect_secret(place, "s3cret\r\n", "s3cret");
    expect_secret(place, " s3 cret \t\n", " s3 cret \t");
    expect_secret(place, "gr\xc3\xbc\xc3\x9f\n", "gr\xc3\xbc\xc3\x9f");
    expect_secret(place, "#comment", "#comment");
}

static void longest_password_has_room(void **state)
{
    struct place *place = *state;
    char bytes[SECRET_BYTES_MOST + 2];
    memset(bytes, 'p', sizeof(bytes));
    bytes[SECRET_BYTES_MOST] = '\0';
    expect_secret(place, bytes, bytes);
    refuse_bytes(place, bytes, SECRET_BYTES_MOST + 1, "longer than 512 bytes");
}

static void what_is_not_one_line_is_refused(void **state)
{
    struct place *place = *state;
    refuse_bytes(place, "", 0, "is empty");
    refuse_bytes(place, "\n", 1, "is empty");
    refuse_bytes(place, "\r\n", 2, "is empty");
    refuse_bytes(place, "\n\n", 2, "several lines");
    refuse_bytes(place, "s3cret\ns3cret\n", 14, "several lines");
    refuse_bytes(place, "\ns3cret", 7, "several lines");
    refuse_bytes(place, "s3\0cret", 7, "NUL");
    refuse_bytes(place, "s3cret\0\n", 8, "NUL");
    refuse_bytes(place, "\0", 1, "NUL");
}

static void file_open_to_others_is_refused(void **state)
{
    struct place *place = *state;
    const mode_t readable[] = {0640, 0604, 0644, 0440};
    const mode_t open[] = {0620, 0602, 0610, 0601};
    for (size_t i = 0; i < sizeof(readable) / sizeof(*readable); i++) {
        write_bytes(place, "s3cret", 6, readable[i]);
        expect_refusal(place, "can be read by others: chmod 600 it");
        assert_int_equal(chmod(place->path, 0600), 0);
    }
    for (size_t i = 0; i < sizeof(open) / sizeof(*open); i++) {
        write_bytes(place, "s3cret", 6, open[i]);
        expect_refusal(place, "is open to others: chmod 600 it");
        assert_int_equal(chmod(place->path, 0600), 0);
    }
    write_bytes(place, "s3cret", 6, 0400);
    assert_int_equal(read_place(place), 0);
}

static void file_that_is_missing_is_named(void **state)
{
    expect_refusal(*state, "does not exist");
}

static void link_is_not_followed(void **state)
{
    struct place *place = *state;
    assert_int_equal(symlink("/etc/hostname", place->path), 0);
    expect_refusal(place, "is a link");
}

static void what_is_no_file_is_refused_without_waiting(void **state)
{
    struct place *place = *state;
    alarm(10); /* opening a FIFO for reading waits for its writer */
    assert_int_equal(mkfifo(place->path, 0600), 0);
    expect_refusal(place, "is no regular file");
    assert_int_equal(unlink(place->path), 0);
    assert_int_equal(mkdir(place->path, 0700), 0);
    expect_refusal(place, "is no regular file");
    alarm(0);
}

static void new_password_is_read_the_next_time(void **state)
{
    struct place *place = *state;
    expect_secret(place, "old\n", "old");
    secret_wipe(&place->secret);
    assert_true(is_wiped(&place->secret));
    expect_secret(place, "new\n", "new");
}

static void nothing_stays_open(void **state)
{
    struct place *place = *state;
    int before = dup(STDERR_FILENO);
    assert_int_equal(close(before), 0);
    expect_secret(place, "s3cret", "s3cret");
    refuse_bytes(place, "", 0, "is empty");
    int after = dup(STDERR_FILENO);
    assert_int_equal(close(after), 0);
    assert_int_equal(after, before);
}

static void long_path_is_cut_at_its_front(void **state)
{
    (void)state;
    char path[SETTINGS_KEPT_BYTES] = "";
    char trouble[VERDICT_DETAIL_BYTES];
    while (strlen(path) < 230) {
        (void)text_append(path, sizeof(path), "/directory");
    }
    (void)text_append(path, sizeof(path), "/queue.pw");
    trouble_of_file(trouble, sizeof(trouble), "password file", path,
                    "is empty: it must hold a password");
    assert_non_null(strstr(trouble, "password file .../"));
    assert_non_null(
        strstr(trouble, "/queue.pw is empty: it must hold a password"));
    assert_true(strlen(trouble) > 140);
}

static void paths_are_shown_printable(void **state)
{
    (void)state;
    char trouble[VERDICT_DETAIL_BYTES];
    char path[201];
    trouble_of_file(trouble, sizeof(trouble), "key", "/a\x1b[2J\n\xff",
                    "is no");
    assert_string_equal(trouble, "key /a\\x1b[2J\\x0a\\xff is no");
    memset(path, 0x1b, sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    trouble_of_file(trouble, sizeof(trouble), "key", path, "is no");
    assert_true(text_is_printable(trouble, sizeof(trouble)));
    assert_non_null(strstr(trouble, "\\x1b is no"));
}

#define SECRET_TEST(name) \
    cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SECRET_TEST(one_line_is_the_password_with_or_without_its_end),
        SECRET_TEST(longest_password_has_room),
        SECRET_TEST(what_is_not_one_line_is_refused),
        SECRET_TEST(file_open_to_others_is_refused),
        SECRET_TEST(file_that_is_missing_is_named),
        SECRET_TEST(link_is_not_followed),
        SECRET_TEST(what_is_no_file_is_refused_without_waiting),
        SECRET_TEST(new_password_is_read_the_next_time),
        SECRET_TEST(nothing_stays_open),
        cmocka_unit_test(long_path_is_cut_at_its_front),
        cmocka_unit_test(paths_are_shown_printable),
    };
    return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
