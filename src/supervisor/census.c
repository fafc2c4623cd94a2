/*
 * census.c - see census.h.
 */
#include "supervisor/census.h"

#include "base/text.h"

static enum state state_of(const struct engine *engine, uint32_t index)
{
    return engine_instance(engine, index)->claim.verdict.state;
}

void census_take(struct census *census, const struct settings *settings,
                 const struct engine *engine)
{
    *census = (struct census){.total = settings->instance_count};
    for (uint32_t i = 0; i < settings->instance_count; i++) {
        census->of[state_of(engine, i)]++;
    }
}

/* --- in words ------------------------------------------------------------ */

/* What does not fit is cut at the end: the answers of text_append are of no
 * use here. */

struct sentence {
    const struct settings *settings;
    const struct engine *engine;
    char *words;
    size_t size;
};

static void add_names(struct sentence *sentence, enum state state,
                      uint32_t count)
{
    uint32_t named = 0;

    for (uint32_t i = 0;
         i < sentence->settings->instance_count && named < CENSUS_NAMED_MOST;
         i++) {
        if (state_of(sentence->engine, i) != state) {
            continue;
        }
        enum reason reason =
            engine_instance(sentence->engine, i)->claim.verdict.reason;
        (void)text_append(sentence->words, sentence->size, "%s%s: %s",
                          named == 0 ? " (" : ", ",
                          sentence->settings->instances[i].name,
                          reason_name(reason));
        named++;
    }
    if (named < count) {
        (void)text_append(sentence->words, sentence->size, ", and %u more",
                          count - named);
    }
    (void)text_append(sentence->words, sentence->size, ")");
}

static void add_state(struct sentence *sentence, enum state state,
                      uint32_t count)
{
    if (count == 0) {
        return;
    }
    (void)text_append(sentence->words, sentence->size, "%s%u %s",
                      sentence->words[0] == '\0' ? "" : ", ", count,
                      state == STATE_NONE ? "not yet judged"
                                          : state_name(state));
    if (state != STATE_UP && state != STATE_NONE) {
        add_names(sentence, state, count);
    }
}

void census_words(const struct settings *settings, const struct engine *engine,
                  enum zookeeper_state zookeeper, char *words, size_t size)
{
    struct sentence sentence = {settings, engine, words, size};
    struct census census;

    words[0] = '\0';
    census_take(&census, settings, engine);
    for (enum state state = STATE_UP; state < STATE_COUNT; state++) {
        add_state(&sentence, state, census.of[state]);
    }
    add_state(&sentence, STATE_NONE, census.of[STATE_NONE]);
    if (census.total == 0) {
        (void)text_copy(words, size, "no instances");
    }
    if (zookeeper == ZOOKEEPER_OFF) {
        (void)text_append(words, size, ", observing only");
    } else {
        (void)text_append(words, size, ", ZooKeeper %s",
                          zookeeper_state_name(zookeeper));
    }
}
