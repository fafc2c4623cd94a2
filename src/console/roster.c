/*
 * roster.c - see roster.h.
 */
#include "console/roster.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

/* By a status of wait(2). */
static void describe_exit(int32_t status, char *text, size_t size)
{
    if (WIFSIGNALED(status)) {
        const char *name = sigabbrev_np(WTERMSIG(status));
        (void)text_format(text, size, "died of SIG%s",
                          name != NULL ? name : "?"); /* fits */
    } else {
        (void)text_format(text, size, "exited with %d",
                          WEXITSTATUS(status)); /* fits */
    }
}

static void add_supervisor(struct roster *roster,
                           const struct snapshot *snapshot)
{
    const struct board_agent *agent = &snapshot->agent;
    roster->list[roster->count++] =
        (struct roster_process){.pid = agent->pid,
                                .role = "supervisor",
                                .note = agent->is_stopping ? "stopping" : "",
                                .started_ms = agent->started_ms,
                                .starts = 1,
                                .told_ms = agent->vitals_ms,
                                .vitals = agent->vitals};
}

/* How late its loop is, the console only knows as it told it. */
static void read_own(struct roster_process *process, uint64_t now_ms)
{
    uint64_t lag_ms = process->vitals.lag_ms;
    vitals_read(&process->vitals);
    process->vitals.lag_ms = lag_ms;
    process->told_ms = now_ms;
}

static void add_service(struct roster *roster, const struct snapshot *snapshot,
                        const struct board_service *service)
{
    struct roster_process *process = &roster->list[roster->count++];
    *process = (struct roster_process){.pid = service->pid,
                                       .role = service_name(service->kind),
                                       .note = service->note,
                                       .generation = service->generation,
                                       .started_ms = service->started_ms,
                                       .starts = service->starts,
                                       .restarts = service->restarts,
                                       .told_ms = service->vitals_ms,
                                       .vitals = service->vitals};
    if (service->last_exit_status != 0) {
        describe_exit(service->last_exit_status, process->last_exit,
                      sizeof process->last_exit);
    }
    if (service->kind == SERVICE_CONSOLE && service->pid == getpid()) {
        read_own(process, snapshot->now_ms);
    }
}

void roster_take(struct roster *roster, const struct snapshot *snapshot)
{
    roster->count = 0;
    add_supervisor(roster, snapshot);
    for (int i = 0; i < BOARD_SERVICES_MOST; i++) {
        if (snapshot->services[i].kind != SERVICE_NONE) {
            add_service(roster, snapshot, &snapshot->services[i]);
        }
    }
}

uint32_t roster_fds(const struct vitals *vitals)
{
    uint32_t sum = 0;
    for (int i = 0; i < VITALS_FD_KINDS; i++) {
        sum += vitals->fds[i];
    }
    return sum;
}
