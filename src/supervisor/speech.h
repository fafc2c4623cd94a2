/*
 * speech.h - may a helper say this? A rule without a clock of its own:
 * child.c asks it of each message, before anybody acts on one.
 */
#ifndef SUPERVISOR_SPEECH_H
#define SUPERVISOR_SPEECH_H

#include <stdint.h>

#include "model/settings.h"
#include "wire/message.h"

/* More messages than this in a second is a flood: each costs us more than it
 * costs to send. All instances told four times over are not one. */
#define SPEECH_MESSAGES_MOST (4u * SETTINGS_INSTANCES_MOST)
#define SPEECH_WINDOW_MS 1000

/* What one helper has said. Zeroed when it starts. */
struct speech {
    uint64_t counted_ms; /* since when `messages` are counted */
    uint32_t messages;
};

enum speech_verdict {
    SPEECH_FINE,
    /* A hello in another format. The disk holds other programs than the one
     * that runs here: an upgrade whose restart did not come. */
    SPEECH_OF_ANOTHER_BUILD,
    SPEECH_FLOOD,
};

/* Counts the message, said at `now_ms` (monotonic), and judges it. */
enum speech_verdict speech_judge(struct speech *speech,
                                 const struct message *message,
                                 uint64_t now_ms);

#endif
