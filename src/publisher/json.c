/*
 * json.c - see json.h.
 */
#include "publisher/json.h"

#include <errno.h>

#define TEXT_BYTES 512

bool json_put(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

static json_t *text_value(const char *text)
{
    char clean[TEXT_BYTES];
    size_t length = 0;
    for (; text[length] != '\0' && length < sizeof clean - 1; length++) {
        bool is_plain = text[length] >= ' ' && text[length] <= '~';
        clean[length] = is_plain ? text[length] : '?';
    }
    return json_stringn(clean, length);
}

bool json_put_text(json_t *object, const char *key, const char *text)
{
    return json_put(object, key, text_value(text));
}

bool json_put_number(json_t *object, const char *key, uint64_t number)
{
    uint64_t most = INT64_MAX;
    return json_put(object, key,
                    json_integer((json_int_t)(number < most ? number : most)));
}

bool json_put_labels(json_t *object, const struct board_settings *settings,
                     uint32_t count)
{
    json_t *labels = json_object();
    bool is_whole = labels != NULL;
    for (uint32_t i = 0; is_whole && i < count; i++) {
        is_whole = json_put_text(labels, settings->labels[i].key,
                                 settings->labels[i].value);
    }
    return json_put(object, "labels", labels) && is_whole;
}

int json_dump(json_t *object, char *bytes, size_t room, size_t *length)
{
    size_t size =
        json_dumpb(object, bytes, room, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(object);
    if (size == 0) {
        return -ENOMEM;
    }
    if (size > room) {
        return -ENOBUFS;
    }
    *length = size;
    return 0;
}
