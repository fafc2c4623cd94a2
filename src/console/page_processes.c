/*
 * page_processes.c - the agent's processes: since when they run, what they
 * occupy as they last told, how often they were replaced.
 */
#include <inttypes.h>

#include "console/page.h"

static void write_figures(const struct vitals *vitals, struct body *body)
{
    uint64_t memory_kb = vitals->pss_kb > 0 ? vitals->pss_kb : vitals->rss_kb;
    uint64_t fds = 0;
    for (int kind = 0; kind < VITALS_FD_KINDS; kind++) {
        fds += vitals->fds[kind];
    }
    body_text(body, "<td>");
    if (memory_kb > 0) {
        page_write_size(body, memory_kb * 1024);
    }
    body_text(body, "</td><td>");
    if (fds > 0) {
        body_decimal(body, fds);
    }
    body_text(body, "</td>");
}

static void write_supervisor(const struct snapshot *snapshot, struct body *body)
{
    const struct board_agent *agent = &snapshot->agent;
    body_format(body, "<tr><td>supervisor <span>%" PRId32 "</span></td><td>",
                agent->pid);
    body_duration(body, snapshot_age_ms(snapshot, agent->started_ms));
    body_text(body, "</td>");
    write_figures(&agent->vitals, body);
    body_text(body, "<td></td></tr>\n");
}

static void write_service(const struct snapshot *snapshot,
                          const struct board_service *service,
                          struct body *body)
{
    body_format(body, "<tr><td>%s <span>", service_name(service->kind));
    if (service->pid > 0) {
        body_format(body, "%" PRId32 " ", service->pid);
    }
    body_html(body, service->note);
    body_text(body, "</span></td><td>");
    if (service->pid > 0) {
        body_duration(body, snapshot_age_ms(snapshot, service->started_ms));
    } else {
        body_text(body, "<b class=\"down\">not running</b>");
    }
    body_text(body, "</td>");
    write_figures(&service->vitals, body);
    body_text(body, "<td>");
    if (service->restarts > 0) {
        body_decimal(body, service->restarts);
    }
    body_text(body, "</td></tr>\n");
}

void page_write_processes(const struct snapshot *snapshot, struct body *body)
{
    body_text(body, "<section id=\"processes\" data-live><h2>Processes</h2>\n"
                    "<table class=\"plain\"><thead><tr><th>Process</th>"
                    "<th>Up</th><th>Memory</th><th>Files</th><th>Replaced</th>"
                    "</tr></thead><tbody>\n");
    write_supervisor(snapshot, body);
    for (int i = 0; i < BOARD_SERVICES_MOST; i++) {
        if (snapshot->services[i].kind != SERVICE_NONE) {
            write_service(snapshot, &snapshot->services[i], body);
        }
    }
    body_text(body, "</tbody></table></section>\n");
}
