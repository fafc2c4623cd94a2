/*
 * discovery_list.c - see discovery_list.h.
 *
 * Where two servers would have the same short name, both have the long one: so
 * no name passes from one to the other when one of them goes. A number is the
 * last resort of names that differ only in what a name cannot hold.
 */
#include "wire/discovery_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "wire/discovery_names.h"

/* --- what is told ------------------------------------------------------- */

static int read_address(const char *text, struct address *address)
{
    const char *why = NULL;

    if (address_parse(text, false, address, &why) != 0 ||
        address->kind == ADDRESS_NAME) {
        return -EPROTO;
    }
    return 0;
}

int discovery_list_add(struct discovery_found *list, uint32_t *count,
                       const struct message_found *told)
{
    struct address address;

    if (read_address(told->addr, &address) != 0) {
        return -EPROTO;
    }
    if (!told->is_another) {
        if (*count == DISCOVERY_MOST) {
            return -EPROTO; /* it asks no more addresses than that */
        }
        list[*count] = (struct discovery_found){
            .address = address, .pid = told->pid, .role = told->role};
        (void)text_copy(list[*count].version, sizeof(list[*count].version),
                        told->version); /* as long */
        ++*count;
        return 0;
    }
    if (*count == 0) {
        return -EPROTO;
    }
    struct discovery_found *last = &list[*count - 1];
    if (last->other_count < DISCOVERY_OTHERS_MOST) {
        last->others[last->other_count] = address;
        last->other_count++;
    }
    return 0;
}

/* --- order -------------------------------------------------------------- */

static bool is_loopback_ipv4(const struct address *address)
{
    return address->kind == ADDRESS_IPV4 &&
           strcmp(address->host, "127.0.0.1") == 0;
}

/* The lower the better. */
static int rank(const struct address *address)
{
    if (address->kind == ADDRESS_IPV4) {
        return is_loopback_ipv4(address) ? 0 : 1;
    }
    return address->kind == ADDRESS_IPV6 ? 2 : 3;
}

static int compare(const void *one, const void *other)
{
    const struct address *left =
        &((const struct discovery_found *)one)->address;
    const struct address *right =
        &((const struct discovery_found *)other)->address;
    bool is_left_unix = left->kind == ADDRESS_UNIX;
    bool is_right_unix = right->kind == ADDRESS_UNIX;

    if (is_left_unix != is_right_unix) {
        return is_left_unix ? 1 : -1;
    }
    if (left->port != right->port) {
        return left->port < right->port ? -1 : 1;
    }
    if (rank(left) != rank(right)) {
        return rank(left) < rank(right) ? -1 : 1;
    }
    return strcmp(left->host, right->host);
}

static void drop_repeats(struct discovery_found *list, uint32_t *count)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < *count; i++) {
        if (kept == 0 || compare(&list[kept - 1], &list[i]) != 0) {
            if (kept != i) {
                list[kept] = list[i];
            }
            kept++;
        }
    }
    *count = kept;
}

/* --- names -------------------------------------------------------------- */

static bool is_named_so(const struct discovery_found *list, uint32_t count,
                        const char *name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(list[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Another server's short name is the same. */
static bool is_shared(const struct discovery_found *list, uint32_t count,
                      uint32_t index)
{
    struct discovery_name name = discovery_names_short(&list[index].address);

    for (uint32_t i = 0; i < count; i++) {
        struct discovery_name other = discovery_names_short(&list[i].address);
        if (i != index && strcmp(name.text, other.text) == 0) {
            return true;
        }
    }
    return false;
}

static void give_name(struct discovery_found *list, uint32_t count,
                      uint32_t index)
{
    const struct address *address = &list[index].address;
    struct discovery_name name = is_shared(list, count, index)
                                     ? discovery_names_long(address)
                                     : discovery_names_short(address);
    struct discovery_name unique = name;

    /* Ends: there are fewer names than numbers. */
    for (uint32_t number = 2; is_named_so(list, index, unique.text); number++) {
        unique = discovery_names_numbered(&name, number);
    }
    (void)text_copy(list[index].name, sizeof(list[index].name),
                    unique.text); /* as long */
}

void discovery_list_finish(struct discovery_found *list, uint32_t *count)
{
    if (*count == 0) {
        return; /* qsort wants memory */
    }
    qsort(list, *count, sizeof(list[0]), compare);
    drop_repeats(list, count);
    for (uint32_t i = 0; i < *count; i++) {
        give_name(list, *count, i);
    }
}

/* --- is it configured? -------------------------------------------------- */

static bool is_ip(const struct address *address)
{
    return address->kind == ADDRESS_IPV4 || address->kind == ADDRESS_IPV6;
}

static bool is_everywhere(const struct address *address)
{
    return strcmp(address->host, "0.0.0.0") == 0 ||
           strcmp(address->host, "::") == 0;
}

/* Numbers are compared: "::1" can be written in many ways. */
static bool is_same(const struct address *one, const struct address *other)
{
    struct sockaddr_storage left;
    struct sockaddr_storage right;
    socklen_t left_length = 0;
    socklen_t right_length = 0;

    return address_to_sockaddr(one, &left, &left_length) == 0 &&
           address_to_sockaddr(other, &right, &right_length) == 0 &&
           left_length == right_length &&
           memcmp(&left, &right, left_length) == 0;
}

/* A name with the server's port is taken for a name of this host: to observe
 * a server twice under two names is the worse mistake. */
static bool may_be(const struct address *configured,
                   const struct address *listens)
{
    if (!is_ip(listens) || configured->port != listens->port) {
        return is_same(configured, listens);
    }
    return configured->kind == ADDRESS_NAME ||
           (is_everywhere(listens) && is_ip(configured)) ||
           is_same(configured, listens);
}

bool discovery_list_is_at(const struct discovery_found *found,
                          const struct address *configured)
{
    if (may_be(configured, &found->address)) {
        return true;
    }
    for (uint32_t i = 0; i < found->other_count; i++) {
        if (may_be(configured, &found->others[i])) {
            return true;
        }
    }
    return false;
}
