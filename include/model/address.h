/*
 * address.h - where a server listens: `host:port`, `[v6]:port` or
 * `unix:/path`, as written in the configuration.
 *
 * Numeric addresses and "localhost" (taken as 127.0.0.1) connect without any
 * lookup; other names are kept as names.
 */
#ifndef MODEL_ADDRESS_H
#define MODEL_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* "unix:" and 107 bytes, or a name of 253 and a port. */
#define ADDRESS_TEXT_BYTES 264

enum address_kind {
    ADDRESS_NONE,
    ADDRESS_IPV4,
    ADDRESS_IPV6,
    ADDRESS_NAME,
    ADDRESS_UNIX
};

struct address {
    enum address_kind kind;
    uint16_t port;     /* host byte order; 0 for ADDRESS_UNIX */
    bool is_localhost; /* it was written so; `host` is what it stands for */
    char host[256];    /* without brackets; or the socket's path */
};

struct address_text {
    char text[ADDRESS_TEXT_BYTES];
};

/* 0 or -EINVAL; then `why` points to a constant that says what is wrong. The
 * port must be 1 to 65535 (0 too if `zero_port`, for a listen address). */
int address_parse(const char *text, bool zero_port, struct address *address,
                  const char **why);

/* As a person writes it; "" for ADDRESS_NONE. By value, so that
 * `address_text(address).text` may stand in an expression. */
struct address_text address_text(const struct address *address);

/* Whether both were written the same. */
bool address_equals(const struct address *one, const struct address *other);

/* The first of "host:port,host:port"; `*list` moves on to the next. -ENOENT:
 * the list has ended. -EINVAL as above, also for a unix socket. */
int address_next(const char **list, struct address *address, const char **why);

/* Fills a socket address for kinds IPV4, IPV6 and UNIX; -EINVAL for others. */
int address_to_sockaddr(const struct address *address,
                        struct sockaddr_storage *storage, socklen_t *length);

/* Whether the text is an IPv4 or IPv6 address, alone and without brackets. */
bool address_is_numeric(const char *host);

/* 127.0.0.0/8, ::1 and unix sockets. */
bool address_is_loopback(const struct address *address);

#endif
