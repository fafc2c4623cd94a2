/*
 * sd.c - a list of one target each, so that each has labels of its own.
 *
 * Prometheus drops labels that begin with __meta_ after relabelling, so what
 * changes here (state, role) makes no new series unless somebody asks for it.
 */
#include "console/sd.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "console/view.h"

#define PREFIX "__meta_sentinel_agent_"
#define LABEL_PREFIX PREFIX "label_"
#define LABEL_BYTES (sizeof LABEL_PREFIX + SETTINGS_LABEL_BYTES)

/* A label's name takes letters, digits and _ only. */
static void name_label(char name[LABEL_BYTES], const char *key)
{
    (void)text_format(name, LABEL_BYTES, LABEL_PREFIX "%s", key); /* fits */
    for (char *at = name; *at != '\0'; at++) {
        if (isalnum((unsigned char)*at) == 0) {
            *at = '_';
        }
    }
}

/* Two keys may become one name: the first is told. */
static bool is_told_before(const struct board_settings *settings,
                           uint32_t index, const char *name)
{
    char earlier[LABEL_BYTES];
    for (uint32_t i = 0; i < index; i++) {
        name_label(earlier, settings->labels[i].key);
        if (strcmp(earlier, name) == 0) {
            return true;
        }
    }
    return false;
}

static void put_own_labels(struct view *view,
                           const struct board_settings *settings)
{
    char name[LABEL_BYTES];
    for (uint32_t i = 0; i < settings->label_count; i++) {
        name_label(name, settings->labels[i].key);
        if (!is_told_before(settings, i, name)) {
            view_text(view, name, settings->labels[i].value);
        }
    }
}

static void put_labels(struct view *view, const struct snapshot *snapshot,
                       const struct board_instance *instance)
{
    struct verdict shown;
    snapshot_shown(snapshot, instance, &shown);
    view_open_object(view, "labels");
    view_text(view, PREFIX "name", instance->settings.name);
    view_text(view, PREFIX "cluster", snapshot->agent.cluster);
    view_text(view, PREFIX "host", snapshot->agent.host);
    view_text(view, PREFIX "addr", address_text(&instance->settings.addr).text);
    view_text(view, PREFIX "state", state_name(shown.state));
    view_text(view, PREFIX "reason", reason_name(shown.reason));
    view_text(view, PREFIX "role", role_name(shown.role));
    view_text(view, PREFIX "readable", ability_name(shown.readable));
    view_text(view, PREFIX "writable", ability_name(shown.writable));
    view_text(view, PREFIX "version", shown.version);
    put_own_labels(view, &instance->settings);
    view_close_object(view);
}

void sd_write(const struct snapshot *snapshot, struct body *body)
{
    struct view view;
    view_init(&view, body);
    view_open_list(&view, NULL);
    for (uint32_t i = 0; i < snapshot->agent.instance_count; i++) {
        const struct board_instance *instance = snapshot_instance(snapshot, i);
        if (instance == NULL) {
            continue;
        }
        const struct address *address =
            board_settings_published(&instance->settings);
        if (address->kind == ADDRESS_UNIX) {
            continue;
        }
        view_open_object(&view, NULL);
        view_open_list(&view, "targets");
        view_text(&view, NULL, address_text(address).text);
        view_close_list(&view);
        put_labels(&view, snapshot, instance);
        view_close_object(&view);
    }
    view_close_list(&view);
    body_text(body, "\n");
}
