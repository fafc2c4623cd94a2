/*
 * test_discovery_list.c - found servers get names that stay with them, and
 * join the configured instances without being observed twice.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "supervisor/discovery_merge.h"
#include "wire/discovery_list.h"
#include "wire/discovery_names.h"

struct scene {
    struct discovery_found list[DISCOVERY_MOST];
    uint32_t count;
    struct settings settings;
    struct settings merged;
};

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct scene));
    return *state == NULL;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    settings_finish(&scene->settings);
    settings_finish(&scene->merged);
    free(scene);
    return 0;
}

static int tell(struct scene *scene, const char *addr, bool is_another)
{
    struct message_found told = {.is_another = is_another,
                                 .pid = 10,
                                 .role = ROLE_MASTER,
                                 .version = "7.0.15"};
    (void)text_copy(told.addr, sizeof(told.addr), addr);
    return discovery_list_add(scene->list, &scene->count, &told);
}

static void tell_all(struct scene *scene, const char *const *addrs)
{
    for (size_t i = 0; addrs[i] != NULL; i++) {
        assert_int_equal(tell(scene, addrs[i], false), 0);
    }
    discovery_list_finish(scene->list, &scene->count);
}

static const char *name_of(const struct scene *scene, const char *addr)
{
    for (uint32_t i = 0; i < scene->count; i++) {
        if (strcmp(address_text(&scene->list[i].address).text, addr) == 0) {
            return scene->list[i].name;
        }
    }
    fail_msg("%s is not in the list", addr);
    return NULL;
}

/* --- what is told --------------------------------------------------------- */

static void a_found_server_is_kept_with_all_that_was_told(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(tell(scene, "127.0.0.1:6379", false), 0);
    assert_int_equal(tell(scene, "0.0.0.0:6379", true), 0);
    assert_int_equal(tell(scene, "unix:/run/r.sock", true), 0);
    discovery_list_finish(scene->list, &scene->count);
    assert_int_equal(scene->count, 1);
    const struct discovery_found *found = &scene->list[0];
    assert_string_equal(found->name, "redis-6379");
    assert_string_equal(address_text(&found->address).text, "127.0.0.1:6379");
    assert_int_equal(found->address.kind, ADDRESS_IPV4);
    assert_int_equal(found->pid, 10);
    assert_int_equal(found->role, ROLE_MASTER);
    assert_string_equal(found->version, "7.0.15");
    assert_int_equal(found->other_count, 2);
    assert_string_equal(address_text(&found->others[1]).text,
                        "unix:/run/r.sock");
}

static void nonsense_is_refused(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(tell(scene, "127.0.0.1:6379", true), -EPROTO);
    assert_int_equal(tell(scene, "127.0.0.1", false), -EPROTO);
    assert_int_equal(tell(scene, "127.0.0.1:0", false), -EPROTO);
    assert_int_equal(tell(scene, "db7:6379", false), -EPROTO);
    assert_int_equal(tell(scene, "unix:redis.sock", false), -EPROTO);
    assert_int_equal(scene->count, 0);
    discovery_list_finish(scene->list, &scene->count);
    assert_int_equal(scene->count, 0);
}

static void more_servers_than_were_asked_are_nonsense(void **state)
{
    struct scene *scene = *state;
    char addr[32];
    for (unsigned i = 1; i <= DISCOVERY_MOST; i++) {
        (void)text_format(addr, sizeof(addr), "127.0.0.1:%u", i);
        assert_int_equal(tell(scene, addr, false), 0);
    }
    assert_int_equal(tell(scene, "127.0.0.1:6379", false), -EPROTO);
    assert_int_equal(scene->count, DISCOVERY_MOST);
}

static void other_addresses_past_the_bound_are_left_out(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(tell(scene, "127.0.0.1:6379", false), 0);
    for (unsigned i = 0; i < DISCOVERY_OTHERS_MOST + 3; i++) {
        assert_int_equal(tell(scene, "[::1]:6379", true), 0);
    }
    assert_int_equal(scene->list[0].other_count, DISCOVERY_OTHERS_MOST);
}

static void a_server_told_twice_is_one(void **state)
{
    struct scene *scene = *state;
    static const char *const addrs[] = {"127.0.0.1:2", "127.0.0.1:1",
                                        "127.0.0.1:2", "127.0.0.1:2", NULL};
    tell_all(scene, addrs);
    assert_int_equal(scene->count, 2);
    assert_string_equal(scene->list[0].name, "redis-1");
    assert_string_equal(scene->list[1].name, "redis-2");
}

/* --- names ---------------------------------------------------------------- */

