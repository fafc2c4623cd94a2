/*
 * routes.c - request targets and Host headers, read strictly.
 *
 * The path is decoded here, once, from the bytes on the wire: what HTTP
 * libraries make of "%00" or "%2f" is not our affair. Whatever cannot be a
 * path of ours is refused rather than mended.
 */
#include "console/routes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "base/text.h"

#define ROUTE_PATH(constant, path) [constant] = path,
static const char *const route_paths[ROUTE_COUNT] = {ROUTE_TABLE(ROUTE_PATH)};
#undef ROUTE_PATH

/* Undoes percent-encoding. -EINVAL for a bad escape or a byte that is not
 * printable ASCII, -ENOENT when the path is longer than any of ours. */
static int decode_path(const char *from, size_t length, char *path, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        int byte = (unsigned char)from[i];
        if (byte == '%') {
            int high = i + 2 < length ? parse_hex_digit(from[i + 1]) : -1;
            int low = i + 2 < length ? parse_hex_digit(from[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return -EINVAL;
            }
            byte = high * 16 + low;
            i += 2;
        }
        if (byte <= ' ' || byte > '~') {
            return -EINVAL;
        }
        if (used + 1 >= size) {
            return -ENOENT;
        }
        path[used++] = (char)byte;
    }
    path[used] = '\0';
    return 0;
}

static int find_path(const char *path, struct route *route)
{
    for (int i = 0; i < ROUTE_COUNT; i++) {
        const char *known = route_paths[i];
        size_t length = strlen(known);
        bool takes_name = length > 1 && known[length - 1] == '/';
        bool fits = takes_name
                        ? strncmp(path, known, length) == 0 && path[length] != 0
                        : strcmp(path, known) == 0;
        if (!fits) {
            continue;
        }
        if (takes_name &&
            !text_copy(route->name, sizeof route->name, path + length)) {
            return -ENOENT;
        }
        route->kind = (enum route_kind)i;
        return 0;
    }
    return -ENOENT;
}

/* Arguments we do not know are left alone, as the web does. */
static int decode_query(const char *query, struct route *route)
{
    static const char key[] = "debug=";
    while (*query != '\0') {
        size_t length = strcspn(query, "&");
        if (strncmp(query, key, sizeof key - 1) == 0) {
            const char *value = query + sizeof key - 1;
            if (length != sizeof key || *value < '0' || *value > '2') {
                return -EINVAL;
            }
            route->debug = (unsigned)(*value - '0');
        }
        query += length;
        query += *query == '&' ? 1 : 0;
    }
    return 0;
}

/* Steps over "http://host:port" and notes the authority. */
static int decode_authority(const char **target, struct route *route)
{
    static const char scheme[] = "http://";
    if (strncasecmp(*target, scheme, sizeof scheme - 1) != 0) {
        return 0;
    }
    const char *authority = *target + sizeof scheme - 1;
    size_t length = strcspn(authority, "/?");
    if (length == 0 || length >= sizeof route->authority ||
        memchr(authority, '@', length) != NULL) {
        return -EINVAL;
    }
    memcpy(route->authority, authority, length);
    route->authority[length] = '\0';
    *target = authority[length] == '\0' ? "/" : authority + length;
    return 0;
}

int routes_decode(const char *target, struct route *route)
{
    /* The longest path of ours with the longest name behind it. */
    char path[SETTINGS_NAME_BYTES + 32];
    struct route found = {0};
    int status = decode_authority(&target, &found);
    if (status != 0) {
        return status;
    }
    if (*target != '/' || strchr(target, '#') != NULL) {
        return -EINVAL;
    }
    size_t length = strcspn(target, "?");
    const char *query = target[length] == '?' ? target + length + 1 : "";
    status = decode_path(target, length, path, sizeof path);
    if (status == 0) {
        status = find_path(path, &found);
    }
    if (status == 0) {
        status = decode_query(query, &found);
    }
    if (status == 0) {
        *route = found;
    }
    return status;
}

static bool is_port(const char *text)
{
    size_t length = strspn(text, "0123456789");
    return length <= 5 && text[length] == '\0';
}

/* Splits off the port and the brackets of IPv6. */
static bool split_host(const char *text, char *host, size_t size)
{
    bool is_bracketed = *text == '[';
    const char *start = is_bracketed ? text + 1 : text;
    size_t length = strcspn(start, is_bracketed ? "]" : ":");
    if (length == 0 || length >= size) {
        return false;
    }
    const char *rest = start + length;
    if (is_bracketed) {
        if (*rest != ']') {
            return false;
        }
        rest++;
    }
    memcpy(host, start, length);
    host[length] = '\0';
    return *rest == '\0' || (*rest == ':' && is_port(rest + 1));
}

static bool is_same_literal(const char *one, const char *other)
{
    struct in_addr four[2];
    struct in6_addr six[2];
    if (inet_pton(AF_INET, one, &four[0]) == 1) {
        return inet_pton(AF_INET, other, &four[1]) == 1 &&
               memcmp(&four[0], &four[1], sizeof four[0]) == 0;
    }
    return inet_pton(AF_INET6, one, &six[0]) == 1 &&
           inet_pton(AF_INET6, other, &six[1]) == 1 &&
           memcmp(&six[0], &six[1], sizeof six[0]) == 0;
}

bool routes_host_is_allowed(const char *host, const char *local)
{
    char name[INET6_ADDRSTRLEN];
    if (!split_host(host, name, sizeof name)) {
        return false;
    }
    if (*host != '[' && strcasecmp(name, "localhost") == 0) {
        return true;
    }
    struct in_addr four;
    if (*host != '[' && inet_pton(AF_INET, name, &four) == 1 &&
        (ntohl(four.s_addr) >> 24) == 127) {
        return true;
    }
    if (*host == '[' && is_same_literal(name, "::1")) {
        return true;
    }
    return local != NULL && is_same_literal(name, local);
}
