/*
 * servers.c - see servers.h.
 */
#include "publisher/servers.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "model/address.h"

int servers_write(const char *list, char *numeric, size_t size)
{
    struct address address;
    const char *why = "";
    int status = address_next(&list, &address, &why);

    numeric[0] = '\0';
    for (; status == 0; status = address_next(&list, &address, &why)) {
        if (address.kind == ADDRESS_NAME) {
            log_event(LEVEL_WARNING, "server_left_out",
                      LOG_TEXT("server", address_text(&address).text),
                      LOG_TEXT("why", "it is a name"));
            continue;
        }
        /* The library splits at the last colon: IPv6 without brackets. */
        (void)text_append(numeric, size, "%s%s:%u",
                          numeric[0] != '\0' ? "," : "", address.host,
                          address.port); /* shorter than the list */
    }
    if (status == -EINVAL) {
        log_event(LEVEL_ERROR, "server_refused", LOG_TEXT("why", why));
        return -EINVAL;
    }
    return numeric[0] != '\0' ? 0 : -ENOENT;
}
