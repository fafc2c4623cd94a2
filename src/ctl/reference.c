/*
 * reference.c - see reference.h. The stream remembers errors; the end looks
 * at them.
 */
#include "ctl/reference.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "ctl/roff.h"
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

/* A verb's help as a sentence. */
static void print_help(FILE *stream, const char *help)
{
    char text[512];
    (void)text_format(text, sizeof text, "%c%s.",
                      help[0] >= 'a' && help[0] <= 'z' ? help[0] - 'a' + 'A'
                                                       : help[0],
                      help + 1); /* fits */
    roff_print(stream, text);
}

/* A flag without its dash: mdoc puts it there. */
static void print_flag(FILE *stream, const char *name)
{
    (void)fputs(" Fl ", stream);
    roff_print_word(stream, name + 1, strlen(name + 1));
}

static void print_man_option(FILE *stream, const struct option *option)
{
    (void)fputs(".It", stream);
    if (option->brief != NULL) {
        print_flag(stream, option->brief);
        (void)fputs(" ,", stream);
    }
    print_flag(stream, option->name);
    if (option->value != NULL) {
        (void)fprintf(stream, " Ar %s", option->value);
    }
    (void)fputc('\n', stream);
    roff_print(stream, option->help);
}

static void print_man_options(FILE *stream, const struct verb *verb)
{
    bool has_any = false;
    const struct option *option = option_at(0);
    for (size_t i = 0; option != NULL; option = option_at(++i)) {
        if (verb != NULL ? option_is_of(option, verb->name)
                         : option->verbs == NULL) {
            (void)fputs(has_any ? "" : ".Bl -tag -width Ds\n", stream);
            has_any = true;
            print_man_option(stream, option);
        }
    }
    (void)fputs(has_any ? ".El\n" : "", stream);
}

static void print_man_verb(FILE *stream, const struct verb *verb)
{
    (void)fprintf(stream, ".Ss %s", verb->name);
    if (verb->target != NULL && verb->target[0] == '[') {
        (void)fprintf(stream, " Op Ar %.*s",
                      (int)strcspn(verb->target + 1, "]"), verb->target + 1);
    } else if (verb->target != NULL) {
        (void)fprintf(stream, " Ar %s", verb->target);
    }
    (void)fputc('\n', stream);
    print_help(stream, verb->help);
    roff_print(stream, verb->about);
    print_man_options(stream, verb);
    (void)fputs(".Pp\n", stream);
    char exits[256];
    (void)text_format(exits, sizeof exits, "Exits %s.", verb->exits); /* fits */
    roff_print(stream, exits);
}

/* The day is set by packaging/make-man. */
static void print_man(FILE *stream)
{
    (void)fputs(".Dd January 1, 1970\n.Dt SENTINELCTL 1\n.Os\n"
                ".Sh NAME\n.Nm sentinelctl\n.Nd asks the agent of this host\n"
                ".Sh SYNOPSIS\n.Nm\n.Ar VERB\n.Op Ar OPTIONS\n"
                ".Sh DESCRIPTION\n.Nm\n",
                stream);
    roff_print(stream, summary);
    roff_print(stream, found_by);
    (void)fputs(".Pp\n", stream);
    roff_print(stream, terminal);
    (void)fputs(".Pp\nWith every verb:\n", stream);
    print_man_options(stream, NULL);
    (void)fputs(".Sh VERBS\n", stream);
    const struct verb *verb = verb_at(0);
    for (size_t i = 0; verb != NULL; verb = verb_at(++i)) {
        print_man_verb(stream, verb);
    }
    (void)fputs(".Sh SEE ALSO\n.Xr sentinel-agent.yaml 5 ,\n"
                ".Xr sentinel-agent 8\n",
                stream);
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
