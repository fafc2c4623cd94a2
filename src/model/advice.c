/*
 * advice.c - see advice.h.
 */
#include "model/advice.h"

const char *advice_meaning(enum reason reason)
{
    (void)reason;
    return "";
}

const char *advice_action(enum reason reason)
{
    (void)reason;
    return "";
}
