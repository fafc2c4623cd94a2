/*
 * descriptors.h - are there descriptors enough for what we are to watch? Told
 * at the start and after a reload, in one line, before anything else runs out
 * of them in words of its own.
 */
#ifndef SUPERVISOR_DESCRIPTORS_H
#define SUPERVISOR_DESCRIPTORS_H

#include <stdint.h>

/* What so many descriptors will not do for so many instances, as a sentence;
 * NULL when they are enough. `needed` is always written. */
const char *descriptors_judge(uint64_t limit, uint32_t instances,
                              uint64_t *needed);

/* Logs it, by the limit this process can raise itself to. */
void descriptors_tell(uint32_t instances);

#endif
