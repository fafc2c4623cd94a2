/*
 * verb_discover.c - `sentinelctl discover`: this host's servers, as a table or
 * as instances for the configuration.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ctl/print.h"
#include "ctl/search.h"
#include "ctl/verbs.h"

#define EXIT_FOUND 0
#define EXIT_NOT_ALL 1

static const char *const titles[] = {"NAME",    "ADDR", "ROLE",
                                     "VERSION", "PID",  "ALSO AT"};

#define COLUMNS (sizeof titles / sizeof titles[0])

/* For programs, as the members of the JSON are called. */
static const char *const csv_titles[COLUMNS] = {"name",    "addr", "role",
                                                "version", "pid",  "also_at"};

static void write_others(const struct discovery_found *found, char *text,
                         size_t size)
{
    text[0] = '\0';
    for (uint32_t i = 0; i < found->other_count; i++) {
        (void)text_append(
            text, size, "%s%s", i > 0 ? " " : "",
            address_text(&found->others[i]).text); /* cutting is fine */
    }
}

/* What is not known is nothing for a program. */
static void add_text(struct table *table, const char *text, enum output output)
{
    bool is_blank = text[0] == '\0' && output != OUTPUT_CSV;
    table_add(table, TONE_PLAIN, is_blank ? "-" : text);
}

static int print_list(const struct search *search, enum output output)
{
    struct table *table =
        table_create(output == OUTPUT_CSV ? csv_titles : titles, COLUMNS);
    for (uint32_t i = 0; table != NULL && i < search->count; i++) {
        const struct discovery_found *found = &search->list[i];
        char text[DISCOVERY_OTHERS_MOST * ADDRESS_TEXT_BYTES];
        add_text(table, found->name, output);
        add_text(table, address_text(&found->address).text, output);
        add_text(table, role_name(found->role), output);
        add_text(table, found->version, output);
        text[0] = '\0';
        if (found->pid > 0) {
            (void)text_format(text, sizeof text, "%" PRIu32,
                              found->pid); /* fits */
        }
        add_text(table, text, output);
        write_others(found, text, sizeof text);
        add_text(table, text, output);
    }
    return print_table(table, output);
}

/* A text between quotes, as YAML reads it. All of them are printable ASCII:
 * the decoder of the messages checked that. */
static void print_quoted(const char *text)
{
    (void)putchar('"'); /* remembered, as all below */
    for (; *text != '\0'; text++) {
        (void)printf("%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
    }
    (void)putchar('"');
}

static int print_yaml(const struct search *search)
{
    (void)puts(search->count > 0 ? "instances:" : "instances: []");
    for (uint32_t i = 0; i < search->count; i++) {
        const struct discovery_found *found = &search->list[i];
        char others[DISCOVERY_OTHERS_MOST * ADDRESS_TEXT_BYTES];
        write_others(found, others, sizeof others);
        (void)fputs("  - name: ", stdout);
        print_quoted(found->name);
        (void)printf(" # %s %s\n    addr: ", role_name(found->role),
                     found->version);
        print_quoted(address_text(&found->address).text);
        (void)printf("%s%s\n", others[0] != '\0' ? " # also at " : "", others);
    }
    return print_flush(stdout);
}

static json_t *make_server(const struct discovery_found *found)
{
    json_t *others = json_array();
    for (uint32_t i = 0; i < found->other_count; i++) {
        if (json_array_append_new(
                others, json_string(address_text(&found->others[i]).text)) !=
            0) {
            json_decref(others);
            return NULL;
        }
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:o}", "name", found->name,
                     "addr", address_text(&found->address).text, "role",
                     role_name(found->role), "version", found->version, "pid",
                     (int)found->pid, "also_at", others);
}

static int print_object(const struct search *search)
{
    int status = 0;
    json_t *list = json_array();
    for (uint32_t i = 0; status == 0 && i < search->count; i++) {
        status = json_array_append_new(list, make_server(&search->list[i]));
    }
    json_t *object =
        json_pack("{s:i, s:b, s:i, s:o}", "v", 1, "whole", search->end.is_whole,
                  "hidden", (int)search->end.hidden, "servers", list);
    status = status == 0 ? print_json(object) : -ENOMEM;
    json_decref(object);
    return status;
}

/* What may be missing, on standard error. */
static int judge(const struct message_searched *end)
{
    if (!end->is_whole) {
        print_trouble("there was no time to search everything; try again");
    }
    if (end->left_out > 0) {
        print_trouble("%" PRIu32 " more were past the bounds of a search",
                      end->left_out);
    }
    if (end->hidden > 0) {
        print_trouble("%" PRIu32 " processes may be servers but are not ours "
                      "to look into; try it as root",
                      end->hidden);
    }
    return end->is_whole && end->hidden == 0 && end->left_out == 0
               ? EXIT_FOUND
               : EXIT_NOT_ALL;
}

int verb_discover_run(const struct options *options)
{
    char trouble[2048];
    int status = 0;
    struct search *search = calloc(1, sizeof *search);
    if (search == NULL) {
        return print_end(-ENOMEM, CTL_EXIT_STALE);
    }
    if (search_run(options->libexec, search, trouble, sizeof trouble) != 0) {
        print_trouble("the search failed: %s", trouble);
        free(search);
        return CTL_EXIT_STALE;
    }
    if (options->output == OUTPUT_YAML) {
        status = print_yaml(search);
    } else if (options->output == OUTPUT_JSON) {
        status = print_object(search);
    } else {
        status = print_list(search, options->output);
    }
    int code = judge(&search->end);
    free(search);
    return print_end(status, code);
}
