/*
 * helper.c - see helper.h.
 */
#include "ctl/helper.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/verdict.h"

/* " in tls" when it was inside a task's callback, else "". */
static void write_place(const struct helper *helper, char *place, size_t size)
{
    place[0] = '\0';
    if (atomic_load(&helper->page->inside) != 0) {
        uint32_t step = atomic_load(&helper->page->step);
        (void)text_format(place, size, " in %s",
                          step_name((enum step)step)); /* fits */
    }
}

static void explain_end(int ended, const char *place, char *trouble,
                        size_t size)
{
    if (ended == -1) {
        (void)text_copy(trouble, size,
                        "sentinel-prober cannot be ended"); /* fits */
    } else if (WIFSIGNALED(ended)) {
        (void)text_format(trouble, size, "sentinel-prober died of signal %d%s",
                          WTERMSIG(ended), place); /* fits */
    } else if (WEXITSTATUS(ended) == SPAWN_EXEC_FAILED) {
        (void)text_copy(trouble, size,
                        "sentinel-prober could not be started"); /* fits */
    } else {
        (void)text_format(trouble, size,
                          "sentinel-prober gave up with code %d%s",
                          WEXITSTATUS(ended), place); /* fits */
    }
}

void helper_fail(struct helper *helper, int status, char *trouble, size_t size)
{
    char place[32];
    write_place(helper, place, sizeof place);
    bool has_ended = status == -EPIPE || status == -ECONNRESET;
    int ended = spawn_end(&helper->spawn, has_ended ? SPAWN_GRACE_MS : 0);
    if (has_ended) {
        explain_end(ended, place, trouble, size);
    } else if (status == -ETIMEDOUT) {
        (void)text_format(trouble, size,
                          "sentinel-prober gave no answer, stuck%s",
                          place); /* fits */
    } else if (status == -EPROTO) {
        (void)text_copy(trouble, size,
                        "sentinel-prober spoke nonsense"); /* fits */
    } else if (status == -EPROTONOSUPPORT) {
        (void)text_copy(trouble, size,
                        "sentinel-prober is of another build"); /* fits */
    } else {
        (void)text_format(trouble, size, "no way to sentinel-prober: %s",
                          strerror(-status)); /* fits */
    }
    progress_destroy(helper->page);
    helper->page = NULL;
}

void helper_end(struct helper *helper)
{
    (void)spawn_end(&helper->spawn, SPAWN_GRACE_MS); /* it did its duty */
    progress_destroy(helper->page);
    helper->page = NULL;
}

static int wait_hello(struct helper *helper)
{
    struct message hello;
    int status = talk_receive(&helper->talk,
                              clock_monotonic_ms() + HELPER_HELLO_MS, &hello);
    if (status == 0 && hello.kind != MESSAGE_PROBER_HELLO) {
        status = -EPROTO;
    } else if (status == 0 && hello.format != MESSAGE_FORMAT) {
        status = -EPROTONOSUPPORT;
    }
    return status;
}

int helper_start(struct helper *helper, const char *program, const char *role,
                 char *trouble, size_t size)
{
    const char *const argv[] = {program,
                                "--generation",
                                TALK_GENERATION_TEXT,
                                role != NULL ? "--role" : NULL,
                                role,
                                NULL};
    int page_fd = progress_create(&helper->page);
    int status = page_fd < 0 ? page_fd : 0;
    if (status == 0) {
        status = spawn_start(&helper->spawn, argv, page_fd);
        (void)close(page_fd); /* the mapping holds the page */
        if (status != 0) {
            progress_destroy(helper->page);
        }
    }
    if (status != 0) {
        (void)text_format(trouble, size,
                          "sentinel-prober could not be started: %s",
                          strerror(-status)); /* fits */
        return status;
    }
    talk_init(&helper->talk, helper->spawn.fd);
    status = wait_hello(helper);
    if (status != 0) {
        helper_fail(helper, status, trouble, size);
    }
    return status;
}

int helper_ask(struct helper *helper, const struct message *question,
               uint32_t timeout_ms, struct message *answer)
{
    int status = talk_send(&helper->talk, question);
    if (status != 0) {
        return status;
    }
    return talk_receive(&helper->talk, clock_monotonic_ms() + timeout_ms,
                        answer);
}
