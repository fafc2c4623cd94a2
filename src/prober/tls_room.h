/*
 * tls_room.h - tls.h as a table: what the library sentinel-prober-tls.so, in
 * which all of OpenSSL is, shows of itself to the program that loads it.
 */
#ifndef PROBER_TLS_ROOM_H
#define PROBER_TLS_ROOM_H

#include "prober/tls.h"

#define TLS_ROOM_FILE "sentinel-prober-tls.so" /* beside the program */

/* What a program that runs and a library that was put on the disk later must
 * have in common; tls.h hands over nothing else by value. */
struct tls_room_build {
    char version[16];
    size_t access_bytes; /* of a struct instance_access */
};

#define TLS_ROOM_BUILD                                                     \
    {                                                                      \
        .version = VERSION, .access_bytes = sizeof(struct instance_access) \
    }

/* The build, then the functions of tls.h, each by its name. */
struct tls_room {
    struct tls_room_build build;
    struct tls_contexts *(*contexts_create)(void);
    struct tls_context *(*contexts_find)(struct tls_contexts *contexts,
                                         const struct instance_access *access,
                                         char *trouble, size_t size);
    void (*contexts_destroy)(struct tls_contexts *contexts);
    struct tls *(*create)(struct tls_context *context,
                          const struct instance_access *access,
                          const uint8_t *words, size_t length);
    enum tls_state (*feed)(struct tls *tls, const char *bytes, size_t length,
                           tls_plain_cb on_plain, void *owner);
    size_t (*output)(struct tls *tls, const uint8_t **bytes);
    void (*sent)(struct tls *tls);
    bool (*has_heard)(const struct tls *tls);
    const char *(*trouble)(const struct tls *tls);
    bool (*is_our_fault)(const struct tls *tls);
    int64_t (*certificate_end)(const struct tls *tls);
    void (*destroy)(struct tls *tls);
};

extern const struct tls_room tls_room;

#endif
