/*
 * address.c - reads `host:port`, `[v6]:port` and `unix:/path`. Pure: nothing
 * is looked up, so a name stays a name. What is almost an address (digits and
 * dots that are no IPv4 address, IPv6 without brackets) is refused with words
 * that say what was meant, instead of being looked up as a name later.
 */
#include "model/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "base/parse.h"
#include "base/text.h"

#define UNIX_PREFIX "unix:"
#define LOCALHOST "localhost"
#define NAME_LONGEST 253
#define LABEL_LONGEST 63

/* sun_path with its NUL; one less than its size are the path's. */
#define UNIX_PATH_LONGEST (sizeof((struct sockaddr_un *)0)->sun_path - 1)

static int fail(const char **why, const char *what)
{
    *why = what;
    return -EINVAL;
}

static int parse_unix(const char *path, struct address *address,
                      const char **why)
{
    if (path[0] != '/') {
        return fail(why, "the path of a unix socket must begin with '/'");
    }
    if (strlen(path) > UNIX_PATH_LONGEST) {
        return fail(why, "the path of a unix socket is longer than 107 bytes");
    }
    if (!text_is_printable(path, UNIX_PATH_LONGEST)) {
        return fail(why, "the path of a unix socket has unprintable bytes");
    }
    address->kind = ADDRESS_UNIX;
    (void)text_copy(address->host, sizeof address->host, path); /* fits */
    return 0;
}

static bool is_letter_or_digit(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}

/* Labels of 1 to 63 letters, digits, '-' and '_' (which container networks
 * use), none beginning or ending with '-'; one dot at the end is fine. */
static bool is_name(const char *host)
{
    size_t label = 0;
    for (const char *at = host; *at != '\0'; at++) {
        if (*at == '.') {
            if (label == 0 || at[-1] == '-') {
                return false;
            }
            label = 0;
            continue;
        }
        bool is_hyphen = *at == '-' && label > 0;
        if (!is_letter_or_digit(*at) && *at != '_' && !is_hyphen) {
            return false;
        }
        label++;
        if (label > LABEL_LONGEST) {
            return false;
        }
    }
    size_t length = strlen(host);
    return length > 0 && length <= NAME_LONGEST && host[length - 1] != '-';
}

static int classify_host(struct address *address, const char **why)
{
    struct in_addr ipv4;
    if (strcmp(address->host, LOCALHOST) == 0) {
        address->is_localhost = true;
        (void)text_copy(address->host, sizeof address->host, "127.0.0.1");
    }
    if (inet_pton(AF_INET, address->host, &ipv4) == 1) {
        address->kind = ADDRESS_IPV4;
        return 0;
    }
    if (strspn(address->host, "0123456789.") == strlen(address->host)) {
        return fail(why, "this is no IPv4 address");
    }
    if (!is_name(address->host)) {
        return fail(why, "this is neither an address nor a host name");
    }
    address->kind = ADDRESS_NAME;
    return 0;
}

static int classify_bracketed(struct address *address, const char **why)
{
    struct in6_addr ipv6;
    if (inet_pton(AF_INET6, address->host, &ipv6) != 1) {
        return fail(why, "what stands in brackets is no IPv6 address");
    }
    address->kind = ADDRESS_IPV6;
    return 0;
}

static int parse_port(const char *text, bool zero_port, uint16_t *port,
                      const char **why)
{
    uint64_t number = 0;
    if (parse_u64(text, zero_port ? 0 : 1, UINT16_MAX, &number) != 0) {
        return fail(why, zero_port ? "the port must be 0 to 65535"
                                   : "the port must be 1 to 65535");
    }
    *port = (uint16_t)number;
    return 0;
}

/* `end` is where the host ends in `text`. */
static int take_host(const char *text, const char *end, struct address *address,
                     const char **why)
{
    size_t length = (size_t)(end - text);
    if (length == 0) {
        return fail(why, "the host is missing");
    }
    if (length >= sizeof address->host) {
        return fail(why, "the host is longer than 253 bytes");
    }
    memcpy(address->host, text, length);
    address->host[length] = '\0';
    return 0;
}

static int parse_bracketed(const char *text, bool zero_port,
                           struct address *address, const char **why)
{
    const char *close = strchr(text, ']');
    if (close == NULL) {
        return fail(why, "the closing ']' is missing");
    }
    if (close[1] != ':') {
        return fail(why, "the port is missing: write [address]:port");
    }
    if (take_host(text + 1, close, address, why) != 0 ||
        classify_bracketed(address, why) != 0) {
        return -EINVAL;
    }
    return parse_port(close + 2, zero_port, &address->port, why);
}

