/*
 * discovery_names.c - see discovery_names.h.
 */
#include "wire/discovery_names.h"

#include <string.h>

#include "base/text.h"

#define NAME_PREFIX "redis-"
#define SOCKET_SUFFIX ".sock"

/* '/' reads best as '-'; all else a name cannot hold becomes '_'. */
static void scrub(char *text)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz"
                                  "0123456789._-";

    for (char *at = text; *at != '\0'; at++) {
        if (*at == '/') {
            *at = '-';
        } else if (strchr(allowed, *at) == NULL) {
            *at = '_';
        }
    }
}

/* The end of a path tells more than its beginning, so that stays. */
static void put_path(struct discovery_name *name, const char *path)
{
    char stem[sizeof(((struct address *)0)->host)];
    size_t room = sizeof(name->text) - sizeof(NAME_PREFIX);

    (void)text_copy(stem, sizeof(stem), path); /* as long */
    size_t length = strlen(stem);
    size_t suffix = strlen(SOCKET_SUFFIX);
    if (length > suffix && strcmp(stem + length - suffix, SOCKET_SUFFIX) == 0) {
        length -= suffix;
        stem[length] = '\0';
    }
    (void)text_format(name->text, sizeof(name->text), NAME_PREFIX "%s",
                      length > room ? stem + length - room : stem);
    scrub(name->text);
}

struct discovery_name discovery_names_short(const struct address *address)
{
    struct discovery_name name;

    if (address->kind == ADDRESS_UNIX) {
        put_path(&name, strrchr(address->host, '/') + 1);
    } else {
        (void)text_format(name.text, sizeof(name.text), NAME_PREFIX "%u",
                          address->port); /* it fits */
    }
    return name;
}

struct discovery_name discovery_names_long(const struct address *address)
{
    struct discovery_name name;

    if (address->kind == ADDRESS_UNIX) {
        put_path(&name, address->host + 1);
    } else {
        (void)text_format(name.text, sizeof(name.text), NAME_PREFIX "%s-%u",
                          address->host, address->port); /* it fits */
        scrub(name.text);
    }
    return name;
}

struct discovery_name discovery_names_numbered(
    const struct discovery_name *name, uint32_t number)
{
    char suffix[16];
    struct discovery_name numbered;

    (void)text_format(suffix, sizeof(suffix), "-%u", number); /* it fits */
    int room = (int)(sizeof(numbered.text) - 1 - strlen(suffix));
    (void)text_format(numbered.text, sizeof(numbered.text), "%.*s%s", room,
                      name->text, suffix); /* it fits */
    return numbered;
}