static void the_order_of_telling_changes_nothing(void **state)
{
    static const char *const one[] = {"127.0.0.1:7000",   "[::1]:7000",
                                      "unix:/run/b.sock", "unix:/run/a.sock",
                                      "10.0.0.5:6379",    NULL};
    static const char *const other[] = {"unix:/run/a.sock", "10.0.0.5:6379",
                                        "unix:/run/b.sock", "[::1]:7000",
                                        "127.0.0.1:7000",   NULL};
    static const char *const names[] = {"redis-6379", "redis-127.0.0.1-7000",
                                        "redis-__1-7000", "redis-a", "redis-b"};
    struct scene *scene = *state;
    struct scene *second = calloc(1, sizeof(*second));
    assert_non_null(second);
    tell_all(scene, one);
    tell_all(second, other);
    assert_int_equal(scene->count, 5);
    for (uint32_t i = 0; i < scene->count; i++) {
        assert_string_equal(scene->list[i].name, names[i]);
        assert_string_equal(second->list[i].name, names[i]);
        assert_string_equal(address_text(&second->list[i].address).text,
                            address_text(&scene->list[i].address).text);
    }
    free(second);
}

/* When one of two goes, the other may not get the name it had. */
static void a_name_does_not_pass_to_another_server(void **state)
{
    static const char *const both[] = {"unix:/run/a/redis.sock",
                                       "unix:/run/b/redis.sock", NULL};
    static const char *const left[] = {"unix:/run/b/redis.sock", NULL};
    struct scene *scene = *state;
    char gone[SETTINGS_NAME_BYTES];
    tell_all(scene, both);
    assert_string_equal(scene->list[0].name, "redis-run-a-redis");
    assert_string_equal(scene->list[1].name, "redis-run-b-redis");
    (void)text_copy(gone, sizeof(gone), scene->list[0].name);
    scene->count = 0;
    tell_all(scene, left);
    assert_string_equal(scene->list[0].name, "redis-redis");
    assert_string_not_equal(scene->list[0].name, gone);
}

static void names_hold_what_a_name_may_hold(void **state)
{
    static const char *const addrs[] = {"unix:/run/a b/c:d~e.sock",
                                        "unix:/run/plain", "unix:/run/.sock",
                                        "unix:/run/x.sock.sock", NULL};
    struct scene *scene = *state;
    tell_all(scene, addrs);
    assert_string_equal(name_of(scene, addrs[0]), "redis-c_d_e");
    assert_string_equal(name_of(scene, addrs[1]), "redis-plain");
    assert_string_equal(name_of(scene, addrs[2]), "redis-.sock");
    assert_string_equal(name_of(scene, addrs[3]), "redis-x.sock");
}

static void long_paths_keep_their_end_and_are_told_apart(void **state)
{
    struct scene *scene = *state;
    char paths[2][112] = {"", ""};
    for (int i = 0; i < 2; i++) {
        (void)text_format(paths[i], sizeof(paths[i]), "unix:/%c/", 'a' + i);
        memset(paths[i] + strlen(paths[i]), 'p', 90);
        (void)text_append(paths[i], sizeof(paths[i]), ".sock");
    }
    const char *const addrs[] = {paths[0], paths[1], NULL};
    tell_all(scene, addrs);
    assert_int_equal(strlen(scene->list[0].name), SETTINGS_NAME_BYTES - 1);
    assert_int_equal(strlen(scene->list[1].name), SETTINGS_NAME_BYTES - 1);
    assert_string_not_equal(scene->list[0].name, scene->list[1].name);
    assert_string_equal(scene->list[1].name + SETTINGS_NAME_BYTES - 5, "pp-2");
}

/* --- joining -------------------------------------------------------------- */

static void configure(struct scene *scene, const char *name, const char *addr)
{
    uint32_t next = scene->settings.instance_count;
    const char *why = NULL;
    scene->settings.instance_defaults.interval_ms = 4711;
    scene->settings.access_defaults.tls_verify = true;
    assert_int_equal(settings_set_count(&scene->settings, next + 1), 0);
    struct instance_settings *instance = &scene->settings.instances[next];
    (void)text_copy(instance->name, sizeof(instance->name), name);
    assert_int_equal(address_parse(addr, false, &instance->addr, &why), 0);
}

static uint32_t merge(struct scene *scene)
{
    discovery_list_finish(scene->list, &scene->count);
    assert_int_equal(discovery_merge(&scene->settings, scene->list,
                                     scene->count, &scene->merged),
                     0);
    return scene->merged.instance_count;
}

static void found_servers_become_instances_like_the_defaults(void **state)
{
    struct scene *scene = *state;
    configure(scene, "cache", "127.0.0.1:6379");
    assert_int_equal(tell(scene, "127.0.0.1:6380", false), 0);
    assert_int_equal(tell(scene, "unix:/run/r.sock", false), 0);
    assert_int_equal(merge(scene), 3);
    const struct settings *merged = &scene->merged;
    assert_string_equal(merged->instances[0].name, "cache");
    assert_string_equal(merged->instances[1].name, "redis-6380");
    assert_string_equal(address_text(&merged->instances[1].addr).text,
                        "127.0.0.1:6380");
    assert_int_equal(merged->instances[1].interval_ms, 4711);
    assert_true(merged->accesses[1].tls_verify);
    assert_string_equal(merged->instances[2].name, "redis-r");
    assert_int_equal(
        settings_place_of(merged, 3, SETTINGS_ROWS_INSTANCE)->origin, 0);
    assert_int_equal(scene->settings.instance_count, 1);
}

