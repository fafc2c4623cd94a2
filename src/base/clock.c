/*
 * clock.c - the kernel's clocks, in the units we count in.
 * The only file that asks the kernel what time it is. It cannot fail: these
 * clocks exist on every Linux.
 */
#include "base/clock.h"

#include <time.h>

static uint64_t read_clock_us(clockid_t clock)
{
    struct timespec now = {0};
    (void)clock_gettime(clock, &now); /* fails for unknown clocks only */
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t clock_monotonic_ms(void)
{
    return read_clock_us(CLOCK_MONOTONIC) / 1000;
}

uint64_t clock_monotonic_us(void)
{
    return read_clock_us(CLOCK_MONOTONIC);
}

uint64_t clock_boot_ms(void)
{
    return read_clock_us(CLOCK_BOOTTIME) / 1000;
}

uint64_t clock_wall_ms(void)
{
    return read_clock_us(CLOCK_REALTIME) / 1000;
}
