/*
 * exits.h - how the publisher leaves, as the supervisor and an operator read
 * it. In the spirit of sysexits: whatever is not 0 is answered by a restart,
 * and its pace is the supervisor's business.
 */
#ifndef PUBLISHER_EXITS_H
#define PUBLISHER_EXITS_H

#include "wire/progress.h"

enum publisher_exit {
    PUBLISHER_EXIT_WITHDRAWN = 0,    /* our nodes and our session are gone */
    PUBLISHER_EXIT_USAGE = 64,       /* started by hand, or wrong arguments */
    PUBLISHER_EXIT_UNAVAILABLE = 69, /* no connection in time */
    PUBLISHER_EXIT_SOFTWARE = 70,    /* the library gave no answer in time */
    PUBLISHER_EXIT_SYSTEM = 71,      /* no board, no memory, no threads */
    PUBLISHER_EXIT_LATE = 73,        /* withdrawing took too long */
    PUBLISHER_EXIT_ORPHAN = 74,      /* the supervisor is gone */
    PUBLISHER_EXIT_EXPIRED = 75,     /* the session is gone: begin afresh */
    PUBLISHER_EXIT_PROTOCOL = 76,    /* nonsense from a server or supervisor */
    PUBLISHER_EXIT_REFUSED = 77,     /* ZooKeeper refused our credentials */
    PUBLISHER_EXIT_SETTINGS = 78,    /* servers or paths that cannot be used */
    PUBLISHER_EXIT_ANOTHER_BUILD = HELPER_EXIT_ANOTHER_BUILD
};

#endif
