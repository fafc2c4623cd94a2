/*
 * settings_reference.c - docs/configuration.md, made from the option table so
 * that it cannot lag behind (a test compares the two).
 */
#include <stdio.h>

#include "config/flags.h"
#include "config/options.h"
#include "config/settings_print.h"
#include "config/settings_value.h"

static const char opening[] =
    "# Configuration\n"
    "\n"
    "<!-- Made by `sentinel-agent --print-reference`: do not edit it here. "
    "-->\n"
    "\n"
    "    sentinel-agent -c FILE      run\n"
    "    sentinel-agent -t -c FILE   check the file: exit 0 good, 78 bad\n"
    "    sentinel-agent -T -c FILE   print what is in force, and whence\n"
    "    sentinel-agent              run without a file: find this host's "
    "servers\n"
    "\n"
    "The file is YAML. `etc/sentinel-agent.yaml` is an example that runs.\n"
    "Whatever is wrong with a file is said at once, on standard error, one\n"
    "line each: `FILE:LINE:COLUMN: what is wrong and what was meant`.\n"
    "\n"
    "- **Durations** take `ms`, `s`, `m` or `h`: `250ms`, `10s`. A bare\n"
    "  number is refused, but for a `0` where that turns something off.\n"
    "- **Sizes** take `kb`, `mb` or `gb` of 1024, as in redis.conf: `64mb`; a\n"
    "  bare number is bytes.\n"
    "- **Types** are YAML's (1.2): where a text is wanted, what YAML takes\n"
    "  for a number, a switch or nothing needs quotes: `\"6379\"`.\n"
    "- **Refused**: unknown and duplicate keys, anchors, aliases, tags, a\n"
    "  second document, control bytes, more than 8 levels, more than 1 MiB,\n"
    "  and a file that is no regular file.\n"
    "- **Relative file names** begin where the file is that names them.\n"
    "- **Secrets** stand in files of their own, never in this one. Such a\n"
    "  file must be regular, no link, and its owner's alone (`chmod 600`)\n"
    "  or a credential of the unit (`LoadCredential=`).\n"
    "- **A reload** (SIGHUP) takes all of the new file or nothing of it.\n"
    "\n"
    "## Flags and environment\n"
    "\n"
    "A flag goes before its twin in the environment, and both before the\n"
    "file. A switch's twin counts when it is `1`.\n"
    "\n";

/* "10s", "needed", or nothing. */
static void print_default(const struct option *option)
{
    if (option->fallback != NULL) {
        printf("`%s`", option->fallback);
    } else if (option->is_needed) {
        printf("needed");
    }
}

static void print_notes(const struct option *option)
{
    char name[FLAGS_ENVIRONMENT_BYTES];

    if (option->flag != NULL) {
        flags_environment(option->flag, name);
        printf(" Also `--%s`, `%s`.", option->flag, name);
    }
    if (option->change == CHANGE_NEVER) {
        printf(" A change needs a restart.");
    } else if (option->change == CHANGE_UNPUBLISHED) {
        printf(" While nodes are published a change needs a restart.");
    }
}

static void print_option(const struct option *option)
{
    char shape[SETTINGS_WHY_BYTES];
    char range[96];

    settings_value_shape(option, shape, sizeof(shape));
    settings_value_range(option, range, sizeof(range));
    printf("| `%s` | %s%s%s | ", option->name, shape,
           range[0] != '\0' ? ", " : "", range);
    print_default(option);
    printf(" | %s.", option->help);
    print_notes(option);
    printf(" |\n");
}

static void print_chapter(enum option_scope scope)
{
    const struct option *around = option_around(scope);
    const struct option *option = option_at(0);
    char title[128] = "The top of the file";

    if (around != NULL) {
        option_path(around, title, sizeof(title));
    }
    printf("\n## %s\n\n", title);
    if (around == NULL) {
        printf("What instances can have of their own stands here for all of "
               "them.\n\n");
    } else {
        printf("What it is for: %s.\n\n", around->help);
    }
    if (around != NULL && around->about != NULL) {
        printf("%s\n\n", around->about);
    }
    printf("| key | value | default | what it does |\n|---|---|---|---|\n");
    for (size_t row = 0; option != NULL; option = option_at(++row)) {
        if (option_stands_in(option, scope)) {
            print_option(option);
        }
    }
}

void settings_print_reference(void)
{
    printf("%s", opening);
    flags_print_reference();
    for (int scope = 0; scope < SCOPE_COUNT; scope++) {
        print_chapter((enum option_scope)scope);
    }
}
