/*
 * board_clean.c - range checks for what is read from a board, one function
 * per record. Pure. A value out of range becomes its enum's first value, a
 * count becomes the most there can be, a text is ended. Verdicts are shown and
 * published as JSON, so their texts are held to printable ASCII as well.
 */
#include "model/board_clean.h"

#include <string.h>

#define clean_enum(field, count)            \
    do {                                    \
        if ((unsigned)(field) >= (count)) { \
            (field) = 0;                    \
        }                                   \
    } while (0)

#define clean_text(field) ((field)[sizeof(field) - 1] = '\0')

/* Looks at the byte itself: a bool that is neither 0 nor 1 may not be read. */
static void clean_bool(bool *value)
{
    unsigned char byte = 0;
    memcpy(&byte, value, sizeof byte);
    *value = byte != 0;
}

static void clean_shown(char *text, size_t size)
{
    text[size - 1] = '\0';
    for (char *at = text; *at != '\0'; at++) {
        if (*at < ' ' || *at > '~') {
            *at = '?';
        }
    }
}

static void clean_verdict(struct verdict *verdict)
{
    clean_enum(verdict->state, STATE_COUNT);
    clean_enum(verdict->reason, REASON_COUNT);
    clean_enum(verdict->readable, ABILITY_COUNT);
    clean_enum(verdict->writable, ABILITY_COUNT);
    clean_enum(verdict->role, ROLE_COUNT);
    verdict->conditions &= (1u << REASON_COUNT) - 1;
    clean_shown(verdict->detail, sizeof verdict->detail);
    clean_shown(verdict->run_id, sizeof verdict->run_id);
    clean_shown(verdict->version, sizeof verdict->version);
    clean_shown(verdict->master, sizeof verdict->master);
}

static void clean_address(struct address *address)
{
    clean_enum(address->kind, ADDRESS_UNIX + 1);
    clean_text(address->host);
    clean_bool(&address->is_localhost);
}

static void clean_settings(struct board_settings *settings)
{
    clean_text(settings->name);
    clean_address(&settings->addr);
    clean_address(&settings->advertise);
    for (size_t i = 0; i < SETTINGS_LABELS_MOST; i++) {
        clean_shown(settings->labels[i].key, SETTINGS_LABEL_BYTES);
        clean_shown(settings->labels[i].value, SETTINGS_LABEL_BYTES);
    }
    if (settings->label_count > SETTINGS_LABELS_MOST) {
        settings->label_count = SETTINGS_LABELS_MOST;
    }
    clean_bool(&settings->canary);
    clean_bool(&settings->is_found);
}

static void clean_facts(struct facts *facts)
{
    clean_enum(facts->mode, MODE_COUNT);
    if (facts->pid > INT32_MAX) {
        facts->pid = 0;
        facts->start_ticks = 0;
    }
    for (size_t i = 0; i < FACT_COUNT; i++) {
        if (facts->values[i] < 0) {
            facts->values[i] = FACT_UNKNOWN;
        }
    }
}

void board_clean_instance(struct board_instance *record)
{
    struct instance *instance = &record->instance;
    clean_settings(&record->settings);
    clean_verdict(&instance->claim.verdict);
    clean_bool(&instance->claim.since_is_first);
    clean_bool(&instance->maint.is_on);
    clean_shown(instance->maint.operator_name,
                sizeof instance->maint.operator_name);
    clean_shown(instance->maint.reason, sizeof instance->maint.reason);
    clean_enum(instance->maint.probed_state, STATE_COUNT);
    clean_shown(instance->maint.probed_detail,
                sizeof instance->maint.probed_detail);
    clean_verdict(&instance->last);
    clean_shown(instance->address, sizeof instance->address);
    clean_facts(&instance->facts);
    clean_bool(&instance->was_loading);
    for (size_t i = 0; i < INSTANCE_OUTCOMES; i++) {
        clean_enum(instance->outcomes[i], STATE_COUNT);
    }
}

void board_clean_agent(struct board_agent *agent)
{
    clean_text(agent->version);
    clean_text(agent->cluster);
    clean_text(agent->host);
    clean_text(agent->id);
    clean_text(agent->state_path);
    clean_text(agent->run_dir);
    clean_text(agent->config_file);
    clean_text(agent->http_names);
    clean_shown(agent->config_error, sizeof agent->config_error);
    clean_bool(&agent->is_config_bad);
    if (agent->instance_count > SETTINGS_INSTANCES_MOST) {
        agent->instance_count = SETTINGS_INSTANCES_MOST;
    }
    clean_bool(&agent->has_zookeeper);
    clean_bool(&agent->is_ready);
    clean_bool(&agent->is_stopping);
    clean_bool(&agent->redis_up_alias);
}

void board_clean_zookeeper(struct board_zookeeper *zookeeper)
{
    clean_enum(zookeeper->state, ZOOKEEPER_STATE_COUNT);
    clean_shown(zookeeper->server, sizeof zookeeper->server);
    for (size_t i = 0; i < BOARD_ALARMS_MOST; i++) {
        struct board_alarm *alarm = &zookeeper->alarms[i];
        clean_shown(alarm->what, sizeof alarm->what);
        clean_shown(alarm->path, sizeof alarm->path);
        clean_shown(alarm->detail, sizeof alarm->detail);
    }
}

void board_clean_service(struct board_service *service)
{
    clean_enum(service->kind, SERVICE_COUNT);
    clean_bool(&service->is_ready);
    clean_shown(service->note, sizeof service->note);
}

void board_clean_event(struct event *event)
{
    clean_shown(event->name, sizeof event->name);
    clean_enum(event->before, STATE_COUNT);
    clean_enum(event->state, STATE_COUNT);
    clean_enum(event->reason, REASON_COUNT);
    clean_enum(event->role, ROLE_COUNT);
    clean_shown(event->detail, sizeof event->detail);
}

void board_clean_ending(struct ending *ending)
{
    clean_enum(ending->service, SERVICE_COUNT);
    clean_shown(ending->name, sizeof ending->name);
    clean_enum(ending->step, STEP_COUNT);
    clean_shown(ending->why, sizeof ending->why);
    clean_shown(ending->kernel, sizeof ending->kernel);
}

void board_clean_tasks(struct tasks *tasks)
{
    if (tasks->live > TASKS_MOST) {
        tasks->live = TASKS_MOST;
    }
    for (uint32_t i = 0; i < tasks->live; i++) {
        struct task *task = &tasks->list[i];
        clean_enum(task->kind, TASK_KIND_COUNT);
        clean_enum(task->service, SERVICE_COUNT);
        clean_enum(task->step, STEP_COUNT);
        if (task->instance < -1 || task->instance >= SETTINGS_INSTANCES_MOST) {
            task->instance = -1;
        }
    }
}
