/*
 * fuzz_routes.c - request targets and Host headers of any bytes.
 *
 * The first line of the input is the target, the second the Host. Whatever is
 * accepted must be a route of the table with a name that ends.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "console/hosts.h"
#include "console/routes.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static bool is_text(const char *text, size_t size)
{
    return text[0] == '\0' || text_is_printable(text, size - 1);
}

static bool takes_name(enum route_kind kind)
{
    return kind == ROUTE_INSTANCE || kind == ROUTE_CHECK ||
           kind == ROUTE_DRAIN || kind == ROUTE_UNDRAIN || kind == ROUTE_PROBE;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *text = malloc(length + 1);
    if (text == NULL) {
        return 0;
    }
    if (length > 0) {
        memcpy(text, bytes, length);
    }
    text[length] = '\0';
    char *host = text;
    const char *target = strsep(&host, "\n");
    struct route route;
    if (routes_decode(target, &route) == 0) {
        assert(route.kind < ROUTE_COUNT);
        assert(route.arguments.debug <= 2);
        assert(is_text(route.arguments.operator_name,
                       sizeof route.arguments.operator_name));
        assert(is_text(route.arguments.reason, sizeof route.arguments.reason));
        assert(memchr(route.name, '\0', sizeof route.name) != NULL);
        assert(takes_name(route.kind) == (route.name[0] != '\0'));
    }
    if (host != NULL && hosts_is_allowed(host, "10.0.0.7", "db7,a.b")) {
        assert(strchr(host, '/') == NULL && strchr(host, '@') == NULL);
    }
    free(text);
    return 0;
}
