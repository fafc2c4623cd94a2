/*
 * settings.c - what the configuration's plain data can do by itself: name an
 * instance to the outside, and be freed. Reading it is the supervisor's.
 */
#include "model/settings.h"

#include <stdlib.h>

const struct address *instance_settings_published(
    const struct instance_settings *instance)
{
    return instance->advertise.kind != ADDRESS_NONE ? &instance->advertise
                                                    : &instance->addr;
}

void settings_finish(struct settings *settings)
{
    free(settings->instances);
    *settings = (struct settings){0};
}
