/*
 * report_json.c - a probe as one JSON object. Texts of the prober are
 * printable ASCII, which the decoder of its messages checked; what is not is
 * escaped on the way out.
 */
#include "ctl/report.h"

#include <errno.h>
#include <jansson.h>

#include "ctl/print.h"
#include "model/advice.h"

static json_t *make_conditions(uint32_t conditions)
{
    json_t *list = json_array();
    for (enum reason reason = REASON_NONE; reason < REASON_COUNT; reason++) {
        if ((conditions >> reason & 1) != 0 &&
            json_array_append_new(list, json_string(reason_name(reason))) !=
                0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *make_verdict(const struct verdict *verdict)
{
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "state",
        state_name(verdict->state), "reason", reason_name(verdict->reason),
        "role", role_name(verdict->role), "readable",
        ability_name(verdict->readable), "writable",
        ability_name(verdict->writable), "detail", verdict->detail, "version",
        verdict->version, "run_id", verdict->run_id, "master", verdict->master,
        "conditions", make_conditions(verdict->conditions));
}

/* Microseconds of the steps that happened. */
static json_t *make_steps(const struct result *result)
{
    json_t *object = json_object();
    for (enum step step = STEP_NONE; step < STEP_COUNT; step++) {
        if (result->stage_us[step] > 0 &&
            json_object_set_new(object, step_name(step),
                                json_integer(result->stage_us[step])) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

/* What was told. */
static json_t *make_facts(const struct result *result)
{
    json_t *object = json_object();
    if (!result->has_facts) {
        return object;
    }
    int status = json_object_set_new(
        object, "mode", json_string(mode_name(result->facts.mode)));
    for (enum fact fact = 0; status == 0 && fact < FACT_COUNT; fact++) {
        json_int_t value = result->facts.values[fact];
        if (value != FACT_UNKNOWN) {
            status = json_object_set_new(object, fact_key(fact),
                                         json_integer(value));
        }
    }
    if (status != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

int report_print_json(const struct report *report, FILE *stream)
{
    const struct verdict *verdict = &report->result->verdict;
    json_t *object = json_pack(
        "{s:s, s:s, s:o, s:o, s:o, s:s, s:s}", "name", report->order->instance,
        "addr", address_text(&report->order->address).text, "verdict",
        make_verdict(verdict), "steps_us", make_steps(report->result), "facts",
        make_facts(report->result), "meaning", advice_meaning(verdict->reason),
        "action", advice_action(verdict->reason));
    if (object == NULL) {
        return -ENOMEM;
    }
    (void)json_dumpf(object, stream,
                     JSON_INDENT(2) | JSON_ENSURE_ASCII); /* the flush tells */
    (void)fputs("\n", stream);
    json_decref(object);
    return print_flush(stream);
}
