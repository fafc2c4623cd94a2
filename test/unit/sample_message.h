/*
 * sample_message.h - one good message of each kind, every field filled, for
 * the tests of message, frame and channel.
 */
#ifndef TEST_SAMPLE_MESSAGE_H
#define TEST_SAMPLE_MESSAGE_H

#include <stddef.h>

#include "wire/message.h"

static const struct message sample_messages[] = {
    {.kind = MESSAGE_PROBE,
     .probe = {.task = 0x0102030405060708,
               .timeout_ms = 1000,
               .is_deep = true,
               .canary = true,
               .is_cluster = true,
               .was_loading = true,
               .is_last_address = true,
               .resolve_us = 1500,
               .pid = 4711,
               .start_ticks = 815,
               .max_lag_ms = 30000,
               .max_gap = 1048576,
               .addr = "127.0.0.1:6379",
               .name_trouble = "no such host",
               .access = {.user = "probe",
                          .password_file = "/etc/queue.pw",
                          .has_tls = true,
                          .tls_verify = true,
                          .tls_ca = "/etc/ca.pem",
                          .tls_cert = "/etc/c.pem",
                          .tls_key = "/etc/k.pem",
                          .tls_server_name = "redis.internal"}}},
    {.kind = MESSAGE_RETIRE},
    {.kind = MESSAGE_PROBER_HELLO},
    {.kind = MESSAGE_RESULT,
     .result = {.task = 77,
                .is_deep = true,
                .verdict = {.state = STATE_UP,
                            .reason = REASON_REPLICA,
                            .readable = ABILITY_YES,
                            .writable = ABILITY_NO,
                            .role = ROLE_REPLICA,
                            .conditions =
                                1u << REASON_REPLICA | 1u << REASON_OTHER,
                            .detail = "a detail",
                            .run_id =
                                "0123456789abcdef0123456789abcdef01234567",
                            .version = "7.0.15",
                            .master = "10.0.0.7:6379"},
                .stage_us = {0, 1, 2, 3, 4, 5, 6, 7, 8},
                .has_facts = true,
                .facts = {.mode = MODE_CLUSTER,
                          .pid = 4711,
                          .start_ticks = 815,
                          .values = {3600, 1, -1, 0}}}},
    {.kind = MESSAGE_PUBLISH_SETTINGS,
     .publish_settings = {.session_timeout_ms = 12000,
                          .servers = "127.0.0.1:2181,[::1]:2182",
                          .run_dir = "/run/sentinel-agent"}},
    {.kind = MESSAGE_LOOK},
    {.kind = MESSAGE_WITHDRAW},
    {.kind = MESSAGE_PUBLISHER_HELLO},
    {.kind = MESSAGE_SESSION,
     .session = {.state = ZOOKEEPER_STEADY,
                 .session_id = 0xfedcba9876543210,
                 .negotiated_ms = 12000,
                 .sessions = 1,
                 .writes = 2,
                 .transactions = 3,
                 .failures = 4,
                 .server = "127.0.0.1:2181"}},
    {.kind = MESSAGE_PUBLISHED,
     .published = {.instance = 4095,
                   .claim_version = 9,
                   .since_wall_ms = 1763742000123,
                   .czxid = 12,
                   .node_version = -1}},
    {.kind = MESSAGE_ALARM,
     .alarm = {.is_raised = true,
               .since_wall_ms = 1763742000123,
               .what = "foreign_node",
               .path = "/redis-sentinel/prod/db7/cache-1",
               .detail = "owned by another session"}},
    {.kind = MESSAGE_CONSOLE_HELLO},
    {.kind = MESSAGE_CHECK, .check = {.file = "/etc/sentinel-agent/a.yaml"}},
    {.kind = MESSAGE_CHECKED, .checked = {.is_good = true, .bytes = 4711}},
    {.kind = MESSAGE_FOUND,
     .found = {.is_another = true,
               .pid = 4711,
               .role = ROLE_REPLICA,
               .addr = "unix:/run/redis/redis.sock",
               .version = "7.0.15"}},
    {.kind = MESSAGE_RESOLVE, .resolve = {.id = 7, .name = "redis.internal"}},
    {.kind = MESSAGE_RESOLVED,
     .resolved = {.id = 7, .count = 2, .addresses = {"10.0.0.7", "fd00::7"}}},
    {.kind = MESSAGE_SEARCHED,
     .searched = {.is_whole = true,
                  .processes = 5,
                  .hidden = 4,
                  .addresses = 3,
                  .silent = 2,
                  .left_out = 1}},
};

#define SAMPLE_COUNT (sizeof sample_messages / sizeof sample_messages[0])

/* The direction each of them goes. */
static const enum message_direction sample_directions[SAMPLE_COUNT] = {
    TO_PROBER,      TO_PROBER,      FROM_PROBER,    FROM_PROBER,
    TO_PUBLISHER,   TO_PUBLISHER,   TO_PUBLISHER,   FROM_PUBLISHER,
    FROM_PUBLISHER, FROM_PUBLISHER, FROM_PUBLISHER, FROM_CONSOLE,
    TO_CHECKER,     FROM_CHECKER,   FROM_PROBER,    TO_PROBER,
    FROM_PROBER,    FROM_PROBER,
};

#endif
