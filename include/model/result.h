/*
 * result.h - what a prober says of one task. Gossip: the decoder has checked
 * its ranges, and no time in it is believed.
 */
#ifndef MODEL_RESULT_H
#define MODEL_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/facts.h"
#include "model/verdict.h"

struct result {
    uint64_t task; /* the id the supervisor gave it */
    bool is_deep;  /* false: PING alone was asked */
    struct verdict verdict;
    uint32_t stage_us[STEP_COUNT];
    bool has_facts; /* INFO was answered; else facts has its process alone */
    struct facts facts;
};

#endif
