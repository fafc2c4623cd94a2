/*
 * page.c - the documents' beginning and end, and the order of the status
 * page's sections.
 *
 * Who reads it is in trouble: the first sentence says what is wrong. It is
 * whole without its script, and then asks to be fetched anew by itself.
 */
#include "console/page.h"

#include <inttypes.h>

#include "base/text.h"

#define PAGE_EVERY_MS 2000
#define PAGE_REFRESH_S 5 /* without a script */

static void write_alarms(const struct snapshot *snapshot, struct body *body)
{
    body_text(body, "<section id=\"alarms\" data-live>");
    for (int i = 0; i < BOARD_ALARMS_MOST; i++) {
        const struct board_alarm *alarm = &snapshot->zookeeper.alarms[i];
        if (alarm->what[0] == '\0') {
            continue;
        }
        body_text(body, "<p class=\"banner warn\"><strong>Alarm: ");
        body_html(body, alarm->what);
        body_text(body, "</strong>, ");
        body_html(body, alarm->path);
        body_text(body, ". ");
        body_html(body, alarm->detail);
        body_text(body, "</p>\n");
    }
    if (snapshot->agent.is_config_bad) {
        body_text(body, "<p class=\"banner warn\"><strong>The last reload was "
                        "refused</strong>, the configuration before it is in "
                        "use. ");
        body_html(body, snapshot->agent.config_error);
        body_text(body, "</p>\n");
    }
    body_text(body, "</section>\n");
}

void page_open(const struct snapshot *snapshot, const char *title,
               uint32_t every_ms, struct body *body)
{
    const struct board_agent *agent = &snapshot->agent;
    body_format(body,
                "<!doctype html>\n<html lang=\"en\"><head>"
                "<meta charset=\"utf-8\">"
                "<meta name=\"viewport\" "
                "content=\"width=device-width,initial-scale=1\">"
                "<noscript><meta http-equiv=\"refresh\" content=\"%d\">"
                "</noscript><link rel=\"icon\" href=\"data:,\"><title>%s - ",
                PAGE_REFRESH_S, title);
    body_html(body, agent->host);
    body_text(body, "</title><style>");
    body_text(body, page_style);
    body_format(body,
                "</style></head>\n<body data-every=\"%" PRIu32
                "\" data-last=\"%" PRIu64 "\"><header id=\"header\" "
                "data-live><h1>",
                every_ms, agent->last_event);
    body_html(body, agent->host);
    body_text(body, " <small>cluster ");
    body_html(body, agent->cluster);
    body_text(body, ", sentinel-agent ");
    body_html(body, agent->version);
    body_text(body, ", up ");
    body_duration(body, snapshot_age_ms(snapshot, agent->started_ms));
    body_text(body, "</small></h1></header>\n"
                    "<p id=\"lost\" class=\"banner odd\" role=\"alert\" "
                    "hidden></p>\n<main>\n");
}

void page_close(struct body *body)
{
    body_format(body,
                "</main>\n<footer><a href=\"/\">servers</a> "
                "<a href=\"/debug/charts\">charts</a> "
                "<a href=\"/status\">status</a> "
                "<a href=\"/events\">events</a> "
                "<a href=\"/tasks\">tasks</a> "
                "<a href=\"/goroutines?debug=1\">goroutines</a> "
                "<a href=\"/debug/procs\">procs</a> "
                "<a href=\"/metrics\">metrics</a> "
                "<a href=\"/bounds\">bounds</a> "
                "<a href=\"/healthz\">healthz</a> "
                "<a href=\"/config\">config</a> "
                "<a href=\"/buildinfo\">buildinfo</a>"
                "<noscript><p>JavaScript is off: the page is whole, and "
                "loads itself anew every %d s.</p></noscript></footer>\n"
                "<script>",
                PAGE_REFRESH_S);
    body_text(body, page_script);
    body_text(body, "</script></body></html>\n");
}

/* For the tab: what is wrong is seen without looking at the page. */
static void write_title(const struct page_tally *tally, char *title,
                        size_t size)
{
    uint32_t bad = tally->standings[STANDING_UNUSABLE] +
                   tally->standings[STANDING_UNKNOWN] +
                   tally->standings[STANDING_LIMITED];
    if (bad > 0) {
        (void)text_format(title, size, "%" PRIu32 " of %" PRIu32 " not well",
                          bad, tally->shown); /* fits */
    } else {
        (void)text_format(title, size, "%" PRIu32 " up",
                          tally->standings[STANDING_UP]); /* fits */
    }
}

void page_write(const struct snapshot *snapshot, struct body *body)
{
    struct page_tally tally;
    struct body hops; /* written first: the banner tells whether all is well */
    char title[64];
    body_init(&hops);
    page_count(snapshot, &tally);
    write_title(&tally, title, sizeof title);
    bool is_on_time = page_write_hops(snapshot, &hops);
    page_open(snapshot, title, PAGE_EVERY_MS, body);
    page_write_banner(snapshot, &tally, is_on_time, body);
    write_alarms(snapshot, body);
    body_append(body, hops.bytes, hops.length);
    page_write_instances(snapshot, body);
    body_text(body, "<div class=\"pair\">");
    page_write_events(snapshot, body);
    body_text(body, "<div>");
    page_write_tasks(snapshot, body);
    page_write_processes(snapshot, body);
    body_text(body, "</div></div>\n");
    page_close(body);
    body->is_failed = body->is_failed || hops.is_failed;
    body_finish(&hops);
}
