/*
 * drains.c - see drains.h.
 */
#include "supervisor/drains.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"

/* The year 9999; and as a number exact in every reader's JSON. */
#define SINCE_MOST_MS UINT64_C(253402300799999)

/* --- the list ------------------------------------------------------------ */

static struct drain *find(const struct drains *drains, const char *name)
{
    for (uint32_t i = 0; i < drains->count; i++) {
        if (strcmp(drains->list[i].name, name) == 0) {
            return &drains->list[i];
        }
    }
    return NULL;
}

const struct maint *drains_find(const struct drains *drains, const char *name)
{
    const struct drain *found = find(drains, name);
    return found == NULL ? NULL : &found->maint;
}

int drains_put(struct drains *drains, const char *name,
               const struct maint *maint)
{
    struct drain *drain = find(drains, name);

    if (drain == NULL) {
        if (drains->count == DRAINS_MOST) {
            return -ENOSPC;
        }
        struct drain *grown =
            realloc(drains->list, (drains->count + 1) * sizeof(*drains->list));
        if (grown == NULL) {
            return -ENOMEM;
        }
        drains->list = grown;
        drain = &grown[drains->count++];
        *drain = (struct drain){0};
        (void)text_copy(drain->name, sizeof(drain->name),
                        name); /* the name of an instance: it fits */
    }
    drain->maint = *maint;
    return 0;
}

void drains_remove(struct drains *drains, const char *name)
{
    struct drain *drain = find(drains, name);

    if (drain != NULL) {
        const struct drain *end = drains->list + drains->count;
        memmove(drain, drain + 1, (size_t)(end - (drain + 1)) * sizeof(*drain));
        drains->count--;
    }
}

int drains_copy(const struct drains *drains, struct drains *copy)
{
    struct drain *list = NULL;

    if (drains->count > 0) {
        list = calloc(drains->count, sizeof(*list));
        if (list == NULL) {
            return -ENOMEM;
        }
        memcpy(list, drains->list, drains->count * sizeof(*list));
    }
    *copy = (struct drains){.list = list, .count = drains->count};
    return 0;
}

void drains_finish(struct drains *drains)
{
    free(drains->list);
    *drains = (struct drains){0};
}

/* --- as text ------------------------------------------------------------- */

void drains_encode(const struct drain *drain, char *line)
{
    (void)text_format(line, DRAINS_LINE_BYTES, "%s\t%" PRIu64 "\t%s\t%s",
                      drain->name, drain->maint.since_wall_ms,
                      drain->maint.operator_name,
                      drain->maint.reason); /* room enough for the longest */
}

/* The text up to the next tab; false if there is none. */
static bool take_word(const char **rest, char *word, size_t size)
{
    size_t length = strcspn(*rest, "\t");

    if ((*rest)[length] != '\t' || length >= size) {
        return false;
    }
    memcpy(word, *rest, length);
    word[length] = '\0';
    *rest += length + 1;
    return true;
}

static bool is_name(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz"
                                  "0123456789._-";

    return name[0] != '\0' && name[0] != '.' &&
           name[strspn(name, allowed)] == '\0';
}

static bool is_shown(const char *text, size_t size)
{
    return text[0] == '\0' || text_is_printable(text, size - 1);
}

int drains_decode(const char *line, struct drain *drain, const char **why)
{
    struct drain told = {.maint.is_on = true};
    struct maint *maint = &told.maint;
    char since[24];
    const char *rest = line;

    *why = NULL;
    if (!take_word(&rest, told.name, sizeof(told.name)) ||
        !take_word(&rest, since, sizeof(since)) ||
        !take_word(&rest, maint->operator_name, sizeof(maint->operator_name)) ||
        !text_copy(maint->reason, sizeof(maint->reason), rest)) {
        *why = "it wants a name, a time, an operator and a reason, with a tab "
               "between them";
    } else if (!is_name(told.name)) {
        *why = "its name is not that of an instance";
    } else if (parse_u64(since, 1, SINCE_MOST_MS, &maint->since_wall_ms) != 0) {
        *why = "its time is not in milliseconds since 1970";
    } else if (!is_shown(maint->operator_name, sizeof(maint->operator_name)) ||
               !is_shown(maint->reason, sizeof(maint->reason))) {
        *why = "its words are not printable ASCII";
    }
    if (*why != NULL) {
        return -EINVAL;
    }
    *drain = told;
    return 0;
}
