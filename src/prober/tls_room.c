/*
 * tls_room.c - see tls_room.h.
 */
#include "prober/tls_room.h"

const struct tls_room tls_room = {
    .build = TLS_ROOM_BUILD,
    .contexts_create = tls_contexts_create,
    .contexts_find = tls_contexts_find,
    .contexts_destroy = tls_contexts_destroy,
    .create = tls_create,
    .feed = tls_feed,
    .output = tls_output,
    .sent = tls_sent,
    .has_heard = tls_has_heard,
    .trouble = tls_trouble,
    .is_our_fault = tls_is_our_fault,
    .certificate_end = tls_certificate_end,
    .destroy = tls_destroy,
};
