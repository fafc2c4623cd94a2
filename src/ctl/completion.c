/*
 * completion.c - see completion.h. What stands behind a verb or an option is
 * told by the name its value has in the help: FILE and DIR are looked for, a
 * VERB is one of ours, a TARGET or NAME may be an instance's name, which the
 * agent is asked for. The stream remembers errors; the end looks at them.
 */
#include "ctl/completion.h"

#include <stdbool.h>
#include <string.h>

#include "ctl/print.h"
#include "ctl/verbs.h"

#define INSTANCES "sentinelctl status -o name 2>/dev/null"
#define MADE "# Made by sentinelctl --print-completion.\n"

/* --- what is common ------------------------------------------------------ */

enum kind { KIND_NOTHING, KIND_ANY, KIND_FILE, KIND_DIR, KIND_VERB, KIND_NAME };

static enum kind kind_of(const char *value)
{
    static const struct {
        const char *value;
        enum kind kind;
    } kinds[] = {
        {"FILE", KIND_FILE},   {"DIR", KIND_DIR},   {"[VERB]", KIND_VERB},
        {"TARGET", KIND_NAME}, {"NAME", KIND_NAME},
    };
    if (value == NULL) {
        return KIND_NOTHING;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(value, kinds[i].value) == 0) {
            return kinds[i].kind;
        }
    }
    return KIND_ANY;
}

static void print_verbs(FILE *stream, const char *between)
{
    const struct verb *verb = verb_at(0);
    for (size_t i = 0; verb != NULL; verb = verb_at(++i)) {
        (void)fprintf(stream, "%s%s", i > 0 ? between : "", verb->name);
    }
}

static void print_outputs(FILE *stream, const struct verb *verb)
{
    const char *between = "";
    for (int i = 0; i < OUTPUT_COUNT; i++) {
        if ((verb->outputs & OUTPUT_BIT(i)) != 0) {
            (void)fprintf(stream, "%s%s", between, output_name((enum output)i));
            between = " ";
        }
    }
}

/* The first line of a text, with `escape` before each of its `special`s. */
static void print_escaped(FILE *stream, const char *text, const char *special,
                          const char *escape)
{
    for (; *text != '\0' && *text != '\n'; text++) {
        bool is_special = strchr(special, *text) != NULL;
        (void)fprintf(stream, "%s%c", is_special ? escape : "", *text);
    }
}

static bool is_output(const struct option *option)
{
    return strcmp(option->name, "--output") == 0;
}

/* --- bash ---------------------------------------------------------------- */

static void print_bash_names(FILE *stream, const struct option *option)
{
    (void)fprintf(stream, "    %s%s%s)\n",
                  option->brief != NULL ? option->brief : "",
                  option->brief != NULL ? "|" : "", option->name);
}

/* What may follow the option on the line. */
static void print_bash_value(FILE *stream, const struct option *option)
{
    if (option->value == NULL) {
        return;
    }
    print_bash_names(stream, option);
    if (is_output(option)) {
        (void)fputs("        words=${outputs[$verb]:-", stream);
        (void)fprintf(stream, "%s}\n        ;;\n", option->words);
        return;
    }
    (void)fputs("        ", stream);
    if (option->words != NULL) {
        (void)fprintf(stream, "words='%s'", option->words);
    } else if (kind_of(option->value) == KIND_FILE) {
        (void)fputs("action=-f", stream);
    } else if (kind_of(option->value) == KIND_DIR) {
        (void)fputs("action=-d", stream);
    } else {
        (void)fputs("return", stream);
    }
    (void)fputs("\n        ;;\n", stream);
}

static void print_bash_target(FILE *stream, const struct verb *verb)
{
    static const char *const actions[] = {
        [KIND_NOTHING] = "",          [KIND_ANY] = "",
        [KIND_FILE] = "action=-f",    [KIND_DIR] = "action=-d",
        [KIND_VERB] = "words=$verbs", [KIND_NAME] = "words=$(" INSTANCES ")",
    };
    const char *action = actions[kind_of(verb->target)];
    if (action[0] != '\0') {
        (void)fprintf(stream, "    %s) %s ;;\n", verb->name, action);
    }
}

