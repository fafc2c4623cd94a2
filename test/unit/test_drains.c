/*
 * test_drains.c - the list of what is drained, its lines, and its file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <errno.h>

#include "base/text.h"
#include "supervisor/drains_file.h"

#define SINCE 1763742000123u

struct scene {
    char run_dir[64];
    char path[96];
    struct drains drains;
    struct drains read;
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    (void)strcpy(scene->run_dir, "/tmp/drains-XXXXXX"); /* it fits */
    assert_non_null(mkdtemp(scene->run_dir));
    (void)snprintf(scene->path, sizeof scene->path, "%s/maint", scene->run_dir);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    drains_finish(&scene->drains);
    drains_finish(&scene->read);
    (void)rmdir(scene->path);
    (void)unlink(scene->path);
    assert_int_equal(rmdir(scene->run_dir), 0); /* nothing else is left */
    free(scene);
    return 0;
}

static void put(struct scene *scene, const char *name, const char *reason)
{
    struct maint maint = {.is_on = true, .since_wall_ms = SINCE};
    (void)strcpy(maint.operator_name, "ann");
    (void)strcpy(maint.reason, reason);
    assert_int_equal(drains_put(&scene->drains, name, &maint), 0);
}

static void write_text(const struct scene *scene, const char *text)
{
    FILE *file = fopen(scene->path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(scene->path, 0600), 0);
}

static int read_back(struct scene *scene)
{
    drains_finish(&scene->read);
    return drains_file_read(scene->run_dir, &scene->read);
}

/* --- the list ------------------------------------------------------------ */

static void who_was_put_is_found_and_no_other(void **state)
{
    struct scene *scene = *state;
    assert_null(drains_find(&scene->drains, "one"));
    put(scene, "one", "disk");
    put(scene, "two", "kernel");
    assert_string_equal(drains_find(&scene->drains, "one")->reason, "disk");
    assert_null(drains_find(&scene->drains, "three"));
}

static void putting_again_says_it_in_other_words(void **state)
{
    struct scene *scene = *state;
    put(scene, "one", "disk");
    put(scene, "one", "kernel");
    assert_int_equal(scene->drains.count, 1);
    assert_string_equal(drains_find(&scene->drains, "one")->reason, "kernel");
}

static void who_was_removed_leaves_the_others_there(void **state)
{
    struct scene *scene = *state;
    put(scene, "one", "a");
    put(scene, "two", "b");
    put(scene, "three", "c");
    drains_remove(&scene->drains, "two");
    drains_remove(&scene->drains, "nobody");
    assert_int_equal(scene->drains.count, 2);
    assert_null(drains_find(&scene->drains, "two"));
    assert_string_equal(drains_find(&scene->drains, "three")->reason, "c");
}

static void there_is_a_bound(void **state)
{
    struct scene *scene = *state;
    struct maint maint = {.is_on = true, .since_wall_ms = SINCE};
    char name[SETTINGS_NAME_BYTES];
    for (unsigned i = 0; i < DRAINS_MOST; i++) {
        (void)snprintf(name, sizeof name, "i%u", i);
        assert_int_equal(drains_put(&scene->drains, name, &maint), 0);
    }
    assert_int_equal(drains_put(&scene->drains, "more", &maint), -ENOSPC);
    assert_int_equal(drains_put(&scene->drains, "i7", &maint), 0);
    assert_int_equal(drains_file_write(scene->run_dir, &scene->drains), 0);
    assert_int_equal(read_back(scene), 0);
    assert_int_equal(scene->read.count, DRAINS_MOST);
}

static void a_copy_is_independent(void **state)
{
    struct scene *scene = *state;
    struct drains copy;
    put(scene, "one", "a");
    assert_int_equal(drains_copy(&scene->drains, &copy), 0);
    drains_remove(&copy, "one");
    assert_non_null(drains_find(&scene->drains, "one"));
    drains_finish(&copy);
}

/* --- a line -------------------------------------------------------------- */

static void a_line_is_read_as_it_was_written(void **state)
{
    struct scene *scene = *state;
    struct drain drain;
    char line[DRAINS_LINE_BYTES];
    const char *why = NULL;
    put(scene, "cache-1", "disk swap: bay 4");
    drains_encode(&scene->drains.list[0], line);
    assert_string_equal(line, "cache-1\t1763742000123\tann\tdisk swap: bay 4");
    assert_int_equal(drains_decode(line, &drain, &why), 0);
    assert_string_equal(drain.name, "cache-1");
    assert_true(drain.maint.is_on);
    assert_int_equal(drain.maint.since_wall_ms, SINCE);
    assert_string_equal(drain.maint.operator_name, "ann");
    assert_string_equal(drain.maint.reason, "disk swap: bay 4");
}

static void the_longest_line_fits(void **state)
{
    (void)state;
    struct drain drain = {.maint = {.is_on = true}};
    struct drain back;
    char line[DRAINS_LINE_BYTES];
    const char *why = NULL;
    memset(drain.name, 'n', sizeof drain.name - 1);
    memset(drain.maint.operator_name, 'o',
           sizeof drain.maint.operator_name - 1);
    memset(drain.maint.reason, 'r', sizeof drain.maint.reason - 1);
    drain.maint.since_wall_ms = 253402300799999u;
    drains_encode(&drain, line);
    assert_int_equal(drains_decode(line, &back, &why), 0);
    assert_string_equal(back.maint.reason, drain.maint.reason);
}

