/*
 * verb_reload.c - `sentinelctl reload`: the agent reads its configuration
 * anew, and this tells what came of it.
 *
 * A refusal is told by the answer. After a reload that is done the console is
 * replaced, perhaps before its answer got through: so it is asked until it
 * tells of one more reload.
 */
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "ctl/fetch.h"
#include "ctl/give.h"
#include "ctl/print.h"
#include "ctl/verbs.h"

#define RELOAD_SHOWN_MS 5000u
#define RELOAD_LOOK_MS 50

/* Reloads that took effect so far; -1 = not known now. */
static json_int_t look(const struct client *client)
{
    struct answer answer;
    char why[CLIENT_ERROR_BYTES];
    json_error_t error;
    json_t *json = NULL;
    if (client_get(client, "/status", &answer, why, sizeof why) == 0 &&
        answer.bytes != NULL) {
        json = json_loadb(answer.bytes, answer.length, 0, &error);
    }
    client_answer_finish(&answer);
    json_int_t reloads =
        fetch_number(fetch_member(json, "config"), "reloads", -1);
    json_decref(json);
    return reloads;
}

/* True when the console tells of more of them than before. */
static bool is_shown(const struct client *client, json_int_t before)
{
    uint64_t end_ms = clock_monotonic_ms() + RELOAD_SHOWN_MS;
    while (clock_monotonic_ms() < end_ms) {
        if (look(client) > before) {
            return true;
        }
        (void)poll(NULL, 0, RELOAD_LOOK_MS); /* woken early is fine */
    }
    return false;
}

/* What the order came to, by the answer and by what is shown. */
static int give(const struct client *client, struct given *given)
{
    struct answer answer;
    char why[CLIENT_ERROR_BYTES];
    json_int_t before = look(client);
    *given = (struct given){.text = "reloaded"};
    int status = client_post(client, "/reload", &answer, why, sizeof why);
    if (status == 0) {
        int code = give_read(client, &answer, given);
        client_answer_finish(&answer);
        if (code != 0 || !given->is_done) {
            return code;
        }
    }
    if (before >= 0 && is_shown(client, before)) {
        given->is_done = true;
    } else if (status != 0) {
        print_trouble("%s", why);
        return CTL_EXIT_STALE;
    }
    return 0;
}

int verb_reload_run(const struct options *options)
{
    struct client client;
    struct given given;
    int code = give_find(options, &client);
    if (code == 0) {
        code = give(&client, &given);
    }
    return code == 0 ? give_tell(options, &given) : code;
}
