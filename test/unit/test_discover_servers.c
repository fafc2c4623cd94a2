/*
 * test_discover_servers.c - from addresses and answers to servers: whose they
 * are, which address is told first, and who is not believed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "prober/discover_servers.h"

#define REDIS 104 /* a user */
#define TOLD_BYTES 1024

struct scene {
    struct discover_processes processes;
    struct discover_servers servers;
    char told[TOLD_BYTES]; /* "pid addr, another; pid addr" */
};

static int set_up(void **state)
{
    static struct scene scene;
    memset(&scene, 0, sizeof(scene));
    discover_servers_init(&scene.servers, &scene.processes);
    *state = &scene;
    return 0;
}

static uint32_t add_process(struct scene *scene, uint32_t pid, uint32_t own_pid,
                            uint32_t uid, bool is_hidden)
{
    uint32_t next = scene->processes.count;
    scene->processes.list[next] = (struct discover_process){
        .pid = pid, .own_pid = own_pid, .uid = uid, .is_hidden = is_hidden};
    scene->processes.count++;
    return next;
}

static struct discover_listener listener(const char *addr, uint16_t port)
{
    struct discover_listener listener = {
        .inode = 1, .uid = REDIS, .port = port};
    (void)text_copy(listener.addr, sizeof(listener.addr), addr);
    if (addr[0] == 'u') {
        listener.rank = DISCOVER_NET_UNIX;
        listener.uid = DISCOVER_NET_UID_UNKNOWN;
    } else if (addr[0] == '[') {
        listener.rank = DISCOVER_NET_IPV6;
    } else if (strncmp(addr, "127.0.0.1:", 10) != 0) {
        listener.rank = DISCOVER_NET_IPV4;
    }
    return listener;
}

/* Asked there, and answered so. */
static void answer(struct scene *scene, struct discover_listener at,
                   uint32_t holder, struct discover_reply reply)
{
    uint32_t candidate = scene->servers.count;
    discover_servers_add(&scene->servers, &at, holder);
    assert_int_equal(scene->servers.count, candidate + 1);
    discover_servers_answer(&scene->servers, candidate, &reply);
}

static struct discover_reply server(uint32_t process_id)
{
    return (struct discover_reply){.answer = DISCOVER_SERVER,
                                   .process_id = process_id};
}

static const struct discover_reply locked = {.answer = DISCOVER_LOCKED};

static void note_told(void *owner, bool is_another, uint32_t pid,
                      const struct discover_candidate *candidate,
                      const char *addr)
{
    struct scene *scene = owner;
    (void)candidate;
    if (is_another) {
        assert_true(
            text_append(scene->told, sizeof(scene->told), ", %s", addr));
    } else {
        assert_true(text_append(scene->told, sizeof(scene->told), "%s%u %s",
                                scene->told[0] != '\0' ? "; " : "", pid, addr));
    }
}

static const char *told(struct scene *scene)
{
    scene->told[0] = '\0';
    discover_servers_tell(&scene->servers, note_told, scene);
    return scene->told;
}

/* --- with rights ---------------------------------------------------------- */

static void a_server_is_told_once_its_best_address_first(void **state)
{
    struct scene *scene = *state;
    uint32_t one = add_process(scene, 10, 10, REDIS, false);
    struct discover_reply peer = server(10);
    peer.peer = 10;
    answer(scene, listener("unix:/run/r.sock", 0), one, peer);
    answer(scene, listener("[::1]:6379", 6379), one, server(10));
    answer(scene, listener("10.0.0.5:6379", 6379), one, server(10));
    answer(scene, listener("127.0.0.1:6379", 6379), one, server(10));
    assert_string_equal(
        told(scene),
        "10 127.0.0.1:6379, 10.0.0.5:6379, [::1]:6379, unix:/run/r.sock");
    assert_string_equal(told(scene), "");
}

