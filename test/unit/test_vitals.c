/*
 * test_vitals.c - the facts of a probe as lines: what is told, what is left
 * out, and what is a worry.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ctl/vitals.h"

#define NOW_S INT64_C(1700000000)
#define DAY_S INT64_C(86400)
#define KNOWN_MOST 6

struct known {
    enum fact fact;
    int64_t value;
};

struct row {
    const char *label;
    enum role role;
    struct known known[KNOWN_MOST];
    unsigned count;
    const char *text;
    enum tone tone;
};

#define MIB (INT64_C(1) << 20)
#define KNOWN(...) \
    {__VA_ARGS__}, sizeof((struct known[]){__VA_ARGS__}) / sizeof(struct known)

static const struct row rows[] = {
    {"uptime", ROLE_MASTER, KNOWN({FACT_UPTIME, 3 * DAY_S + 14400}), "3 d 4 h",
     TONE_PLAIN},
    {"loading", ROLE_MASTER, KNOWN({FACT_LOADED, 40}), "40 % of the data",
     TONE_PLAIN},
    {"memory", ROLE_MASTER,
     KNOWN({FACT_MEMORY_USED, 1000}, {FACT_MEMORY_LIMIT, 0}),
     "1000 bytes, no limit", TONE_PLAIN},
    {"memory", ROLE_MASTER,
     KNOWN({FACT_MEMORY_USED, 3 * MIB / 2}, {FACT_MEMORY_LIMIT, 100 * MIB},
           {FACT_MEMORY_RSS, 3 * MIB}),
     "1.5 MiB of 100.0 MiB, 1 %; occupies 3.0 MiB", TONE_PLAIN},
    {"memory", ROLE_MASTER,
     KNOWN({FACT_MEMORY_USED, 90 * MIB}, {FACT_MEMORY_LIMIT, 100 * MIB}),
     "90.0 MiB of 100.0 MiB, 90 %", TONE_WARN},
    {"clients", ROLE_MASTER, KNOWN({FACT_CLIENTS, 7}), "7", TONE_PLAIN},
    {"clients", ROLE_MASTER,
     KNOWN({FACT_CLIENTS, 95}, {FACT_CLIENTS_LIMIT, 100},
           {FACT_CLIENTS_BLOCKED, 3}),
     "95 of 100, 3 in a blocking command", TONE_WARN},
    {"replication", ROLE_MASTER, KNOWN({FACT_REPLICAS, 0}, {FACT_GAP, 0}),
     "0 replicas", TONE_PLAIN},
    {"replication", ROLE_MASTER,
     KNOWN({FACT_REPLICAS, 1}, {FACT_GAP, 14}, {FACT_LAG, 2}),
     "1 replica; the farthest is behind by 14 bytes; the slowest spoke 2 s ago",
     TONE_PLAIN},
    {"replication", ROLE_REPLICA, KNOWN({FACT_LAG, 3}, {FACT_GAP, 2048}),
     "its master spoke 3 s ago; not yet applied: 2.0 KiB", TONE_PLAIN},
    {"replication", ROLE_REPLICA, KNOWN({FACT_LINK_DOWN, 90}, {FACT_LAG, 0}),
     "no master for 1 min 30 s", TONE_WARN},
    {"persistence", ROLE_MASTER,
     KNOWN({FACT_SAVED, NOW_S - 120}, {FACT_UNSAVED, 1}, {FACT_AOF, 0},
           {FACT_UPTIME, DAY_S}),
     "last snapshot 2 min ago, 1 change unsaved; append-only file off",
     TONE_PLAIN},
    {"persistence", ROLE_MASTER,
     KNOWN({FACT_SAVED, NOW_S - 120}, {FACT_UPTIME, 120}, {FACT_SAVING, 1}),
     "no snapshot since its start; one is under way", TONE_PLAIN},
    {"persistence", ROLE_MASTER,
     KNOWN({FACT_SAVED, NOW_S + 500}, {FACT_SAVE_FAILED, 1}, {FACT_AOF, 1},
           {FACT_AOF_FAILED, 1}),
     "last snapshot 0 ms ago; the last try failed; append-only file on, its "
     "last write failed",
     TONE_BAD},
    {"certificate", ROLE_MASTER,
     KNOWN({FACT_CERTIFICATE_END, NOW_S + 90 * DAY_S + 5}), "good for 90 days",
     TONE_GOOD},
    {"certificate", ROLE_MASTER, KNOWN({FACT_CERTIFICATE_END, NOW_S + DAY_S}),
     "good for 1 day", TONE_WARN},
    {"certificate", ROLE_MASTER, KNOWN({FACT_CERTIFICATE_END, NOW_S - 60}),
     "expired 1 min ago", TONE_BAD},
};

static size_t find(const char *label)
{
    for (size_t i = 0; i < VITALS_COUNT; i++) {
        if (strcmp(vitals_label(i), label) == 0) {
            return i;
        }
    }
    fail_msg("no line %s", label);
    return 0;
}

static void what_is_known_is_told_in_one_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        struct result result = {.has_facts = true,
                                .verdict = {.role = row->role}};
        char text[VITALS_BYTES];
        facts_init(&result.facts);
        for (unsigned k = 0; k < row->count; k++) {
            result.facts.values[row->known[k].fact] = row->known[k].value;
        }
        enum tone tone = vitals_write(find(row->label), &result, 1000 * NOW_S,
                                      text, sizeof(text));
        assert_string_equal(text, row->text);
        assert_int_equal(tone, row->tone);
    }
}

static void what_is_not_known_has_no_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * VITALS_COUNT; i++) {
        struct result result = {.has_facts = true};
        char text[VITALS_BYTES] = "old";
        facts_init(&result.facts);
        result.verdict.role = i < VITALS_COUNT ? ROLE_MASTER : ROLE_REPLICA;
        (void)vitals_write(i % VITALS_COUNT, &result, 1000 * NOW_S, text,
                           sizeof(text));
        assert_string_equal(text, "");
    }
}

/* Numbers come from strangers: none of them may overflow or run over. */
static void numbers_out_of_this_world_do_no_harm(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * VITALS_COUNT; i++) {
        struct result result = {.has_facts = true};
        char text[VITALS_BYTES];
        result.verdict.role = i < VITALS_COUNT ? ROLE_MASTER : ROLE_REPLICA;
        for (size_t f = 0; f < FACT_COUNT; f++) {
            result.facts.values[f] = INT64_MAX;
        }
        (void)vitals_write(i % VITALS_COUNT, &result, 1000 * NOW_S, text,
                           sizeof(text));
        assert_true(strlen(text) > 0 && strlen(text) < sizeof(text));
        (void)vitals_write(i % VITALS_COUNT, &result, 0, text, sizeof(text));
        (void)vitals_write(i % VITALS_COUNT, &result, UINT64_MAX, text, 8);
        assert_true(strlen(text) < 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_known_is_told_in_one_line),
        cmocka_unit_test(what_is_not_known_has_no_line),
        cmocka_unit_test(numbers_out_of_this_world_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
