/*
 * test_settings_node.c - a document as a tree: its kinds, its places, and
 * what YAML takes a scalar for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "config/settings_node.h"

static struct settings_document *document_of(const char *text)
{
    struct settings_document *document = NULL;

    assert_int_equal(settings_document_create(text, strlen(text), 7, &document),
                     0);
    return document;
}

static void a_scalar_has_the_type_yaml_gives_it(void **state)
{
    static const struct {
        const char *text;
        enum settings_scalar type;
    } cases[] = {
        {"word", SCALAR_TEXT},      {"10s", SCALAR_TEXT},
        {"127.0.0.1", SCALAR_TEXT}, {"1.2.3", SCALAR_TEXT},
        {"a1", SCALAR_TEXT},        {"-", SCALAR_NOTHING},
        {"+", SCALAR_TEXT},         {".", SCALAR_TEXT},
        {"e5", SCALAR_TEXT},        {"1e", SCALAR_TEXT},
        {"1e+", SCALAR_TEXT},       {"--1", SCALAR_TEXT},
        {"0x", SCALAR_TEXT},        {"0xg", SCALAR_TEXT},
        {"0o8", SCALAR_TEXT},       {"1:30", SCALAR_TEXT},
        {"1_000", SCALAR_TEXT},     {"yes", SCALAR_TEXT},
        {"on", SCALAR_TEXT},        {"tRue", SCALAR_TEXT},
        {"nul", SCALAR_TEXT},       {"'1'", SCALAR_TEXT},
        {"\"true\"", SCALAR_TEXT},  {"''", SCALAR_TEXT},
        {"0", SCALAR_NUMBER},       {"007", SCALAR_NUMBER},
        {"-1", SCALAR_NUMBER},      {"+12", SCALAR_NUMBER},
        {"1.", SCALAR_NUMBER},      {".5", SCALAR_NUMBER},
        {"1.5e-3", SCALAR_NUMBER},  {"1E5", SCALAR_NUMBER},
        {"0x1F", SCALAR_NUMBER},    {"0o17", SCALAR_NUMBER},
        {".inf", SCALAR_NUMBER},    {"-.Inf", SCALAR_NUMBER},
        {".nan", SCALAR_NUMBER},    {"true", SCALAR_SWITCH},
        {"False", SCALAR_SWITCH},   {"TRUE", SCALAR_SWITCH},
        {"null", SCALAR_NOTHING},   {"~", SCALAR_NOTHING},
        {"NULL", SCALAR_NOTHING},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct settings_document *document = document_of(cases[i].text);
        struct settings_node root = settings_document_root(document);
        enum settings_scalar type = cases[i].type;

        if (strcmp(cases[i].text, "-") == 0) {
            assert_int_equal(settings_node_kind(root), SETTINGS_LIST);
            root = settings_node_item(root, 0); /* "- " with nothing in it */
        }
        if (settings_node_scalar(root) != type) {
            fail_msg("%s is %d, not %d", cases[i].text,
                     (int)settings_node_scalar(root), (int)type);
        }
        settings_document_destroy(document);
    }
}

static void maps_and_lists_are_walked_in_order_with_their_places(void **state)
{
    struct settings_document *document =
        document_of("a: 1\nb:\n  - x\n  - {c: y}\n");
    struct settings_node root = settings_document_root(document);

    (void)state;
    assert_int_equal(settings_node_kind(root), SETTINGS_MAP);
    assert_int_equal(settings_node_count(root), 2);
    assert_string_equal(settings_node_text(settings_node_key(root, 1)), "b");
    struct settings_node list = settings_node_value(root, 1);
    assert_int_equal(settings_node_kind(list), SETTINGS_LIST);
    assert_int_equal(settings_node_count(list), 2);
    assert_null(settings_node_text(list));
    struct settings_node item = settings_node_item(list, 1);
    struct settings_place place = settings_node_place(item);
    assert_int_equal(place.line, 4);
    assert_int_equal(place.column, 5);
    assert_int_equal(place.file, 7);
    assert_int_equal(place.origin, ORIGIN_FILE);
    assert_int_equal(settings_node_count(settings_node_value(item, 0)), 0);
    settings_document_destroy(document);
}

static void an_empty_document_has_no_root(void **state)
{
    static const char *const texts[] = {"", "# nothing\n", "\n\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct settings_document *document = document_of(texts[i]);
        struct settings_node root = settings_document_root(document);
        assert_false(settings_node_exists(root));
        assert_true(settings_node_is_nothing(root));
        settings_document_destroy(document);
    }
    settings_document_destroy(NULL);
}

static void a_scalar_with_a_nul_inside_has_no_text(void **state)
{
    struct settings_document *document = document_of("\"a\\0b\"");
    struct settings_node root = settings_document_root(document);

    (void)state;
    assert_null(settings_node_text(root));
    assert_false(settings_node_is_nothing(root));
    settings_document_destroy(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scalar_has_the_type_yaml_gives_it),
        cmocka_unit_test(maps_and_lists_are_walked_in_order_with_their_places),
        cmocka_unit_test(an_empty_document_has_no_root),
        cmocka_unit_test(a_scalar_with_a_nul_inside_has_no_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
