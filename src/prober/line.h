/*
 * line.h - a transport, with TLS around it or without: plain bytes go out, and
 * plain bytes come in.
 *
 * It knows neither time nor RESP. As with the transport everything comes by
 * callback, and nothing comes after line_close but on_closed.
 */
#ifndef PROBER_LINE_H
#define PROBER_LINE_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "prober/tls.h"
#include "prober/transport.h"

struct line;

struct line_events {
    /* Before and after whatever is done for this line in the loop: the
     * callbacks below, and the work of TLS. */
    void (*on_enter)(struct line *line);
    void (*on_leave)(struct line *line);
    /* Connected, and our first bytes are the kernel's. Not called when that
     * was so within line_open already: look at line_is_sent. */
    void (*on_sent)(struct line *line);
    /* The TLS handshake is over. Not called without TLS. */
    void (*on_secured)(struct line *line);
    void (*on_bytes)(struct line *line, const char *bytes, size_t length);
    /* No more will come: 0 = end of stream, else a negative errno; of them
     * LINE_FAILED_TLS is TLS' own, and line_trouble says why. Once. */
    void (*on_end)(struct line *line, int status);
    void (*on_closed)(struct line *line);
};

#define LINE_FAILED_TLS (-EKEYREJECTED)

/* What TLS is made of; borrowed during line_open. */
struct line_security {
    struct tls_context *context;
    const struct instance_access *access;
};

struct line {
    void *owner;                      /* borrowed, the owner's */
    const struct line_events *events; /* borrowed */
    struct transport transport;
    struct tls *tls; /* owned; NULL without TLS */
    bool is_secured; /* on_secured was called */
};

void line_init(struct line *line, const struct line_events *events,
               char *buffer, void *owner);

/* Connects, without waiting, and says the first words of `call`; with
 * `security`, as soon as the handshake is over. 0: open, callbacks follow. A
 * negative errno, or LINE_FAILED_TLS when TLS could not even begin, for want of
 * memory or by a rule of this host's: nothing is open and no callback comes. */
int line_open(struct line *line, uv_loop_t *loop,
              const struct transport_call *call,
              const struct line_security *security);

bool line_is_open(const struct line *line);
bool line_is_sent(const struct line *line);

/* Whether TLS was told anything by the server. */
bool line_has_heard(const struct line *line);

/* Why TLS failed, "" if it did not; and whether that was our own doing, which
 * says nothing of the server. */
const char *line_trouble(const struct line *line);
bool line_is_our_fault(const struct line *line);

/* notAfter of the server's certificate, seconds of the epoch; -1 = none, or
 * not known. */
int64_t line_certificate_end(const struct line *line);

/* on_closed comes from the loop, later. Only when open. */
void line_close(struct line *line);

#endif
