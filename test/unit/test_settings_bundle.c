/*
 * test_settings_bundle.c - the bytes of a configuration: together in one
 * buffer and apart again, whatever somebody did to the buffer meanwhile; and
 * read from files.
 */
#include "settings_scene.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "config/settings_file.h"

static const char main_text[] = "include: '*.inc'\n" ONE;
static const char included_text[] = "- {name: b, addr: 127.0.0.1:2}\n";

static void make(struct settings_bundle *bundle)
{
    assert_int_equal(
        settings_bundle_of("main.yaml", main_text, strlen(main_text), bundle),
        0);
    assert_int_equal(settings_bundle_add(bundle, "b.inc", included_text,
                                         strlen(included_text)),
                     0);
    assert_int_equal(settings_bundle_add(bundle, "", "", 0), 0);
    (void)strcpy(bundle->working_directory, "/etc");
}

static void what_was_encoded_comes_back(void **state)
{
    struct settings_bundle bundle;
    struct settings_bundle back;
    uint8_t *buffer = NULL;
    size_t length = 0;

    (void)state;
    make(&bundle);
    assert_int_equal(settings_bundle_encode(&bundle, &buffer, &length), 0);
    assert_int_equal(settings_bundle_decode(buffer, length, &back), 0);
    assert_int_equal(back.count, bundle.count);
    assert_string_equal(back.working_directory, "/etc");
    for (uint32_t i = 0; i < bundle.count; i++) {
        assert_string_equal(back.sources[i].name, bundle.sources[i].name);
        assert_int_equal(back.sources[i].length, bundle.sources[i].length);
        assert_memory_equal(back.sources[i].bytes, bundle.sources[i].bytes,
                            bundle.sources[i].length);
    }
    free(buffer);
    settings_bundle_finish(&bundle);
    settings_bundle_finish(&back);
}

static void a_cut_or_lengthened_buffer_is_refused(void **state)
{
    struct settings_bundle bundle;
    struct settings_bundle back = {0};
    uint8_t *buffer = NULL;
    size_t length = 0;

    (void)state;
    make(&bundle);
    assert_int_equal(settings_bundle_encode(&bundle, &buffer, &length), 0);
    for (size_t cut = 0; cut < length; cut++) {
        uint8_t *copy = malloc(cut + 1); /* so that a sanitizer sees its end */
        assert_non_null(copy);
        memcpy(copy, buffer, cut);
        assert_int_equal(settings_bundle_decode(copy, cut, &back), -EINVAL);
        free(copy);
    }
    uint8_t *longer = calloc(1, length + 1);
    assert_non_null(longer);
    memcpy(longer, buffer, length);
    assert_int_equal(settings_bundle_decode(longer, length + 1, &back),
                     -EINVAL);
    assert_null(back.sources);
    free(longer);
    free(buffer);
    settings_bundle_finish(&bundle);
}

static void a_changed_byte_is_refused_or_is_another_bundle(void **state)
{
    struct settings_bundle bundle;
    uint8_t *buffer = NULL;
    size_t length = 0;

    (void)state;
    make(&bundle);
    assert_int_equal(settings_bundle_encode(&bundle, &buffer, &length), 0);
    for (size_t at = 0; at < length; at++) {
        for (int bit = 0; bit < 8; bit++) {
            struct settings_bundle back = {0};
            buffer[at] ^= (uint8_t)(1u << bit);
            if (settings_bundle_decode(buffer, length, &back) == 0) {
                assert_int_equal(back.count, bundle.count);
                settings_bundle_finish(&back);
            }
            buffer[at] ^= (uint8_t)(1u << bit);
        }
    }
    free(buffer);
    settings_bundle_finish(&bundle);
}

static void a_bundle_of_nothing_is_refused(void **state)
{
    struct settings_bundle none = {0};
    struct settings_bundle back;
    uint8_t *buffer = NULL;
    size_t length = 0;

    (void)state;
    assert_int_equal(settings_bundle_encode(&none, &buffer, &length), 0);
    assert_int_equal(settings_bundle_decode(buffer, length, &back), -EINVAL);
    free(buffer);
    settings_bundle_finish(&none);
}

static void the_limits_hold(void **state)
{
    struct settings_bundle bundle = {0};
    char *large = calloc(1, SETTINGS_FILE_BYTES_MOST);

    (void)state;
    assert_non_null(large);
    for (int i = 0; i < SETTINGS_BUNDLE_FILES_MOST; i++) {
        assert_int_equal(settings_bundle_add(&bundle, "x", "", 0), 0);
    }
    assert_int_equal(settings_bundle_add(&bundle, "x", "", 0), -E2BIG);
    settings_bundle_finish(&bundle);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(
            settings_bundle_add(&bundle, "x", large, SETTINGS_FILE_BYTES_MOST),
            0);
    }
    assert_int_equal(settings_bundle_add(&bundle, "x", large, 1), -E2BIG);
    settings_bundle_finish(&bundle);
    free(large);
}

