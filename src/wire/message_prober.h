/*
 * message_prober.h - the bodies of what supervisor and probers say to each
 * other, for message.c alone.
 */
#ifndef WIRE_MESSAGE_PROBER_H
#define WIRE_MESSAGE_PROBER_H

#include "wire/cursor.h"
#include "wire/message.h"

void message_put_probe(struct cursor_writer *writer,
                       const struct message_probe *probe);
void message_get_probe(struct cursor_reader *reader,
                       struct message_probe *probe);
void message_put_result(struct cursor_writer *writer,
                        const struct result *result);
void message_get_result(struct cursor_reader *reader, struct result *result);
void message_put_resolve(struct cursor_writer *writer,
                         const struct message_resolve *resolve);
void message_get_resolve(struct cursor_reader *reader,
                         struct message_resolve *resolve);
void message_put_resolved(struct cursor_writer *writer,
                          const struct message_resolved *resolved);
void message_get_resolved(struct cursor_reader *reader,
                          struct message_resolved *resolved);
void message_put_found(struct cursor_writer *writer,
                       const struct message_found *found);
void message_get_found(struct cursor_reader *reader,
                       struct message_found *found);
void message_put_searched(struct cursor_writer *writer,
                          const struct message_searched *searched);
void message_get_searched(struct cursor_reader *reader,
                          struct message_searched *searched);

#endif
