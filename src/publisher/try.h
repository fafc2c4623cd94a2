/*
 * try.h - another role of the program, for `sentinelctl doctor`: does
 * ZooKeeper let us do what the agent does? Creates, writes, reads and deletes
 * an ephemeral scratch node below the root, or below what stands of its path,
 * and ends; whatever happens meanwhile, the node goes with the session.
 *
 *     sentinel-publisher --try --servers HOST:PORT,... --root PATH
 *                        [--credential-file F] [--timeout-ms N]
 *
 * Prints one JSON object: {"path":..,"took_ms":N,"v":1}.
 */
#ifndef PUBLISHER_TRY_H
#define PUBLISHER_TRY_H

#include "publisher/list_walk.h"

/* An enum publisher_exit; what is wrong stands on stderr as a sentence. */
int try_run(const struct list_request *request);

#endif
