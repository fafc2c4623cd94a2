/*
 * json.h - jansson with our manners: printable texts, sorted keys, compact
 * bytes, and an error instead of a missing value.
 */
#ifndef PUBLISHER_JSON_H
#define PUBLISHER_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/board.h"

/* Each: false for want of memory. */

/* Takes the new value. */
bool json_put(json_t *object, const char *key, json_t *value);
/* Whatever is not printable ASCII becomes '?': jansson has no value for a text
 * that is not UTF-8. */
bool json_put_text(json_t *object, const char *key, const char *text);
bool json_put_number(json_t *object, const char *key, uint64_t number);
/* The first `count` labels, as an object. */
bool json_put_labels(json_t *object, const struct board_settings *settings,
                     uint32_t count);

/* Takes `object`; the same values give the same bytes (2.14). 0, -ENOBUFS or
 * -ENOMEM. */
int json_dump(json_t *object, char *bytes, size_t room, size_t *length);

#endif
