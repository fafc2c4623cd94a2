/*
 * probe_open.c - see probe_open.h. All that opens returns EVIDENCE_COMPLETE
 * when the line is open.
 */
#include "prober/probe_open.h"

#include <errno.h>

#include "base/text.h"
#include "prober/probe_stages.h"
#include "prober/words.h"

#define NO_TLS "no memory for TLS, or this host's OpenSSL is set to offer none"

enum evidence_end probe_open_judge(int status)
{
    switch (-status) {
    case ECONNREFUSED:
    case ENOENT:
    case ENOTDIR:
        return EVIDENCE_REFUSED;
    case EAGAIN: /* a unix socket's backlog is full */
    case ETIMEDOUT:
        return EVIDENCE_BACKLOG;
    case 0:
    case ECONNRESET:
    case EPIPE:
        return EVIDENCE_CLOSED;
    case -LINE_FAILED_TLS:
        return EVIDENCE_TLS;
    default:
        return EVIDENCE_AGENT;
    }
}

bool probe_open_has_tls(const struct probe *probe)
{
    return probe->access != NULL && probe->access->has_tls;
}

static enum evidence_end open_line(struct probe *probe,
                                   const struct transport_call *call,
                                   int *error)
{
    struct line_security security = {.access = probe->access};
    if (probe_open_has_tls(probe)) {
        probe_stages_show(probe, STEP_TLS);
        security.context = tls_contexts_find(
            probe->room->contexts, probe->access, probe->evidence.trouble,
            sizeof(probe->evidence.trouble));
        if (security.context == NULL) {
            return EVIDENCE_AGENT;
        }
        probe_stages_mark(probe, STEP_TLS);
    }
    probe_stages_show(probe, STEP_CONNECT);
    int status = line_open(&probe->line, probe->room->loop, call,
                           probe_open_has_tls(probe) ? &security : NULL);
    if (status == LINE_FAILED_TLS) {
        (void)text_copy(probe->evidence.trouble,
                        sizeof(probe->evidence.trouble), NO_TLS); /* fits */
        return EVIDENCE_AGENT;
    }
    if (status != 0) {
        probe_stages_mark(probe, STEP_CONNECT);
        *error = -status;
        return probe_open_judge(status);
    }
    return EVIDENCE_COMPLETE;
}

/* The password is read anew for each connection, and wiped before it opens or
 * fails to. */
static enum evidence_end open_with_auth(struct probe *probe, int *error)
{
    struct words words;
    struct transport_call call = probe->call;
    probe_stages_show(probe, STEP_AUTH);
    int status =
        words_read(&words, probe->flight, probe->access,
                   probe->evidence.trouble, sizeof(probe->evidence.trouble));
    if (status != 0) {
        *error = -status;
        return EVIDENCE_AGENT;
    }
    probe_stages_mark(probe, STEP_AUTH);
    call.bytes = words.bytes;
    call.length = words.length;
    call.is_lasting = false;
    enum evidence_end how = open_line(probe, &call, error);
    words_wipe(&words);
    return how;
}

enum evidence_end probe_open(struct probe *probe, int *error)
{
    if (probe->flight->commands[0] == COMMAND_AUTH) {
        return open_with_auth(probe, error);
    }
    return open_line(probe, &probe->call, error);
}
