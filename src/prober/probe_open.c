/*
 * probe_open.c - see probe_open.h. All that opens returns EVIDENCE_COMPLETE
 * when the line is open.
 */
#include "prober/probe_open.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/text.h"
#include "prober/probe_stages.h"
#include "prober/words.h"

/* A file changed less long ago may be but half of a renewal. */
#define RENEWED_MS 1000
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
    case EHOSTUNREACH: /* nobody answers for its host; no network is ours */
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

/* Our own files, and what is made of them: no stage of the server's. */
static void note_file(struct probe *probe, const char *what, const char *path,
                      uint64_t began_us)
{
    uint64_t took_us = clock_monotonic_us() - began_us;
    probe_stages_skip(probe, took_us);
    patience_note_file(&probe->patience, &probe->room->turns, what, path,
                       took_us);
}

/* One of those a context is made of, for a sentence. */
static const char *tls_file_of(const struct instance_access *access)
{
    if (access->tls_key[0] != '\0') {
        return access->tls_key;
    }
    return access->tls_ca[0] != '\0' ? access->tls_ca
                                     : "the system's authorities";
}

static struct tls_context *find_context(struct probe *probe)
{
    const struct instance_access *access = probe->access;
    uint64_t began_us = clock_monotonic_us();
    probe_stages_show(probe, STEP_TLS);
    struct tls_context *context = tls_contexts_find(
        probe->room->contexts, access, probe->evidence.trouble,
        sizeof(probe->evidence.trouble));
    note_file(probe, "a TLS file such as", tls_file_of(access), began_us);
    return context;
}

static enum evidence_end open_line(struct probe *probe,
                                   const struct transport_call *call,
                                   int *error)
{
    struct line_security security = {.access = probe->access};
    if (probe_open_has_tls(probe)) {
        security.context = find_context(probe);
        if (security.context == NULL) {
            return EVIDENCE_AGENT;
        }
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
    uint64_t began_us = clock_monotonic_us();
    probe_stages_show(probe, STEP_AUTH);
    int status =
        words_read(&words, probe->flight, probe->access,
                   probe->evidence.trouble, sizeof(probe->evidence.trouble));
    note_file(probe, "password file", probe->access->password_file, began_us);
    if (status != 0) {
        *error = -status;
        return EVIDENCE_AGENT;
    }
    call.bytes = words.bytes;
    call.length = words.length;
    call.is_lasting = false;
    enum evidence_end how = open_line(probe, &call, error);
    words_wipe(&words);
    return how;
}

/* Changed less than RENEWED_MS ago, as the wall clock and the disk have it. */
static bool is_fresh(const char *path)
{
    struct stat found;
    if (path[0] == '\0' || stat(path, &found) != 0) {
        return false;
    }
    uint64_t changed_ms = (uint64_t)found.st_ctim.tv_sec * 1000 +
                          (uint64_t)found.st_ctim.tv_nsec / 1000000;
    uint64_t now_ms = clock_wall_ms();
    return changed_ms <= now_ms && now_ms - changed_ms < RENEWED_MS;
}

bool probe_open_is_renewed(const struct probe *probe)
{
    const struct instance_access *access = probe->access;
    return access != NULL &&
           (is_fresh(access->password_file) || is_fresh(access->tls_ca) ||
            is_fresh(access->tls_cert) || is_fresh(access->tls_key));
}

enum evidence_end probe_open(struct probe *probe, int *error)
{
    if (probe->flight->commands[0] == COMMAND_AUTH) {
        return open_with_auth(probe, error);
    }
    return open_line(probe, &probe->call, error);
}
