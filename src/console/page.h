/*
 * page.h - `/`, the status page: one document that loads nothing, whole
 * without its script, which only keeps it fresh.
 *
 * Its sections carry data-live and an id: the script fetches the page again
 * and exchanges those that differ. So everything is written here, once, and
 * the script knows nothing of servers.
 */
#ifndef CONSOLE_PAGE_H
#define CONSOLE_PAGE_H

#include "console/body.h"
#include "console/page_standing.h"
#include "console/snapshot.h"

/* Needs every part of the snapshot. */
void page_write(const struct snapshot *snapshot, struct body *body);

/* A document's beginning, up to its content, and its end. `title` is ours;
 * `every_ms` is how often it is fetched anew. */
void page_open(const struct snapshot *snapshot, const char *title,
               uint32_t every_ms, struct body *body);
void page_close(struct body *body);

/* --- its sections, a file each ---------------------------------------- */

/* What is wrong, in words, and what to do about it; `is_on_time`: the hops
 * all are. */
void page_write_banner(const struct snapshot *snapshot,
                       const struct page_tally *tally, bool is_on_time,
                       struct body *body);

/* The way of a fact from probe to ZooKeeper, how old it is at each hop. True
 * when every hop is on time. */
bool page_write_hops(const struct snapshot *snapshot, struct body *body);

/* The table of instances. */
void page_write_instances(const struct snapshot *snapshot, struct body *body);

/* The last changes of state. */
void page_write_events(const struct snapshot *snapshot, struct body *body);

/* What is alive, and what ended unasked. */
void page_write_tasks(const struct snapshot *snapshot, struct body *body);
void page_write_processes(const struct snapshot *snapshot, struct body *body);

/* --- cells ------------------------------------------------------------- */

/* The server, as it was learnt beside the verdict `shown`. */
void page_write_facts(const struct snapshot *snapshot,
                      const struct board_instance *record,
                      const struct verdict *shown, struct body *body);

/* The last outcomes as a bar, the last latencies as a line. */
void page_write_outcomes(const struct instance *instance, struct body *body);
void page_write_latency(const struct snapshot *snapshot, uint32_t index,
                        const struct instance *instance, struct body *body);

/* --- words -------------------------------------------------------------- */

/* "120 us" as "0.12 ms", longer ones as durations. */
void page_write_us(struct body *body, uint64_t time_us);

/* "512 KiB", "1.5 GiB". */
void page_write_size(struct body *body, uint64_t bytes);

/* "02:12:33" of UTC, with the day when that is not today's. */
void page_write_moment(const struct snapshot *snapshot, uint64_t wall_ms,
                       struct body *body);

/* A state as a pill: a word in its colour. */
void page_write_state(enum state state, struct body *body);

/* The class a state is coloured by. */
const char *page_state_class(enum state state);

/* The documents' style sheet and script; page_policy.h names their hashes. */
extern const char page_style[];
extern const char page_script[];

#endif
