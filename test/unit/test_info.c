/*
 * test_info.c - the texts of INFO and CLUSTER INFO become facts: what Redis 5
 * to 8 and Valkey write, and what nobody should believe.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "prober/cluster.h"
#include "prober/info.h"

static struct info read_info(const char *text)
{
    struct info info;
    info_init(&info);
    info_read(&info, text, strlen(text));
    return info;
}

static int64_t fact_of(const char *text, enum fact fact)
{
    struct info info = read_info(text);
    return info.facts.values[fact];
}

static struct cluster read_cluster(const char *text)
{
    struct cluster cluster = {.is_down = false};
    cluster_read(&cluster, text, strlen(text));
    return cluster;
}

/* --- facts ------------------------------------------------------------- */

static void every_fact_with_a_field_is_read_from_it(void **state)
{
    (void)state;
    for (int fact = 0; fact < FACT_COUNT; fact++) {
        char text[128];
        const char *field = fact_field((enum fact)fact);
        if (field != NULL) {
            assert_true(text_format(text, sizeof(text), "# A\r\n%s:%d\r\n",
                                    field, 1000 + fact));
            assert_int_equal(fact_of(text, (enum fact)fact), 1000 + fact);
        }
    }
}

static void facts_of_a_text_without_them_are_unknown(void **state)
{
    (void)state;
    struct info info = read_info("# Server\r\nredis_version:7.0.15\r\n"
                                 "uptime_in_second:4\r\nuptime_in_secondss:4"
                                 "\r\nxptime_in_seconds:4\r\n");
    for (int fact = 0; fact < FACT_COUNT; fact++) {
        assert_int_equal(info.facts.values[fact], FACT_UNKNOWN);
    }
    assert_int_equal(info.facts.mode, MODE_UNKNOWN);
    assert_int_equal(info.facts.pid, 0);
    assert_int_equal(info.facts.start_ticks, 0);
}

static void numbers_that_are_none_are_not_facts(void **state)
{
    (void)state;
    static const char *const values[] = {
        "-1", "1.5", "", "0x1", "1 ", "01", "err", "+1", "9223372036854775808"};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        char text[128];
        assert_true(
            text_format(text, sizeof(text), "used_memory:%s\r\n", values[i]));
        assert_int_equal(fact_of(text, FACT_MEMORY_USED), FACT_UNKNOWN);
    }
    assert_int_equal(
        fact_of("used_memory:9223372036854775807", FACT_MEMORY_USED),
        INT64_MAX);
}

static void mode_is_told_by_redis_and_by_valkey(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum mode mode;
    } rows[] = {
        {"redis_mode:standalone\r\n", MODE_STANDALONE},
        {"redis_mode:cluster\r\n", MODE_CLUSTER},
        {"redis_mode:sentinel\r\n", MODE_SENTINEL},
        {"server_mode:cluster\r\n", MODE_CLUSTER},
        {"redis_mode:unknown\r\n", MODE_UNKNOWN},
        {"redis_mode:clusters\r\n", MODE_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct info info = read_info(rows[i].text);
        assert_int_equal(info.facts.mode, rows[i].mode);
        assert_int_equal(info.role == ROLE_SENTINEL,
                         rows[i].mode == MODE_SENTINEL);
    }
}

static void version_of_valkey_is_its_own(void **state)
{
    (void)state;
    struct info info = read_info("redis_version:7.2.4\r\nserver_name:valkey"
                                 "\r\nvalkey_version:8.1.3\r\n");
    assert_string_equal(info.version, "8.1.3");
}

static void failures_of_saving_are_facts_when_told(void **state)
{
    (void)state;
    const char *failed = "rdb_last_bgsave_status:err\r\n"
                         "aof_last_write_status:err\r\n";
    const char *fine = "rdb_last_bgsave_status:ok\r\n"
                       "aof_last_write_status:ok\r\n";
    assert_int_equal(fact_of(failed, FACT_SAVE_FAILED), 1);
    assert_int_equal(fact_of(failed, FACT_AOF_FAILED), 1);
    assert_int_equal(fact_of(fine, FACT_SAVE_FAILED), 0);
    assert_int_equal(fact_of(fine, FACT_AOF_FAILED), 0);
    assert_int_equal(fact_of("rdb_last_bgsave_status:odd", FACT_SAVE_FAILED),
                     FACT_UNKNOWN);
}