static void everywhere_is_told_as_another_address(void **state)
{
    struct scene *scene = *state;
    uint32_t one = add_process(scene, 10, 10, REDIS, false);
    struct discover_listener ipv4 = listener("127.0.0.1:6379", 6379);
    struct discover_listener ipv6 = listener("[::1]:6379", 6379);
    ipv4.is_everywhere = true;
    ipv6.is_everywhere = true;
    answer(scene, ipv4, one, server(10));
    answer(scene, ipv6, one, server(10));
    assert_string_equal(
        told(scene), "10 127.0.0.1:6379, 0.0.0.0:6379, [::1]:6379, [::]:6379");
}

static void servers_are_told_in_one_order_always(void **state)
{
    struct scene *scene = *state;
    uint32_t one = add_process(scene, 10, 10, REDIS, false);
    uint32_t two = add_process(scene, 20, 20, REDIS, false);
    uint32_t three = add_process(scene, 30, 30, REDIS, false);
    answer(scene, listener("127.0.0.1:7000", 7000), two, server(20));
    answer(scene, listener("[::1]:1", 1), three, server(30));
    answer(scene, listener("127.0.0.1:6379", 6379), one, server(10));
    assert_string_equal(told(scene),
                        "10 127.0.0.1:6379; 20 127.0.0.1:7000; 30 [::1]:1");
}

static void an_answer_from_elsewhere_is_not_believed(void **state)
{
    struct scene *scene = *state;
    uint32_t proxy = add_process(scene, 10, 10, REDIS, false);
    answer(scene, listener("127.0.0.1:6379", 6379), proxy, server(77));
    assert_string_equal(told(scene), "");
    assert_int_equal(discover_servers_silent(&scene->servers), 1);
}

static void a_child_that_inherited_the_socket_is_not_taken_for_it(void **state)
{
    struct scene *scene = *state;
    uint32_t child = add_process(scene, 11, 11, REDIS, false);
    (void)add_process(scene, 10, 10, REDIS, false);
    answer(scene, listener("127.0.0.1:6379", 6379), child, server(10));
    assert_string_equal(told(scene), "10 127.0.0.1:6379");
}

static void a_server_in_a_pid_namespace_is_known_by_its_own_pid(void **state)
{
    struct scene *scene = *state;
    uint32_t one = add_process(scene, 10, 1, REDIS, false);
    uint32_t two = add_process(scene, 20, 1, REDIS, false);
    answer(scene, listener("127.0.0.1:6379", 6379), two, server(1));
    answer(scene, listener("127.0.0.1:6380", 6380), one, server(1));
    assert_string_equal(told(scene), "20 127.0.0.1:6379; 10 127.0.0.1:6380");
}

static void a_unix_socket_counts_by_its_peer_alone(void **state)
{
    struct scene *scene = *state;
    uint32_t one = add_process(scene, 10, 10, REDIS, false);
    struct discover_reply evil = server(10);
    evil.peer = 66;
    answer(scene, listener("unix:/tmp/evil.sock", 0), one, evil);
    evil.peer = 0;
    answer(scene, listener("unix:/tmp/far.sock", 0), one, evil);
    assert_string_equal(told(scene), "");
    struct discover_reply peer = locked;
    peer.peer = 10;
    discover_servers_title(&scene->servers, one, &(struct discover_title){0});
    answer(scene, listener("unix:/run/r.sock", 0), one, peer);
    assert_string_equal(told(scene), "10 unix:/run/r.sock");
}

static void what_is_no_server_is_not_told(void **state)
{
    struct scene *scene = *state;
    uint32_t one = add_process(scene, 10, 10, REDIS, false);
    struct discover_listener unasked = listener("127.0.0.1:4", 4);
    answer(scene, listener("127.0.0.1:1", 1), one,
           (struct discover_reply){.answer = DISCOVER_STRANGER});
    answer(
        scene, listener("127.0.0.1:2", 2), one,
        (struct discover_reply){.answer = DISCOVER_SENTINEL, .process_id = 10});
    discover_servers_add(&scene->servers, &unasked, one);
    assert_string_equal(told(scene), "");
    assert_int_equal(discover_servers_silent(&scene->servers), 2);
}

