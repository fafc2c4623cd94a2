/*
 * routes.c - request targets, read strictly.
 *
 * The path is decoded here, once, from the bytes on the wire: what HTTP
 * libraries make of "%00" or "%2f" is not our affair. Whatever cannot be a
 * path of ours is refused rather than mended.
 */
#include "console/routes.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "console/unescape.h"

#define ROUTE_PATH(constant, path) [constant] = path,
static const char *const route_paths[ROUTE_COUNT] = {
    ROUTE_TABLE(ROUTE_PATH) ROUTE_ORDER_TABLE(ROUTE_PATH)};
#undef ROUTE_PATH

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
    status = unescape_path(target, length, path, sizeof path);
    if (status == 0) {
        status = find_path(path, &found);
    }
    if (status != 0) {
        return status;
    }
    status = arguments_decode(query, &found.arguments);
    *route = found;
    return status == 0 ? 0 : -ERANGE;
}

bool routes_is_order(enum route_kind kind)
{
    return kind >= ROUTE_DRAIN && kind < ROUTE_COUNT;
}