/* --- from files ---------------------------------------------------------- */

struct folder {
    char path[64];
    char main[80];
    char included[80];
};

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void make_folder(struct folder *folder)
{
    (void)strcpy(folder->path, "/tmp/test-bundle-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
    (void)snprintf(folder->main, sizeof(folder->main), "%s/main.yaml",
                   folder->path);
    (void)snprintf(folder->included, sizeof(folder->included), "%s/b.inc",
                   folder->path);
    write_file(folder->main, main_text);
    write_file(folder->included, included_text);
}

static void remove_folder(const struct folder *folder)
{
    assert_int_equal(unlink(folder->main), 0);
    (void)unlink(folder->included); /* a test may have done it */
    assert_int_equal(rmdir(folder->path), 0);
}

static void included_files_are_read_with_the_main_one(void **state)
{
    struct scene *scene = *state;
    struct settings_bundle bundle;
    struct folder folder;

    make_folder(&folder);
    assert_int_equal(
        settings_bundle_read(folder.main, &bundle, &scene->complaints), 0);
    remove_folder(&folder); /* from here on there are only bytes */
    assert_int_equal(bundle.count, 2);
    assert_string_equal(bundle.sources[1].name, folder.included);
    assert_int_equal(
        settings_parse(&bundle, &scene->settings, &scene->complaints), 0);
    assert_int_equal(scene->settings.instance_count, 2);
    assert_string_equal(scene->settings.instances[1].name, "b");
    assert_string_equal(scene->settings.files[1].text, folder.included);
    settings_bundle_finish(&bundle);
}

static void a_bundle_parsed_elsewhere_gives_the_same_settings(void **state)
{
    struct scene *scene = *state;
    struct settings_bundle bundle;
    struct settings_bundle back;
    struct folder folder;
    uint8_t *buffer = NULL;
    size_t length = 0;

    make_folder(&folder);
    assert_int_equal(settings_load_bundle(folder.main, &bundle,
                                          &scene->settings, &scene->complaints),
                     0);
    remove_folder(&folder);
    assert_int_equal(settings_bundle_encode(&bundle, &buffer, &length), 0);
    assert_int_equal(settings_bundle_decode(buffer, length, &back), 0);
    struct settings other;
    assert_int_equal(settings_parse(&back, &other, &scene->complaints), 0);
    assert_int_equal(other.instance_count, scene->settings.instance_count);
    assert_memory_equal(other.instances, scene->settings.instances,
                        other.instance_count * sizeof(*other.instances));
    assert_string_equal(other.file, folder.main);
    settings_finish(&other);
    free(buffer);
    settings_bundle_finish(&bundle);
    settings_bundle_finish(&back);
}

static void what_is_wrong_with_an_included_file_comes_with_the_rest(
    void **state)
{
    struct scene *scene = *state;
    struct settings_bundle bundle;
    struct folder folder;

    make_folder(&folder);
    assert_int_equal(unlink(folder.included), 0);
    assert_int_equal(symlink("nowhere", folder.included), 0);
    write_file(folder.main, "include: '*.inc'\nfall: 0\n" ONE);
    assert_int_not_equal(settings_load_bundle(folder.main, &bundle,
                                              &scene->settings,
                                              &scene->complaints),
                         0);
    assert_int_equal(scene->complaints.count, 2);
    complaints_sort(&scene->complaints);
    assert_string_equal(scene->complaints.list[0].file, folder.main);
    assert_string_equal(scene->complaints.list[1].file, folder.included);
    settings_bundle_finish(&bundle);
    remove_folder(&folder);
}

static void a_bad_main_file_includes_nothing(void **state)
{
    struct scene *scene = *state;
    struct settings_bundle bundle;
    struct folder folder;

    make_folder(&folder);
    write_file(folder.main, "include: '*.inc'\n[\n");
    assert_int_equal(
        settings_bundle_read(folder.main, &bundle, &scene->complaints), 0);
    assert_int_equal(bundle.count, 1);
    settings_bundle_finish(&bundle);
    remove_folder(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_encoded_comes_back),
        cmocka_unit_test(a_cut_or_lengthened_buffer_is_refused),
        cmocka_unit_test(a_changed_byte_is_refused_or_is_another_bundle),
        cmocka_unit_test(a_bundle_of_nothing_is_refused),
        cmocka_unit_test(the_limits_hold),
        SCENE_TEST(included_files_are_read_with_the_main_one),
        SCENE_TEST(a_bundle_parsed_elsewhere_gives_the_same_settings),
        SCENE_TEST(what_is_wrong_with_an_included_file_comes_with_the_rest),
        SCENE_TEST(a_bad_main_file_includes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
