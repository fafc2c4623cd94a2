/*
 * verb_probe.c - `sentinelctl probe TARGET`: one server asked now, in a
 * process like the agent's own, with or without an agent on the host.
 */
#include <string.h>

#include "ctl/report.h"
#include "ctl/screen.h"
#include "ctl/session.h"
#include "ctl/verbs.h"

#define EXIT_UP 0
#define EXIT_NOT_UP 1
#define EXIT_NOT_ASKED 2 /* the fault is ours, not the server's */

static int judge(const struct verdict *verdict)
{
    if (verdict->reason == REASON_AGENT) {
        return EXIT_NOT_ASKED;
    }
    return verdict->state == STATE_UP ? EXIT_UP : EXIT_NOT_UP;
}

int verb_probe_run(const struct options *options)
{
    struct order order;
    struct result result;
    bool is_json = options->output == OUTPUT_JSON;
    int code = order_make(options, &order);
    if (code != 0) {
        return code;
    }
    session_probe(options->libexec, &order, &result);
    const struct report report = {&order, &result};
    int status = is_json ? report_print_json(&report, stdout)
                         : report_print(&report, stdout, screen_width(),
                                        screen_has_colour());
    if (status != 0) {
        (void)fprintf(stderr, "sentinelctl: cannot write: %s\n",
                      strerror(-status)); /* nobody else to tell */
        return EXIT_NOT_ASKED;
    }
    return judge(&result.verdict);
}
