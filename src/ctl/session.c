/*
 * session.c - see session.h.
 *
 * Whatever hangs, crashes or lies is a child, has a deadline, and ends in a
 * sentence. A lookup has the whole time-out, and the probe behind it too: what
 * a slow name server leaves over is no measure of Redis. A server that says it
 * is of a cluster is asked again at once, for how the cluster is, as the agent
 * does.
 */
#include "ctl/session.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ctl/helper.h"
#include "ctl/programs.h"

#define RESOLVE_ROLE "resolve"
/* A prober's own deadline comes first; this one is for a stuck prober. */
#define GRACE_MS 1000

/* --- names --------------------------------------------------------------- */

/* The numeric address with the order's port. */
static void set_address(const struct order *order,
                        const struct message_resolved *resolved,
                        struct message_probe *probe)
{
    const char *host = resolved->addresses[0];
    bool is_v6 = strchr(host, ':') != NULL;
    (void)text_format(probe->addr, sizeof probe->addr, "%s%s%s:%u",
                      is_v6 ? "[" : "", host, is_v6 ? "]" : "",
                      order->address.port); /* fits */
}

static int ask_resolver(struct helper *helper, const struct order *order,
                        struct message_resolved *resolved)
{
    struct message question = {.kind = MESSAGE_RESOLVE, .resolve = {.id = 1}};
    struct message answer;
    (void)text_copy(question.resolve.name, sizeof question.resolve.name,
                    order->address.host); /* the same size */
    int status =
        helper_ask(helper, &question, order->probe.timeout_ms, &answer);
    if (status == 0 && answer.kind != MESSAGE_RESOLVED) {
        status = -EPROTO;
    }
    if (status == 0) {
        *resolved = answer.resolved;
    }
    return status;
}

/* The name stays where its address should be, and says why to the prober,
 * who makes the verdict. */
static void set_trouble(const struct order *order, const char *trouble,
                        struct message_probe *probe)
{
    (void)text_copy(probe->addr, sizeof probe->addr,
                    address_text(&order->address).text); /* the same size */
    (void)text_copy(probe->name_trouble, sizeof probe->name_trouble,
                    trouble); /* cutting is fine */
}

/* Fills in the address. 0, or what is our own trouble. */
static int resolve(const char *program, const struct order *order,
                   struct message_probe *probe, char *trouble, size_t size)
{
    struct helper helper;
    struct message_resolved resolved = {0};
    int status = helper_start(&helper, program, RESOLVE_ROLE, trouble, size);
    if (status != 0) {
        return status;
    }
    const uint64_t start_us = clock_monotonic_us();
    status = ask_resolver(&helper, order, &resolved);
    probe->resolve_us = (uint32_t)(clock_monotonic_us() - start_us);
    if (status != 0) {
        helper_fail(&helper, status, trouble, size);
    } else {
        helper_end(&helper);
    }
    if (status == -ETIMEDOUT) {
        set_trouble(order, "the lookup took too long", probe);
        return 0;
    }
    if (status == 0 && resolved.count > 0) {
        set_address(order, &resolved, probe);
    } else if (status == 0) {
        set_trouble(order, resolved.trouble, probe);
    }
    return status;
}

/* --- the probe ----------------------------------------------------------- */

static int ask_prober(struct helper *helper, const struct message_probe *probe,
                      struct result *result)
{
    const struct message question = {.kind = MESSAGE_PROBE, .probe = *probe};
    struct message answer;
    int status =
        helper_ask(helper, &question, probe->timeout_ms + GRACE_MS, &answer);
    if (status == 0 &&
        (answer.kind != MESSAGE_RESULT || answer.result.task != probe->task)) {
        status = -EPROTO;
    }
    if (status == 0) {
        *result = answer.result;
    }
    return status;
}

static bool is_of_cluster(const struct result *result)
{
    return result->has_facts && result->facts.mode == MODE_CLUSTER;
}

static int ask(const char *program, struct message_probe *probe,
               struct result *result, char *trouble, size_t size)
{
    struct helper helper;
    int status = helper_start(&helper, program, NULL, trouble, size);
    if (status != 0) {
        return status;
    }
    status = ask_prober(&helper, probe, result);
    if (status == 0 && is_of_cluster(result)) {
        probe->task++;
        probe->is_cluster = true;
        status = ask_prober(&helper, probe, result);
    }
    if (status != 0) {
        helper_fail(&helper, status, trouble, size);
    } else {
        helper_end(&helper);
    }
    return status;
}

void session_probe(const char *libexec, const struct order *order,
                   struct result *result)
{
    char program[PROGRAMS_PATH_BYTES];
    char trouble[2 * PROGRAMS_PATH_BYTES];
    struct message_probe probe = order->probe;
    int status = programs_find_helper(libexec, "sentinel-prober", program,
                                      trouble, sizeof trouble);
    if (status == 0 && order->address.kind == ADDRESS_NAME) {
        status = resolve(program, order, &probe, trouble, sizeof trouble);
    } else {
        (void)text_copy(probe.addr, sizeof probe.addr,
                        address_text(&order->address).text); /* the same size */
    }
    if (status == 0) {
        status = ask(program, &probe, result, trouble, sizeof trouble);
    }
    if (status != 0) {
        *result = (struct result){.task = probe.task, .is_deep = true};
        verdict_set_agent_fault(&result->verdict, trouble);
    }
    if (result->stage_us[STEP_RESOLVE] == 0) {
        result->stage_us[STEP_RESOLVE] = probe.resolve_us;
    }
}
