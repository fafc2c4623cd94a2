/*
 * names.h - the host names that the settings speak of, their addresses, and
 * when each is to be looked up. Pure.
 *
 *   state       the last lookup     addresses
 *   NEVER       has not ended yet   none
 *   REMEMBERED  has not ended yet   where a predecessor's probes went
 *   GOOD        found some          those
 *   OLD         failed              of the last one that found some
 *   FAILED      failed              none
 *
 * Lookups go together to one process, a thread each. A name that was under
 * way in a process that died is suspect: it is asked alone, in a process of
 * its own, until it was answered. So a name that kills costs only itself, and
 * one that hangs costs the others at most a second lookup.
 */
#ifndef SUPERVISOR_NAMES_H
#define SUPERVISOR_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "model/settings.h"
#include "wire/message.h"

#define NAMES_AGAIN_MS 30000       /* after a lookup that found something */
#define NAMES_AGAIN_FAILED_MS 5000 /* after one that did not */
#define NAMES_LATE_MS 5000         /* a lookup takes no longer, or failed */
#define NAMES_GATHER_MS 500        /* those due so soon go with the first */
#define NAMES_ASKED_MOST 64        /* in one process at once */

#define NAMES_NONE UINT32_MAX

enum name_state {
    NAME_NEVER,
    NAME_REMEMBERED,
    NAME_GOOD,
    NAME_OLD,
    NAME_FAILED
};

/* In which process a name is asked. */
enum names_lane { NAMES_TOGETHER, NAMES_ALONE, NAMES_LANES };

struct name {
    char host[256];
    enum name_state state;
    uint32_t count;
    char addresses[RESOLVED_MOST][RESOLVED_BYTES];
    char trouble[64]; /* of the last lookup; "" = none */
    bool is_asked;    /* a lookup is under way */
    bool is_suspect;  /* its process died before it was answered */
    bool is_news;     /* state or addresses changed; names_take_news */
    uint32_t late;    /* lookups in a row that took too long */
    uint64_t asked_ms;
    uint64_t due_ms;
};

struct names {
    struct name *list; /* owned; sorted by host, each once */
    uint32_t count;
    uint32_t room; /* of `list` */
};

/* Every name of the settings, ZooKeeper's servers included, to be looked up at
 * `now_ms`. 0 or -ENOMEM. */
int names_init(struct names *names, const struct settings *settings,
               uint64_t now_ms);
void names_finish(struct names *names);

/* What is known of names that stand in both; they are looked up again all the
 * same. */
void names_adopt(struct names *names, const struct names *before);

/* Before the first lookup: an address that was used in another life, until it
 * ends. What is no numeric address is not taken. */
void names_remember(struct names *names, uint32_t index, const char *address);

/* An index into `list`, or NAMES_NONE. */
uint32_t names_find(const struct names *names, const char *host);

/* Writes the lane's next question, which is under way from then on; false if
 * there is none for now. */
bool names_ask(struct names *names, enum names_lane lane, uint64_t now_ms,
               struct message_resolve *question);

/* Questions under way. */
uint32_t names_asked(const struct names *names, enum names_lane lane);

/* When the lane's next question is due; UINT64_MAX = not before another one
 * was answered, or never. */
uint64_t names_due_ms(const struct names *names, enum names_lane lane);

/* When the first of those under way takes too long, and the process is to be
 * killed; UINT64_MAX = nothing is under way. */
uint64_t names_late_ms(const struct names *names, enum names_lane lane);

/* Gossip: -EPROTO when it answers nothing that the lane was asked, or is no
 * answer; then nothing has changed. */
int names_on_resolved(struct names *names, enum names_lane lane,
                      const struct message_resolved *resolved, uint64_t now_ms);

/* The lane's process was killed at names_late_ms: who was late has failed,
 * the others are asked again. */
void names_on_late(struct names *names, enum names_lane lane, uint64_t now_ms);

/* We stood still for so long: that is nobody's fault. */
void names_forgive(struct names *names, uint64_t lost_ms);

/* The lane's process died by itself. */
void names_on_crash(struct names *names, enum names_lane lane, uint64_t now_ms);

/* A server of this name does not answer: has it moved? It is looked up at
 * once, but no more often than one that failed. */
void names_hurry(struct names *names, uint32_t index, uint64_t now_ms);

/* A name whose state or addresses changed since it was last taken. */
bool names_take_news(struct names *names, uint32_t *index);

#endif
