/*
 * fetch.c - from a path to a checked JSON object.
 *
 * Whatever answers there may be another program: nothing is taken for
 * granted but that the answer ends.
 */
#include "ctl/fetch.h"

#include <string.h>

#include "base/text.h"
#include "ctl/print.h"

/* What an answer to a path must hold to be an agent's. */
static bool is_agents(const char *path, const json_t *json)
{
    if (strcmp(path, "/status") == 0) {
        return json_is_array(json_object_get(json, "instances")) &&
               fetch_number(json_object_get(json, "agent"), "heartbeat_age_ms",
                            -1) >= 0;
    }
    if (strcmp(path, "/tasks") == 0) {
        return json_is_array(json_object_get(json, "tasks"));
    }
    if (strncmp(path, "/events", strlen("/events")) == 0) {
        return json_is_array(json_object_get(json, "events"));
    }
    if (strcmp(path, "/buildinfo") == 0) {
        return fetch_text(json, "agent")[0] != '\0';
    }
    return json_is_object(json);
}

static json_t *parse(const struct client *client, const char *path,
                     const struct answer *answer, char *why, size_t why_size)
{
    json_error_t error;
    json_t *json = NULL;
    if (answer->code == 200 && answer->bytes != NULL) {
        json = json_loadb(answer->bytes, answer->length, 0, &error);
    }
    if (is_agents(path, json)) {
        return json;
    }
    json_decref(json);
    const char *where =
        client->socket_path[0] != '\0' ? client->socket_path : client->url;
    if (answer->code == 404) {
        (void)text_format(why, why_size,
                          "%s does not know what was asked of it: try a "
                          "sentinelctl of the agent's version, or another "
                          "--url",
                          where); /* cutting is fine */
    } else {
        (void)text_format(why, why_size,
                          "%s answers, but not as a sentinel-agent does (HTTP "
                          "%ld); try another --url",
                          where, answer->code); /* cutting is fine */
    }
    return NULL;
}

json_t *fetch_quietly(const struct client *client, const char *path, char *why,
                      size_t why_size)
{
    struct answer answer;
    if (client_get(client, path, &answer, why, why_size) != 0) {
        return NULL;
    }
    json_t *json = parse(client, path, &answer, why, why_size);
    client_answer_finish(&answer);
    return json;
}

json_t *fetch_object(const struct options *options, const char *path, int *code)
{
    struct client client;
    char why[CLIENT_ERROR_BYTES];
    if (client_init(&client, options->url, why, sizeof why) != 0) {
        print_trouble("%s", why);
        *code = CTL_EXIT_USAGE;
        return NULL;
    }
    json_t *json = fetch_quietly(&client, path, why, sizeof why);
    *code = json != NULL ? 0 : CTL_EXIT_STALE;
    if (json == NULL) {
        print_trouble("%s", why);
    }
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
