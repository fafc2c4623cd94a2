/*
 * servers.c - walks the list, takes numeric addresses as they are and looks
 * names up. A name that does not resolve is left out; all of its addresses
 * are taken, as each may be another member.
 */
#include "publisher/servers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "model/address.h"

/* The library splits at the last colon, so IPv6 stands without brackets. */
static void add_numeric(struct servers *servers, const char *host,
                        const char *port)
{
    size_t before = strlen(servers->numeric);
    bool fits = text_append(servers->numeric, sizeof servers->numeric,
                            "%s%s:%s", before > 0 ? "," : "", host, port);
    if (!fits) {
        servers->numeric[before] = '\0';
    }
}

static void handle_closed(uv_handle_t *handle)
{
    struct servers *servers = handle->data;
    servers->callback(servers, servers->status);
}

static void handle_soon(uv_timer_t *timer)
{
    uv_close((uv_handle_t *)timer, handle_closed);
}

static void end_soon(struct servers *servers, int status)
{
    servers->status = status;
    (void)uv_timer_start(&servers->soon, handle_soon, 0, 0); /* cannot fail */
}

static void walk(struct servers *servers);

static void handle_addresses(uv_getaddrinfo_t *request, int status,
                             struct addrinfo *list)
{
    struct servers *servers = request->data;
    if (status != 0) {
        log_event(LEVEL_WARNING, "server_name_failed",
                  LOG_TEXT("error", uv_strerror(status)));
    }
    for (struct addrinfo *info = list; info != NULL; info = info->ai_next) {
        char host[INET6_ADDRSTRLEN];
        if (getnameinfo(info->ai_addr, info->ai_addrlen, host, sizeof host,
                        NULL, 0, NI_NUMERICHOST) == 0) {
            add_numeric(servers, host, servers->port);
        }
    }
    uv_freeaddrinfo(list);
    walk(servers);
}

static int look_up(struct servers *servers, const struct address *address)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM};
    servers->request.data = servers;
    return uv_getaddrinfo(servers->loop, &servers->request, handle_addresses,
                          address->host, NULL, &hints);
}

/* Takes the servers up to the next name; that one's answer goes on. */
static void walk(struct servers *servers)
{
    while (servers->rest[servers->at] != '\0') {
        char text[ADDRESS_TEXT_BYTES];
        const char *start = servers->rest + servers->at;
        size_t length = strcspn(start, ",");
        bool fits = text_format(text, sizeof text, "%.*s", (int)length, start);
        servers->at += length + (start[length] == ',');
        struct address address;
        const char *why = "";
        if (!fits || address_parse(text, false, &address, &why) != 0 ||
            address.kind == ADDRESS_UNIX) {
            log_event(LEVEL_ERROR, "server_refused", LOG_TEXT("server", text),
                      LOG_TEXT("why", why));
            end_soon(servers, -EINVAL);
            return;
        }
        (void)text_format(servers->port, sizeof servers->port, "%u",
                          address.port); /* five digits fit */
        if (address.kind != ADDRESS_NAME) {
            add_numeric(servers, address.host, servers->port);
        } else if (look_up(servers, &address) == 0) {
            return;
        }
    }
    end_soon(servers, servers->numeric[0] != '\0' ? 0 : -ENOENT);
}

void servers_resolve(struct servers *servers, uv_loop_t *loop, const char *list,
                     servers_cb callback, void *owner)
{
    *servers =
        (struct servers){.owner = owner, .loop = loop, .callback = callback};
    (void)uv_timer_init(loop, &servers->soon); /* cannot fail */
    servers->soon.data = servers;
    if (!text_copy(servers->rest, sizeof servers->rest, list)) {
        end_soon(servers, -EINVAL);
        return;
    }
    walk(servers);
}
