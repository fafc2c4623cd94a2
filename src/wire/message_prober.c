/*
 * message_prober.c - the bodies of what supervisor and probers say to each
 * other; see message.c for the shape and its rules.
 */
#include "wire/message_prober.h"

static void put_access(struct cursor_writer *writer,
                       const struct instance_access *access)
{
    cursor_put_text(writer, access->user);
    cursor_put_text(writer, access->password_file);
    cursor_put_u8(writer, access->has_tls);
    cursor_put_u8(writer, access->tls_verify);
    cursor_put_text(writer, access->tls_ca);
    cursor_put_text(writer, access->tls_cert);
    cursor_put_text(writer, access->tls_key);
    cursor_put_text(writer, access->tls_server_name);
}

static void get_access(struct cursor_reader *reader,
                       struct instance_access *access)
{
    cursor_get_text(reader, access->user);
    cursor_get_text(reader, access->password_file);
    access->has_tls = cursor_get_bool(reader);
    access->tls_verify = cursor_get_bool(reader);
    cursor_get_text(reader, access->tls_ca);
    cursor_get_text(reader, access->tls_cert);
    cursor_get_text(reader, access->tls_key);
    cursor_get_text(reader, access->tls_server_name);
}

void message_put_probe(struct cursor_writer *writer,
                       const struct message_probe *probe)
{
    cursor_put_u64(writer, probe->task);
    cursor_put_u32(writer, probe->timeout_ms);
    cursor_put_u8(writer, probe->is_deep);
    cursor_put_u8(writer, probe->canary);
    cursor_put_u8(writer, probe->is_cluster);
    cursor_put_u8(writer, probe->was_loading);
    cursor_put_u8(writer, probe->is_last_address);
    cursor_put_u32(writer, probe->resolve_us);
    cursor_put_u32(writer, probe->pid);
    cursor_put_u64(writer, probe->start_ticks);
    cursor_put_u64(writer, probe->max_lag_ms);
    cursor_put_u64(writer, probe->max_gap);
    cursor_put_text(writer, probe->addr);
    cursor_put_text(writer, probe->name_trouble);
    put_access(writer, &probe->access);
}

void message_get_probe(struct cursor_reader *reader,
                       struct message_probe *probe)
{
    probe->task = cursor_get_some(reader, 8);
    probe->timeout_ms = (uint32_t)cursor_get_some(reader, 4);
    probe->is_deep = cursor_get_bool(reader);
    probe->canary = cursor_get_bool(reader);
    probe->is_cluster = cursor_get_bool(reader);
    probe->was_loading = cursor_get_bool(reader);
    probe->is_last_address = cursor_get_bool(reader);
    probe->resolve_us = cursor_get_u32(reader);
    probe->pid = cursor_get_u32(reader);
    probe->start_ticks = cursor_get_u64(reader);
    probe->max_lag_ms = cursor_get_u64(reader);
    probe->max_gap = cursor_get_u64(reader);
    cursor_get_shown(reader, probe->addr);
    cursor_get_shown(reader, probe->name_trouble);
    get_access(reader, &probe->access);
    reader->is_bad = reader->is_bad || probe->pid > INT32_MAX;
}

static void put_verdict(struct cursor_writer *writer,
                        const struct verdict *verdict)
{
    cursor_put_u8(writer, verdict->state);
    cursor_put_u8(writer, verdict->reason);
    cursor_put_u8(writer, verdict->readable);
    cursor_put_u8(writer, verdict->writable);
    cursor_put_u8(writer, verdict->role);
    cursor_put_u32(writer, verdict->conditions);
    cursor_put_text(writer, verdict->detail);
    cursor_put_text(writer, verdict->run_id);
    cursor_put_text(writer, verdict->version);
    cursor_put_text(writer, verdict->master);
}

static void get_verdict(struct cursor_reader *reader, struct verdict *verdict)
{
    verdict->state = cursor_get_below(reader, STATE_COUNT);
    verdict->reason = cursor_get_below(reader, REASON_COUNT);
    verdict->readable = cursor_get_below(reader, ABILITY_COUNT);
    verdict->writable = cursor_get_below(reader, ABILITY_COUNT);
    verdict->role = cursor_get_below(reader, ROLE_COUNT);
    verdict->conditions = cursor_get_u32(reader);
    cursor_get_shown(reader, verdict->detail);
    cursor_get_shown(reader, verdict->run_id);
    cursor_get_shown(reader, verdict->version);
    cursor_get_shown(reader, verdict->master);
    if (verdict->state == STATE_NONE || verdict->writable == ABILITY_STALE ||
        verdict->conditions >> REASON_COUNT != 0) {
        reader->is_bad = true;
    }
}

