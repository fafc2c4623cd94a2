/*
 * test_discover_net.c - who listens, read from texts as the kernel writes
 * them, and from texts it would never write.
 */
#include "fake_proc.h"

#include "prober/discover_net.h"

#define TCP_HEAD                                                          \
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when " \
    "retrnsmt   uid  timeout inode\n"
#define UNIX_HEAD "Num       RefCount Protocol Flags    Type St Inode Path\n"

struct scene {
    struct fake_proc proc;
    struct discover_net net;
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    assert_non_null(scene);
    fake_proc_init(&scene->proc);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    fake_proc_finish(&scene->proc);
    free(scene);
    return 0;
}

static void read_net(struct scene *scene)
{
    discover_net_read(&scene->net, scene->proc.root);
}

/* The only listener with this inode. */
static const struct discover_listener *listener(const struct scene *scene,
                                                uint64_t inode)
{
    const struct discover_listener *first = NULL;
    assert_int_equal(discover_net_find(&scene->net, inode, &first), 1);
    return first;
}

static void a_tcp_socket_is_read_with_address_owner_and_inode(void **state)
{
    struct scene *scene = *state;
    fake_proc_file(&scene->proc, "net/tcp",
                   TCP_HEAD
                   "   0: 0100007F:18EB 00000000:0000 0A 00000000:00000000 "
                   "00:00000000 00000000   104        0 21004 1 "
                   "00000000064f96a0 100 0 0 10 0                     \n");
    read_net(scene);
    const struct discover_listener *found = listener(scene, 21004);
    assert_string_equal(found->addr, "127.0.0.1:6379");
    assert_int_equal(found->port, 6379);
    assert_int_equal(found->uid, 104);
    assert_int_equal(found->rank, DISCOVER_NET_LOOPBACK);
    assert_false(found->is_everywhere);
    assert_int_equal(scene->net.count, 1);
}

static void all_addresses_are_asked_on_loopback(void **state)
{
    struct scene *scene = *state;
    fake_proc_file(&scene->proc, "net/tcp",
                   TCP_HEAD "   0: 00000000:18EB 00000000:0000 0A 0:0 00:0 0 "
                            "  104        0 1 1\n");
    fake_proc_file(&scene->proc, "net/tcp6",
                   TCP_HEAD "   0: 00000000000000000000000000000000:18EB "
                            "00000000000000000000000000000000:0000 0A 0:0 "
                            "00:0 0   104        0 2 1\n");
    read_net(scene);
    assert_string_equal(listener(scene, 1)->addr, "127.0.0.1:6379");
    assert_true(listener(scene, 1)->is_everywhere);
    assert_string_equal(listener(scene, 2)->addr, "[::1]:6379");
    assert_true(listener(scene, 2)->is_everywhere);
    assert_int_equal(listener(scene, 2)->rank, DISCOVER_NET_IPV6);
}

static void each_family_is_written_as_the_configuration_does(void **state)
{
    struct scene *scene = *state;
    fake_proc_file(&scene->proc, "net/tcp",
                   TCP_HEAD "   0: 0501000A:0001 00000000:0000 0A 0:0 00:0 0 "
                            "  104        0 1 1\n");
    fake_proc_file(&scene->proc, "net/tcp6",
                   TCP_HEAD
                   "   0: B80D0120000000000000000001000000:FFFF "
                   "00000000000000000000000000000000:0000 0A 0:0 00:0 0   104"
                   "        0 2 1\n"
                   "   1: 0000000000000000FFFF00000100007F:18EB "
                   "00000000000000000000000000000000:0000 0A 0:0 00:0 0   104"
                   "        0 3 1\n");
    fake_proc_file(&scene->proc, "net/unix",
                   UNIX_HEAD "00000000af60f9fc: 00000002 00000000 00010000 "
                             "0001 01 4 /run/a b/redis.sock\n");
    read_net(scene);
    assert_string_equal(listener(scene, 1)->addr, "10.0.1.5:1");
    assert_int_equal(listener(scene, 1)->rank, DISCOVER_NET_IPV4);
    assert_string_equal(listener(scene, 2)->addr, "[2001:db8::1]:65535");
    assert_string_equal(listener(scene, 3)->addr, "127.0.0.1:6379");
    assert_int_equal(listener(scene, 3)->rank, DISCOVER_NET_LOOPBACK);
    assert_string_equal(listener(scene, 4)->addr, "unix:/run/a b/redis.sock");
    assert_int_equal(listener(scene, 4)->uid, DISCOVER_NET_UID_UNKNOWN);
    assert_int_equal(listener(scene, 4)->port, 0);
}

static void what_does_not_listen_is_left(void **state)
{
    struct scene *scene = *state;
    fake_proc_file(&scene->proc, "net/tcp",
                   TCP_HEAD
                   "   0: 0100007F:18EB 0100007F:E8F5 01 0:0 00:0 0   104 0 1 "
                   "1\n"
                   "   1: 0100007F:18EB 0100007F:E8F5 06 0:0 00:0 0   104 0 0 "
                   "3\n");
    fake_proc_file(&scene->proc, "net/unix",
                   UNIX_HEAD
                   "0: 00000003 00000000 00000000 0001 03 2 /run/one.sock\n"
                   "0: 00000002 00000000 00010000 0005 01 3 /run/packet.sock\n"
                   "0: 00000002 00000000 00000000 0002 01 4 /run/dgram.sock\n"
                   "0: 00000003 00000000 00000000 0001 03 5\n");
    read_net(scene);
    assert_int_equal(scene->net.count, 0);
}