static void loaded_percent_is_whole_and_in_tens(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int64_t percent;
        unsigned tens;
    } rows[] = {
        {"0.00", 0, 0},          {"9.99", 9, 0},      {"37.24", 37, 3},
        {"100.00", 100, 10},     {"101.00", -1, 255}, {"-0.00", -1, 255},
        {"1844674407", -1, 255}, {"nan", -1, 255},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[64];
        assert_true(text_format(text, sizeof(text), "loading_loaded_perc:%s",
                                rows[i].value));
        struct info info = read_info(text);
        assert_int_equal(info.facts.values[FACT_LOADED], rows[i].percent);
        assert_int_equal(info.loaded_tens, rows[i].tens);
    }
}

/* --- gap and lag ------------------------------------------------------- */

static void replica_tells_what_it_has_not_applied_yet(void **state)
{
    (void)state;
    const char *text = "role:slave\r\nmaster_link_status:up\r\n"
                       "master_last_io_seconds_ago:7\r\n"
                       "slave_read_repl_offset:5000\r\n"
                       "slave_repl_offset:4200\r\nmaster_repl_offset:4200\r\n";
    assert_int_equal(fact_of(text, FACT_GAP), 800);
    assert_int_equal(fact_of(text, FACT_LAG), 7);
    assert_int_equal(fact_of(text, FACT_OFFSET), 4200);
}

static void replica_without_a_link_has_no_lag(void **state)
{
    (void)state;
    const char *text = "role:slave\r\nmaster_link_status:down\r\n"
                       "master_last_io_seconds_ago:-1\r\n"
                       "slave_read_repl_offset:1\r\nslave_repl_offset:1\r\n"
                       "master_link_down_since_seconds:12\r\n";
    assert_int_equal(fact_of(text, FACT_LAG), FACT_UNKNOWN);
    assert_int_equal(fact_of(text, FACT_GAP), 0);
    assert_int_equal(fact_of(text, FACT_LINK_DOWN), 12);
}

static void gap_is_unknown_before_redis_7_tells_it(void **state)
{
    (void)state;
    const char *text = "role:slave\r\nmaster_last_io_seconds_ago:0\r\n"
                       "slave_repl_offset:4200\r\n";
    assert_int_equal(fact_of(text, FACT_GAP), FACT_UNKNOWN);
    assert_int_equal(fact_of(text, FACT_LAG), 0);
}

static void master_tells_of_its_farthest_online_replica(void **state)
{
    (void)state;
    const char *text =
        "role:master\r\nconnected_slaves:4\r\n"
        "slave0:ip=10.0.0.8,port=6379,state=online,offset=900,lag=1\r\n"
        "slave1:ip=::1,port=6379,state=online,offset=700,lag=0\r\n"
        "slave2:ip=10.0.0.9,port=6379,state=wait_bgsave,offset=0,lag=90\r\n"
        "slave10:ip=h,port=1,state=online,offset=800,lag=3,type=replica\r\n"
        "master_repl_offset:1000\r\n";
    assert_int_equal(fact_of(text, FACT_GAP), 300);
    assert_int_equal(fact_of(text, FACT_LAG), 3);
    assert_int_equal(fact_of(text, FACT_REPLICAS), 4);
}

static void gap_is_never_negative(void **state)
{
    (void)state;
    assert_int_equal(fact_of("role:master\r\nmaster_repl_offset:10\r\n"
                             "slave0:state=online,offset=11,lag=0\r\n",
                             FACT_GAP),
                     0);
    assert_int_equal(fact_of("role:slave\r\nslave_repl_offset:9\r\n"
                             "slave_read_repl_offset:8\r\n",
                             FACT_GAP),
                     0);
    assert_int_equal(fact_of("role:slave\r\nslave_repl_offset:0\r\n"
                             "slave_read_repl_offset:18446744073709551615\r\n",
                             FACT_GAP),
                     INT64_MAX);
}

