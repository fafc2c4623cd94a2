/*
 * main.c - sentinel-publisher: the arguments the supervisor gives it, or one
 * who wants the tree listed.
 *
 * Started by hand otherwise it has no channel and says so.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/confine.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/parse.h"
#include "publisher/exits.h"
#include "publisher/list.h"
#include "publisher/publisher.h"
#include "wire/progress.h"

static const char help[] =
    "sentinel-publisher keeps the nodes of sentinel-agent in ZooKeeper.\n"
    "It is started by sentinel-agent, which gives it a channel and the board:\n"
    "  --generation N   the number the supervisor knows it by\n"
    "  --list --servers HOST:PORT,... --root PATH [--credential-file FILE]\n"
    "         [--timeout-ms N]\n"
    "                   print all nodes below PATH, one JSON object a line\n"
    "  --try            with the same arguments: create, write, read and "
    "delete\n"
    "                   a scratch node below PATH\n"
    "  --version        print the version\n"
    "  --help           print this\n";

static bool is_channel(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

int main(int argc, char **argv)
{
    uint64_t generation = 0;
    memory_init();
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        return puts("sentinel-publisher " VERSION) < 0;
    }
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        return fputs(help, stdout) < 0;
    }
    if (argc >= 2 &&
        (strcmp(argv[1], "--list") == 0 || strcmp(argv[1], "--try") == 0)) {
        return list_main(argc, argv);
    }
    if (argc != 3 || strcmp(argv[1], "--generation") != 0 ||
        parse_u64(argv[2], 0, UINT32_MAX, &generation) != 0 ||
        !is_channel(HELPER_FD_CHANNEL)) {
        (void)fputs("sentinel-publisher is started by sentinel-agent; "
                    "see --help\n",
                    stderr); /* nobody to tell if that fails */
        return PUBLISHER_EXIT_USAGE;
    }
    log_init("publisher");
    /* The session's password is in our memory. Of files: start.c. */
    if (confine_helper() != 0) {
        return PUBLISHER_EXIT_SYSTEM;
    }
    return publisher_run((uint32_t)generation);
}
