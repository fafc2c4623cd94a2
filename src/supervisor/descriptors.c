/*
 * descriptors.c - see descriptors.h.
 */
#include "supervisor/descriptors.h"

#include <stddef.h>
#include <sys/resource.h>

#include "base/log.h"
#include "supervisor/child_exec.h"
#include "supervisor/deathwatch.h"

const char *descriptors_judge(uint64_t limit, uint32_t instances,
                              uint64_t *needed)
{
    *needed = DEATHWATCH_RESERVE + (uint64_t)instances;
    if (limit >= *needed) {
        return NULL;
    }
    if (limit < CHILD_EXEC_DESCRIPTORS) {
        return "no helper can be started, so nothing is probed or published";
    }
    return "ends of processes are found by the next round only";
}

void descriptors_tell(uint32_t instances)
{
    struct rlimit limit;
    uint64_t needed = 0;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return; /* it cannot fail with these arguments */
    }
    const char *then = descriptors_judge(limit.rlim_max, instances, &needed);
    if (then != NULL) {
        log_event(LEVEL_ERROR, "few_descriptors",
                  LOG_NUMBER("limit", limit.rlim_max),
                  LOG_NUMBER("needed", needed),
                  LOG_NUMBER("instances", instances), LOG_TEXT("then", then),
                  LOG_TEXT("hint", "raise LimitNOFILE= or ulimit -n"));
    }
}
