/*
 * list_line.c - see list_line.h.
 */
#include "publisher/list_line.h"

#include <inttypes.h>

#include "base/text.h"
#include "publisher/json.h"

/* An object as it stands there, else null: jansson refuses what is not UTF-8,
 * a NUL in a text, a key twice, and what is nested without end. */
static json_t *data_value(const struct list_node *node)
{
    json_t *data = NULL;
    if (node->bytes != NULL && node->length <= LIST_DATA_MOST) {
        data =
            json_loadb(node->bytes, node->length, JSON_REJECT_DUPLICATES, NULL);
    }
    if (data != NULL && !json_is_object(data)) {
        json_decref(data);
        data = NULL;
    }
    return data != NULL ? data : json_null();
}

char *list_line_create(const struct list_node *node)
{
    char owner[24];
    (void)text_format(owner, sizeof owner, "0x%" PRIx64,
                      node->owner); /* fits */
    json_t *line = json_object();
    bool is_whole = line != NULL && json_put_text(line, "path", node->path) &&
                    json_put_text(line, "cluster", node->cluster) &&
                    json_put_text(line, "host", node->host) &&
                    json_put_text(line, "name", node->name) &&
                    json_put_text(line, "owner", owner) &&
                    json_put_number(line, "czxid", node->czxid) &&
                    json_put_number(line, "mzxid", node->mzxid) &&
                    json_put_number(line, "mtime", node->modified_wall_ms) &&
                    json_put(line, "version", json_integer(node->version)) &&
                    json_put(line, "data", data_value(node));
    char *text = NULL;
    if (is_whole) {
        text =
            json_dumps(line, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII);
    }
    json_decref(line);
    return text;
}
