/*
 * order.c - see order.h. The command line goes before a URL, and both before
 * the configuration.
 */
#include "ctl/order.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "ctl/configured.h"
#include "ctl/target.h"

static int refuse(const char *why)
{
    (void)fprintf(stderr, "sentinelctl: probe: %s\n", why); /* nobody else */
    return CTL_EXIT_USAGE;
}

/* --- from the configuration ---------------------------------------------- */

enum field_type { FIELD_TEXT, FIELD_FLAG, FIELD_U32, FIELD_U64 };

/* A key of sentinel-agent --print-instance, and where its value goes. */
struct field {
    const char *key;
    enum field_type type;
    size_t offset; /* in struct message_probe */
    size_t size;
};

#define FIELD(key, type, member)                           \
    {                                                      \
        key, type, offsetof(struct message_probe, member), \
            sizeof(((struct message_probe *)0)->member)    \
    }

static const struct field fields[] = {
    FIELD("user", FIELD_TEXT, access.user),
    FIELD("password_file", FIELD_TEXT, access.password_file),
    FIELD("tls", FIELD_FLAG, access.has_tls),
    FIELD("tls.ca", FIELD_TEXT, access.tls_ca),
    FIELD("tls.cert", FIELD_TEXT, access.tls_cert),
    FIELD("tls.key", FIELD_TEXT, access.tls_key),
    FIELD("tls.server_name", FIELD_TEXT, access.tls_server_name),
    FIELD("tls.verify", FIELD_FLAG, access.tls_verify),
    FIELD("timeout_ms", FIELD_U32, timeout_ms),
    FIELD("canary", FIELD_FLAG, canary),
    FIELD("max_lag_ms", FIELD_U64, max_lag_ms),
    FIELD("max_gap", FIELD_U64, max_gap),
};

static int take_flag(const char *value, bool *flag)
{
    bool is_true = strcmp(value, "true") == 0;
    if (!is_true && strcmp(value, "false") != 0) {
        return -EINVAL;
    }
    *flag = is_true;
    return 0;
}

static int take_u32(const char *value, uint32_t *number)
{
    uint64_t wide = 0;
    int status = parse_u64(value, 1, UINT32_MAX, &wide);
    if (status == 0) {
        *number = (uint32_t)wide;
    }
    return status;
}

static int take_field(const struct field *field, struct message_probe *probe,
                      const char *value)
{
    void *member = (char *)probe + field->offset;
    switch (field->type) {
    case FIELD_TEXT:
        return text_copy(member, field->size, value) ? 0 : -EINVAL;
    case FIELD_FLAG:
        return take_flag(value, member);
    case FIELD_U32:
        return take_u32(value, member);
    case FIELD_U64:
        return parse_u64(value, 0, UINT64_MAX, member);
    }
    return -EINVAL;
}

int order_take_line(struct order *order, const char *line)
{
    const char *why = NULL;
    const char *tab = strchr(line, '\t');
    if (tab == NULL) {
        return -EINVAL;
    }
    size_t length = (size_t)(tab - line);
    if (length == strlen("addr") && strncmp(line, "addr", length) == 0) {
        return address_parse(tab + 1, false, &order->address, &why);
    }
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const struct field *field = &fields[i];
        if (strlen(field->key) == length &&
            strncmp(line, field->key, length) == 0) {
            return take_field(field, &order->probe, tab + 1) == 0 ? 0 : -EINVAL;
        }
    }
    return 0; /* of no use to a probe */
}

/* --- from the command line ----------------------------------------------- */

/* `option` when it was given; true if it fits. */
static bool overrule(char *text, size_t size, const char *option)
{
    return option == NULL || text_copy(text, size, option);
}

static bool asks_for_tls(const struct options *options)
{
    return options->has_tls || options->is_insecure || options->ca != NULL ||
           options->cert != NULL || options->key != NULL ||
           options->server_name != NULL;
}

static int take_options(const struct options *options, struct order *order)
{
    struct instance_access *access = &order->probe.access;
    bool fits =
        overrule(access->user, sizeof access->user, options->user) &&
        overrule(access->password_file, sizeof access->password_file,
                 options->password_file) &&
        overrule(access->tls_ca, sizeof access->tls_ca, options->ca) &&
        overrule(access->tls_cert, sizeof access->tls_cert, options->cert) &&
        overrule(access->tls_key, sizeof access->tls_key, options->key) &&
        overrule(access->tls_server_name, sizeof access->tls_server_name,
                 options->server_name);
    access->has_tls = access->has_tls || asks_for_tls(options);
    access->tls_verify = access->tls_verify && !options->is_insecure;
    if (options->timeout_ms != 0) {
        order->probe.timeout_ms = options->timeout_ms;
    }
    return fits ? 0 : refuse("a user, server name or file name is too long");
}

/* What cannot be meant. */
static int check(const struct order *order)
{
    const struct instance_access *access = &order->probe.access;
    if (access->user[0] != '\0' && access->password_file[0] == '\0') {
        return refuse("a user needs a password: give --password-file FILE");
    }
    if ((access->tls_cert[0] == '\0') != (access->tls_key[0] == '\0')) {
        return refuse("--cert and --key go together");
    }
    if (access->has_tls && order->address.kind == ADDRESS_UNIX) {
        return refuse("Redis speaks no TLS on a unix socket");
    }
    return 0;
}

int order_make(const struct options *options, struct order *order)
{
    struct target target;
    const char *why = NULL;
    if (target_parse(options->target, &target, &why) != 0) {
        return refuse(why);
    }
    *order = (struct order){
        .address = target.address,
        .probe = {.task = 1,
                  .timeout_ms = OPTIONS_TIMEOUT_MS,
                  .is_deep = true,
                  .canary = true,
                  .access = {.has_tls = target.has_tls, .tls_verify = true}}};
    (void)text_copy(order->instance, sizeof order->instance,
                    target.instance); /* the same size */
    (void)text_copy(order->probe.access.user, sizeof order->probe.access.user,
                    target.user); /* the same size */
    int code = 0;
    if (order->instance[0] != '\0') {
        code = configured_find(options, order->instance, order);
    }
    if (code == 0) {
        code = take_options(options, order);
    }
    if (code == 0) {
        instance_access_name_server(&order->probe.access, &order->address);
        code = check(order);
    }
    return code;
}