static void put_facts(struct cursor_writer *writer, const struct facts *facts)
{
    cursor_put_u8(writer, facts->mode);
    for (size_t i = 0; i < FACT_COUNT; i++) {
        cursor_put_u64(writer, (uint64_t)facts->values[i]);
    }
}

static void get_facts(struct cursor_reader *reader, struct facts *facts)
{
    facts->mode = cursor_get_below(reader, MODE_COUNT);
    for (size_t i = 0; i < FACT_COUNT; i++) {
        facts->values[i] = (int64_t)cursor_get_u64(reader);
        reader->is_bad = reader->is_bad || facts->values[i] < FACT_UNKNOWN;
    }
}

void message_put_result(struct cursor_writer *writer,
                        const struct result *result)
{
    cursor_put_u64(writer, result->task);
    cursor_put_u8(writer, result->is_deep);
    put_verdict(writer, &result->verdict);
    for (size_t step = 0; step < STEP_COUNT; step++) {
        cursor_put_u32(writer, result->stage_us[step]);
    }
    /* A process can be proved without INFO, so it stands outside. */
    cursor_put_u32(writer, result->facts.pid);
    cursor_put_u64(writer, result->facts.start_ticks);
    cursor_put_u8(writer, result->has_facts);
    if (result->has_facts) {
        put_facts(writer, &result->facts);
    }
}

void message_get_result(struct cursor_reader *reader, struct result *result)
{
    result->task = cursor_get_some(reader, 8);
    result->is_deep = cursor_get_bool(reader);
    get_verdict(reader, &result->verdict);
    for (size_t step = 0; step < STEP_COUNT; step++) {
        result->stage_us[step] = cursor_get_u32(reader);
    }
    facts_init(&result->facts);
    result->facts.pid = cursor_get_u32(reader);
    result->facts.start_ticks = cursor_get_u64(reader);
    result->has_facts = cursor_get_bool(reader);
    if (result->has_facts) {
        get_facts(reader, &result->facts);
    }
    reader->is_bad = reader->is_bad || result->facts.pid > INT32_MAX;
}

void message_put_resolve(struct cursor_writer *writer,
                         const struct message_resolve *resolve)
{
    cursor_put_u32(writer, resolve->id);
    cursor_put_text(writer, resolve->name);
}

void message_get_resolve(struct cursor_reader *reader,
                         struct message_resolve *resolve)
{
    resolve->id = cursor_get_u32(reader);
    cursor_get_shown(reader, resolve->name);
}

void message_put_resolved(struct cursor_writer *writer,
                          const struct message_resolved *resolved)
{
    cursor_put_u32(writer, resolved->id);
    cursor_put_u8(writer, resolved->count);
    for (uint32_t i = 0; i < resolved->count; i++) {
        cursor_put_text(writer, resolved->addresses[i]);
    }
    cursor_put_text(writer, resolved->trouble);
}

void message_get_resolved(struct cursor_reader *reader,
                          struct message_resolved *resolved)
{
    resolved->id = cursor_get_u32(reader);
    resolved->count = cursor_get_below(reader, RESOLVED_MOST + 1);
    for (uint32_t i = 0; i < resolved->count; i++) {
        cursor_get_shown(reader, resolved->addresses[i]);
    }
    cursor_get_shown(reader, resolved->trouble);
}

void message_put_found(struct cursor_writer *writer,
                       const struct message_found *found)
{
    cursor_put_u8(writer, found->is_another);
    cursor_put_u32(writer, found->pid);
    cursor_put_u8(writer, found->role);
    cursor_put_text(writer, found->addr);
    cursor_put_text(writer, found->version);
}

void message_get_found(struct cursor_reader *reader,
                       struct message_found *found)
{
    found->is_another = cursor_get_bool(reader);
    found->pid = cursor_get_u32(reader);
    found->role = cursor_get_below(reader, ROLE_COUNT);
    cursor_get_shown(reader, found->addr);
    cursor_get_shown(reader, found->version);
    reader->is_bad =
        reader->is_bad || found->pid > INT32_MAX || found->addr[0] == '\0';
}

void message_put_searched(struct cursor_writer *writer,
                          const struct message_searched *searched)
{
    cursor_put_u8(writer, searched->is_whole);
    cursor_put_u32(writer, searched->processes);
    cursor_put_u32(writer, searched->hidden);
    cursor_put_u32(writer, searched->addresses);
    cursor_put_u32(writer, searched->silent);
    cursor_put_u32(writer, searched->left_out);
}

void message_get_searched(struct cursor_reader *reader,
                          struct message_searched *searched)
{
    searched->is_whole = cursor_get_bool(reader);
    searched->processes = cursor_get_u32(reader);
    searched->hidden = cursor_get_u32(reader);
    searched->addresses = cursor_get_u32(reader);
    searched->silent = cursor_get_u32(reader);
    searched->left_out = cursor_get_u32(reader);
}
