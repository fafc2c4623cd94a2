/*
 * settings_scan.c - see settings_scan.h. Works on libyaml's stream of events,
 * because its document tree has lost aliases, tags and depth.
 */
#include "supervisor/settings_scan.h"

#include <stdbool.h>
#include <yaml.h>

#include "base/text.h"

static void complain_at(struct complaints *complaints, yaml_mark_t mark,
                        const char *text)
{
    complaints_add(complaints, mark.line, mark.column, "%s", text);
}

/* Reader errors (bad UTF-8, control bytes) carry an offset and no mark. */
static yaml_mark_t mark_of_offset(const char *bytes, size_t offset)
{
    yaml_mark_t mark = {.index = offset};

    for (size_t i = 0; i < offset; i++) {
        mark.column++;
        if (bytes[i] == '\n') {
            mark.line++;
            mark.column = 0;
        }
    }
    return mark;
}

static void complain_of_syntax(struct complaints *complaints,
                               const yaml_parser_t *parser, const char *bytes,
                               size_t length)
{
    bool is_reader = parser->error == YAML_READER_ERROR;
    char problem[120];

    (void)text_format(problem, sizeof(problem), "this is not YAML: %s",
                      parser->problem != NULL ? parser->problem
                                              : "out of memory"); /* cut */
    complain_at(complaints,
                is_reader && parser->problem_offset < length
                    ? mark_of_offset(bytes, parser->problem_offset)
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

/* Counts depth and documents; says what is refused. Returns false at the end
 * of the stream or when there is no sense in reading on. */
static bool scan_event(const yaml_event_t *event, int *depth, int *documents,
                       struct complaints *complaints)
{
    const char *refused = refused_feature(event);

    if (refused != NULL) {
        complain_at(complaints, event->start_mark, refused);
    }
    if (event->type == YAML_DOCUMENT_START_EVENT && ++*documents > 1) {
        complain_at(complaints, event->start_mark,
                    "a second document is not allowed: one file, one document");
        return false;
    }
    if (event->type == YAML_SEQUENCE_START_EVENT ||
        event->type == YAML_MAPPING_START_EVENT) {
        if (++*depth > SETTINGS_DEPTH_MOST) {
            complain_at(complaints, event->start_mark,
                        "nested too deep for a configuration");
            return false;
        }
    }
    if (event->type == YAML_SEQUENCE_END_EVENT ||
        event->type == YAML_MAPPING_END_EVENT) {
        --*depth;
    }
    return event->type != YAML_STREAM_END_EVENT;
}

void settings_scan(const char *bytes, size_t length,
                   struct complaints *complaints)
{
    yaml_parser_t parser;
    int depth = 0;
    int documents = 0;
    bool goes_on = true;

    if (!yaml_parser_initialize(&parser)) {
        complaints_add(complaints, 0, 0, "out of memory");
        return;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, length);
    while (goes_on) {
        yaml_event_t event;

        if (!yaml_parser_parse(&parser, &event)) {
            complain_of_syntax(complaints, &parser, bytes, length);
            break;
        }
        goes_on = scan_event(&event, &depth, &documents, complaints);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
}