static void a_locked_server_waits_for_its_title(void **state)
{
    struct scene *scene = *state;
    uint32_t one = add_process(scene, 10, 10, REDIS, false);
    uint32_t two = add_process(scene, 20, 20, REDIS, false);
    answer(scene, listener("127.0.0.1:6379", 6379), one, locked);
    answer(scene, listener("127.0.0.1:26379", 26379), two, locked);
    assert_string_equal(told(scene), "");
    assert_int_equal(discover_servers_untitled(&scene->servers), one);
    discover_servers_title(&scene->servers, one, &(struct discover_title){0});
    assert_int_equal(discover_servers_untitled(&scene->servers), two);
    discover_servers_title(&scene->servers, two,
                           &(struct discover_title){.is_sentinel = true});
    assert_int_equal(discover_servers_untitled(&scene->servers),
                     DISCOVER_NOBODY);
    assert_string_equal(told(scene), "10 127.0.0.1:6379");
}

static void a_late_address_of_a_told_server_is_kept_quiet(void **state)
{
    struct scene *scene = *state;
    uint32_t one = add_process(scene, 10, 10, REDIS, false);
    answer(scene, listener("127.0.0.1:6379", 6379), one, server(10));
    assert_string_equal(told(scene), "10 127.0.0.1:6379");
    answer(scene, listener("[::1]:6379", 6379), one, server(10));
    assert_string_equal(told(scene), "");
}

static void a_cluster_bus_is_not_asked(void **state)
{
    struct scene *scene = *state;
    uint32_t one = add_process(scene, 10, 10, REDIS, false);
    uint32_t two = add_process(scene, 20, 20, REDIS, false);
    const struct discover_listener at[] = {
        listener("127.0.0.1:16379", 16379), listener("127.0.0.1:6379", 6379),
        listener("127.0.0.1:16380", 16380), listener("unix:/10000", 0),
        listener("127.0.0.1:10000", 10000)};
    discover_servers_add(&scene->servers, &at[0], one);
    discover_servers_add(&scene->servers, &at[1], one);
    discover_servers_add(&scene->servers, &at[2], two);
    discover_servers_add(&scene->servers, &at[3], one);
    discover_servers_add(&scene->servers, &at[4], one);
    assert_true(discover_servers_is_bus(&scene->servers, 0));
    for (uint32_t i = 1; i < 5; i++) {
        assert_false(discover_servers_is_bus(&scene->servers, i));
    }
}

static void an_address_is_asked_once_and_past_the_bound_never(void **state)
{
    struct scene *scene = *state;
    struct discover_listener at = listener("127.0.0.1:6379", 6379);
    discover_servers_add(&scene->servers, &at, 0);
    discover_servers_add(&scene->servers, &at, 1);
    assert_int_equal(scene->servers.count, 1);
    assert_int_equal(scene->servers.list[0].holder, 0);
    for (uint64_t i = 2; i <= DISCOVER_SERVERS_MOST + 2; i++) {
        at.inode = i;
        discover_servers_add(&scene->servers, &at, DISCOVER_NOBODY);
    }
    assert_int_equal(scene->servers.count, DISCOVER_SERVERS_MOST);
    assert_int_equal(scene->servers.left_out, 2);
}

static void one_process_does_not_take_all_the_room(void **state)
{
    struct scene *scene = *state;
    struct discover_listener at = listener("127.0.0.1:6379", 6379);
    for (uint64_t i = 1; i <= DISCOVER_SERVERS_MOST; i++) {
        at.inode = i;
        discover_servers_add(&scene->servers, &at, 0);
    }
    assert_int_equal(scene->servers.count, DISCOVER_SERVERS_EACH_MOST);
    at.inode++;
    discover_servers_add(&scene->servers, &at, 1);
    assert_int_equal(scene->servers.count, DISCOVER_SERVERS_EACH_MOST + 1);
}

/* --- without rights ------------------------------------------------------- */

