/*
 * message_console.c - the bodies of what supervisor and console say to each
 * other, and of the vitals that every helper tells; see message.c for the
 * shape and its rules.
 */
#include "wire/message_console.h"

void message_put_vitals(struct cursor_writer *writer,
                        const struct vitals *vitals)
{
    cursor_put_u64(writer, vitals->rss_kb);
    cursor_put_u64(writer, vitals->pss_kb);
    cursor_put_u64(writer, vitals->heap_kb);
    cursor_put_u64(writer, vitals->heap_free_kb);
    cursor_put_u64(writer, vitals->cpu_ms);
    cursor_put_u64(writer, vitals->lag_ms);
    cursor_put_u32(writer, vitals->threads);
    for (size_t i = 0; i < VITALS_FD_KINDS; i++) {
        cursor_put_u32(writer, vitals->fds[i]);
    }
}

void message_get_vitals(struct cursor_reader *reader, struct vitals *vitals)
{
    vitals->rss_kb = cursor_get_u64(reader);
    vitals->pss_kb = cursor_get_u64(reader);
    vitals->heap_kb = cursor_get_u64(reader);
    vitals->heap_free_kb = cursor_get_u64(reader);
    vitals->cpu_ms = cursor_get_u64(reader);
    vitals->lag_ms = cursor_get_u64(reader);
    vitals->threads = cursor_get_u32(reader);
    for (size_t i = 0; i < VITALS_FD_KINDS; i++) {
        vitals->fds[i] = cursor_get_u32(reader);
    }
}

void message_put_order(struct cursor_writer *writer,
                       const struct message_order *order)
{
    cursor_put_u32(writer, order->id);
    cursor_put_u8(writer, order->verb);
    cursor_put_text(writer, order->name);
    cursor_put_text(writer, order->operator_name);
    cursor_put_text(writer, order->reason);
}

void message_get_order(struct cursor_reader *reader,
                       struct message_order *order)
{
    order->id = (uint32_t)cursor_get_some(reader, 4);
    order->verb = cursor_get_below(reader, ORDER_VERB_COUNT);
    cursor_get_shown(reader, order->name);
    cursor_get_shown(reader, order->operator_name);
    cursor_get_shown(reader, order->reason);
}

void message_put_ordered(struct cursor_writer *writer,
                         const struct message_ordered *ordered)
{
    cursor_put_u32(writer, ordered->id);
    cursor_put_u8(writer, ordered->outcome);
    cursor_put_text(writer, ordered->text);
}

void message_get_ordered(struct cursor_reader *reader,
                         struct message_ordered *ordered)
{
    ordered->id = (uint32_t)cursor_get_some(reader, 4);
    ordered->outcome = cursor_get_below(reader, ORDER_OUTCOME_COUNT);
    cursor_get_shown(reader, ordered->text);
}
