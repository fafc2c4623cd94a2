/*
 * verdict.c - names of the words of a verdict, and what it means for two
 * verdicts to be the same. Pure.
 */
#include "model/verdict.h"

#include <string.h>

#include "base/text.h"

#define VERDICT_TEXT(constant, text) [constant] = (text),
static const char *const state_names[] = {STATE_TABLE(VERDICT_TEXT)};
static const char *const reason_names[] = {REASON_TABLE(VERDICT_TEXT)};
static const char *const ability_names[] = {ABILITY_TABLE(VERDICT_TEXT)};
static const char *const role_names[] = {ROLE_TABLE(VERDICT_TEXT)};
static const char *const step_names[] = {STEP_TABLE(VERDICT_TEXT)};
#undef VERDICT_TEXT

_Static_assert(REASON_COUNT <= 32, "conditions has a bit for each reason");

const char *state_name(enum state state)
{
    return (unsigned)state < STATE_COUNT ? state_names[state] : "?";
}

const char *reason_name(enum reason reason)
{
    return (unsigned)reason < REASON_COUNT ? reason_names[reason] : "?";
}

const char *ability_name(enum ability ability)
{
    return (unsigned)ability < ABILITY_COUNT ? ability_names[ability] : "?";
}

const char *role_name(enum role role)
{
    return (unsigned)role < ROLE_COUNT ? role_names[role] : "?";
}

const char *step_name(enum step step)
{
    return (unsigned)step < STEP_COUNT ? step_names[step] : "?";
}

enum state state_find(const char *name)
{
    for (enum state state = STATE_NONE + 1; state < STATE_COUNT; state++) {
        if (strcmp(name, state_names[state]) == 0) {
            return state;
        }
    }
    return STATE_NONE;
}

bool verdict_equals(const struct verdict *one, const struct verdict *other)
{
    return one->state == other->state && one->reason == other->reason &&
           one->readable == other->readable &&
           one->writable == other->writable && one->role == other->role &&
           one->conditions == other->conditions &&
           strcmp(one->detail, other->detail) == 0 &&
           strcmp(one->run_id, other->run_id) == 0 &&
           strcmp(one->version, other->version) == 0 &&
           strcmp(one->master, other->master) == 0;
}

bool verdict_is_certain(const struct verdict *verdict)
{
    return verdict->state == STATE_DOWN && verdict->reason == REASON_REFUSED;
}

void verdict_set_agent_fault(struct verdict *verdict, const char *detail)
{
    *verdict = (struct verdict){
        .state = STATE_UNKNOWN,
        .reason = REASON_AGENT,
        .readable = ABILITY_UNKNOWN,
        .writable = ABILITY_UNKNOWN,
        .role = ROLE_UNKNOWN,
        .conditions = 1u << REASON_AGENT,
    };
    (void)text_escape(verdict->detail, sizeof verdict->detail, detail,
                      strlen(detail)); /* may be cut */
}