static int parse_host_port(const char *text, bool zero_port,
                           struct address *address, const char **why)
{
    const char *colon = strchr(text, ':');
    if (colon == NULL) {
        return fail(why, "the port is missing: write host:port");
    }
    if (strchr(colon + 1, ':') != NULL) {
        return fail(why, "an IPv6 address stands in brackets: [address]:port");
    }
    if (take_host(text, colon, address, why) != 0 ||
        classify_host(address, why) != 0) {
        return -EINVAL;
    }
    return parse_port(colon + 1, zero_port, &address->port, why);
}

int address_parse(const char *text, bool zero_port, struct address *address,
                  const char **why)
{
    struct address parsed = {0};
    int status = 0;
    if (strncmp(text, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0) {
        status = parse_unix(text + strlen(UNIX_PREFIX), &parsed, why);
    } else if (text[0] == '[') {
        status = parse_bracketed(text, zero_port, &parsed, why);
    } else {
        status = parse_host_port(text, zero_port, &parsed, why);
    }
    if (status != 0) {
        return status;
    }
    *address = parsed;
    return 0;
}

/* Every host fits: the room is that of the longest one and a port. */
struct address_text address_text(const struct address *address)
{
    struct address_text written = {.text = ""};
    const char *host = address->is_localhost ? LOCALHOST : address->host;
    switch (address->kind) {
    case ADDRESS_UNIX:
        (void)text_format(written.text, sizeof written.text, UNIX_PREFIX "%s",
                          host);
        break;
    case ADDRESS_IPV6:
        (void)text_format(written.text, sizeof written.text, "[%s]:%u", host,
                          (unsigned)address->port);
        break;
    case ADDRESS_IPV4:
    case ADDRESS_NAME:
        (void)text_format(written.text, sizeof written.text, "%s:%u", host,
                          (unsigned)address->port);
        break;
    case ADDRESS_NONE:
        break;
    }
    return written;
}

bool address_equals(const struct address *one, const struct address *other)
{
    return one->kind == other->kind && one->port == other->port &&
           one->is_localhost == other->is_localhost &&
           strcmp(one->host, other->host) == 0;
}

int address_next(const char **list, struct address *address, const char **why)
{
    char text[ADDRESS_TEXT_BYTES];
    size_t length = strcspn(*list, ",");

    if (length == 0 && **list == '\0') {
        return -ENOENT;
    }
    bool fits = text_format(text, sizeof text, "%.*s", (int)length, *list);
    *list += length + ((*list)[length] == ',' ? 1 : 0);
    if (!fits) {
        return fail(why, "the address is too long");
    }
    if (address_parse(text, false, address, why) != 0) {
        return -EINVAL;
    }
    return address->kind == ADDRESS_UNIX ? fail(why, "it is a unix socket") : 0;
}

int address_to_sockaddr(const struct address *address,
                        struct sockaddr_storage *storage, socklen_t *length)
{
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)storage;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)storage;
    struct sockaddr_un *path = (struct sockaddr_un *)storage;
    *storage = (struct sockaddr_storage){0};
    switch (address->kind) {
    case ADDRESS_IPV4:
        ipv4->sin_family = AF_INET;
        ipv4->sin_port = htons(address->port);
        *length = sizeof *ipv4;
        return inet_pton(AF_INET, address->host, &ipv4->sin_addr) == 1
                   ? 0
                   : -EINVAL;
    case ADDRESS_IPV6:
        ipv6->sin6_family = AF_INET6;
        ipv6->sin6_port = htons(address->port);
        *length = sizeof *ipv6;
        return inet_pton(AF_INET6, address->host, &ipv6->sin6_addr) == 1
                   ? 0
                   : -EINVAL;
    case ADDRESS_UNIX:
        path->sun_family = AF_UNIX;
        *length = sizeof *path;
        return text_copy(path->sun_path, sizeof path->sun_path, address->host)
                   ? 0
                   : -EINVAL;
    case ADDRESS_NONE:
    case ADDRESS_NAME:
        return -EINVAL;
    }
    return -EINVAL;
}

bool address_is_numeric(const char *host)
{
    struct in6_addr address;
    return inet_pton(AF_INET, host, &address) == 1 ||
           inet_pton(AF_INET6, host, &address) == 1;
}

bool address_is_loopback(const struct address *address)
{
    struct in6_addr ipv6;
    switch (address->kind) {
    case ADDRESS_UNIX:
        return true;
    case ADDRESS_IPV4:
        return strncmp(address->host, "127.", strlen("127.")) == 0;
    case ADDRESS_IPV6:
        return inet_pton(AF_INET6, address->host, &ipv6) == 1 &&
               IN6_IS_ADDR_LOOPBACK(&ipv6);
    case ADDRESS_NONE:
    case ADDRESS_NAME:
        return false;
    }
    return false;
}
