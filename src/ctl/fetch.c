/*
 * fetch.c - from a path to a checked JSON object.
 *
 * Whatever answers there may be another program: nothing is taken for
 * granted but that the answer ends.
 */
#include "ctl/fetch.h"

#include <string.h>

#include "base/text.h"
#include "ctl/client.h"
#include "ctl/print.h"

static json_t *parse(const struct client *client, const struct answer *answer)
{
    json_error_t error;
    json_t *json = NULL;
    if (answer->code == 200 && answer->bytes != NULL) {
        json = json_loadb(answer->bytes, answer->length, 0, &error);
    }
    if (json_is_object(json)) {
        return json;
    }
    json_decref(json);
    const char *where =
        client->socket_path[0] != '\0' ? client->socket_path : client->url;
    if (answer->code == 404) {
        print_trouble("the agent at %s does not know what was asked of it: it "
                      "is of another version than sentinelctl " VERSION,
                      where);
    } else {
        print_trouble("%s answers, but not as a sentinel-agent does (HTTP "
                      "%ld); try another --url",
                      where, answer->code);
    }
    return NULL;
}

json_t *fetch_object(const struct options *options, const char *path, int *code)
{
    struct client client;
    struct answer answer;
    char why[CLIENT_ERROR_BYTES];
    if (client_init(&client, options->url, why, sizeof why) != 0) {
        print_trouble("%s", why);
        *code = CTL_EXIT_USAGE;
        return NULL;
    }
    *code = CTL_EXIT_STALE;
    if (client_get(&client, path, &answer, why, sizeof why) != 0) {
        print_trouble("%s", why);
        return NULL;
    }
    json_t *json = parse(&client, &answer);
    client_answer_finish(&answer);
    *code = json != NULL ? 0 : CTL_EXIT_STALE;
    return json;
}

const char *fetch_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

json_int_t fetch_number(const json_t *object, const char *key, json_int_t none)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? json_integer_value(value) : none;
}

const json_t *fetch_member(const json_t *object, const char *key)
{
    return json_object_get(object, key);
}
