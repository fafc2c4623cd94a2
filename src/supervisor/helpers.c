/*
 * helpers.c - see helpers.h.
 */
#include "supervisor/helpers.h"

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "supervisor/config_text.h"
#include "supervisor/endings.h"
#include "supervisor/leaving.h"
#include "supervisor/operator_desk.h"
#include "supervisor/scoreboard.h"

/* So long may a console that is replaced answer what was asked of it. */
#define CONSOLE_PARTING_MS 1000

static void tell_registrations(struct service *publisher,
                               const struct settings *settings)
{
    for (uint32_t i = 0; i < settings->registration_count; i++) {
        const struct message message = {.kind = MESSAGE_REGISTRATION,
                                        .registration =
                                            settings->registrations[i]};
        (void)service_send(publisher, &message); /* replaced if it fails */
    }
}

void helpers_tell_servers(struct supervisor *supervisor, const char *servers)
{
    const struct settings *settings = supervisor->settings;
    struct service *publisher = &supervisor->publisher;
    struct message message = {.kind = MESSAGE_PUBLISH_SETTINGS};

    if (publisher->state != SERVICE_RUNNING) {
        return;
    }
    tell_registrations(publisher, settings);
    message.publish_settings.session_timeout_ms =
        (uint32_t)settings->session_timeout_ms;
    message.publish_settings.refresh_ms = settings->refresh_ms;
    (void)text_copy(message.publish_settings.credential_file,
                    sizeof(message.publish_settings.credential_file),
                    settings->auth_credential_file); /* the same size */
    (void)text_copy(message.publish_settings.servers,
                    sizeof(message.publish_settings.servers),
                    servers); /* the same size */
    (void)text_copy(message.publish_settings.run_dir,
                    sizeof(message.publish_settings.run_dir),
                    settings->run_dir);      /* the same size */
    (void)service_send(publisher, &message); /* replaced if it fails */
    supervisor->wants_look = true;
}

static void handle_publisher_ready(struct service *publisher)
{
    struct supervisor *supervisor = publisher->owner;

    supervisor->are_services_dirty = true;
    resolver_want_servers(&supervisor->resolver);
}

static void take_published(struct supervisor *supervisor,
                           const struct message_published *published)
{
    struct engine_event event = {.kind = ENGINE_PUBLISHED,
                                 .instance = published->instance};

    if (published->instance >= supervisor->settings->instance_count) {
        return; /* gossip about nobody */
    }
    event.published = (struct publication){
        .claim_version = published->claim_version,
        .acked_ms = published->said_ms,
        .since_wall_ms = published->since_wall_ms,
        .czxid = published->czxid,
        .node_version = published->node_version,
    };
    supervisor_feed(supervisor, &event);
}

static void handle_publisher_message(struct service *publisher,
                                     const struct message *message)
{
    struct supervisor *supervisor = publisher->owner;

    if (message->kind == MESSAGE_SESSION) {
        if (message->session.state == ZOOKEEPER_STEADY) {
            service_has_worked(publisher);
        }
        scoreboard_take_session(supervisor, &message->session);
    } else if (message->kind == MESSAGE_PUBLISHED) {
        take_published(supervisor, &message->published);
    } else if (message->kind == MESSAGE_ALARM) {
        scoreboard_take_alarm(supervisor, &message->alarm);
    } else if (message->kind == MESSAGE_PUBLISHER_VITALS) {
        service_take_vitals(publisher, &message->vitals);
    }
}

static void handle_service_down(struct service *service)
{
    struct supervisor *supervisor = service->owner;

    supervisor->are_services_dirty = true;
    if (service == &supervisor->publisher) {
        scoreboard_lose_session(supervisor);
        resolver_doubt_servers(&supervisor->resolver);
    }
    leaving_on_helper_gone(supervisor);
}

static void handle_service_ending(struct service *service,
                                  const struct ending *ending)
{
    endings_tell(service->owner, ending, -1);
}

static void handle_console_ready(struct service *console)
{
    struct supervisor *supervisor = console->owner;

    service_has_worked(console);
    supervisor->are_services_dirty = true;
}