static void settings_without_instances_take_them_all(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(tell(scene, "127.0.0.1:6380", false), 0);
    assert_int_equal(merge(scene), 1);
}

static void nothing_found_leaves_a_copy(void **state)
{
    struct scene *scene = *state;
    configure(scene, "cache", "127.0.0.1:6379");
    assert_int_equal(merge(scene), 1);
    assert_ptr_not_equal(scene->merged.instances, scene->settings.instances);
    assert_ptr_not_equal(scene->merged.places, scene->settings.places);
}

static void a_configured_server_is_not_found_again(void **state)
{
    static const struct {
        const char *configured;
        const char *found;
        const char *another; /* NULL: none */
        uint32_t count;
    } rows[] = {
        {"localhost:6379", "127.0.0.1:6379", NULL, 1},
        {"[0:0::1]:6379", "[::1]:6379", NULL, 1},
        {"unix:/run/r.sock", "127.0.0.1:6379", "unix:/run/r.sock", 1},
        {"10.0.0.5:6379", "127.0.0.1:6379", "10.0.0.5:6379", 1},
        {"10.0.0.5:6379", "127.0.0.1:6379", "0.0.0.0:6379", 1},
        {"[2001:db8::1]:6379", "127.0.0.1:6379", "[::]:6379", 1},
        {"db7.example:6379", "127.0.0.1:6379", NULL, 1},
        {"10.0.0.5:6379", "127.0.0.1:6379", NULL, 2},
        {"10.0.0.5:6379", "127.0.0.1:6380", "0.0.0.0:6380", 2},
        {"db7.example:6379", "unix:/run/r.sock", NULL, 2},
        {"unix:/run/r.sock", "unix:/run/s.sock", NULL, 2},
        {"unix:/run/r.sock", "127.0.0.1:6379", "0.0.0.0:6379", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        void *own = NULL;
        assert_int_equal(set_up(&own), 0);
        struct scene *scene = own;
        configure(scene, "cache", rows[i].configured);
        assert_int_equal(tell(scene, rows[i].found, false), 0);
        if (rows[i].another != NULL) {
            assert_int_equal(tell(scene, rows[i].another, true), 0);
        }
        if (merge(scene) != rows[i].count) {
            fail_msg("%s and %s", rows[i].configured, rows[i].found);
        }
        assert_int_equal(tear_down(&own), 0);
    }
}

static void a_configured_name_is_left_to_its_instance(void **state)
{
    struct scene *scene = *state;
    configure(scene, "redis-6380", "10.0.0.5:1");
    configure(scene, "redis-6381", "10.0.0.5:2");
    configure(scene, "redis-127.0.0.1-6381", "10.0.0.5:3");
    assert_int_equal(tell(scene, "127.0.0.1:6380", false), 0);
    assert_int_equal(tell(scene, "127.0.0.1:6381", false), 0);
    assert_int_equal(merge(scene), 5);
    assert_string_equal(scene->merged.instances[3].name,
                        "redis-127.0.0.1-6380");
    assert_string_equal(scene->merged.instances[4].name,
                        "redis-127.0.0.1-6381-2");
}

static void no_more_instances_than_may_be(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(
        settings_set_count(&scene->settings, SETTINGS_INSTANCES_MOST - 1), 0);
    assert_int_equal(tell(scene, "127.0.0.1:6380", false), 0);
    assert_int_equal(tell(scene, "127.0.0.1:6381", false), 0);
    assert_int_equal(merge(scene), SETTINGS_INSTANCES_MOST);
}

#define A_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        A_TEST(a_found_server_is_kept_with_all_that_was_told),
        A_TEST(nonsense_is_refused),
        A_TEST(more_servers_than_were_asked_are_nonsense),
        A_TEST(other_addresses_past_the_bound_are_left_out),
        A_TEST(a_server_told_twice_is_one),
        A_TEST(the_order_of_telling_changes_nothing),
        A_TEST(a_name_does_not_pass_to_another_server),
        A_TEST(names_hold_what_a_name_may_hold),
        A_TEST(long_paths_keep_their_end_and_are_told_apart),
        A_TEST(found_servers_become_instances_like_the_defaults),
        A_TEST(settings_without_instances_take_them_all),
        A_TEST(nothing_found_leaves_a_copy),
        A_TEST(a_configured_server_is_not_found_again),
        A_TEST(a_configured_name_is_left_to_its_instance),
        A_TEST(no_more_instances_than_may_be),
    };
    return cmocka_run_group_tests_name("discovery_list", tests, NULL, NULL);
}
