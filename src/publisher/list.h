/*
 * list.h - another role of the program, by hand or for sentinelctl: prints the
 * state tree of the whole fleet as it stands in ZooKeeper, and ends.
 *
 *     sentinel-publisher --list --servers HOST:PORT,... --root PATH
 *                        [--credential-file F] [--timeout-ms N]
 *
 * One JSON object a line, in the order of the paths:
 *
 *     {"cluster":..,"czxid":N,"data":{..},"host":..,"mtime":N,"mzxid":N,
 *      "name":..,"owner":"0x..","path":..,"version":N}
 *
 * `data` is null when the node holds no JSON object of a size we write. It has
 * a session of its own, no lock, no board and no supervisor; it writes nothing.
 * It is disposable: it may hang in the library or in a resolver, and is killed
 * a little later than the time it was given.
 */
#ifndef PUBLISHER_LIST_H
#define PUBLISHER_LIST_H

#define LIST_TIMEOUT_MS 5000
#define LIST_TIMEOUT_LEAST_MS 100
#define LIST_TIMEOUT_MOST_MS 600000

/* The program's own arguments, argv[1] being "--list", or "--try": see try.h.
 * An enum publisher_exit: WITHDRAWN (0) when all was printed, UNAVAILABLE,
 * REFUSED, USAGE, SYSTEM; why stands on stderr as a sentence. */
int list_main(int argc, char **argv);

#endif
