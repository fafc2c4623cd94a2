/*
 * fetch.h - asks the agent for JSON and says in words why there is none.
 */
#ifndef CTL_FETCH_H
#define CTL_FETCH_H

#include <jansson.h>

#include "ctl/client.h"
#include "ctl/options.h"

/* The object at `path`; the caller's to free. NULL, and why in a sentence that
 * says what to try. */
json_t *fetch_quietly(const struct client *client, const char *path, char *why,
                      size_t why_size);

/* The object at `path`; the caller's to free. NULL after an error was printed,
 * with the exit code in `code`. */
json_t *fetch_object(const struct options *options, const char *path,
                     int *code);

/* A member's text; "" when it is not there or no text. */
const char *fetch_text(const json_t *object, const char *key);

/* A member's number; `none` when it is not there or no number. */
json_int_t fetch_number(const json_t *object, const char *key, json_int_t none);

/* A member that is an object; an empty answer to every question if it is
 * not. Borrowed. */
const json_t *fetch_member(const json_t *object, const char *key);

#endif
