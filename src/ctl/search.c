/*
 * search.c - see search.h.
 */
#include "ctl/search.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "ctl/helper.h"
#include "ctl/programs.h"

#define DISCOVER_ROLE "discover"

/* Takes what it says until its last word. 0 or a negative errno. */
static int listen_to(struct helper *helper, struct search *search)
{
    const uint64_t deadline_ms = clock_monotonic_ms() + SEARCH_MS;
    for (;;) {
        struct message message;
        int status = talk_receive(&helper->talk, deadline_ms, &message);
        if (status == 0 && message.kind == MESSAGE_SEARCHED) {
            search->end = message.searched;
            return 0;
        }
        if (status == 0 && message.kind == MESSAGE_FOUND) {
            status = discovery_list_add(search->list, &search->count,
                                        &message.found);
        } else if (status == 0) {
            status = -EPROTO;
        }
        if (status != 0) {
            return status;
        }
    }
}

int search_run(const char *libexec, struct search *search, char *trouble,
               size_t size)
{
    char program[PROGRAMS_PATH_BYTES];
    struct helper helper;
    memset(search, 0, sizeof *search);
    int status = programs_find_helper(libexec, "sentinel-prober", program,
                                      trouble, size);
    if (status == 0) {
        status = helper_start(&helper, program, DISCOVER_ROLE, trouble, size);
    }
    if (status != 0) {
        return status;
    }
    status = listen_to(&helper, search);
    if (status != 0) {
        helper_fail(&helper, status, trouble, size);
        return status;
    }
    helper_end(&helper);
    discovery_list_finish(search->list, &search->count);
    return 0;
}
