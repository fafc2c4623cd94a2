/*
 * figures.c - counts of the console's own answers, for /metrics.
 */
#include "console/figures.h"

#define FIGURES_NUMBER(code) code,
static const unsigned codes[] = {FIGURES_CODE_TABLE(FIGURES_NUMBER)};
#undef FIGURES_NUMBER

void figures_count(struct figures *figures, unsigned code)
{
    for (int i = 0; i < FIGURES_CODES; i++) {
        if (codes[i] == code) {
            figures->answers[i]++;
        }
    }
}

unsigned figures_code(enum figures_code index)
{
    return codes[index];
}
