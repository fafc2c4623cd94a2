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

#include "console/routes.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

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
        assert(route.debug <= 2);
        assert(memchr(route.name, '\0', sizeof route.name) != NULL);
        assert((route.kind == ROUTE_INSTANCE) == (route.name[0] != '\0'));
    }
    if (host != NULL && routes_host_is_allowed(host, "10.0.0.7")) {
        assert(strchr(host, '/') == NULL && strchr(host, '@') == NULL);
    }
    free(text);
    return 0;
}
