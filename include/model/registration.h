/*
 * registration.h - one presence tree: where it stands, when an instance is in
 * it, and whose format its nodes have. Plain data.
 */
#ifndef MODEL_REGISTRATION_H
#define MODEL_REGISTRATION_H

#include <stdint.h>

#define REGISTRATION_PATH_BYTES 1024

enum registration_style {
    REGISTRATION_COMPAT,
    REGISTRATION_NERVE,
    REGISTRATION_SERVERSET,
    REGISTRATION_CURATOR
};

enum registration_when {
    REGISTRATION_READABLE,
    REGISTRATION_WRITABLE,
    REGISTRATION_UP
};

enum registration_role {
    REGISTRATION_ANY,
    REGISTRATION_MASTER,
    REGISTRATION_REPLICA
};

struct registration {
    uint32_t style; /* enum registration_style */
    uint32_t when;  /* enum registration_when */
    uint32_t role;  /* enum registration_role */
    char path[REGISTRATION_PATH_BYTES];
};

#endif
