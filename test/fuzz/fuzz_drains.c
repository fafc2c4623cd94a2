/*
 * fuzz_drains.c - the lines of the file that says what is drained: any bytes.
 *
 * What is accepted is written back as the same bytes, and can be shown to
 * people as it is.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "supervisor/drains.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_line(struct drains *drains, const char *text)
{
    struct drain drain;
    char line[DRAINS_LINE_BYTES];
    const char *why = NULL;
    if (drains_decode(text, &drain, &why) != 0) {
        assert(why != NULL);
        return;
    }
    drains_encode(&drain, line);
    assert(strcmp(line, text) == 0);
    assert(drain.maint.is_on && drain.maint.since_wall_ms > 0);
    assert(text_is_printable(drain.name, SETTINGS_NAME_BYTES - 1));
    int error = drains_put(drains, drain.name, &drain.maint);
    assert(error != 0 || drains_find(drains, drain.name) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct drains drains = {0};
    struct drains copy;
    char *text = malloc(length + 1);
    if (text == NULL) {
        return 0;
    }
    if (length > 0) {
        memcpy(text, bytes, length);
    }
    text[length] = '\0';
    char *rest = text;
    while (rest != NULL) {
        check_line(&drains, strsep(&rest, "\n"));
    }
    if (drains_copy(&drains, &copy) == 0) {
        while (copy.count > 0) {
            drains_remove(&copy, copy.list[copy.count / 2].name);
        }
        drains_finish(&copy);
    }
    drains_finish(&drains);
    free(text);
    return 0;
}
