/*
 * hosts.c - Host headers, read strictly: what is not exactly a host and a port
 * is nobody's.
 */
#include "console/hosts.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* The longest name DNS knows, with its NUL. */
#define HOST_BYTES 256

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

/* Both without a bracket, so that a name is compared with names only. */
static bool is_named(const char *host, const char *names)
{
    size_t length = strlen(host);
    while (*names != '\0') {
        size_t one = strcspn(names, ",");
        if (one == length && strncasecmp(names, host, length) == 0) {
            return true;
        }
        names += one;
        names += *names == ',' ? 1 : 0;
    }
    return false;
}

static bool is_loopback(const char *host)
{
    struct in_addr four;
    return strcasecmp(host, "localhost") == 0 ||
           (inet_pton(AF_INET, host, &four) == 1 &&
            (ntohl(four.s_addr) >> 24) == 127);
}

bool hosts_is_allowed(const char *host, const char *local, const char *names)
{
    char name[HOST_BYTES];
    if (!split_host(host, name, sizeof name)) {
        return false;
    }
    if (*host == '[') {
        return is_same_literal(name, "::1") ||
               (local != NULL && is_same_literal(name, local));
    }
    return is_loopback(name) || is_named(name, names) ||
           (local != NULL && is_same_literal(name, local));
}
