/*
 * page_events.c - the last changes of state, the newest first.
 */
#include "console/page.h"

#define EVENTS_SHOWN 20

static void write_event(const struct snapshot *snapshot,
                        const struct event *event, struct body *body)
{
    body_text(body, "<li>");
    page_write_moment(snapshot, event->wall_ms, body);
    body_text(body, " <b>");
    body_html(body, event->name);
    body_text(body, "</b> ");
    if (event->before != STATE_NONE) {
        page_write_state(event->before, body);
        body_text(body, " to ");
    }
    page_write_state(event->state, body);
    body_format(body, " <span>%s", reason_name(event->reason));
    if (event->detail[0] != '\0') {
        body_text(body, ": ");
        body_html(body, event->detail);
    }
    body_text(body, "</span></li>\n");
}

void page_write_events(const struct snapshot *snapshot, struct body *body)
{
    uint64_t last = snapshot->agent.last_event;
    uint64_t shown = 0;
    body_text(body, "<section id=\"events\" data-live>"
                    "<h2>Last changes <small>times in UTC</small></h2>\n"
                    "<ol class=\"log\">\n");
    for (uint64_t ago = 0; ago < EVENTS_SHOWN && ago < last; ago++) {
        struct event event;
        if (board_read_event(snapshot->board, last - ago, &event) == 0) {
            write_event(snapshot, &event, body);
            shown++;
        }
    }
    if (shown == 0) {
        body_text(body, "<li class=\"dim\">No state has changed yet.</li>\n");
    }
    body_text(body, "</ol></section>\n");
}
