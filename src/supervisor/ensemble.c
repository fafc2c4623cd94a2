/*
 * ensemble.c - see ensemble.h.
 */
#include "supervisor/ensemble.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

/* NULL for an address that is no name. */
static const struct name *name_of(const struct names *names,
                                  const struct address *address)
{
    uint32_t index = address->kind == ADDRESS_NAME
                         ? names_find(names, address->host)
                         : NAMES_NONE;

    return index == NAMES_NONE ? NULL : &names->list[index];
}

bool ensemble_is_awaited(const struct names *names, const char *servers)
{
    struct address address;
    const char *why = "";

    while (address_next(&servers, &address, &why) == 0) {
        const struct name *name = name_of(names, &address);

        if (name != NULL && name->state == NAME_NEVER) {
            return true;
        }
    }
    return false;
}

static void add(char *text, size_t size, const char *host, unsigned port)
{
    size_t before = strlen(text);
    const char *comma = before > 0 ? "," : "";
    bool is_ipv6 = strchr(host, ':') != NULL;

    if (!text_append(text, size, is_ipv6 ? "%s[%s]:%u" : "%s%s:%u", comma, host,
                     port)) {
        text[before] = '\0';
    }
}

int ensemble_write(const struct names *names, const char *servers, char *text,
                   size_t size)
{
    struct address address;
    const char *why = "";

    text[0] = '\0';
    while (address_next(&servers, &address, &why) == 0) {
        const struct name *name = name_of(names, &address);

        if (name == NULL && address.kind != ADDRESS_NAME) {
            add(text, size, address.host, address.port);
        }
        for (uint32_t i = 0; name != NULL && i < name->count; i++) {
            add(text, size, name->addresses[i], address.port);
        }
    }
    return text[0] == '\0' ? -ENOENT : 0;
}

void ensemble_hurry(struct names *names, const char *servers, uint64_t now_ms)
{
    struct address address;
    const char *why = "";

    while (address_next(&servers, &address, &why) == 0) {
        const struct name *name = name_of(names, &address);

        if (name != NULL) {
            names_hurry(names, (uint32_t)(name - names->list), now_ms);
        }
    }
}
