/*
 * discover_net.c - see discover_net.h. The kernel writes a line a socket:
 *
 *   tcp   sl local rem st tx:rx tr:when retrnsmt uid timeout inode ...
 *   unix  num refcount protocol flags type st inode path
 *
 * A TCP address is its bytes in network order, printed as 32-bit numbers of
 * this machine.
 */
#include "prober/discover_net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"

#define PATH_BYTES 512
#define LINE_BYTES 512
/* A line is some 150 bytes and those of the listening sockets come first, so
 * a host with very many connections need not be read to its end. */
#define LINES_MOST 65536
#define WORDS_MOST 10
#define WORD_DIGITS 8 /* of a 32-bit number in hex */

enum tcp_word { TCP_LOCAL = 1, TCP_STATE = 3, TCP_UID = 7, TCP_INODE = 9 };
enum unix_word { UNIX_FLAGS = 3, UNIX_TYPE = 4, UNIX_INODE = 6 };

#define TCP_STATE_LISTENS 0x0a
#define UNIX_TYPE_STREAM 1
#define UNIX_FLAG_LISTENS 0x10000 /* __SO_ACCEPTCON */

/* Splits off `wanted` words in place; false if there are fewer. `*rest` is
 * what follows the blank behind the last. */
static bool split(char *line, char **words, size_t wanted, char **rest)
{
    char *at = line;

    for (size_t i = 0; i < wanted; i++) {
        at += strspn(at, " ");
        if (*at == '\0') {
            return false;
        }
        words[i] = at;
        at += strcspn(at, " ");
        if (*at != '\0') {
            *at = '\0';
            at++;
        }
    }
    *rest = at;
    return true;
}

static bool is_hex(const char *word, uint64_t *number)
{
    return parse_hex64(word, number) == 0;
}

/* --- tcp ---------------------------------------------------------------- */

/* `count` 32-bit numbers as the address they are. */
static bool read_numbers(const char *digits, size_t count, void *address)
{
    uint8_t *bytes = address;

    if (strlen(digits) != count * WORD_DIGITS) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        char word[WORD_DIGITS + 1] = "";
        uint64_t number = 0;
        memcpy(word, digits + i * WORD_DIGITS, WORD_DIGITS);
        if (!is_hex(word, &number)) {
            return false;
        }
        uint32_t part = (uint32_t)number;
        memcpy(bytes + i * sizeof(part), &part, sizeof(part));
    }
    return true;
}

static void describe_ipv4(struct discover_listener *listener,
                          struct in_addr address)
{
    char host[INET_ADDRSTRLEN] = "";

    listener->is_everywhere = address.s_addr == htonl(INADDR_ANY);
    if (listener->is_everywhere) {
        address.s_addr = htonl(INADDR_LOOPBACK);
    }
    listener->rank = address.s_addr == htonl(INADDR_LOOPBACK)
                         ? DISCOVER_NET_LOOPBACK
                         : DISCOVER_NET_IPV4;
    (void)inet_ntop(AF_INET, &address, host, sizeof(host)); /* it fits */
    (void)text_format(listener->addr, sizeof(listener->addr), "%s:%u", host,
                      listener->port); /* it fits */
}

/* False for an address that cannot be asked without naming its interface. */
static bool describe_ipv6(struct discover_listener *listener,
                          struct in6_addr address)
{
    char host[INET6_ADDRSTRLEN] = "";

    if (IN6_IS_ADDR_V4MAPPED(&address)) {
        struct in_addr ipv4;
        memcpy(&ipv4, address.s6_addr + sizeof(address) - sizeof(ipv4),
               sizeof(ipv4));
        describe_ipv4(listener, ipv4);
        return true;
    }
    if (IN6_IS_ADDR_LINKLOCAL(&address)) {
        return false;
    }
    listener->is_everywhere = IN6_IS_ADDR_UNSPECIFIED(&address);
    if (listener->is_everywhere) {
        address = in6addr_loopback;
    }
    listener->rank = DISCOVER_NET_IPV6;
    (void)inet_ntop(AF_INET6, &address, host, sizeof(host)); /* it fits */
    (void)text_format(listener->addr, sizeof(listener->addr), "[%s]:%u", host,
                      listener->port); /* it fits */
    return true;
}