static void what_cannot_be_configured_is_left(void **state)
{
    struct scene *scene = *state;
    fake_proc_file(&scene->proc, "net/tcp6",
                   TCP_HEAD "   0: 000080FE000000000000000001000000:18EB "
                            "00000000000000000000000000000000:0000 0A 0:0 "
                            "00:0 0   104        0 1 1\n");
    fake_proc_file(&scene->proc, "net/unix",
                   UNIX_HEAD
                   "0: 00000002 00000000 00010000 0001 01 2 @abstract\n"
                   "0: 00000002 00000000 00010000 0001 01 3 relative.sock\n"
                   "0: 00000002 00000000 00010000 0001 01 4 /run/\xc3\xa4\n"
                   "0: 00000002 00000000 00010000 0001 01 5 /\x1b[2J\n");
    read_net(scene);
    assert_int_equal(scene->net.count, 0);
}

static void nonsense_is_left_and_the_rest_is_read(void **state)
{
    struct scene *scene = *state;
    char head[2000];
    memset(head, 'x', sizeof(head));
    head[sizeof(head) - 1] = '\0';
    char text[4000];
    assert_true(text_format(
        text, sizeof(text),
        "%s\n\n \n   0:\n   0: zz:18EB 0:0 0A 0:0 00:0 0 1 0 1 1\n"
        "   0: 0100007F 0:0 0A 0:0 00:0 0 1 0 2 1\n"
        "   0: 0100007F:0 0:0 0A 0:0 00:0 0 1 0 3 1\n"
        "   0: 0100007F:1FFFF 0:0 0A 0:0 00:0 0 1 0 4 1\n"
        "   0: 0100007F1:18EB 0:0 0A 0:0 00:0 0 1 0 5 1\n"
        "   0: 0100007F:18EB 0:0 0A 0:0 00:0 0 -1 0 6 1\n"
        "   0: 0100007F:18EB 0:0 0A 0:0 00:0 0 4294967295 0 7 1\n"
        "   0: 0100007F:18EB 0:0 0A 0:0 00:0 0 1 0 x8 1\n"
        "   0: 0100007F:18EB 0:0 0A 0:0 00:0 0 1 0 99999999999999999999 1\n"
        "   0: 0100007F:18EB 0:0 0A 0:0 00:0 0 1 0 9 1",
        head));
    fake_proc_file(&scene->proc, "net/tcp", text);
    read_net(scene);
    assert_int_equal(scene->net.count, 1);
    assert_string_equal(listener(scene, 9)->addr, "127.0.0.1:6379");
}

static void no_files_are_no_listeners(void **state)
{
    struct scene *scene = *state;
    const struct discover_listener *first = NULL;
    read_net(scene);
    assert_int_equal(scene->net.count, 0);
    assert_int_equal(discover_net_find(&scene->net, 1, &first), 0);
}

/* A path with a line break can claim any inode. */
static void a_forged_line_does_not_hide_the_real_one(void **state)
{
    struct scene *scene = *state;
    const struct discover_listener *first = NULL;
    fake_proc_file(&scene->proc, "net/tcp",
                   TCP_HEAD "   0: 0100007F:18EB 0:0 0A 0:0 00:0 0 104 0 77 "
                            "1\n");
    fake_proc_file(&scene->proc, "net/unix",
                   UNIX_HEAD
                   "0: 00000002 00000000 00010000 0001 01 5 /tmp/x\n"
                   "0: 00000002 00000000 00010000 0001 01 77 /tmp/evil.sock\n");
    read_net(scene);
    assert_int_equal(discover_net_find(&scene->net, 77, &first), 2);
    assert_string_equal(first[0].addr, "127.0.0.1:6379");
    assert_string_equal(first[1].addr, "unix:/tmp/evil.sock");
}

static void past_the_bound_listeners_are_counted(void **state)
{
    struct scene *scene = *state;
    const struct discover_listener *first = NULL;
    char *text = calloc(DISCOVER_NET_MOST + 5, 80);
    assert_non_null(text);
    size_t length = 0;
    for (unsigned i = 1; i <= DISCOVER_NET_MOST + 3; i++) {
        length += (size_t)sprintf(text + length,
                                  "0: 2 0 00010000 0001 01 %u /run/%u\n",
                                  DISCOVER_NET_MOST * 2 - i, i);
    }
    fake_proc_file(&scene->proc, "net/unix", text);
    free(text);
    read_net(scene);
    assert_int_equal(scene->net.count, DISCOVER_NET_MOST);
    assert_int_equal(scene->net.left_out, 3);
    for (uint64_t i = 1; i <= DISCOVER_NET_MOST; i++) {
        assert_int_equal(
            discover_net_find(&scene->net, DISCOVER_NET_MOST * 2 - i, &first),
            1);
    }
    assert_int_equal(
        discover_net_find(&scene->net, DISCOVER_NET_MOST * 2, &first), 0);
}

#define A_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        A_TEST(a_tcp_socket_is_read_with_address_owner_and_inode),
        A_TEST(all_addresses_are_asked_on_loopback),
        A_TEST(each_family_is_written_as_the_configuration_does),
        A_TEST(what_does_not_listen_is_left),
        A_TEST(what_cannot_be_configured_is_left),
        A_TEST(nonsense_is_left_and_the_rest_is_read),
        A_TEST(no_files_are_no_listeners),
        A_TEST(a_forged_line_does_not_hide_the_real_one),
        A_TEST(past_the_bound_listeners_are_counted),
    };
    return cmocka_run_group_tests_name("discover_net", tests, NULL, NULL);
}