static void handle_console_message(struct service *console,
                                   const struct message *message)
{
    struct supervisor *supervisor = console->owner;

    if (message->kind == MESSAGE_CONSOLE_VITALS) {
        service_take_vitals(console, &message->vitals);
    } else if (message->kind == MESSAGE_ORDER) {
        operator_desk_take(&supervisor->operators, &message->order);
    }
}

/* Of the settings in force now. Without it the console shows the rest. */
static void renew_config_text(struct supervisor *supervisor)
{
    if (supervisor->config_fd > 0) {
        (void)close(supervisor->config_fd); /* the console has its own */
    }
    supervisor->config_fd = config_text_create(supervisor->settings);
    if (supervisor->config_fd < 0) {
        log_event(LEVEL_WARNING, "config_not_shown",
                  LOG_TEXT("error", strerror(-supervisor->config_fd)));
    }
}

static void run_console(struct supervisor *supervisor)
{
    renew_config_text(supervisor);
    if (supervisor->console.state == SERVICE_RUNNING) {
        (void)service_send(
            &supervisor->console,
            &(struct message){.kind = MESSAGE_PART}); /* killed if it fails */
    }
    struct service_spec spec = {
        .kind = SERVICE_CONSOLE,
        .program = supervisor->programs->console,
        .name = "sentinel-console",
        .incoming = FROM_CONSOLE,
        .hello = MESSAGE_CONSOLE_HELLO,
        .shared_fd = board_reader_fd(supervisor->board),
        .listen_fds = supervisor->listen_fds,
        .listen_count = supervisor->listen_count,
        .config_fd = supervisor->config_fd,
        .on_ready = handle_console_ready,
        .on_message = handle_console_message,
        .on_down = handle_service_down,
        .on_ending = handle_service_ending,
    };

    service_run_after(&supervisor->console, &spec, CONSOLE_PARTING_MS);
}

static void run_publisher(struct supervisor *supervisor)
{
    struct service_spec spec = {
        .kind = SERVICE_PUBLISHER,
        .program = supervisor->programs->publisher,
        .name = "sentinel-publisher",
        .incoming = FROM_PUBLISHER,
        .hello = MESSAGE_PUBLISHER_HELLO,
        .shared_fd = board_reader_fd(supervisor->board),
        .on_ready = handle_publisher_ready,
        .on_message = handle_publisher_message,
        .on_down = handle_service_down,
        .on_ending = handle_service_ending,
    };

    service_run(&supervisor->publisher, &spec);
}

/* There is no ZooKeeper any more: our nodes go first. */
static void end_publisher(struct supervisor *supervisor)
{
    if (supervisor->publisher.state == SERVICE_RUNNING) {
        helpers_withdraw(supervisor);
    } else if (supervisor->publisher.state != SERVICE_STOPPED) {
        service_stop(&supervisor->publisher);
    }
}

static void run_all(struct supervisor *supervisor)
{
    run_console(supervisor);
    if (supervisor->settings->has_zookeeper) {
        run_publisher(supervisor);
    } else {
        end_publisher(supervisor);
    }
}

void helpers_withdraw(struct supervisor *supervisor)
{
    service_finish_by_itself(&supervisor->publisher);
    (void)service_send(
        &supervisor->publisher,
        &(struct message){.kind = MESSAGE_WITHDRAW}); /* killed if it fails */
}

void helpers_start(struct supervisor *supervisor)
{
    service_init(&supervisor->console, &supervisor->loop, supervisor->tasks,
                 supervisor);
    service_init(&supervisor->publisher, &supervisor->loop, supervisor->tasks,
                 supervisor);
    run_all(supervisor);
}

void helpers_replace(struct supervisor *supervisor, int listen_fd)
{
    if (listen_fd >= 0) {
        (void)close(supervisor->listen_fds[0]); /* the console has its own */
        supervisor->listen_fds[0] = listen_fd;
    }
    supervisor->are_services_dirty = true;
    run_all(supervisor);
}
