/*
 * page.h - `/`, the status page: one document, no script, nothing loaded.
 */
#ifndef CONSOLE_PAGE_H
#define CONSOLE_PAGE_H

#include "console/body.h"
#include "console/snapshot.h"

/* An older heartbeat makes the page say so before anything else. */
#define PAGE_STALE_MS 3000

/* Needs every part of the snapshot. */
void page_write(const struct snapshot *snapshot, struct body *body);

/* The table of instances, part of page_write. */
void page_write_instances(const struct snapshot *snapshot, struct body *body);

/* One cell of it: the server, as it was learnt beside the verdict `shown`. */
void page_write_facts(const struct snapshot *snapshot,
                      const struct board_instance *record,
                      const struct verdict *shown, struct body *body);

/* A document's beginning, up to its content, and its end; `title` is ours. */
void page_open(const struct snapshot *snapshot, const char *title,
               struct body *body);
void page_close(struct body *body);

/* The document's style sheet. */
extern const char page_style[];

#endif
