/*
 * configured.h - what the agent's configuration says: of --config, else of
 * $SENTINEL_AGENT_CONFIG, else of the agent that runs. sentinel-agent itself
 * reads it, so the same file means the same.
 */
#ifndef CTL_CONFIGURED_H
#define CTL_CONFIGURED_H

#include <jansson.h>

#include "ctl/capture.h"
#include "ctl/options.h"
#include "ctl/order.h"
#include "ctl/programs.h"

#define CONFIGURED_READ_MS 5000 /* a configuration's whole reading */

/* The file that a status of the agent names; relative to the agent's own folder
 * if need be. 0, -ENOENT if it has none, -ENAMETOOLONG. Says nothing. */
int configured_told_file(const json_t *status, char file[PROGRAMS_PATH_BYTES]);

/* What is given by --config or the environment; NULL if nothing is. */
const char *configured_given_file(const struct options *options);

/* Each: 0; or an exit code after saying what is wrong. */

/* Which file it is. */
int configured_find_file(const struct options *options,
                         char file[PROGRAMS_PATH_BYTES]);

/* Fills the order of an instance. */
int configured_find(const struct options *options, const char *instance,
                    struct order *order);

/* The effective configuration, as `sentinel-agent -T` prints it; the caller
 * finishes it. */
int configured_dump(const struct options *options, struct capture *capture);

#endif