static void print_bash_tables(FILE *stream)
{
    const struct verb *verb = verb_at(0);
    (void)fputs("    local -A outputs options\n    local verbs='", stream);
    print_verbs(stream, " ");
    (void)fputs("'\n", stream);
    for (size_t i = 0; verb != NULL; verb = verb_at(++i)) {
        const struct option *option = option_at(0);
        (void)fprintf(stream, "    outputs[%s]='", verb->name);
        print_outputs(stream, verb);
        (void)fprintf(stream, "'\n    options[%s]='", verb->name);
        for (size_t k = 0; option != NULL; option = option_at(++k)) {
            bool is_here =
                option->verbs == NULL || option_is_of(option, verb->name);
            (void)fprintf(stream, "%s%s", is_here ? option->name : "",
                          is_here ? " " : "");
        }
        (void)fputs("'\n", stream);
    }
}

/* The value of the option before; where there is none, an option or a word. */
static void print_bash(FILE *stream)
{
    const struct option *option = option_at(0);
    const struct verb *verb = verb_at(0);
    (void)fputs(MADE "_sentinelctl()\n{\n"
                     "    local word=${COMP_WORDS[COMP_CWORD]}\n"
                     "    local before=${COMP_WORDS[COMP_CWORD - 1]}\n"
                     "    local verb= words= action= i\n",
                stream);
    print_bash_tables(stream);
    (void)fputs("    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                "        if [[ \" $verbs \" == *\" ${COMP_WORDS[i]} \"* ]]; "
                "then\n"
                "            verb=${COMP_WORDS[i]}\n            break\n"
                "        fi\n    done\n    COMPREPLY=()\n"
                "    case $before in\n",
                stream);
    for (size_t i = 0; option != NULL; option = option_at(++i)) {
        print_bash_value(stream, option);
    }
    (void)fputs("    *)\n        if [[ $word == -* ]]; then\n"
                "            words=${options[${verb:-help}]}\n"
                "        elif [[ -z $verb ]]; then\n"
                "            words=$verbs\n        fi\n        ;;\n    esac\n"
                "    if [[ -z $words && -z $action ]]; then\n"
                "        case $verb in\n",
                stream);
    for (size_t i = 0; verb != NULL; verb = verb_at(++i)) {
        print_bash_target(stream, verb);
    }
    (void)fputs("        esac\n    fi\n"
                "    if [[ -n $action ]]; then\n"
                "        compopt -o filenames\n"
                "        mapfile -t COMPREPLY < <(compgen $action -- "
                "\"$word\")\n"
                "    elif [[ -n $words ]]; then\n"
                "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- "
                "\"$word\")\n"
                "    fi\n}\ncomplete -F _sentinelctl sentinelctl\n",
                stream);
}

/* --- zsh ----------------------------------------------------------------- */

static const char *zsh_action(enum kind kind)
{
    switch (kind) {
    case KIND_FILE:
        return "_files";
    case KIND_DIR:
        return "_files -/";
    case KIND_VERB:
        return "_sentinelctl_verbs";
    case KIND_NAME:
        return "_sentinelctl_instances";
    case KIND_NOTHING:
    case KIND_ANY:
        break;
    }
    return " ";
}

/* One specification of _arguments. */
static void print_zsh_option(FILE *stream, const struct option *option,
                             const struct verb *verb)
{
    if (option->brief != NULL) {
        (void)fprintf(stream, "            '(%s %s)'{%s,%s}'[", option->brief,
                      option->name, option->brief, option->name);
    } else {
        (void)fprintf(stream, "            '%s[", option->name);
    }
    print_escaped(stream, option->help, "'", "'\\'");
    (void)fputc(']', stream);
    if (is_output(option)) {
        (void)fprintf(stream, ":%s:(", option->value);
        print_outputs(stream, verb);
        (void)fputc(')', stream);
    } else if (option->words != NULL) {
        (void)fprintf(stream, ":%s:(%s)", option->value, option->words);
    } else if (option->value != NULL) {
        enum kind kind = kind_of(option->value);
        (void)fprintf(stream, ":%s:%s", option->value,
                      zsh_action(kind == KIND_NAME ? KIND_ANY : kind));
    }
    (void)fputs("' \\\n", stream);
}

static void print_zsh_verb(FILE *stream, const struct verb *verb)
{
    const struct option *option = option_at(0);
    (void)fprintf(stream, "    %s)\n        _arguments \\\n", verb->name);
    for (size_t i = 0; option != NULL; option = option_at(++i)) {
        if (option->verbs == NULL || option_is_of(option, verb->name)) {
            print_zsh_option(stream, option, verb);
        }
    }
    if (verb->target != NULL) {
        (void)fprintf(stream, "            '1:%s:%s' \\\n", verb->name,
                      zsh_action(kind_of(verb->target)));
    }
    (void)fputs("            && return\n        ;;\n", stream);
}

static void print_zsh(FILE *stream)
{
    const struct verb *verb = verb_at(0);
    (void)fputs("#compdef sentinelctl\n" MADE "_sentinelctl_verbs()\n{\n"
                "    local -a verbs\n    verbs=(\n",
                stream);
    for (size_t i = 0; verb != NULL; verb = verb_at(++i)) {
        (void)fprintf(stream, "        '%s:", verb->name);
        print_escaped(stream, verb->help, "'", "'\\'");
        (void)fputs("'\n", stream);
    }
    (void)fputs("    )\n    _describe verb verbs\n}\n"
                "_sentinelctl_instances()\n{\n    local -a names\n"
                "    names=(${(f)\"$(" INSTANCES ")\"})\n"
                "    compadd -a names\n}\n"
                "_sentinelctl()\n{\n    local context state line\n"
                "    local -A opt_args\n"
                "    _arguments -C '1: :_sentinelctl_verbs' '*:: :->rest'\n"
                "    [[ $state == rest ]] || return\n"
                "    case $words[1] in\n",
                stream);
    verb = verb_at(0);
    for (size_t i = 0; verb != NULL; verb = verb_at(++i)) {
        print_zsh_verb(stream, verb);
    }
    /* Sourced, or loaded at the first use, which is then this one. */
    (void)fputs("    esac\n}\n"
                "if [[ $funcstack[1] == _sentinelctl ]]; then\n"
                "    _sentinelctl \"$@\"\nelse\n"
                "    compdef _sentinelctl sentinelctl\nfi\n",
                stream);
}

/* --- fish ---------------------------------------------------------------- */

#define FISH "complete -c sentinelctl"

/* "-d 'help'", the line's end. */
static void end_fish(FILE *stream, const char *help)
{
    (void)fputs(" -d '", stream);
    print_escaped(stream, help, "'\\", "\\");
    (void)fputs("'\n", stream);
}

static void print_fish_option(FILE *stream, const struct option *option)
{
    (void)fputs(FISH, stream);
    if (option->verbs != NULL) {
        (void)fprintf(stream, " -n '__fish_seen_subcommand_from %s'",
                      option->verbs);
    }
    (void)fprintf(stream, " -l %s", option->name + 2);
    if (option->brief != NULL) {
        (void)fprintf(stream, " -s %s", option->brief + 1);
    }
    enum kind kind = kind_of(option->value);
    if (option->words != NULL) {
        (void)fprintf(stream, " -x -a '%s'", option->words);
    } else if (kind == KIND_FILE || kind == KIND_DIR) {
        (void)fputs(" -r -F", stream);
    } else if (option->value != NULL) {
        (void)fputs(" -x", stream);
    }
    end_fish(stream, option->help);
}

static void print_fish_target(FILE *stream, const struct verb *verb)
{
    enum kind kind = kind_of(verb->target);
    if (kind == KIND_NOTHING || kind == KIND_ANY) {
        return;
    }
    (void)fprintf(stream, FISH " -n '__fish_seen_subcommand_from %s'",
                  verb->name);
    if (kind == KIND_NAME) {
        (void)fputs(" -a '(" INSTANCES ")'\n", stream);
    } else if (kind == KIND_VERB) {
        (void)fputs(" -a '", stream);
        print_verbs(stream, " ");
        (void)fputs("'\n", stream);
    } else {
        (void)fputs(" -F\n", stream);
    }
}

static void print_fish(FILE *stream)
{
    const struct option *option = option_at(0);
    const struct verb *verb = verb_at(0);
    (void)fputs(MADE FISH " -f\n", stream);
    for (size_t i = 0; verb != NULL; verb = verb_at(++i)) {
        (void)fprintf(stream, FISH " -n __fish_use_subcommand -a %s",
                      verb->name);
        end_fish(stream, verb->help);
        print_fish_target(stream, verb);
    }
    for (size_t i = 0; option != NULL; option = option_at(++i)) {
        print_fish_option(stream, option);
    }
}

/* --- all of them --------------------------------------------------------- */

int completion_print(const char *shell, FILE *stream)
{
    if (strcmp(shell, "bash") == 0) {
        print_bash(stream);
    } else if (strcmp(shell, "zsh") == 0) {
        print_zsh(stream);
    } else {
        print_fish(stream);
    }
    return print_end(print_flush(stream), 0);
}
