/*
 * reference.c - see reference.h. The stream remembers errors; the end looks
 * at them.
 */
#include "ctl/reference.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "ctl/verbs.h"

static const char summary[] =
    "asks the sentinel-agent of this host, and shows its answers to a person "
    "or a script.";

static const char found_by[] =
    "The agent is found by --url, else by the socket console.sock in "
    "$SENTINEL_AGENT_RUN_DIR, else in /run/sentinel-agent. What changes "
    "something goes through that socket only.";

static const char terminal[] =
    "Colour is used on a terminal only, and never when NO_COLOR is set; what "
    "servers say is shown as printable ASCII. -o json is for scripts, with "
    "every verb but help. A wrong command line exits 64.";

/* A help's lines as one. */
static void print_line(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++) {
        (void)fputc(*text == '\n' ? ' ' : *text, stream);
    }
}

/* --- markdown ------------------------------------------------------------ */

static void print_cell(FILE *stream, const struct option *option)
{
    (void)fprintf(stream, "| `%s%s%s%s%s` | ",
                  option->brief != NULL ? option->brief : "",
                  option->brief != NULL ? ", " : "", option->name,
                  option->value != NULL ? " " : "",
                  option->value != NULL ? option->value : "");
    print_line(stream, option->help);
    (void)fputs(" |\n", stream);
}

/* The options of a verb; with NULL those of all. */
static void print_options(FILE *stream, const struct verb *verb)
{
    bool has_any = false;
    const struct option *option = option_at(0);
    for (size_t i = 0; option != NULL; option = option_at(++i)) {
        bool is_here = verb != NULL ? option_is_of(option, verb->name)
                                    : option->verbs == NULL;
        if (is_here) {
            (void)fputs(has_any ? ""
                                : "\n| option | what it does |\n|---|---|\n",
                        stream);
            has_any = true;
            print_cell(stream, option);
        }
    }
}

static void print_chapter(FILE *stream, const struct verb *verb)
{
    (void)fprintf(stream, "\n## %s%s%s\n\n%c%s.", verb->name,
                  verb->target != NULL ? " " : "",
                  verb->target != NULL ? verb->target : "",
                  verb->help[0] >= 'a' && verb->help[0] <= 'z'
                      ? verb->help[0] - 'a' + 'A'
                      : verb->help[0],
                  verb->help + 1);
    (void)fprintf(stream, "%s%s\n", verb->about[0] != '\0' ? " " : "",
                  verb->about);
    print_options(stream, verb);
    (void)fputs("\nPrints", stream);
    for (int i = 0; i < OUTPUT_COUNT; i++) {
        if ((verb->outputs & OUTPUT_BIT(i)) != 0) {
            (void)fprintf(stream, " `%s`", output_name((enum output)i));
        }
    }
    (void)fprintf(stream, ". Exits %s.\n", verb->exits);
}

static void print_markdown(FILE *stream)
{
    const struct verb *verb = verb_at(0);
    (void)fprintf(stream,
                  "# sentinelctl\n\n"
                  "<!-- Made by `sentinelctl --print-reference markdown`: do "
                  "not edit it here. -->\n\n"
                  "`sentinelctl VERB [OPTIONS]` %s\n\n%s\n\n%s\n",
                  summary, found_by, terminal);
    print_options(stream, NULL);
    for (size_t i = 0; verb != NULL; verb = verb_at(++i)) {
        print_chapter(stream, verb);
    }
    (void)fputs("\n## Completion\n\n"
                "    sentinelctl --print-completion bash "
                ">/etc/bash_completion.d/sentinelctl\n"
                "    sentinelctl --print-completion zsh "
                ">/usr/local/share/zsh/site-functions/_sentinelctl\n"
                "    sentinelctl --print-completion fish "
                ">~/.config/fish/completions/sentinelctl.fish\n",
                stream);
}

/* --- man ----------------------------------------------------------------- */

/* Text as roff takes it: no line of ours begins with a dot or a quote. */
static void print_roff(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\\' || *text == '-') {
            (void)fprintf(stream, *text == '-' ? "\\-" : "\\e");
        } else {
            (void)fputc(*text == '\n' ? ' ' : *text, stream);
        }
    }
    (void)fputc('\n', stream);
}

static void print_man_option(FILE *stream, const struct option *option)
{
    char names[64];
    (void)text_format(names, sizeof names, "%s%s%s%s%s",
                      option->brief != NULL ? option->brief : "",
                      option->brief != NULL ? ", " : "", option->name,
                      option->value != NULL ? " " : "",
                      option->value != NULL ? option->value : ""); /* fits */
    (void)fputs(".TP\n.B ", stream);
    print_roff(stream, names);
    print_roff(stream, option->help);
}

static void print_man_options(FILE *stream, const struct verb *verb)
{
    const struct option *option = option_at(0);
    for (size_t i = 0; option != NULL; option = option_at(++i)) {
        if (verb != NULL ? option_is_of(option, verb->name)
                         : option->verbs == NULL) {
            print_man_option(stream, option);
        }
    }
}

static void print_man(FILE *stream)
{
    const struct verb *verb = verb_at(0);
    (void)fputs(".TH SENTINELCTL 1 \"\" \"sentinel\\-agent " VERSION "\"\n"
                ".SH NAME\nsentinelctl \\- ",
                stream);
    print_roff(stream, summary);
    (void)fputs(".SH SYNOPSIS\n.B sentinelctl\n.I VERB\n[OPTIONS]\n"
                ".SH DESCRIPTION\n",
                stream);
    print_roff(stream, found_by);
    (void)fputs(".PP\n", stream);
    print_roff(stream, terminal);
    (void)fputs(".SH OPTIONS\n", stream);
    print_man_options(stream, NULL);
    (void)fputs(".SH VERBS\n", stream);
    for (size_t i = 0; verb != NULL; verb = verb_at(++i)) {
        (void)fprintf(stream, ".SS %s%s%s\n", verb->name,
                      verb->target != NULL ? " " : "",
                      verb->target != NULL ? verb->target : "");
        print_roff(stream, verb->help);
        (void)fputs(verb->about[0] != '\0' ? ".PP\n" : "", stream);
        print_roff(stream, verb->about);
        print_man_options(stream, verb);
        (void)fputs(".PP\nExits ", stream);
        print_roff(stream, verb->exits);
    }
}

int reference_print(const char *paper, FILE *stream)
{
    if (strcmp(paper, "man") == 0) {
        print_man(stream);
    } else {
        print_markdown(stream);
    }
    return fflush(stream) == 0 && !ferror(stream) ? 0 : CTL_EXIT_STALE;
}