static void a_hidden_server_is_known_by_what_it_tells(void **state)
{
    struct scene *scene = *state;
    (void)add_process(scene, 10, 10, REDIS, true);
    (void)add_process(scene, 20, 20, REDIS + 1, true);
    (void)add_process(scene, 30, 30, REDIS, false);
    answer(scene, listener("127.0.0.1:1", 1), DISCOVER_NOBODY, server(10));
    answer(scene, listener("127.0.0.1:2", 2), DISCOVER_NOBODY, server(20));
    answer(scene, listener("127.0.0.1:3", 3), DISCOVER_NOBODY, server(30));
    answer(scene, listener("127.0.0.1:4", 4), DISCOVER_NOBODY, server(77));
    assert_string_equal(told(scene), "10 127.0.0.1:1");
}

static void the_only_hidden_process_is_the_locked_server(void **state)
{
    struct scene *scene = *state;
    uint32_t one = add_process(scene, 10, 10, REDIS, true);
    discover_servers_title(&scene->servers, one, &(struct discover_title){0});
    answer(scene, listener("127.0.0.1:1", 1), DISCOVER_NOBODY, locked);
    answer(scene, listener("[::1]:1", 1), DISCOVER_NOBODY, locked);
    assert_string_equal(told(scene), "10 127.0.0.1:1, [::1]:1");
}

static void of_several_hidden_ones_a_locked_server_is_nameless(void **state)
{
    struct scene *scene = *state;
    uint32_t one = add_process(scene, 10, 10, REDIS, true);
    uint32_t two = add_process(scene, 20, 20, REDIS, true);
    discover_servers_title(&scene->servers, one, &(struct discover_title){0});
    discover_servers_title(&scene->servers, two, &(struct discover_title){0});
    answer(scene, listener("127.0.0.1:1", 1), DISCOVER_NOBODY, locked);
    answer(scene, listener("127.0.0.1:2", 2), DISCOVER_NOBODY, locked);
    answer(scene, listener("[::1]:1", 1), DISCOVER_NOBODY, locked);
    assert_string_equal(told(scene), "0 127.0.0.1:1, [::1]:1; 0 127.0.0.1:2");
}

static void a_server_that_hides_its_pid_needs_a_holder(void **state)
{
    struct scene *scene = *state;
    uint32_t one = add_process(scene, 10, 10, REDIS, false);
    answer(scene, listener("127.0.0.1:1", 1), one, server(0));
    answer(scene, listener("127.0.0.1:2", 2), DISCOVER_NOBODY, server(0));
    assert_string_equal(told(scene), "10 127.0.0.1:1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_server_is_told_once_its_best_address_first,
                               set_up),
        cmocka_unit_test_setup(everywhere_is_told_as_another_address, set_up),
        cmocka_unit_test_setup(servers_are_told_in_one_order_always, set_up),
        cmocka_unit_test_setup(an_answer_from_elsewhere_is_not_believed,
                               set_up),
        cmocka_unit_test_setup(
            a_child_that_inherited_the_socket_is_not_taken_for_it, set_up),
        cmocka_unit_test_setup(
            a_server_in_a_pid_namespace_is_known_by_its_own_pid, set_up),
        cmocka_unit_test_setup(a_unix_socket_counts_by_its_peer_alone, set_up),
        cmocka_unit_test_setup(what_is_no_server_is_not_told, set_up),
        cmocka_unit_test_setup(a_locked_server_waits_for_its_title, set_up),
        cmocka_unit_test_setup(a_late_address_of_a_told_server_is_kept_quiet,
                               set_up),
        cmocka_unit_test_setup(a_cluster_bus_is_not_asked, set_up),
        cmocka_unit_test_setup(
            an_address_is_asked_once_and_past_the_bound_never, set_up),
        cmocka_unit_test_setup(one_process_does_not_take_all_the_room, set_up),
        cmocka_unit_test_setup(a_hidden_server_is_known_by_what_it_tells,
                               set_up),
        cmocka_unit_test_setup(the_only_hidden_process_is_the_locked_server,
                               set_up),
        cmocka_unit_test_setup(
            of_several_hidden_ones_a_locked_server_is_nameless, set_up),
        cmocka_unit_test_setup(a_server_that_hides_its_pid_needs_a_holder,
                               set_up),
    };
    return cmocka_run_group_tests_name("discover_servers", tests, NULL, NULL);
}
