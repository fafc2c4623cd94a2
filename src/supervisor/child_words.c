/*
 * child_words.c - what is said of a child's end, for people (child.h).
 */
#include "supervisor/child.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "base/text.h"
#include "supervisor/child_exec.h"
#include "wire/progress.h"

const char *child_nonsense(int status)
{
    switch (status) {
    case -EPROTO:
        return "no message";
    case -EINVAL:
        return "a message that is not its to say";
    case -ESTALE:
        return "a message of another generation";
    default:
        return NULL;
    }
}

const char *child_fault(int status)
{
    if (status == -EPROTONOSUPPORT) {
        return "is of another build";
    }
    return child_nonsense(status) != NULL ? "spoke nonsense" : NULL;
}

void child_describe_end(const struct child *child, char *text, size_t size)
{
    int status = child->wait_status;

    if (WIFSIGNALED(status)) {
        const char *name = sigabbrev_np(WTERMSIG(status));
        (void)text_format(text, size, "died of SIG%s",
                          name != NULL ? name : "?"); /* may be cut */
    } else if (WEXITSTATUS(status) == CHILD_EXEC_FAILED) {
        (void)text_copy(text, size, "could not be executed"); /* may be cut */
    } else if (WEXITSTATUS(status) == HELPER_EXIT_LEAKED) {
        (void)text_copy(text, size, "leaked"); /* may be cut */
    } else if (WEXITSTATUS(status) == HELPER_EXIT_ANOTHER_BUILD) {
        (void)text_copy(text, size,
                        "is of another build: restart the agent"); /* may be
                                                                      cut */
    } else {
        (void)text_format(text, size, "exited with %d",
                          WEXITSTATUS(status)); /* may be cut */
    }
}