static bool read_local(char *word, struct discover_listener *listener)
{
    char *colon = strchr(word, ':');
    uint64_t port = 0;
    struct in_addr ipv4;
    struct in6_addr ipv6;

    if (colon == NULL || !is_hex(colon + 1, &port) || port == 0 ||
        port > UINT16_MAX) {
        return false;
    }
    *colon = '\0';
    listener->port = (uint16_t)port;
    if (read_numbers(word, sizeof(ipv4) / sizeof(uint32_t), &ipv4)) {
        describe_ipv4(listener, ipv4);
        return true;
    }
    return read_numbers(word, sizeof(ipv6) / sizeof(uint32_t), &ipv6) &&
           describe_ipv6(listener, ipv6);
}

static bool read_tcp_line(char *line, struct discover_listener *listener)
{
    char *words[WORDS_MOST];
    char *rest = NULL;
    uint64_t state = 0;
    uint64_t uid = 0;

    if (!split(line, words, TCP_INODE + 1, &rest) ||
        !is_hex(words[TCP_STATE], &state) || state != TCP_STATE_LISTENS ||
        parse_u64(words[TCP_UID], 0, UINT32_MAX - 1, &uid) != 0 ||
        parse_u64(words[TCP_INODE], 1, UINT64_MAX, &listener->inode) != 0) {
        return false;
    }
    listener->uid = (uint32_t)uid;
    return read_local(words[TCP_LOCAL], listener);
}

/* --- unix --------------------------------------------------------------- */

static bool read_unix_line(char *line, struct discover_listener *listener)
{
    char *words[WORDS_MOST];
    char *path = NULL;
    uint64_t flags = 0;
    uint64_t type = 0;

    if (!split(line, words, UNIX_INODE + 1, &path) ||
        !is_hex(words[UNIX_FLAGS], &flags) ||
        (flags & UNIX_FLAG_LISTENS) == 0 || !is_hex(words[UNIX_TYPE], &type) ||
        type != UNIX_TYPE_STREAM ||
        parse_u64(words[UNIX_INODE], 1, UINT64_MAX, &listener->inode) != 0) {
        return false;
    }
    listener->uid = DISCOVER_NET_UID_UNKNOWN;
    listener->rank = DISCOVER_NET_UNIX;
    /* Abstract and relative ones cannot be written in a configuration. */
    return path[0] == '/' && text_is_printable(path, sizeof(listener->addr)) &&
           text_format(listener->addr, sizeof(listener->addr), "unix:%s", path);
}

/* --- files -------------------------------------------------------------- */

typedef bool (*line_reader)(char *line, struct discover_listener *listener);

static void add(struct discover_net *net,
                const struct discover_listener *listener)
{
    if (net->count == DISCOVER_NET_MOST) {
        net->left_out++;
        return;
    }
    net->listeners[net->count] = *listener;
    net->count++;
}

static void read_file(struct discover_net *net, const char *root,
                      const char *name, line_reader read_line)
{
    char path[PATH_BYTES];
    char line[LINE_BYTES];

    if (!text_format(path, sizeof(path), "%s/net/%s", root, name)) {
        return;
    }
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return; /* a kernel without IPv6 has no tcp6 */
    }
    for (unsigned i = 0;
         i < LINES_MOST && fgets(line, sizeof(line), file) != NULL; i++) {
        struct discover_listener listener = {0};
        line[strcspn(line, "\n")] = '\0';
        if (read_line(line, &listener)) {
            add(net, &listener);
        }
    }
    (void)fclose(file); /* nothing was written to it */
}

/* By inode; then by rank, and by address so that the order is always the
 * same. */
static int compare(const void *one, const void *other)
{
    const struct discover_listener *left = one;
    const struct discover_listener *right = other;

    if (left->inode != right->inode) {
        return left->inode < right->inode ? -1 : 1;
    }
    if (left->rank != right->rank) {
        return left->rank < right->rank ? -1 : 1;
    }
    return strcmp(left->addr, right->addr);
}

void discover_net_read(struct discover_net *net, const char *root)
{
    net->count = 0;
    net->left_out = 0;
    read_file(net, root, "tcp", read_tcp_line);
    read_file(net, root, "tcp6", read_tcp_line);
    read_file(net, root, "unix", read_unix_line);
    qsort(net->listeners, net->count, sizeof(net->listeners[0]), compare);
}

uint32_t discover_net_find(const struct discover_net *net, uint64_t inode,
                           const struct discover_listener **first)
{
    uint32_t low = 0;
    uint32_t high = net->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (net->listeners[middle].inode < inode) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    uint32_t end = low;
    while (end < net->count && net->listeners[end].inode == inode) {
        end++;
    }
    *first = &net->listeners[low];
    return end - low;
}
