/*
 * line.c - see line.h.
 *
 * A line may be closed in any of its callbacks, also while TLS hands on what
 * it has decrypted; so the TLS lives until on_closed.
 */
#include "prober/line.h"

/* Hands to the transport what TLS wants to send: our words, an alert. It has
 * no more than that. 0 or a negative errno. */
static int flush_tls(struct line *line)
{
    const uint8_t *bytes = NULL;
    size_t length = tls_output(line->tls, &bytes);
    int status = 0;
    while (status == 0 && length > 0) {
        status = transport_send(&line->transport, bytes, length);
        tls_sent(line->tls);
        length = tls_output(line->tls, &bytes);
    }
    return status;
}

static void end(struct line *line, int status)
{
    if (line->transport.is_open && !line->transport.has_ended) {
        line->transport.has_ended = true;
        line->events->on_end(line, status);
    }
}

static void note_secured(struct line *line)
{
    if (!line->is_secured) {
        line->is_secured = true;
        line->events->on_secured(line);
    }
}

/* --- what the transport tells ------------------------------------------- */

static void on_sent(struct transport *transport)
{
    struct line *line = transport->owner;
    line->events->on_enter(line);
    line->events->on_sent(line);
    line->events->on_leave(line);
}

static void on_plain(void *owner, const char *bytes, size_t length)
{
    struct line *line = owner;
    if (line->transport.is_open) {
        note_secured(line);
        line->events->on_bytes(line, bytes, length);
    }
}

static void take_sealed(struct line *line, const char *bytes, size_t length)
{
    enum tls_state state = tls_feed(line->tls, bytes, length, on_plain, line);
    if (!line->transport.is_open) {
        return; /* closed by what it heard */
    }
    int status = flush_tls(line); /* an alert of ours, too */
    switch (state) {
    case TLS_HANDSHAKING:
        break;
    case TLS_OPEN:
        note_secured(line);
        break;
    case TLS_CLOSED:
        end(line, 0);
        return;
    case TLS_FAILED:
        end(line, LINE_FAILED_TLS);
        return;
    }
    if (status != 0) {
        end(line, status);
    }
}

static void on_bytes(struct transport *transport, const char *bytes,
                     size_t length)
{
    struct line *line = transport->owner;
    line->events->on_enter(line);
    if (line->tls == NULL) {
        line->events->on_bytes(line, bytes, length);
    } else {
        take_sealed(line, bytes, length);
    }
    line->events->on_leave(line);
}

static void on_end(struct transport *transport, int status)
{
    struct line *line = transport->owner;
    line->events->on_enter(line);
    line->events->on_end(line, status);
    line->events->on_leave(line);
}

static void drop_tls(struct line *line)
{
    tls_destroy(line->tls);
    line->tls = NULL;
}

static void on_closed(struct transport *transport)
{
    struct line *line = transport->owner;
    line->events->on_enter(line);
    drop_tls(line);
    line->events->on_closed(line);
    line->events->on_leave(line);
}

static const struct transport_events transport_events = {
    .on_sent = on_sent,
    .on_bytes = on_bytes,
    .on_end = on_end,
    .on_closed = on_closed,
};

/* --- public ------------------------------------------------------------- */

void line_init(struct line *line, const struct line_events *events,
               char *buffer, void *owner)
{
    *line = (struct line){.owner = owner, .events = events};
    transport_init(&line->transport, &transport_events, buffer, line);
}

/* The first bytes are those of the handshake; the words go into the TLS. */
static int open_secure(struct line *line, uv_loop_t *loop,
                       const struct transport_call *call,
                       const struct line_security *security)
{
    struct transport_call hello = *call;
    line->is_secured = false;
    line->tls = tls_create(security->context, security->access, call->bytes,
                           call->length);
    if (line->tls == NULL) {
        return LINE_FAILED_TLS;
    }
    hello.length = tls_output(line->tls, &hello.bytes);
    hello.is_lasting = false;
    int status = transport_open(&line->transport, loop, &hello);
    tls_sent(line->tls);
    if (status != 0) {
        drop_tls(line);
    }
    return status;
}

int line_open(struct line *line, uv_loop_t *loop,
              const struct transport_call *call,
              const struct line_security *security)
{
    if (security != NULL) {
        return open_secure(line, loop, call, security);
    }
    return transport_open(&line->transport, loop, call);
}

bool line_is_open(const struct line *line)
{
    return line->transport.is_open;
}

bool line_is_sent(const struct line *line)
{
    return line->transport.is_sent;
}

bool line_has_heard(const struct line *line)
{
    return line->tls != NULL && tls_has_heard(line->tls);
}

const char *line_trouble(const struct line *line)
{
    return line->tls == NULL ? "" : tls_trouble(line->tls);
}

bool line_is_our_fault(const struct line *line)
{
    return line->tls != NULL && tls_is_our_fault(line->tls);
}

int64_t line_certificate_end(const struct line *line)
{
    return line->tls == NULL ? -1 : tls_certificate_end(line->tls);
}

void line_close(struct line *line)
{
    transport_close(&line->transport);
}
