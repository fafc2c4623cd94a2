/*
 * driver_options.h - what drive_prober is told: one row per option, most of
 * them fields of the probe it orders.
 */
#ifndef FAULT_DRIVER_OPTIONS_H
#define FAULT_DRIVER_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "wire/message.h"

struct driver_options {
    const char *prober;
    struct message_probe order; /* of every probe, but for task and address */
    bool same_task;             /* every probe with one task id: our fault */
    bool no_retire;             /* end by closing the channel instead */
    bool retire_early;          /* right after the last round's probes */
    bool wait_at_end;           /* for the end of standard input */
    bool is_quiet;              /* only the last line */
    uint64_t repeat;            /* rounds, one after the other */
    uint64_t gap_ms;            /* between rounds */
};

enum driver_kind { OPTION_SET, OPTION_CLEAR, OPTION_NUMBER, OPTION_TEXT };

struct driver_row {
    const char *name;
    enum driver_kind kind;
    size_t offset;
    size_t size;
};

#define DRIVER_ROW(name, kind, member)                           \
    {                                                            \
        (name), (kind), offsetof(struct driver_options, member), \
            sizeof(((struct driver_options *)0)->member)         \
    }

static const struct driver_row driver_rows[] = {
    DRIVER_ROW("same-task", OPTION_SET, same_task),
    DRIVER_ROW("no-retire", OPTION_SET, no_retire),
    DRIVER_ROW("retire-early", OPTION_SET, retire_early),
    DRIVER_ROW("wait-at-end", OPTION_SET, wait_at_end),
    DRIVER_ROW("quiet", OPTION_SET, is_quiet),
    DRIVER_ROW("repeat", OPTION_NUMBER, repeat),
    DRIVER_ROW("gap-ms", OPTION_NUMBER, gap_ms),
    DRIVER_ROW("timeout-ms", OPTION_NUMBER, order.timeout_ms),
    DRIVER_ROW("deep", OPTION_SET, order.is_deep),
    DRIVER_ROW("canary", OPTION_SET, order.canary),
    DRIVER_ROW("cluster", OPTION_SET, order.is_cluster),
    DRIVER_ROW("was-loading", OPTION_SET, order.was_loading),
    DRIVER_ROW("last-address", OPTION_SET, order.is_last_address),
    DRIVER_ROW("resolve-us", OPTION_NUMBER, order.resolve_us),
    DRIVER_ROW("pid", OPTION_NUMBER, order.pid),
    DRIVER_ROW("start-ticks", OPTION_NUMBER, order.start_ticks),
    DRIVER_ROW("max-lag-ms", OPTION_NUMBER, order.max_lag_ms),
    DRIVER_ROW("max-gap", OPTION_NUMBER, order.max_gap),
    DRIVER_ROW("name-trouble", OPTION_TEXT, order.name_trouble),
    DRIVER_ROW("user", OPTION_TEXT, order.access.user),
    DRIVER_ROW("password-file", OPTION_TEXT, order.access.password_file),
    DRIVER_ROW("tls", OPTION_SET, order.access.has_tls),
    DRIVER_ROW("tls-no-verify", OPTION_CLEAR, order.access.tls_verify),
    DRIVER_ROW("tls-ca", OPTION_TEXT, order.access.tls_ca),
    DRIVER_ROW("tls-cert", OPTION_TEXT, order.access.tls_cert),
    DRIVER_ROW("tls-key", OPTION_TEXT, order.access.tls_key),
    DRIVER_ROW("tls-server-name", OPTION_TEXT, order.access.tls_server_name),
};

#define DRIVER_ROWS (sizeof(driver_rows) / sizeof(driver_rows[0]))
#define DRIVER_PROBER ((int)DRIVER_ROWS) /* --prober PATH, kept as it is */

static void driver_usage(const char *why)
{
    (void)fprintf(stderr, "%s\nusage: drive_prober [options] ADDRESS...\n",
                  why);
    exit(64);
}

static void driver_read_number(const struct driver_row *row, char *field,
                               const char *text)
{
    char *end = NULL;
    uint64_t number = strtoull(text, &end, 10);
    if (end == text || *end != '\0' ||
        (row->size == sizeof(uint32_t) && number > UINT32_MAX)) {
        driver_usage(row->name);
    }
    if (row->size == sizeof(uint32_t)) {
        uint32_t small = (uint32_t)number;
        memcpy(field, &small, sizeof(small));
    } else {
        memcpy(field, &number, sizeof(number));
    }
}

static void driver_read_option(struct driver_options *options, int which,
                               const char *text)
{
    if (which == DRIVER_PROBER) {
        options->prober = text;
        return;
    }
    const struct driver_row *row = &driver_rows[which];
    char *field = (char *)options + row->offset;
    bool is_set = row->kind == OPTION_SET;
    switch (row->kind) {
    case OPTION_SET:
    case OPTION_CLEAR:
        memcpy(field, &is_set, sizeof(is_set));
        break;
    case OPTION_NUMBER:
        driver_read_number(row, field, text);
        break;
    case OPTION_TEXT:
        if (!text_copy(field, row->size, text)) {
            driver_usage(row->name);
        }
        break;
    }
}

/* Leaves the index of the first address in `optind`. */
static void driver_read_options(struct driver_options *options, int count,
                                char **arguments)
{
    struct option names[DRIVER_ROWS + 2] = {{0}};
    for (size_t i = 0; i < DRIVER_ROWS; i++) {
        bool has_value = driver_rows[i].kind == OPTION_NUMBER ||
                         driver_rows[i].kind == OPTION_TEXT;
        names[i] = (struct option){driver_rows[i].name,
                                   has_value ? required_argument : no_argument,
                                   NULL, (int)i};
    }
    names[DRIVER_ROWS] =
        (struct option){"prober", required_argument, NULL, DRIVER_PROBER};
    for (int option = 0; option != -1;) {
        option = getopt_long(count, arguments, "", names, NULL);
        if (option == '?') {
            driver_usage("no such option");
        } else if (option != -1) {
            driver_read_option(options, option, optarg);
        }
    }
}

#endif
