/*
 * keeper.h - ZooKeeper, reached through sentinel-publisher: this command links
 * no ZooKeeper library.
 */
#ifndef CTL_KEEPER_H
#define CTL_KEEPER_H

#include <stdint.h>

#include "ctl/capture.h"
#include "ctl/options.h"

#define KEEPER_TIMEOUT_MS 5000
#define KEEPER_GRACE_MS 3000 /* it ends by itself before that */
#define KEEPER_ROOT "/redis-sentinel"
#define KEEPER_HEARTBEAT_MS 30000
#define KEEPER_TEXT_BYTES 4096

struct keeper {
    char servers[KEEPER_TEXT_BYTES];
    char root[KEEPER_TEXT_BYTES];
    char credential_file[KEEPER_TEXT_BYTES]; /* "": none */
    uint64_t heartbeat_ms;                   /* of .agent nodes; 0 = off */
};

/* From --zookeeper and --root, which stand alone unless --config is given; else
 * from the configuration. 0, or an exit code after saying what is wrong. */
int keeper_find(const struct options *options, struct keeper *keeper);

/* The same from a configuration that was read: false if it names no servers. */
bool keeper_read(const char *dump, struct keeper *keeper);

/* Puts --zookeeper and --root into it: false if they do not fit. */
bool keeper_overrule(const struct options *options, struct keeper *keeper);

/* Runs sentinel-publisher as `mode`, "--list" say; what it has against it, it
 * says in a sentence, which `stream` sends to us or to the screen. 0 with its
 * exit code in `capture`; else a negative errno, after saying so when it is
 * for the screen. */
int keeper_ask(const struct options *options, const struct keeper *keeper,
               const char *mode, int stream, struct capture *capture);

#endif
