/*
 * test_payload.c - the bytes that readers know, exactly; their bound; and that
 * nothing found can hurt.
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
#include "publisher/lease.h"
#include "publisher/payload.h"

#define AGENT "9f2c41d07be3a655"

static const struct payload_scope scope = {.host = "db7", .agent = AGENT};

struct stage {
    struct board_settings settings;
    struct verdict verdict;
    char bytes[PAYLOAD_BYTES_MOST + 1];
    size_t length;
};

static struct stage *make_stage(void)
{
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    const char *why = "";
    assert_int_equal(
        address_parse("127.0.0.1:6379", false, &stage->settings.addr, &why), 0);
    assert_int_equal(
        address_parse("10.0.0.7:6379", false, &stage->settings.advertise, &why),
        0);
    (void)text_copy(stage->settings.name, sizeof stage->settings.name,
                    "cache-1");
    stage->settings.label_count = 1;
    (void)text_copy(stage->settings.labels[0].key, SETTINGS_LABEL_BYTES, "az");
    (void)text_copy(stage->settings.labels[0].value, SETTINGS_LABEL_BYTES, "a");
    struct verdict *verdict = &stage->verdict;
    *verdict = (struct verdict){.state = STATE_UP,
                                .reason = REASON_MASTER,
                                .readable = ABILITY_YES,
                                .writable = ABILITY_YES,
                                .role = ROLE_MASTER};
    (void)text_copy(verdict->run_id, sizeof verdict->run_id, "abc123");
    (void)text_copy(verdict->version, sizeof verdict->version, "7.0.15");
    return stage;
}

static int encode(struct stage *stage, size_t room)
{
    struct payload_state state = {.verdict = &stage->verdict,
                                  .since_wall_ms = 1763742000123,
                                  .valid_for_ms = 20000};
    int status = payload_encode_state(&scope, &stage->settings, &state,
                                      stage->bytes, room, &stage->length);
    if (status == 0) {
        stage->bytes[stage->length] = '\0';
    }
    return status;
}

static void an_instances_bytes_are_those_that_readers_know(void **state)
{
    (void)state;
    struct stage *stage = make_stage();
    assert_int_equal(encode(stage, PAYLOAD_BYTES_MOST), 0);
    assert_string_equal(
        stage->bytes,
        "{\"addr\":\"10.0.0.7:6379\",\"agent\":\"" AGENT
        "\",\"conditions\":[],\"detail\":\"\",\"host\":\"db7\","
        "\"labels\":{\"az\":\"a\"},\"master\":\"\",\"name\":\"cache-1\","
        "\"readable\":\"yes\",\"reason\":\"master\",\"role\":\"master\","
        "\"run_id\":\"abc123\",\"since\":1763742000123,\"state\":\"up\","
        "\"v\":1,\"valid_for_ms\":20000,\"version\":\"7.0.15\","
        "\"writable\":\"yes\"}");
    free(stage);
}

static void without_advertise_addr_is_the_address(void **state)
{
    (void)state;
    struct stage *stage = make_stage();
    stage->settings.advertise = (struct address){0};
    assert_int_equal(encode(stage, PAYLOAD_BYTES_MOST), 0);
    assert_non_null(strstr(stage->bytes, "\"addr\":\"127.0.0.1:6379\""));
    free(stage);
}

static void conditions_are_sorted_names(void **state)
{
    (void)state;
    struct stage *stage = make_stage();
    stage->verdict.conditions = 1u << REASON_REFUSED | 1u << REASON_BUSY |
                                1u << REASON_OOM | 1u << REASON_MISCONF;
    assert_int_equal(encode(stage, PAYLOAD_BYTES_MOST), 0);
    assert_non_null(
        strstr(stage->bytes,
               "\"conditions\":[\"busy\",\"misconf\",\"oom\",\"refused\"]"));
    free(stage);
}

static void equal_arguments_give_equal_bytes(void **state)
{
    (void)state;
    struct stage *one = make_stage();
    struct stage *other = make_stage();
    assert_int_equal(encode(one, PAYLOAD_BYTES_MOST), 0);
    assert_int_equal(encode(other, PAYLOAD_BYTES_MOST), 0);
    assert_string_equal(one->bytes, other->bytes);
    free(one);
    free(other);
}

static void a_strangers_bytes_become_printable_ascii(void **state)
{
    (void)state;
    struct stage *stage = make_stage();
    (void)text_copy(stage->verdict.version, sizeof stage->verdict.version,
                    "7\xff\x1b[0m\xc3\xa9");
    (void)text_copy(stage->verdict.detail, sizeof stage->verdict.detail,
                    "a \"quoted\" \n word\x7f");
    assert_int_equal(encode(stage, PAYLOAD_BYTES_MOST), 0);
    assert_non_null(strstr(stage->bytes, "\"version\":\"7??[0m??\""));
    assert_non_null(
        strstr(stage->bytes, "\"detail\":\"a \\\"quoted\\\" ? word?\""));
    free(stage);
}

static void fill(char *text, size_t size)
{
    memset(text, 'x', size - 1);
    text[size - 1] = '\0';
}

static void the_longest_of_all_still_fits(void **state)
{
    (void)state;
    struct stage *stage = make_stage();
    struct verdict *verdict = &stage->verdict;
    fill(stage->settings.advertise.host, sizeof stage->settings.advertise.host);
    fill(stage->settings.name, sizeof stage->settings.name);
    fill(verdict->detail, sizeof verdict->detail);
    fill(verdict->run_id, sizeof verdict->run_id);
    fill(verdict->version, sizeof verdict->version);
    fill(verdict->master, sizeof verdict->master);
    verdict->conditions = UINT32_MAX;
    stage->settings.label_count = SETTINGS_LABELS_MOST;
    for (uint32_t i = 0; i < SETTINGS_LABELS_MOST; i++) {
        fill(stage->settings.labels[i].key, SETTINGS_LABEL_BYTES);
        fill(stage->settings.labels[i].value, SETTINGS_LABEL_BYTES);
        stage->settings.labels[i].key[0] = (char)('a' + i);
    }
    assert_int_equal(encode(stage, PAYLOAD_BYTES_MOST), 0);
    assert_true(stage->length <= PAYLOAD_BYTES_MOST);
    assert_non_null(strstr(stage->bytes, "\"state\":\"up\""));
    struct payload_found found;
    payload_decode(stage->bytes, stage->length, AGENT, &found);
    assert_true(found.is_ours);
    free(stage);
}

static void what_does_not_fit_loses_the_detail_first(void **state)
{
    (void)state;
    struct stage *stage = make_stage();
    fill(stage->verdict.detail, sizeof stage->verdict.detail);
    assert_int_equal(encode(stage, 400), 0);
    assert_non_null(strstr(stage->bytes, "\"detail\":\"\""));
    assert_non_null(strstr(stage->bytes, "\"labels\":{\"az\":\"a\"}"));
    assert_int_equal(encode(stage, 100), -ENOBUFS);
    free(stage);
}

static void the_agents_node_says_who_lives_here(void **state)
{
    (void)state;
    struct payload_agent agent = {.boot = "b-1",
                                  .version = "0.1.0",
                                  .instances = 3,
                                  .round = 17,
                                  .started_wall_ms = 1763742000123};
    char bytes[PAYLOAD_BYTES_MOST];
    size_t length = 0;
    assert_int_equal(payload_encode_agent(&agent, bytes, sizeof bytes, &length),
                     0);
    const char *expected =
        "{\"boot\":\"b-1\",\"instances\":3,\"round\":17,"
        "\"started\":1763742000123,\"v\":1,\"version\":\"0.1.0\"}";
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(bytes, expected, length);
}

static void what_was_written_is_found_again(void **state)
{
    (void)state;
    struct stage *stage = make_stage();
    struct payload_found found;
    assert_int_equal(encode(stage, PAYLOAD_BYTES_MOST), 0);
    payload_decode(stage->bytes, stage->length, AGENT, &found);
    assert_true(found.is_ours);
    assert_int_equal(found.state, STATE_UP);
    assert_int_equal(found.since_wall_ms, 1763742000123);
    assert_false(found.is_expired);
    payload_decode(stage->bytes, stage->length, "0000000000000000", &found);
    assert_false(found.is_ours);
    free(stage);
}

static void our_own_unknown_is_told_from_the_supervisors(void **state)
{
    (void)state;
    struct stage *stage = make_stage();
    struct payload_found found;
    verdict_set_agent_fault(&stage->verdict, LEASE_DETAIL_EXPIRED);
    assert_int_equal(encode(stage, PAYLOAD_BYTES_MOST), 0);
    payload_decode(stage->bytes, stage->length, AGENT, &found);
    assert_true(found.is_expired);
    verdict_set_agent_fault(&stage->verdict, "the prober hung in connect");
    assert_int_equal(encode(stage, PAYLOAD_BYTES_MOST), 0);
    payload_decode(stage->bytes, stage->length, AGENT, &found);
    assert_false(found.is_expired);
    assert_int_equal(found.state, STATE_UNKNOWN);
    free(stage);
}

static void nothing_is_found_in_what_is_not_ours(void **state)
{
    (void)state;
    char deep[PAYLOAD_BYTES_MOST];
    memset(deep, '[', sizeof deep);
    const char *bad[] = {"",
                         "{",
                         "[]",
                         "17",
                         "null",
                         "\xff\xfe",
                         "{\"agent\":17,\"since\":\"x\",\"state\":[]}",
                         "{\"agent\":\"x\",\"since\":-5,\"state\":\"none\"}",
                         "{\"since\":1e300,\"state\":\"sideways\"}",
                         "{\"since\":99999999999999999999999}"};
    struct payload_found found;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        payload_decode(bad[i], strlen(bad[i]), AGENT, &found);
        assert_false(found.is_ours);
        assert_int_equal(found.state, STATE_NONE);
        assert_int_equal(found.since_wall_ms, 0);
    }
    payload_decode(deep, sizeof deep, AGENT, &found);
    assert_int_equal(found.state, STATE_NONE);
    /* An agent that has no value yet is nobody's. */
    payload_decode("{\"agent\":\"\"}", 12, "", &found);
    assert_false(found.is_ours);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_instances_bytes_are_those_that_readers_know),
        cmocka_unit_test(without_advertise_addr_is_the_address),
        cmocka_unit_test(conditions_are_sorted_names),
        cmocka_unit_test(equal_arguments_give_equal_bytes),
        cmocka_unit_test(a_strangers_bytes_become_printable_ascii),
        cmocka_unit_test(the_longest_of_all_still_fits),
        cmocka_unit_test(what_does_not_fit_loses_the_detail_first),
        cmocka_unit_test(the_agents_node_says_who_lives_here),
        cmocka_unit_test(what_was_written_is_found_again),
        cmocka_unit_test(our_own_unknown_is_told_from_the_supervisors),
        cmocka_unit_test(nothing_is_found_in_what_is_not_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
