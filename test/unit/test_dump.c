/*
 * test_dump.c - the effective configuration, read as it is printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "ctl/dump.h"

static const char printed[] =
    "# sentinel-agent 0.1.0: the effective configuration\n"
    "cluster: prod # etc/x.yaml:6\n"
    "zookeeper:\n"
    "  servers: \"127.0.0.1:2181,zk \\\"2\\\\:1\" # etc/x.yaml:24\n"
    "  auth:\n"
    "    credential_file: /etc/zk.cred # etc/x.yaml:25\n"
    "publish:\n"
    "  state: /redis-sentinel # etc/x.yaml:31\n"
    "labels: # etc/x.yaml:20\n"
    "  site: here\n"
    "instances:\n"
    "  - name: cache-1 # etc/x.yaml:53\n"
    "    addr: \"127.0.0.1:6379\" # etc/x.yaml:54\n"
    "    labels: # etc/x.yaml:56\n"
    "      az: a\n"
    "  - name: queue # etc/x.yaml:57\n"
    "    addr: unix:/run/redis/queue.sock # etc/x.yaml:58\n"
    "last: yes";

static void every_value_has_its_path(void **state)
{
    (void)state;
    static const char *const wanted[][2] = {
        {"cluster", "prod"},
        {"zookeeper.servers", "127.0.0.1:2181,zk \"2\\:1"},
        {"zookeeper.auth.credential_file", "/etc/zk.cred"},
        {"publish.state", "/redis-sentinel"},
        {"labels.site", "here"},
        {"instances.name", "cache-1"},
        {"instances.addr", "127.0.0.1:6379"},
        {"instances.labels.az", "a"},
        {"instances.name", "queue"},
        {"instances.addr", "unix:/run/redis/queue.sock"},
        {"last", "yes"},
    };
    struct dump dump;
    dump_init(&dump, printed);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        assert_true(dump_next(&dump));
        assert_string_equal(dump.path, wanted[i][0]);
        assert_string_equal(dump.value, wanted[i][1]);
    }
    assert_false(dump_next(&dump));
}

static void one_value_is_found_by_its_path(void **state)
{
    (void)state;
    char value[32] = "before";
    assert_true(dump_find(printed, "publish.state", value, sizeof value));
    assert_string_equal(value, "/redis-sentinel");
    assert_false(dump_find(printed, "publish", value, sizeof value));
    assert_false(dump_find(printed, "state", value, sizeof value));
    assert_false(dump_find(printed, "publish.state", value, 5));
    assert_string_equal(value, "/redis-sentinel");
}

static void nonsense_is_left_out(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "\n\n",
                                        "-",
                                        ":",
                                        "a",
                                        "a:",
                                        "a: #",
                                        "                  deep: x",
                                        "- - - - - - - - - - - x: y",
                                        "\"",
                                        "a: \"",
                                        "a: \"\\"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct dump dump;
        dump_init(&dump, texts[i]);
        int values = 0;
        while (dump_next(&dump)) {
            assert_in_range(++values, 1, 1);
        }
    }
}

static void a_value_too_long_is_cut(void **state)
{
    (void)state;
    static char text[2 * DUMP_VALUE_BYTES];
    struct dump dump;
    memset(text, 'x', sizeof text - 1);
    text[0] = 'a';
    text[1] = ':';
    text[2] = ' ';
    text[3] = '"';
    dump_init(&dump, text);
    assert_true(dump_next(&dump));
    assert_int_equal(strlen(dump.value), DUMP_VALUE_BYTES - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_has_its_path),
        cmocka_unit_test(one_value_is_found_by_its_path),
        cmocka_unit_test(nonsense_is_left_out),
        cmocka_unit_test(a_value_too_long_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
