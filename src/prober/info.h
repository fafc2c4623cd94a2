/*
 * info.h - the few fields of INFO a verdict rests on, and the facts for people
 * beside it, read from a stranger's text. A field that is missing, or is not
 * what Redis would write, stays at "not known"; nothing here can fail.
 */
#ifndef PROBER_INFO_H
#define PROBER_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/facts.h"
#include "model/verdict.h"
#include "prober/info_replicas.h"

#define INFO_HOST_BYTES 256
#define INFO_TENS_UNKNOWN 255

enum info_link { INFO_LINK_UNKNOWN, INFO_LINK_UP, INFO_LINK_DOWN };

struct info {
    enum role role;
    bool is_loading;
    uint8_t loaded_tens;   /* percent in tens, 0 to 10, or unknown */
    bool is_shutting_down; /* shutdown_in_milliseconds is there */
    bool bgsave_failed;
    bool aof_failed;
    enum info_link link;  /* of a replica to its master */
    bool is_syncing;      /* a full synchronisation is under way */
    bool has_offset;      /* slave_repl_offset was there */
    uint64_t offset;      /* slave_repl_offset; 1 = never synchronised */
    bool has_read_offset; /* slave_read_repl_offset was there (7.0 on) */
    uint64_t read_offset; /* received; `offset` is what was applied of it */
    bool has_silence;     /* master_last_io_seconds_ago was there */
    uint64_t silence_s;
    struct info_replicas replicas; /* a master's */
    uint16_t master_port;          /* 0 = not known */
    uint32_t process_id;           /* 0 = not known */
    char master_host[INFO_HOST_BYTES];
    char run_id[VERDICT_RUN_ID_BYTES];
    char version[VERDICT_VERSION_BYTES];
    struct facts facts; /* for people; pid and start are not INFO's to tell */
};

void info_init(struct info *info);

/* Reads "key:value" lines; the last of equal keys counts. */
void info_read(struct info *info, const char *text, size_t length);

#endif
