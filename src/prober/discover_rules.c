/*
 * discover_rules.c - see discover_rules.h.
 */
#include "prober/discover_rules.h"

#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "base/text.h"

#define WORD_BYTES 160
#define UNIX_PREFIX "unixsocket:"

static const char *const names[] = {"redis", "valkey", "keydb"};

/* Errors no other server answers in these words. */
static const enum evidence_error words_of_redis[] = {
    ERROR_MAXCLIENTS, ERROR_MAXCLIENTS_CLUSTER,
    ERROR_DENIED,     ERROR_NOAUTH,
    ERROR_NOPERM,     ERROR_BUSY,
    ERROR_LOADING,    ERROR_MASTERDOWN,
};

bool discover_rules_is_name(const char *name)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasestr(name, names[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* Behind the last colon: "*:6379", "127.0.0.1:6379", "::1:6379". */
static void read_listens(const char *word, struct discover_title *read)
{
    const char *colon = strrchr(word, ':');
    uint64_t port = 0;

    if (strncmp(word, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0) {
        const char *path = word + strlen(UNIX_PREFIX);
        if (!text_copy(read->path, sizeof(read->path), path)) {
            read->path[0] = '\0';
        }
    } else if (colon != NULL &&
               parse_u64(colon + 1, 1, UINT16_MAX, &port) == 0) {
        read->port = (uint16_t)port;
    }
}

void discover_rules_read_title(const char *title, struct discover_title *read)
{
    char word[WORD_BYTES] = "";
    const char *at = title + strcspn(title, " ");

    *read = (struct discover_title){.is_sentinel =
                                        strstr(title, " [sentinel]") != NULL};
    at += strspn(at, " ");
    size_t length = strcspn(at, " ");
    if (length < sizeof(word)) {
        memcpy(word, at, length);
        read_listens(word, read);
    }
}

enum discover_answer discover_rules_judge(const struct evidence *evidence)
{
    if (evidence->info.role == ROLE_SENTINEL ||
        evidence->role.role == ROLE_SENTINEL) {
        return DISCOVER_SENTINEL;
    }
    if (evidence->replies[COMMAND_INFO].answer == ANSWER_GOOD &&
        evidence->info.version[0] != '\0') {
        return DISCOVER_SERVER;
    }
    for (size_t i = 0; i < sizeof(words_of_redis) / sizeof(words_of_redis[0]);
         i++) {
        if (evidence_has_error(evidence, words_of_redis[i])) {
            return DISCOVER_LOCKED;
        }
    }
    return DISCOVER_STRANGER;
}
