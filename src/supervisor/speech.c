/*
 * speech.c - see speech.h.
 */
#include "supervisor/speech.h"

#include <stdbool.h>

static bool is_hello(const struct message *message)
{
    return message->kind == MESSAGE_PROBER_HELLO ||
           message->kind == MESSAGE_PUBLISHER_HELLO ||
           message->kind == MESSAGE_CONSOLE_HELLO;
}

enum speech_verdict speech_judge(struct speech *speech,
                                 const struct message *message, uint64_t now_ms)
{
    if (is_hello(message) && message->format != MESSAGE_FORMAT) {
        return SPEECH_OF_ANOTHER_BUILD;
    }
    if (now_ms - speech->counted_ms >= SPEECH_WINDOW_MS) {
        *speech = (struct speech){.counted_ms = now_ms};
    }
    speech->messages++;
    return speech->messages > SPEECH_MESSAGES_MOST ? SPEECH_FLOOD : SPEECH_FINE;
}
