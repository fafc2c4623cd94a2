/*
 * endings.c - see endings.h.
 */
#include "supervisor/endings.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "supervisor/chronicle.h"
#include "supervisor/supervisor.h"

static const char *event_of(const struct ending *ending)
{
    if (ending->service != SERVICE_PROBER) {
        return "helper_ended";
    }
    return strcmp(ending->why, ENDING_HUNG) == 0 ? "prober_hung"
                                                 : "prober_ended";
}

static void name_instance(const struct settings *settings, int32_t instance,
                          struct ending *ending)
{
    if (instance >= 0 && (uint32_t)instance < settings->instance_count) {
        (void)text_copy(ending->name, sizeof(ending->name),
                        settings->instances[instance].name); /* same size */
    }
}

void endings_tell(struct supervisor *supervisor, const struct ending *ending,
                  int32_t instance)
{
    struct ending told = *ending;

    name_instance(supervisor->settings, instance, &told);
    log_event(
        LEVEL_WARNING, event_of(&told),
        LOG_TEXT("helper", service_name(told.service)),
        LOG_NUMBER("pid", told.pid), LOG_TEXT("how", told.why),
        LOG_TEXT("name", told.name), LOG_TEXT("step", step_name(told.step)),
        LOG_TEXT("kernel", told.kernel), LOG_NUMBER("age_ms", told.age_ms));
    chronicle_add_ending(supervisor, &told);
}
