/*
 * charts.c - see charts.h.
 */
#include "console/charts.h"

#include "console/page.h"

void charts_write(const struct snapshot *snapshot, struct body *body)
{
    page_open(snapshot, "charts", 10000, body);
    body_text(body, "<p>Nothing was sampled yet.</p>\n");
    page_close(body);
}
