/*
 * checker.c - see checker.h. It may hang and it may die: its supervisor
 * waits for neither, and its dead-man is never fed.
 */
#include "supervisor/checker.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include <uv.h>

#include "base/confine.h"
#include "base/deadman.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/text.h"
#include "model/settings.h"
#include "config/complaints.h"
#include "config/settings_bundle.h"
#include "config/settings_load.h"
#include "wire/channel.h"
#include "wire/progress.h"

struct checker {
    uv_loop_t loop;
    struct channel channel;
    struct complaints complaints;
};

bool checker_is_meant(int argc, char **argv)
{
    return argc == 5 && strcmp(argv[1], "--generation") == 0 &&
           strcmp(argv[3], "--role") == 0 && strcmp(argv[4], "check") == 0;
}

/* Everything, from the start of the shared file. */
static bool write_shared(const uint8_t *bytes, size_t length)
{
    size_t done = 0;

    while (done < length) {
        ssize_t count =
            pwrite(HELPER_FD_SHARED, bytes + done, length - done, (off_t)done);
        if (count <= 0) {
            return false;
        }
        done += (size_t)count;
    }
    return true;
}

/* The lines of what is wrong; the caller frees them. NULL: no memory. */
static uint8_t *print_complaints(struct complaints *complaints, size_t *length)
{
    char line[COMPLAINT_LINE_BYTES];
    size_t room = COMPLAINTS_MOST * sizeof(line); /* a newline for each NUL */
    char *text = calloc(1, room);

    if (text == NULL) {
        return NULL;
    }
    complaints_sort(complaints);
    for (size_t i = 0; complaints_line(complaints, i, line, sizeof(line));
         i++) {
        (void)text_append(text, room, "%s\n", line); /* all of them fit */
    }
    *length = strlen(text);
    return (uint8_t *)text;
}

/* Reads the files as at a start; all that is wrong is in the complaints. */
static int read_and_check(struct checker *checker, const char *file,
                          struct settings_bundle *bundle)
{
    struct settings settings = {0};
    int error =
        settings_load_bundle(file, bundle, &settings, &checker->complaints);

    settings_finish(&settings); /* its bytes are what is wanted */
    return error;
}

static _Noreturn void check(struct checker *checker, const char *file)
{
    struct message answer = {.kind = MESSAGE_CHECKED};
    struct settings_bundle bundle = {0};
    uint8_t *bytes = NULL;
    size_t length = 0;

    if (read_and_check(checker, file, &bundle) == 0) {
        answer.checked.is_good =
            settings_bundle_encode(&bundle, &bytes, &length) == 0;
    } else {
        bytes = print_complaints(&checker->complaints, &length);
    }
    if (bytes == NULL || !write_shared(bytes, length)) {
        _exit(EX_OSERR);
    }
    answer.checked.bytes = (uint32_t)length;
    if (channel_send(&checker->channel, &answer) != 0 ||
        channel_flush(&checker->channel) != 0) {
        _exit(EX_OSERR);
    }
    _exit(EX_OK); /* the answer is short: it went out whole */
}

static void handle_message(struct channel *channel,
                           const struct message *message)
{
    if (message->kind == MESSAGE_CHECK) {
        check(channel->owner, message->check.file);
    }
}

static void handle_end(struct channel *channel, int status)
{
    (void)channel;
    (void)status;
    _exit(EX_OK); /* nobody wants to know any more */
}

int checker_main(int argc, char **argv)
{
    struct checker *checker = calloc(1, sizeof(*checker));
    uint64_t generation = 0;

    (void)argc; /* checker_is_meant looked */
    log_init("checker");
    if (checker == NULL || confine_helper() != 0 || deadman_start() != 0 ||
        parse_u64(argv[2], 0, UINT32_MAX, &generation) != 0 ||
        uv_loop_init(&checker->loop) != 0 ||
        channel_start(&checker->channel, &checker->loop, HELPER_FD_CHANNEL,
                      TO_CHECKER, (uint32_t)generation, handle_message,
                      handle_end, checker) != 0) {
        return EX_OSERR;
    }
    confine_files(NULL);
    (void)uv_run(&checker->loop, UV_RUN_DEFAULT); /* left by _exit alone */
    return EX_OSERR;
}
