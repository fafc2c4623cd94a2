/*
 * test_settings_check.c - the rules across fields: each broken alone, and not
 * complained of where another complaint says it already.
 */
#include "settings_scene.h"

#include <stdio.h>

#define PUBLISHED(registration)          \
    "zookeeper: {servers: 'zk1:2181'}\n" \
    "publish: {state: /s, registrations: [" registration "]}\n"
#define UP(path) "{style: compat, path: " path ", when: up}"

static void two_instances_have_two_names(void **state)
{
    scene_refuse(state, ONE "- {name: a, addr: '127.0.0.1:2'}\n", 3, 3,
                 "taken by the instance on line 2");
}

static void an_instance_without_a_name_takes_nobody_elses(void **state)
{
    struct scene *scene = *state;

    assert_int_not_equal(scene_parse(scene,
                                     "instances: [{addr: '127.0.0.1:1'}, "
                                     "{addr: '127.0.0.1:2'}]\n"),
                         0);
    assert_int_equal(scene->complaints.count, 2); /* both: it is missing */
}

static void a_loopback_address_needs_another_to_be_registered(void **state)
{
    static const char *const addresses[] = {
        "127.0.0.1:1", "127.8.9.1:1", "localhost:1",     "'[::1]:1'",
        "'[::]:1'",    "0.0.0.0:1",   "unix:/run/a.sock"};
    char text[512];

    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        (void)snprintf(text, sizeof(text),
                       PUBLISHED(UP("/a")) "instances:\n- name: a\n"
                                           "  addr: %s\n",
                       addresses[i]);
        scene_refuse(state, text, 5, 9, "`advertise` is needed");
        (void)strcat(text, "  advertise: 10.0.0.1:1\n");
        scene_take(state, text);
    }
}

static void a_loopback_address_may_be_registered_when_asked_for(void **state)
{
    scene_take(state, PUBLISHED(UP("/a")) "instances:\n- name: a\n"
                                          "  addr: 127.0.0.1:1\n"
                                          "  advertise: 127.0.0.1:1\n");
}

static void an_address_of_the_network_needs_no_other(void **state)
{
    scene_take(state, PUBLISHED(UP("/a")) "instances:\n- name: a\n"
                                          "  addr: 10.0.0.1:1\n");
}

static void nothing_is_needed_when_nothing_is_registered(void **state)
{
    scene_take(state, "zookeeper: {servers: 'zk1:2181'}\n" ONE);
    scene_take(state, "publish: {registrations: [" UP("/a") "]}\n" ONE);
}

static void a_registration_is_of_a_host_and_a_port(void **state)
{
    scene_refuse(state,
                 PUBLISHED(UP("/a")) "instances:\n- name: a\n"
                                     "  addr: 10.0.0.1:1\n"
                                     "  advertise: unix:/run/a.sock\n",
                 6, 14, "the host:port that clients");
}

static void two_members_have_two_addresses(void **state)
{
    scene_refuse(state,
                 PUBLISHED(UP("/a")) "instances:\n"
                                     "- {name: a, addr: '10.0.0.1:1'}\n"
                                     "- {name: b, addr: '127.0.0.1:1',"
                                     " advertise: '10.0.0.1:1'}\n",
                 5, 3, "`a` has the same address");
    scene_take(state, "instances:\n"
                      "- {name: a, addr: '10.0.0.1:1'}\n"
                      "- {name: b, addr: '10.0.0.1:1'}\n");
}

static void no_tree_lies_in_another(void **state)
{
    static const char end[] = "instances: [{name: a, addr: '10.0.0.1:1'}]\n";
    static const struct {
        const char *one;
        const char *other;
        const char *words;
    } cases[] = {
        {"/a", "/a", "that of registration 1"},
        {"/a", "/a/b", "that of registration 1"},
        {"/a/b", "/a", "that of registration 1"},
        {"/a", "/s/x", "the tree of `state`"},
        {"/a", "/s", "the tree of `state`"},
        {"/a", "/zookeeper/x", "ZooKeeper's own"},
        {"/a", "/ab", NULL},
        {"/a", "/sx", NULL},
    };
    char text[512];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void)snprintf(text, sizeof(text),
                       "publish:\n  state: /s\n  registrations:\n"
                       "  - {style: compat, path: %s, when: up}\n"
                       "  - {style: nerve, path: %s, when: up}\n%s",
                       cases[i].one, cases[i].other, end);
        if (cases[i].words == NULL) {
            scene_take(state, text);
        } else {
            scene_refuse(state, text, 5, 5, cases[i].words);
        }
    }
    scene_refuse(state, "publish: {state: /zookeeper}\n" ONE, 1, 18,
                 "ZooKeeper's own");
}

static void a_user_has_a_password_and_a_certificate_a_key(void **state)
{
    scene_refuse(state, "instances: [{name: a, addr: '10.0.0.1:1', user: x}]\n",
                 1, 49, "`user` needs `password_file`");
    scene_refuse(state,
                 "instances:\n- {name: a, addr: '10.0.0.1:1', tls: {key: x}}\n",
                 2, 44, "`key` needs `cert`");
    scene_refuse(
        state, "instances:\n- {name: a, addr: '10.0.0.1:1', tls: {cert: x}}\n",
        2, 45, "`cert` needs `key`");
    scene_take(state,
               "instances: [{name: a, addr: '10.0.0.1:1', password_file: x,"
               " tls: {}}]\n");
}

static void a_value_refused_before_is_not_called_missing(void **state)
{
    scene_refuse(state,
                 PUBLISHED(UP("/a")) "instances:\n- name: a\n"
                                     "  addr: 127.0.0.1:1\n"
                                     "  advertise: nothing\n",
                 6, 14, "`advertise` must be host:port");
    scene_refuse(state, "host: .x\n" ONE, 1, 7, "`host` must be");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(two_instances_have_two_names),
        SCENE_TEST(an_instance_without_a_name_takes_nobody_elses),
        SCENE_TEST(a_loopback_address_needs_another_to_be_registered),
        SCENE_TEST(a_loopback_address_may_be_registered_when_asked_for),
        SCENE_TEST(an_address_of_the_network_needs_no_other),
        SCENE_TEST(nothing_is_needed_when_nothing_is_registered),
        SCENE_TEST(a_registration_is_of_a_host_and_a_port),
        SCENE_TEST(two_members_have_two_addresses),
        SCENE_TEST(no_tree_lies_in_another),
        SCENE_TEST(a_user_has_a_password_and_a_certificate_a_key),
        SCENE_TEST(a_value_refused_before_is_not_called_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
