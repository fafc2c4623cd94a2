/*
 * message_console.h - put and get of the console's messages and of vitals;
 * for message.c alone.
 */
#ifndef WIRE_MESSAGE_CONSOLE_H
#define WIRE_MESSAGE_CONSOLE_H

#include "wire/cursor.h"
#include "wire/message.h"

void message_put_vitals(struct cursor_writer *writer,
                        const struct vitals *vitals);
void message_get_vitals(struct cursor_reader *reader, struct vitals *vitals);

void message_put_order(struct cursor_writer *writer,
                       const struct message_order *order);
void message_get_order(struct cursor_reader *reader,
                       struct message_order *order);

void message_put_ordered(struct cursor_writer *writer,
                         const struct message_ordered *ordered);
void message_get_ordered(struct cursor_reader *reader,
                         struct message_ordered *ordered);

#endif
