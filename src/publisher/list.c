/*
 * list.c - see list.h: the arguments, and how it ended.
 */
#include "publisher/list.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/confine.h"
#include "base/deadman.h"
#include "base/parse.h"
#include "base/secret.h"
#include "base/text.h"
#include "model/address.h"
#include "model/settings.h"
#include "publisher/exits.h"
#include "publisher/list_walk.h"
#include "publisher/try.h"

/* After its time for the walk, to end the session and the process. */
#define LIST_KILL_AFTER_MS 2000

struct arguments {
    const char *servers;
    const char *root;
    const char *credential_file; /* NULL: none */
    uint64_t timeout_ms;
};

static void complain(const char *sentence, const char *about)
{
    (void)fprintf(stderr, "sentinel-publisher: %s%s\n", sentence,
                  about); /* nobody to tell if that fails */
}

static bool take_argument(struct arguments *arguments, const char *name,
                          const char *value)
{
    if (strcmp(name, "--servers") == 0) {
        arguments->servers = value;
    } else if (strcmp(name, "--root") == 0) {
        arguments->root = value;
    } else if (strcmp(name, "--credential-file") == 0) {
        arguments->credential_file = value;
    } else if (strcmp(name, "--timeout-ms") == 0) {
        return parse_u64(value, LIST_TIMEOUT_LEAST_MS, LIST_TIMEOUT_MOST_MS,
                         &arguments->timeout_ms) == 0;
    } else {
        return false;
    }
    return true;
}

static bool read_arguments(int argc, char **argv, struct arguments *arguments)
{
    *arguments = (struct arguments){.timeout_ms = LIST_TIMEOUT_MS};
    for (int i = 2; i < argc; i += 2) {
        if (i + 1 == argc || !take_argument(arguments, argv[i], argv[i + 1])) {
            complain("neither --list nor --try takes ", argv[i]);
            return false;
        }
    }
    if (arguments->servers == NULL || arguments->root == NULL) {
        complain("--servers and --root are needed", "");
        return false;
    }
    return true;
}

/* As the library wants them: it splits at the last colon, IPv6 has no
 * brackets. `written` has as much room as the list may have. */
static bool write_servers(const char *list, char *written, size_t size)
{
    struct address address;
    const char *why = "";
    written[0] = '\0';
    int status = address_next(&list, &address, &why);
    for (; status == 0; status = address_next(&list, &address, &why)) {
        if (!text_append(written, size, "%s%s:%u", written[0] ? "," : "",
                         address.host, address.port)) {
            why = "the list is too long";
            status = -EINVAL;
            break;
        }
    }
    if (status == -ENOENT && written[0] != '\0') {
        return true;
    }
    complain("--servers is not HOST:PORT,HOST:PORT: ", why);
    return false;
}

/* "/a/b", and "" for "/": what a child's "/name" is put after. */
static bool write_root(const char *given, char *root, size_t size)
{
    bool fits = given[0] == '/' && text_copy(root, size, given);
    if (!fits) {
        complain("--root is not a path of ZooKeeper's: ", given);
        return false;
    }
    size_t length = strlen(root);
    while (length > 0 && root[length - 1] == '/') {
        root[--length] = '\0';
    }
    return true;
}

static int report(enum list_end end, const struct list_request *request)
{
    switch (end) {
    case LIST_COMPLETE:
        return PUBLISHER_EXIT_WITHDRAWN;
    case LIST_NO_CONNECTION:
        complain("no ZooKeeper answered in time at ", request->servers);
        return PUBLISHER_EXIT_UNAVAILABLE;
    case LIST_CUT_OFF:
        complain("the connection was lost, or it took too long, at ",
                 request->servers);
        return PUBLISHER_EXIT_UNAVAILABLE;
    case LIST_REFUSED:
        complain("ZooKeeper does not let us read all of ", request->root);
        return PUBLISHER_EXIT_REFUSED;
    case LIST_BAD_PATH:
        complain("--root is not a path of ZooKeeper's: ", request->root);
        return PUBLISHER_EXIT_USAGE;
    case LIST_TOO_MUCH:
        complain("there are too many nodes below ", request->root);
        return PUBLISHER_EXIT_SYSTEM;
    case LIST_FAILED:
        complain("no memory, no threads, or nobody reads the output", "");
        return PUBLISHER_EXIT_SYSTEM;
    }
    return PUBLISHER_EXIT_SYSTEM;
}

static bool read_credential(const char *path, struct secret *secret)
{
    char trouble[256] = "";
    secret->text[0] = '\0';
    if (path != NULL && secret_read(secret, "credential file", path, trouble,
                                    sizeof trouble) != 0) {
        complain(trouble, "");
        return false;
    }
    return true;
}

int list_main(int argc, char **argv)
{
    struct arguments arguments;
    char servers[SETTINGS_SERVERS_BYTES];
    char root[SETTINGS_PATH_BYTES];
    struct secret credential;
    if (!read_arguments(argc, argv, &arguments) ||
        !write_servers(arguments.servers, servers, sizeof servers) ||
        !write_root(arguments.root, root, sizeof root)) {
        return PUBLISHER_EXIT_USAGE;
    }
    /* A credential in our memory. */
    if (confine_helper() != 0 || deadman_start() != 0) {
        return PUBLISHER_EXIT_SYSTEM;
    }
    deadman_final((uint32_t)arguments.timeout_ms + LIST_KILL_AFTER_MS);
    if (!read_credential(arguments.credential_file, &credential)) {
        return PUBLISHER_EXIT_REFUSED;
    }
    struct list_request request = {
        .servers = servers,
        .root = root,
        .credential = credential.text[0] != '\0' ? credential.text : NULL,
        .timeout_ms = (uint32_t)arguments.timeout_ms,
        .out = stdout};
    int code = strcmp(argv[1], "--try") == 0
                   ? try_run(&request)
                   : report(list_walk(&request), &request);
    secret_wipe(&credential);
    return code;
}
