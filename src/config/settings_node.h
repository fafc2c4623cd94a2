/*
 * settings_node.h - a YAML document as a tree to walk: scalars, maps and
 * lists with their places. Only settings_scan.c and settings_node.c know the
 * library behind it.
 *
 * A node is a handle passed by value; it borrows its document.
 */
#ifndef CONFIG_SETTINGS_NODE_H
#define CONFIG_SETTINGS_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/settings.h"

struct settings_document;

struct settings_node {
    const struct settings_document *document;
    int number; /* the library's; 0 = no node */
};

enum settings_kind { SETTINGS_SCALAR, SETTINGS_MAP, SETTINGS_LIST };

/* What YAML (1.2, core schema) takes a scalar for. */
enum settings_scalar {
    SCALAR_TEXT,
    SCALAR_NUMBER,
    SCALAR_SWITCH,
    SCALAR_NOTHING, /* null, ~ or no value at all */
};

/* Builds the tree of bytes that settings_scan found good; they are read only
 * here. `file` is the number that places carry. 0 or -ENOMEM. */
int settings_document_create(const char *bytes, size_t length, uint16_t file,
                             struct settings_document **document);
void settings_document_destroy(struct settings_document *document);

/* The whole; no node when the document is empty. */
struct settings_node settings_document_root(
    const struct settings_document *document);

bool settings_node_exists(struct settings_node node);
enum settings_kind settings_node_kind(struct settings_node node);
struct settings_place settings_node_place(struct settings_node node);

/* The bytes of a scalar; NULL for other nodes and for a scalar with a NUL
 * inside. */
const char *settings_node_text(struct settings_node node);

/* The type of a scalar. Quotes make every scalar a text. */
enum settings_scalar settings_node_scalar(struct settings_node node);

/* True when there is nothing: no node, or a scalar that says so. */
bool settings_node_is_nothing(struct settings_node node);

/* Of a list its items, of a map its pairs. */
size_t settings_node_count(struct settings_node node);
struct settings_node settings_node_item(struct settings_node list,
                                        size_t index);
struct settings_node settings_node_key(struct settings_node map, size_t index);
struct settings_node settings_node_value(struct settings_node map,
                                         size_t index);

#endif
