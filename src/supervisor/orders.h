/*
 * orders.h - what a prober is told with a probe: what the engine asks, what
 * the settings say of the instance, and what we believe of it. Pure.
 *
 * The address is as it was configured; where that is a name, its address is
 * the resolver's to put in (supervisor/resolver.h).
 */
#ifndef SUPERVISOR_ORDERS_H
#define SUPERVISOR_ORDERS_H

#include "engine/engine.h"
#include "model/settings.h"
#include "wire/message.h"

/* `action` is of kind ENGINE_PROBE, `belief` is of its instance. */
void orders_compose(const struct settings *settings,
                    const struct engine_action *action,
                    const struct instance *belief, struct message_probe *probe);

#endif
