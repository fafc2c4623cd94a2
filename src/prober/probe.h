/*
 * probe.h - one probe: a fresh connection, one flight, one absolute deadline,
 * one result.
 *
 * A probe is a slot the prober keeps and uses again; fresh per probe are its
 * connection, what it remembers, and the secrets it reads.
 */
#ifndef PROBER_PROBE_H
#define PROBER_PROBE_H

#include <stdint.h>
#include <uv.h>

#include "model/result.h"
#include "prober/evidence.h"
#include "prober/flight.h"
#include "prober/line.h"
#include "prober/patience.h"
#include "prober/peer.h"
#include "prober/replies.h"
#include "prober/turns.h"
#include "wire/message.h"
#include "wire/progress.h"

struct probe;

/* What all probes of one prober share; outlives them. */
struct probe_room {
    uv_loop_t *loop;
    struct progress *progress;
    struct flight flights[FLIGHT_KINDS];
    struct turns turns;
    struct tls_contexts *contexts; /* NULL: no order may have TLS */
    char *buffer; /* TRANSPORT_READ_BYTES, for whoever reads now */
    void *owner;
    void (*on_result)(struct probe *probe, const struct result *result);
    /* After the result, when the slot may be started again. */
    void (*on_idle)(struct probe *probe);
};

enum probe_state {
    PROBE_IDLE,
    PROBE_WAITING, /* a file of ours changes just now: it is read again soon */
    PROBE_CONNECTING,
    PROBE_HANDSHAKING, /* connected, TLS is not open yet */
    PROBE_TALKING,
    PROBE_RETRYING, /* the first connection closes, then the second opens */
    PROBE_CLOSING   /* the result is out, the connection closes */
};

struct probe {
    struct probe_room *room; /* borrowed */
    enum probe_state state;
    uint64_t task;
    struct patience patience;
    uint64_t stage_us; /* when the present stage began */
    unsigned attempts; /* connections tried, two at most */
    bool has_waited;   /* was WAITING once */
    const struct flight *flight;
    /* The files that let us in; owned; NULL when neither AUTH nor TLS is. */
    struct instance_access *access;
    uv_timer_t *timer; /* borrowed */
    struct line line;
    struct transport_call call;
    struct replies replies;
    struct peer peer;
    struct evidence evidence;
    /* How the first connection ended, should there be no time for another. */
    enum evidence_end first_end;
    int first_error;
    uint32_t stages_us[STEP_COUNT];
};

/* Readies an idle slot, whatever its bytes are. The timer is the slot's alone:
 * its owner readied it and closes it, when the slot is idle. */
void probe_init(struct probe *probe, struct probe_room *room,
                uv_timer_t *timer);

/* Begins; on_result and on_idle come in their time, perhaps within the call. */
void probe_start(struct probe *probe, const struct message_probe *order);

#endif
