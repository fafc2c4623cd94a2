/*
 * settings_scan.c - see settings_scan.h. Works on libyaml's stream of events,
 * because its document tree has lost aliases, tags and depth.
 */
#include "config/settings_scan.h"

#include <stdbool.h>
#include <yaml.h>

#include "base/text.h"

/* One scan over one source. */
struct scan {
    const struct settings_source *source;
    struct complaints *complaints;
    uint16_t file;
    int depth;
    int documents;
    size_t nodes;
};

static void complain_at(const struct scan *scan, yaml_mark_t mark,
                        const char *text)
{
    struct settings_place place = {
        .line = (uint32_t)mark.line + 1,
        .column = (uint32_t)mark.column + 1,
        .file = scan->file,
        .origin = ORIGIN_FILE,
    };

    complaints_add(scan->complaints, scan->source->name, &place, "%s", text);
}

/* Reader errors (bad UTF-8, control bytes) carry an offset and no mark. A
 * column is a character, as in the library's marks. */
static yaml_mark_t mark_of_offset(const char *bytes, size_t offset)
{
    yaml_mark_t mark = {.index = offset};

    for (size_t i = 0; i < offset; i++) {
        mark.column += ((unsigned char)bytes[i] & 0xc0) != 0x80;
        if (bytes[i] == '\n') {
            mark.line++;
            mark.column = 0;
        }
    }
    return mark;
}

static void complain_of_syntax(const struct scan *scan,
                               const yaml_parser_t *parser)
{
    bool is_reader = parser->error == YAML_READER_ERROR;
    char problem[120];

    (void)text_format(problem, sizeof(problem), "this is not YAML: %s",
                      parser->problem != NULL ? parser->problem
                                              : "out of memory"); /* cut */
    complain_at(
        scan,
        is_reader && parser->problem_offset < scan->source->length
            ? mark_of_offset(scan->source->bytes, parser->problem_offset)
            : parser->problem_mark,
        problem);
}

/* What the event carries that a configuration may not; NULL if nothing. */
static const char *refused_feature(const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL;
    const yaml_char_t *tag = NULL;

    if (event->type == YAML_ALIAS_EVENT) {
        return "aliases are not allowed: write the value out";
    }
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    }
    if (anchor != NULL) {
        return "anchors are not allowed: write the value out where it is used";
    }
    return tag != NULL ? "tags are not allowed: write the value alone" : NULL;
}

/* Counts depth, nodes and documents; says what is refused. Returns false at
 * the end of the stream or when there is no sense in reading on. */
static bool scan_event(struct scan *scan, const yaml_event_t *event)
{
    const char *refused = refused_feature(event);
    bool begins = event->type == YAML_SEQUENCE_START_EVENT ||
                  event->type == YAML_MAPPING_START_EVENT;
    bool ends = event->type == YAML_SEQUENCE_END_EVENT ||
                event->type == YAML_MAPPING_END_EVENT;

    if (refused != NULL) {
        complain_at(scan, event->start_mark, refused);
    }
    if (event->type == YAML_DOCUMENT_START_EVENT && ++scan->documents > 1) {
        complain_at(scan, event->start_mark,
                    "a second document is not allowed: one file, one document");
        return false;
    }
    scan->depth += begins - ends;
    if (scan->depth > SETTINGS_DEPTH_MOST) {
        complain_at(scan, event->start_mark,
                    "nested too deep for a configuration");
        return false;
    }
    if (++scan->nodes > SETTINGS_NODES_MOST) {
        complain_at(scan, event->start_mark,
                    "more values than a configuration can hold");
        return false;
    }
    return event->type != YAML_STREAM_END_EVENT;
}

bool settings_scan(const struct settings_source *source, uint16_t file,
                   struct complaints *complaints)
{
    struct scan scan = {
        .source = source, .complaints = complaints, .file = file};
    size_t before = complaints->count;
    yaml_parser_t parser;
    bool goes_on = true;

    if (!yaml_parser_initialize(&parser)) {
        complain_at(&scan, (yaml_mark_t){0}, "out of memory");
        return false;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)source->bytes,
                                 source->length);
    while (goes_on) {
        yaml_event_t event;

        if (!yaml_parser_parse(&parser, &event)) {
            complain_of_syntax(&scan, &parser);
            break;
        }
        goes_on = scan_event(&scan, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return complaints->count == before;
}
