/*
 * charts.h - `/debug/charts`: a day of history as drawings, one document, no
 * script needed, nothing loaded.
 */
#ifndef CONSOLE_CHARTS_H
#define CONSOLE_CHARTS_H

#include "console/body.h"
#include "console/snapshot.h"

/* Needs the agent's record only; what is drawn is the console's history. */
void charts_write(const struct snapshot *snapshot, struct body *body);

#endif