static void master_without_online_replicas_has_neither(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "role:master\r\nmaster_repl_offset:10\r\n",
        "role:master\r\nmaster_repl_offset:10\r\n"
        "slave0:ip=h,port=1,state=send_bulk,offset=0,lag=0\r\n",
        "role:master\r\nmaster_repl_offset:10\r\n"
        "slave0:ip=h,port=1,state=online,offset=-1,lag=0\r\n",
        "role:master\r\nmaster_repl_offset:10\r\n"
        "slave0:ip=h,port=1,state=online,lag=0\r\n",
        "role:master\r\nmaster_repl_offset:10\r\nslave0:online,,=,=7\r\n",
        "role:master\r\nmaster_repl_offset:10\r\n"
        "slaves:state=online,offset=1,lag=0\r\n",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(fact_of(texts[i], FACT_GAP), FACT_UNKNOWN);
        assert_int_equal(fact_of(texts[i], FACT_LAG), FACT_UNKNOWN);
    }
}

static void replicas_of_a_replica_are_not_its_own_gap(void **state)
{
    (void)state;
    const char *text = "role:slave\r\nslave_read_repl_offset:50\r\n"
                       "slave_repl_offset:50\r\n"
                       "slave0:state=online,offset=1,lag=9\r\n"
                       "master_last_io_seconds_ago:2\r\n"
                       "master_repl_offset:50\r\n";
    assert_int_equal(fact_of(text, FACT_GAP), 0);
    assert_int_equal(fact_of(text, FACT_LAG), 2);
}

/* --- CLUSTER INFO ------------------------------------------------------ */

static void cluster_that_is_ok_has_no_trouble(void **state)
{
    (void)state;
    struct cluster cluster =
        read_cluster("cluster_state:ok\r\ncluster_slots_assigned:16384\r\n"
                     "cluster_slots_ok:16384\r\ncluster_slots_fail:0\r\n");
    assert_false(cluster.is_down);
    assert_false(cluster.has_unassigned);
    assert_false(cluster.has_failed);
}

static void cluster_that_is_not_tells_of_its_slots(void **state)
{
    (void)state;
    struct cluster cluster =
        read_cluster("cluster_state:fail\r\ncluster_slots_assigned:16383\r\n"
                     "cluster_slots_ok:1\r\ncluster_slots_fail:16382\r\n");
    assert_true(cluster.is_down);
    assert_true(cluster.has_unassigned);
    assert_true(cluster.has_failed);
}

static void cluster_text_of_a_stranger_tells_nothing(void **state)
{
    (void)state;
    struct cluster cluster =
        read_cluster("cluster_slots_assigned:-1\r\ncluster_slots_fail:many\r\n"
                     "cluster_stat:fail\r\n:\r\ncluster_slots_fail:16385");
    assert_false(cluster.is_down);
    assert_false(cluster.has_unassigned);
    assert_false(cluster.has_failed);
    assert_true(read_cluster("cluster_state:").is_down);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fact_with_a_field_is_read_from_it),
        cmocka_unit_test(facts_of_a_text_without_them_are_unknown),
        cmocka_unit_test(numbers_that_are_none_are_not_facts),
        cmocka_unit_test(mode_is_told_by_redis_and_by_valkey),
        cmocka_unit_test(version_of_valkey_is_its_own),
        cmocka_unit_test(failures_of_saving_are_facts_when_told),
        cmocka_unit_test(loaded_percent_is_whole_and_in_tens),
        cmocka_unit_test(replica_tells_what_it_has_not_applied_yet),
        cmocka_unit_test(replica_without_a_link_has_no_lag),
        cmocka_unit_test(gap_is_unknown_before_redis_7_tells_it),
        cmocka_unit_test(master_tells_of_its_farthest_online_replica),
        cmocka_unit_test(gap_is_never_negative),
        cmocka_unit_test(master_without_online_replicas_has_neither),
        cmocka_unit_test(replicas_of_a_replica_are_not_its_own_gap),
        cmocka_unit_test(cluster_that_is_ok_has_no_trouble),
        cmocka_unit_test(cluster_that_is_not_tells_of_its_slots),
        cmocka_unit_test(cluster_text_of_a_stranger_tells_nothing),
    };
    return cmocka_run_group_tests_name("info", tests, NULL, NULL);
}