static void a_damaged_line_is_refused_with_why(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *why;
    } rows[] = {
        {"", "a tab between"},
        {"one", "a tab between"},
        {"one\t17\tann", "a tab between"},
        {"\t17\tann\twhy", "its name"},
        {".one\t17\tann\twhy", "its name"},
        {"o/ne\t17\tann\twhy", "its name"},
        {"one\t0\tann\twhy", "its time"},
        {"one\t-17\tann\twhy", "its time"},
        {"one\t017\tann\twhy", "its time"},
        {"one\t99999999999999999\tann\twhy", "its time"},
        {"one\t17\tann\twhy\tmore", "printable"},
        {"one\t17\ta\x1b[mnn\twhy", "printable"},
        {"one\t17\tann\tw\xffhy", "printable"},
        {"one\t17\tannnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\twhy", "a tab between"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct drain drain = {.name = "as it was"};
        const char *why = NULL;
        assert_int_equal(drains_decode(rows[i].line, &drain, &why), -EINVAL);
        assert_non_null(strstr(why, rows[i].why));
        assert_string_equal(drain.name, "as it was");
    }
}

static void nobody_need_say_who_he_is(void **state)
{
    (void)state;
    struct drain drain;
    const char *why = NULL;
    assert_int_equal(drains_decode("one\t17\t\twhy", &drain, &why), 0);
    assert_string_equal(drain.maint.operator_name, "");
}

/* --- the file ------------------------------------------------------------ */

static void the_file_is_read_as_it_was_written(void **state)
{
    struct scene *scene = *state;
    put(scene, "one", "a b");
    put(scene, "two", "");
    assert_int_equal(drains_file_write(scene->run_dir, &scene->drains), 0);
    assert_int_equal(read_back(scene), 0);
    assert_int_equal(scene->read.count, 2);
    assert_string_equal(drains_find(&scene->read, "one")->reason, "a b");
}

static void the_file_is_ours_alone(void **state)
{
    struct scene *scene = *state;
    struct stat about;
    assert_int_equal(drains_file_write(scene->run_dir, &scene->drains), 0);
    assert_int_equal(stat(scene->path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
}

static void no_file_is_no_drain(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(read_back(scene), -ENOENT);
    assert_int_equal(scene->read.count, 0);
}

static void damaged_lines_cost_only_themselves(void **state)
{
    struct scene *scene = *state;
    char text[2048] = "# a comment\none\t17\tann\twhy\nrubbish\n";
    memset(text + strlen(text), 'x', 600);
    (void)strcat(text, "\ntwo\t18\tbob\tdisk\none\t19\teve\tagain\n"
                       "three\t17\tann\tcut");
    write_text(scene, text);
    assert_int_equal(read_back(scene), -EBADMSG);
    assert_int_equal(scene->read.count, 2);
    assert_string_equal(drains_find(&scene->read, "one")->operator_name, "ann");
    assert_string_equal(drains_find(&scene->read, "two")->reason, "disk");
}

static void a_file_larger_than_any_of_ours_is_not_read(void **state)
{
    struct scene *scene = *state;
    write_text(scene, "one\t17\tann\twhy\n");
    assert_int_equal(truncate(scene->path, (off_t)1 << 31), 0);
    assert_int_equal(read_back(scene), -EFBIG);
    assert_int_equal(scene->read.count, 0);
}

static void what_others_can_write_is_not_believed(void **state)
{
    struct scene *scene = *state;
    write_text(scene, "one\t17\tann\twhy\n");
    assert_int_equal(chmod(scene->path, 0620), 0);
    assert_int_equal(read_back(scene), -EPERM);
}

static void a_link_or_a_pipe_is_not_followed(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(symlink("/etc/passwd", scene->path), 0);
    assert_int_equal(read_back(scene), -ELOOP);
    assert_int_equal(unlink(scene->path), 0);
    assert_int_equal(mkfifo(scene->path, 0600), 0);
    assert_int_equal(read_back(scene), -EINVAL);
}

static void what_cannot_be_written_leaves_what_was_there(void **state)
{
    struct scene *scene = *state;
    put(scene, "one", "a");
    assert_int_equal(mkdir(scene->path, 0700), 0);
    assert_true(drains_file_write(scene->run_dir, &scene->drains) < 0);
    struct stat about;
    assert_int_equal(stat(scene->path, &about), 0);
    assert_true(S_ISDIR(about.st_mode));
    assert_true(drains_file_write("/nowhere", &scene->drains) < 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_was_put_is_found_and_no_other),
        TEST(putting_again_says_it_in_other_words),
        TEST(who_was_removed_leaves_the_others_there),
        TEST(there_is_a_bound),
        TEST(a_copy_is_independent),
        TEST(a_line_is_read_as_it_was_written),
        TEST(the_longest_line_fits),
        TEST(a_damaged_line_is_refused_with_why),
        TEST(nobody_need_say_who_he_is),
        TEST(the_file_is_read_as_it_was_written),
        TEST(the_file_is_ours_alone),
        TEST(no_file_is_no_drain),
        TEST(damaged_lines_cost_only_themselves),
        TEST(a_file_larger_than_any_of_ours_is_not_read),
        TEST(what_others_can_write_is_not_believed),
        TEST(a_link_or_a_pipe_is_not_followed),
        TEST(what_cannot_be_written_leaves_what_was_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
