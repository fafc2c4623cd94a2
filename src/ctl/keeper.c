/*
 * keeper.c - see keeper.h.
 */
#include "ctl/keeper.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "ctl/configured.h"
#include "ctl/dump.h"
#include "ctl/print.h"

#define HEARTBEAT_MOST_MS UINT64_C(86400000)

bool keeper_read(const char *dump, struct keeper *keeper)
{
    char heartbeat[32];
    *keeper = (struct keeper){.heartbeat_ms = KEEPER_HEARTBEAT_MS};
    (void)text_copy(keeper->root, sizeof keeper->root, KEEPER_ROOT); /* fits */
    /* What is not there stays as it is, here and below. */
    (void)dump_find(dump, "publish.state", keeper->root, sizeof keeper->root);
    (void)dump_find(dump, "zookeeper.auth.credential_file",
                    keeper->credential_file, sizeof keeper->credential_file);
    if (dump_find(dump, "publish.heartbeat", heartbeat, sizeof heartbeat)) {
        (void)parse_duration_ms(heartbeat, 0, HEARTBEAT_MOST_MS,
                                &keeper->heartbeat_ms);
    }
    return dump_find(dump, "zookeeper.servers", keeper->servers,
                     sizeof keeper->servers);
}

bool keeper_overrule(const struct options *options, struct keeper *keeper)
{
    return (options->zookeeper == NULL ||
            text_copy(keeper->servers, sizeof keeper->servers,
                      options->zookeeper)) &&
           (options->root == NULL ||
            text_copy(keeper->root, sizeof keeper->root, options->root));
}

static int read_configured(const struct options *options, struct keeper *keeper)
{
    struct capture capture;
    int code = configured_dump(options, &capture);
    if (code != 0) {
        return code;
    }
    if (!keeper_read(capture.text, keeper) && options->zookeeper == NULL) {
        print_trouble("the configuration names no ZooKeeper: say where it is "
                      "with --zookeeper HOST:PORT");
        code = CTL_EXIT_STALE;
    }
    capture_finish(&capture);
    return code;
}

int keeper_find(const struct options *options, struct keeper *keeper)
{
    bool is_alone = options->zookeeper != NULL && options->config == NULL;
    int code = 0;
    if (is_alone) {
        (void)keeper_read("", keeper); /* what stands in every one */
    } else {
        code = read_configured(options, keeper);
    }
    if (code != 0) {
        return code;
    }
    if (!keeper_overrule(options, keeper)) {
        print_trouble("--zookeeper or --root is too long");
        return CTL_EXIT_USAGE;
    }
    return 0;
}

int keeper_ask(const struct options *options, const struct keeper *keeper,
               const char *mode, int stream, struct capture *capture)
{
    char program[PROGRAMS_PATH_BYTES];
    char why[2 * PROGRAMS_PATH_BYTES];
    char timeout[16];
    uint32_t timeout_ms =
        options->timeout_ms != 0 ? options->timeout_ms : KEEPER_TIMEOUT_MS;
    int status = programs_find_helper(options->libexec, "sentinel-publisher",
                                      program, why, sizeof why);
    if (status != 0 && stream == SPAWN_OUTPUT) {
        print_trouble("%s", why);
    }
    if (status != 0) {
        return status;
    }
    (void)text_format(timeout, sizeof timeout, "%" PRIu32,
                      timeout_ms); /* fits */
    bool has_credential = keeper->credential_file[0] != '\0';
    const char *const argv[] = {program,
                                mode,
                                "--servers",
                                keeper->servers,
                                "--root",
                                keeper->root,
                                "--timeout-ms",
                                timeout,
                                has_credential ? "--credential-file" : NULL,
                                keeper->credential_file,
                                NULL};
    status = capture_run(capture, argv, stream, timeout_ms + KEEPER_GRACE_MS);
    if (status != 0 && stream == SPAWN_OUTPUT) {
        print_trouble("sentinel-publisher gave no answer: %s",
                      strerror(-status));
    }
    return status;
}
