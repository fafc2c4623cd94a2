/*
 * maint.c - see maint.h.
 */
#include "model/maint.h"

#include "base/text.h"

static void describe(const struct maint *maint, char *detail, size_t size)
{
    /* All of it together is shorter than any detail may be. */
    (void)text_copy(detail, size, "drained");
    if (maint->operator_name[0] != '\0') {
        (void)text_append(detail, size, " by %s", maint->operator_name);
    }
    if (maint->reason[0] != '\0') {
        (void)text_append(detail, size, ": %s", maint->reason);
    }
}

void maint_cover(struct maint *maint, struct verdict *verdict)
{
    if (!maint->is_on) {
        return;
    }
    maint->probed_state = verdict->state;
    (void)text_copy(maint->probed_detail, sizeof maint->probed_detail,
                    verdict->detail); /* the same size */
    verdict->state = STATE_MAINT;
    describe(maint, verdict->detail, sizeof verdict->detail);
}

void maint_uncover(const struct maint *maint, struct verdict *verdict)
{
    if (!maint->is_on || verdict->state != STATE_MAINT) {
        return;
    }
    verdict->state = maint->probed_state;
    (void)text_copy(verdict->detail, sizeof verdict->detail,
                    maint->probed_detail); /* the same size */
}

enum state maint_uncovered(const struct maint *maint, enum state said)
{
    return maint->is_on && said == STATE_MAINT ? maint->probed_state : said;
}
