/*
 * help.c - see help.h. Made from the tables of verbs and of options.
 */
#include "ctl/help.h"

#include <string.h>

#include "base/text.h"
#include "ctl/print.h"

#define NAMES_WIDTH 24

static int finish(FILE *stream)
{
    return print_end(print_flush(stream), 0);
}

/* Prints words up to the width; every line stands `indent` in. The stream
 * remembers errors, here and below. */
static void print_folded(FILE *stream, int indent, const char *text)
{
    size_t room = HELP_WIDTH - (size_t)indent;
    while (*text != '\0') {
        size_t length = strlen(text);
        if (length > room) {
            length = room;
            while (length > 0 && text[length] != ' ') {
                length--;
            }
            length = length > 0 ? length : room;
        }
        (void)fprintf(stream, "%*s%.*s\n", indent, "", (int)length, text);
        text += length;
        text += strspn(text, " ");
    }
}

/* A row's names, and beside them its help, line under line. */
static void print_option(FILE *stream, const struct option *option)
{
    char names[64];
    const char *help = option->help;
    (void)text_format(names, sizeof names, "%s%s%s%s%s",
                      option->brief != NULL ? option->brief : "",
                      option->brief != NULL ? ", " : "    ", option->name,
                      option->value != NULL ? " " : "",
                      option->value != NULL ? option->value : ""); /* fits */
    if (strlen(names) > NAMES_WIDTH) {
        (void)fprintf(stream, "  %s\n", names);
        names[0] = '\0';
    }
    while (*help != '\0') {
        size_t length = strcspn(help, "\n");
        (void)fprintf(stream, "  %-*s  %.*s\n", NAMES_WIDTH, names, (int)length,
                      help);
        help += length + (help[length] == '\n');
        names[0] = '\0';
    }
}

static void print_common(FILE *stream)
{
    const struct option *option = option_at(0);
    for (size_t i = 0; option != NULL; option = option_at(++i)) {
        if (option->verbs == NULL) {
            print_option(stream, option);
        }
    }
}

int help_print(FILE *stream)
{
    const struct verb *verb = verb_at(0);
    (void)fputs("sentinelctl VERB [OPTIONS] asks the sentinel-agent of this "
                "host.\n\n",
                stream);
    for (size_t i = 0; verb != NULL; verb = verb_at(++i)) {
        char words[64];
        (void)text_format(words, sizeof words, "%s %s", verb->name,
                          verb->target != NULL ? verb->target : ""); /* fits */
        (void)fprintf(stream, "  %-*s  %s\n", NAMES_WIDTH, words, verb->help);
    }
    (void)fputc('\n', stream);
    print_common(stream);
    (void)fputs("\nsentinelctl help VERB tells a verb's own options and exit "
                "codes. A wrong command\nline exits 64.\n",
                stream);
    return finish(stream);
}

static void print_outputs(FILE *stream, const struct verb *verb)
{
    (void)fputs("\nPrints", stream);
    for (int i = 0; i < OUTPUT_COUNT; i++) {
        if ((verb->outputs & OUTPUT_BIT(i)) != 0) {
            (void)fprintf(stream, " %s", output_name((enum output)i));
        }
    }
    (void)fputs(" (-o).\n", stream);
}

int help_print_verb(const struct verb *verb, FILE *stream)
{
    bool has_own = false;
    const struct option *option = option_at(0);
    (void)fprintf(stream, "sentinelctl %s%s%s [OPTIONS]: %s\n", verb->name,
                  verb->target != NULL ? " " : "",
                  verb->target != NULL ? verb->target : "", verb->help);
    if (verb->about[0] != '\0') {
        (void)fputc('\n', stream);
        print_folded(stream, 0, verb->about);
    }
    for (size_t i = 0; option != NULL; option = option_at(++i)) {
        if (option_is_of(option, verb->name)) {
            (void)fputs(has_own ? "" : "\n", stream);
            has_own = true;
            print_option(stream, option);
        }
    }
    print_outputs(stream, verb);
    (void)fputs("Exit codes:\n", stream);
    print_folded(stream, 2, verb->exits);
    return finish(stream);
}

int verb_help_run(const struct options *options)
{
    if (options->target == NULL) {
        return help_print(stdout);
    }
    const struct verb *verb = verb_find(options->target);
    return verb != NULL ? help_print_verb(verb, stdout)
                        : verb_refuse(options->target);
}
