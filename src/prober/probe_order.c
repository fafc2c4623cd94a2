/*
 * probe_order.c - see probe_order.h.
 */
#include "prober/probe_order.h"

#include <errno.h>
#include <stdlib.h>

#include "model/address.h"

static const struct flight *choose_flight(const struct probe_room *room,
                                          const struct message_probe *order)
{
    bool has_auth = order->access.password_file[0] != '\0';
    unsigned parts = (has_auth ? (unsigned)FLIGHT_AUTH : 0) |
                     (order->is_deep ? (unsigned)FLIGHT_DEEP : 0) |
                     (order->is_cluster ? (unsigned)FLIGHT_CLUSTER : 0) |
                     (order->canary ? (unsigned)FLIGHT_CANARY : 0);
    return &room->flights[parts];
}

int probe_order_take(struct probe *probe, const struct message_probe *order)
{
    const struct instance_access *access = &order->access;
    probe->flight = choose_flight(probe->room, order);
    probe->call.bytes = probe->flight->bytes;
    probe->call.length = probe->flight->length;
    probe->call.is_lasting = true;
    probe->evidence.known =
        (struct evidence_known){.was_loading = order->was_loading,
                                .is_last_address = order->is_last_address,
                                .max_lag_ms = order->max_lag_ms,
                                .max_gap = order->max_gap};
    probe->peer = (struct peer){.known_pid = order->pid,
                                .known_start = order->start_ticks};
    if (access->password_file[0] == '\0' && !access->has_tls) {
        return 0;
    }
    probe->access = malloc(sizeof(*probe->access));
    if (probe->access == NULL) {
        return -ENOMEM;
    }
    *probe->access = *access;
    return 0;
}

enum evidence_end probe_order_address(struct probe *probe, const char *text)
{
    struct address address;
    const char *why = NULL;
    if (address_parse(text, false, &address, &why) != 0) {
        return EVIDENCE_AGENT;
    }
    if (address.kind == ADDRESS_NAME) {
        return EVIDENCE_NAME;
    }
    int status = address_to_sockaddr(&address, &probe->call.address,
                                     &probe->call.address_length);
    return status == 0 ? EVIDENCE_COMPLETE : EVIDENCE_AGENT;
}
