/*
 * give.c - see give.h.
 *
 * Who may open the socket in the run directory may give orders; a URL proves
 * nothing of the kind, so it is no way to give them.
 */
#include "ctl/give.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "ctl/fetch.h"
#include "ctl/print.h"

#define EXIT_REFUSED 1

int give_find(const struct options *options, struct client *client)
{
    char why[CLIENT_ERROR_BYTES];
    if (options->url != NULL) {
        print_trouble("%s goes through the agent's socket only, where the "
                      "rights of the run directory say who may: leave out "
                      "--url, on the agent's host",
                      options->verb);
        return CTL_EXIT_USAGE;
    }
    if (client_init(client, NULL, why, sizeof why) != 0) {
        print_trouble("%s", why);
        return CTL_EXIT_USAGE;
    }
    return 0;
}

int give_read(const struct client *client, const struct answer *answer,
              struct given *given)
{
    json_error_t error;
    json_t *json = answer->bytes == NULL
                       ? NULL
                       : json_loadb(answer->bytes, answer->length, 0, &error);
    const char *text = fetch_text(json, "text");
    given->is_done = answer->code == 200;
    (void)text_copy(given->text, sizeof given->text, text); /* may be cut */
    json_decref(json);
    if (given->text[0] == '\0') {
        print_trouble("%s answers, but not as this version's sentinel-agent "
                      "does (HTTP %ld)",
                      client->socket_path, answer->code);
        return CTL_EXIT_STALE;
    }
    return 0;
}

int give_order(const struct client *client, const char *path,
               struct given *given)
{
    struct answer answer;
    char why[CLIENT_ERROR_BYTES];
    if (client_post(client, path, &answer, why, sizeof why) != 0) {
        print_trouble("%s", why);
        return CTL_EXIT_STALE;
    }
    int code = give_read(client, &answer, given);
    client_answer_finish(&answer);
    return code;
}

static int print_object(const struct given *given)
{
    json_t *json = json_pack("{s:i,s:b,s:s}", "v", 1, "ok", (int)given->is_done,
                             "text", given->text);
    int status = print_json(json);
    json_decref(json);
    return status;
}

int give_tell(const struct options *options, const struct given *given)
{
    int status = 0;
    if (options->output == OUTPUT_JSON) {
        status = print_object(given);
    } else if (given->is_done) {
        char shown[2 * GIVE_TEXT_BYTES];
        (void)text_escape(shown, sizeof shown, given->text,
                          strlen(given->text)); /* cutting is fine */
        (void)puts(shown);                      /* the flush tells */
        status = print_flush(stdout);
    } else {
        print_trouble("%s", given->text);
    }
    return print_end(status, given->is_done ? 0 : EXIT_REFUSED);
}

static bool take_name(char *name, const char *from)
{
    return from != NULL && text_is_printable(from, GIVE_OPERATOR_BYTES - 1) &&
           text_copy(name, GIVE_OPERATOR_BYTES, from);
}

void give_operator(char name[GIVE_OPERATOR_BYTES])
{
    if (take_name(name, getenv("SUDO_USER")) ||
        take_name(name, getenv("USER"))) {
        return;
    }
    const struct passwd *user = getpwuid(getuid());
    if (user == NULL || !take_name(name, user->pw_name)) {
        (void)text_format(name, GIVE_OPERATOR_BYTES, "uid %u",
                          (unsigned)getuid()); /* fits */
    }
}
