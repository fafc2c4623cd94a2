/*
 * settings_node.c - see settings_node.h.
 */
#include "config/settings_node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define DIGITS "0123456789"
#define HEX_DIGITS "0123456789abcdefABCDEF"
#define OCTAL_DIGITS "01234567"

struct settings_document {
    yaml_document_t yaml;
    uint16_t file;
};

int settings_document_create(const char *bytes, size_t length, uint16_t file,
                             struct settings_document **document)
{
    struct settings_document *made = calloc(1, sizeof(*made));
    yaml_parser_t parser;

    if (made == NULL) {
        return -ENOMEM;
    }
    if (!yaml_parser_initialize(&parser)) {
        free(made);
        return -ENOMEM;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, length);
    int is_loaded = yaml_parser_load(&parser, &made->yaml);
    yaml_parser_delete(&parser);
    if (!is_loaded) {
        free(made);     /* the library has freed what it had of the document */
        return -ENOMEM; /* the bytes are good: they were scanned */
    }
    made->file = file;
    *document = made;
    return 0;
}

void settings_document_destroy(struct settings_document *document)
{
    if (document != NULL) {
        yaml_document_delete(&document->yaml);
        free(document);
    }
}

/* The library's accessors want a document they may change; they do not. */
static yaml_node_t *yaml_of(struct settings_node node)
{
    yaml_document_t *yaml = (yaml_document_t *)(uintptr_t)&node.document->yaml;

    return yaml_document_get_node(yaml, node.number);
}

struct settings_node settings_document_root(
    const struct settings_document *document)
{
    struct settings_node root = {document, 1}; /* the library's first */

    root.number = yaml_of(root) != NULL ? 1 : 0;
    return root;
}

bool settings_node_exists(struct settings_node node)
{
    return node.number != 0;
}

enum settings_kind settings_node_kind(struct settings_node node)
{
    const yaml_node_t *yaml = yaml_of(node);

    if (yaml->type == YAML_MAPPING_NODE) {
        return SETTINGS_MAP;
    }
    return yaml->type == YAML_SEQUENCE_NODE ? SETTINGS_LIST : SETTINGS_SCALAR;
}

struct settings_place settings_node_place(struct settings_node node)
{
    const yaml_node_t *yaml = yaml_of(node);

    return (struct settings_place){
        .line = (uint32_t)yaml->start_mark.line + 1,
        .column = (uint32_t)yaml->start_mark.column + 1,
        .file = node.document->file,
        .origin = ORIGIN_FILE,
    };
}

const char *settings_node_text(struct settings_node node)
{
    const yaml_node_t *yaml = yaml_of(node);

    if (yaml->type != YAML_SCALAR_NODE ||
        strlen((const char *)yaml->data.scalar.value) !=
            yaml->data.scalar.length) {
        return NULL;
    }
    return (const char *)yaml->data.scalar.value;
}

static bool is_one_of(const char *text, const char *const *words)
{
    while (*words != NULL && strcmp(text, *words) != 0) {
        words++;
    }
    return *words != NULL;
}

static bool is_all(const char *text, const char *letters)
{
    return text[0] != '\0' && text[strspn(text, letters)] == '\0';
}

/* [-+]? ( .5 | 5 | 5. | 5.5 ) ( [eE] [-+]? 5 )? */
static bool is_decimal(const char *text)
{
    const char *at = text + strspn(text, "-+");
    size_t before = strspn(at, DIGITS);
    size_t after = 0;

    if (at - text > 1) {
        return false;
    }
    at += before;
    if (*at == '.') {
        after = strspn(at + 1, DIGITS);
        at += 1 + after;
    }
    if (before + after == 0) {
        return false;
    }
    if (*at == 'e' || *at == 'E') {
        at += at[1] == '-' || at[1] == '+' ? 2 : 1;
        return is_all(at, DIGITS);
    }
    return *at == '\0';
}

static bool is_number(const char *text)
{
    static const char *const endless[] = {".inf",  ".Inf",  ".INF",  "+.inf",
                                          "-.inf", "-.Inf", "-.INF", ".nan",
                                          ".NaN",  ".NAN",  NULL};

    return is_decimal(text) || is_one_of(text, endless) ||
           (strncmp(text, "0x", 2) == 0 && is_all(text + 2, HEX_DIGITS)) ||
           (strncmp(text, "0o", 2) == 0 && is_all(text + 2, OCTAL_DIGITS));
}

enum settings_scalar settings_node_scalar(struct settings_node node)
{
    static const char *const switches[] = {"true",  "True",  "TRUE", "false",
                                           "False", "FALSE", NULL};
    static const char *const nothings[] = {"",     "~",    "null",
                                           "Null", "NULL", NULL};
    const yaml_node_t *yaml = yaml_of(node);
    const char *text = settings_node_text(node);

    if (text == NULL || yaml->data.scalar.style != YAML_PLAIN_SCALAR_STYLE) {
        return SCALAR_TEXT;
    }
    if (is_one_of(text, nothings)) {
        return SCALAR_NOTHING;
    }
    if (is_one_of(text, switches)) {
        return SCALAR_SWITCH;
    }
    return is_number(text) ? SCALAR_NUMBER : SCALAR_TEXT;
}

bool settings_node_is_nothing(struct settings_node node)
{
    return !settings_node_exists(node) ||
           (settings_node_kind(node) == SETTINGS_SCALAR &&
            settings_node_scalar(node) == SCALAR_NOTHING);
}

size_t settings_node_count(struct settings_node node)
{
    const yaml_node_t *yaml = yaml_of(node);

    if (yaml->type == YAML_SEQUENCE_NODE) {
        return (size_t)(yaml->data.sequence.items.top -
                        yaml->data.sequence.items.start);
    }
    if (yaml->type == YAML_MAPPING_NODE) {
        return (size_t)(yaml->data.mapping.pairs.top -
                        yaml->data.mapping.pairs.start);
    }
    return 0;
}

struct settings_node settings_node_item(struct settings_node list, size_t index)
{
    int number = yaml_of(list)->data.sequence.items.start[index];

    return (struct settings_node){list.document, number};
}

struct settings_node settings_node_key(struct settings_node map, size_t index)
{
    int number = yaml_of(map)->data.mapping.pairs.start[index].key;

    return (struct settings_node){map.document, number};
}

struct settings_node settings_node_value(struct settings_node map, size_t index)
{
    int number = yaml_of(map)->data.mapping.pairs.start[index].value;

    return (struct settings_node){map.document, number};
}
