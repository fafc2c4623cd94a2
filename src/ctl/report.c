/*
 * report.c - a probe on a screen: a headline, the steps with their times, the
 * verdict and what to do about it, and the figures worth a look. What did not
 * happen or was not told has no line.
 *
 * Every line is a row of a table, whose cells are made printable there.
 */
#include "ctl/report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ctl/table.h"
#include "ctl/vitals.h"
#include "model/advice.h"

/* So that the blocks stand under each other. */
#define LABEL_FORMAT "%-11s"
#define COLUMNS 2

/* Where the blocks go. */
struct page {
    FILE *stream;
    size_t width;
    bool has_colour;
};

static void add_row(struct table *table, const char *label, enum tone tone,
                    const char *text)
{
    char padded[64];
    if (text[0] == '\0') {
        return;
    }
    (void)text_format(padded, sizeof padded, LABEL_FORMAT, label); /* fits */
    table_add(table, TONE_PLAIN, padded);
    table_add(table, tone, text);
}

/* Prints a block, and destroys it. 0 or a negative errno. */
static int print_block(struct table *table, const struct page *page)
{
    int status =
        table_print(table, page->stream, page->width, page->has_colour);
    table_destroy(table);
    return status;
}

/* --- the steps ----------------------------------------------------------- */

static void add_step(struct table *table, const char *name, uint64_t took_us)
{
    char text[32];
    (void)text_format(text, sizeof text, "%" PRIu64 ".%03" PRIu64 " ms",
                      took_us / 1000, took_us % 1000); /* fits */
    add_row(table, name, TONE_PLAIN, text);
}

static int print_steps(const struct result *result, const struct page *page)
{
    uint64_t total_us = 0;
    struct table *table = table_create(NULL, COLUMNS);
    if (table == NULL) {
        return -ENOMEM;
    }
    for (enum step step = STEP_NONE; step < STEP_COUNT; step++) {
        if (result->stage_us[step] > 0) {
            add_step(table, step_name(step), result->stage_us[step]);
            total_us += result->stage_us[step];
        }
    }
    if (total_us > 0) {
        add_step(table, "total", total_us);
        (void)fputc('\n', page->stream); /* remembered */
    }
    return print_block(table, page);
}

/* --- the verdict --------------------------------------------------------- */

/* A replica that is well takes no writes, and nobody worries. */
static enum tone ability_tone(enum state state, enum ability ability)
{
    switch (ability) {
    case ABILITY_YES:
        return TONE_GOOD;
    case ABILITY_NO:
        return state == STATE_UP ? TONE_PLAIN : TONE_BAD;
    case ABILITY_STALE:
        return TONE_WARN;
    case ABILITY_UNKNOWN:
    case ABILITY_COUNT:
        break;
    }
    return TONE_ODD;
}

static void write_conditions(uint32_t conditions, char *text, size_t size)
{
    text[0] = '\0';
    for (enum reason reason = REASON_NONE; reason < REASON_COUNT; reason++) {
        if ((conditions >> reason & 1) != 0) {
            (void)text_append(text, size, "%s%s", text[0] != '\0' ? ", " : "",
                              reason_name(reason)); /* cutting is fine */
        }
    }
}

static void add_told(struct table *table, const struct result *result)
{
    const struct verdict *verdict = &result->verdict;
    char conditions[256];
    write_conditions(verdict->conditions, conditions, sizeof conditions);
    if (result->has_facts) {
        add_row(table, "mode", TONE_PLAIN, mode_name(result->facts.mode));
    }
    add_row(table, "role", TONE_PLAIN, role_name(verdict->role));
    add_row(table, "master", TONE_PLAIN, verdict->master);
    add_row(table, "readable", ability_tone(verdict->state, verdict->readable),
            ability_name(verdict->readable));
    add_row(table, "writable", ability_tone(verdict->state, verdict->writable),
            ability_name(verdict->writable));
    add_row(table, "version", TONE_PLAIN, verdict->version);
    add_row(table, "conditions", TONE_PLAIN, conditions);
}

static int print_verdict(const struct result *result, const struct page *page)
{
    const struct verdict *verdict = &result->verdict;
    const char *state = state_name(verdict->state);
    struct table *table = table_create(NULL, COLUMNS);
    if (table == NULL) {
        return -ENOMEM;
    }
    add_row(table, "state", tone_of_state(state), state);
    add_row(table, "reason", TONE_PLAIN, reason_name(verdict->reason));
    add_told(table, result);
    add_row(table, "detail", TONE_PLAIN, verdict->detail);
    add_row(table, "meaning", TONE_PLAIN, advice_meaning(verdict->reason));
    add_row(table, "action", TONE_PLAIN, advice_action(verdict->reason));
    (void)fputc('\n', page->stream); /* remembered */
    return print_block(table, page);
}

/* --- the facts ----------------------------------------------------------- */

static int print_vitals(const struct result *result, const struct page *page)
{
    struct table *table = table_create(NULL, COLUMNS);
    bool has_any = false;
    if (table == NULL) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < VITALS_COUNT; i++) {
        char text[VITALS_BYTES];
        enum tone tone =
            vitals_write(i, result, clock_wall_ms(), text, sizeof text);
        has_any = has_any || text[0] != '\0';
        add_row(table, vitals_label(i), tone, text);
    }
    if (has_any) {
        (void)fputc('\n', page->stream); /* remembered */
    }
    return print_block(table, page);
}

/* --- all of it ----------------------------------------------------------- */

static int print_headline(const struct report *report, const struct page *page)
{
    const struct verdict *verdict = &report->result->verdict;
    const char *state = state_name(verdict->state);
    char text[2 * ADDRESS_TEXT_BYTES];
    const char *name = report->order->instance;
    struct table *table = table_create(NULL, COLUMNS);
    if (table == NULL) {
        return -ENOMEM;
    }
    (void)text_format(text, sizeof text, "%s%s%s%s",
                      name[0] != '\0' ? name : "", name[0] != '\0' ? " (" : "",
                      address_text(&report->order->address).text,
                      name[0] != '\0' ? ")" : ""); /* fits */
    table_add(table, TONE_PLAIN, text);
    (void)text_format(text, sizeof text, "%s: %s", state,
                      reason_name(verdict->reason)); /* fits */
    table_add(table, tone_of_state(state), text);
    return print_block(table, page);
}

int report_print(const struct report *report, FILE *stream, size_t width,
                 bool has_colour)
{
    const struct page page = {stream, width, has_colour};
    int status = print_headline(report, &page);
    if (status == 0) {
        status = print_steps(report->result, &page);
    }
    if (status == 0) {
        status = print_verdict(report->result, &page);
    }
    if (status == 0 && report->result->has_facts) {
        status = print_vitals(report->result, &page);
    }
    return status;
}
