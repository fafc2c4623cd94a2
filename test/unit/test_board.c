/*
 * test_board.c - the scoreboard's records: what is written is read, whole or
 * not at all, and safe whatever the bytes are.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "board_scene.h"
#include "model/board.h"
#include "model/board_layout.h"
#include "model/zero_runs.h"

static void an_instance_is_read_as_it_was_stored(void **state)
{
    struct scene *scene = *state;
    struct board_instance read;
    assert_int_equal(board_read_instance(scene->reader, 1, &read), 0);
    assert_memory_equal(&read, &scene->record, sizeof read);
}

static void settings_left_out_stay_as_they_were(void **state)
{
    struct scene *scene = *state;
    struct board_instance read;
    scene->record.instance.claim.verdict.state = STATE_DOWN;
    board_store_instance(scene->writer, 1, NULL, &scene->record.instance);
    assert_int_equal(board_read_instance(scene->reader, 1, &read), 0);
    assert_memory_equal(&read, &scene->record, sizeof read);
}

/* Settings whose texts leave no room empty. */
static void fill_up(struct board_settings *settings, char byte)
{
    memset(settings->name, byte, sizeof settings->name - 1);
    memset(settings->addr.host, byte, sizeof settings->addr.host - 1);
    memset(settings->labels, byte, sizeof settings->labels);
    for (size_t i = 0; i < SETTINGS_LABELS_MOST; i++) {
        settings->labels[i].key[SETTINGS_LABEL_BYTES - 1] = '\0';
        settings->labels[i].value[SETTINGS_LABEL_BYTES - 1] = '\0';
    }
}

static void settings_that_outgrow_their_place_get_another(void **state)
{
    struct scene *scene = *state;
    struct board_instance other = scene->record;
    struct board_instance read;
    board_store_instance(scene->writer, 2, &other.settings, &other.instance);
    fill_up(&scene->record.settings, 'x');
    board_store_instance(scene->writer, 1, &scene->record.settings,
                         &scene->record.instance);
    assert_int_equal(board_read_instance(scene->reader, 1, &read), 0);
    assert_memory_equal(&read, &scene->record, sizeof read);
    assert_int_equal(board_read_instance(scene->reader, 2, &read), 0);
    assert_memory_equal(&read, &other, sizeof read);
}

static void settings_without_room_leave_what_stood(void **state)
{
    struct scene *scene = *state;
    struct board_instance large = scene->record;
    struct board_instance read;
    fill_up(&large.settings, 'x');
    scene->writer->settings_used = scene->writer->settings_bytes;
    large.instance.round = scene->record.instance.round + 1;
    assert_int_equal(board_store_instance(scene->writer, 1, &large.settings,
                                          &large.instance),
                     -ENOSPC);
    assert_int_equal(board_read_instance(scene->reader, 1, &read), 0);
    assert_int_equal(read.instance.round, large.instance.round);
    assert_memory_equal(&read.settings, &scene->record.settings,
                        sizeof read.settings);
}

/* As the supervisor stores them: at first, and again when the file was cut. */
static void store_exactly(struct board *board, const struct settings *settings,
                          int poison)
{
    const struct instance none = {0};
    for (uint32_t i = 0; i < settings->instance_count; i++) {
        struct board_settings shown;
        struct board_instance read;
        memset(&shown, poison, sizeof shown);
        board_settings_fill(&shown, settings, i);
        assert_int_equal(board_store_instance(board, i, &shown, &none), 0);
        assert_int_equal(board_read_instance(board, i, &read), 0);
        assert_memory_equal(&read.settings, &shown, sizeof shown);
    }
}

static void the_room_is_what_the_settings_take(void **state)
{
    struct settings settings = {0};
    struct board *board = NULL;
    const char *why = NULL;
    (void)state;
    assert_int_equal(settings_set_count(&settings, 3), 0);
    for (uint32_t i = 0; i < 3; i++) {
        struct instance_settings *own = &settings.instances[i];
        (void)text_format(own->name, sizeof own->name, "cache-%u", i);
        assert_int_equal(
            address_parse("localhost:6379", false, &own->addr, &why), 0);
        own->is_found = true;
        own->max_gap = i;
    }
    uint32_t room = board_settings_room(&settings);
    assert_in_range(room, 1, 3 * 100);
    assert_int_equal(board_create(NULL, BOOT, 3, room, &board), 0);
    store_exactly(board, &settings, 0xff);
    assert_int_equal(board->settings_used, room);
    store_exactly(board, &settings, 0xa5);
    store_exactly(board, &settings, 0);
    assert_int_equal(board->settings_used, room);
    board_destroy(board);
    settings_finish(&settings);
}

static void settings_at_no_place_cannot_be_read_until_the_next_store(
    void **state)
{
    static const struct board_row bad[] = {
        {.settings_at = 1, .settings_length = 8},
        {.settings_at = SETTINGS_ROOM, .settings_length = 8},
        {.settings_at = UINT32_MAX - 7, .settings_length = 16},
        {.settings_at = 0, .settings_length = UINT32_MAX},
        {.settings_at = 0, .settings_length = 3}, /* not a head */
        {.settings_at = 0, .settings_length = 0},
    };
    struct scene *scene = *state;
    struct seqlock *lock = board_record(scene->writer, AREA_INSTANCES, 1);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct board_instance read = {.settings = {.name = "kept"}};
        seqlock_put(lock, 0, &bad[i], offsetof(struct board_row, instance));
        assert_int_equal(board_read_instance(scene->reader, 1, &read), -EAGAIN);
        assert_string_equal(read.settings.name, "kept");
        board_store_instance(scene->writer, 1, NULL, &scene->record.instance);
        assert_int_equal(board_read_instance(scene->reader, 1, &read), 0);
        assert_memory_equal(&read, &scene->record, sizeof read);
    }
}

static void settings_written_over_are_right_with_the_next_store(void **state)
{
    struct scene *scene = *state;
    struct board_instance read;
    uint8_t *room = scene->writer->map + board_size(INSTANCES, 0);
    for (size_t at = 0; at < scene->writer->settings_used; at++) {
        room[at] ^= 0x5a;
        (void)board_read_instance(scene->reader, 1, &read);
        board_store_instance(scene->writer, 1, NULL, &scene->record.instance);
        assert_int_equal(board_read_instance(scene->reader, 1, &read), 0);
        assert_memory_equal(&read, &scene->record, sizeof read);
    }
}

static void what_was_never_stored_cannot_be_read(void **state)
{
    struct scene *scene = *state;
    struct board_instance read;
    assert_int_equal(board_read_instance(scene->reader, 0, &read), -EAGAIN);
}

static void a_store_is_seen_in_its_sequence_and_in_no_other(void **state)
{
    struct scene *scene = *state;
    uint32_t before = board_instance_sequence(scene->reader, 1);
    uint32_t neighbour = board_instance_sequence(scene->reader, 2);
    board_store_instance(scene->writer, 1, NULL, &scene->record.instance);
    assert_int_not_equal(board_instance_sequence(scene->reader, 1), before);
    assert_int_equal(board_instance_sequence(scene->reader, 2), neighbour);
    assert_int_equal(board_instance_sequence(scene->reader, INSTANCES), 0);
}

static void agent_zookeeper_and_services_are_read_as_stored(void **state)
{
    struct scene *scene = *state;
    struct board_agent agent = {.version = "0.1.0",
                                .pid = 42,
                                .instance_count = INSTANCES,
                                .has_zookeeper = true,
                                .log_lost = 7};
    struct board_zookeeper zookeeper = {
        .state = ZOOKEEPER_STEADY,
        .session_id = 9,
        .alarms = {[BOARD_ALARMS_MOST - 1] = {.what = "foreign_node"}}};
    struct board_service service = {
        .kind = SERVICE_PUBLISHER, .pid = 43, .is_ready = true, .note = "x"};
    struct board_agent agent_read;
    struct board_zookeeper zookeeper_read;
    struct board_service service_read;
    board_store_agent(scene->writer, &agent);
    board_store_zookeeper(scene->writer, &zookeeper);
    board_store_service(scene->writer, BOARD_SERVICES_MOST - 1, &service);
    assert_int_equal(board_read_agent(scene->reader, &agent_read), 0);
    assert_int_equal(board_read_zookeeper(scene->reader, &zookeeper_read), 0);
    assert_int_equal(board_read_service(scene->reader, BOARD_SERVICES_MOST - 1,
                                        &service_read),
                     0);
    assert_memory_equal(&agent_read, &agent, sizeof agent);
    assert_memory_equal(&zookeeper_read, &zookeeper, sizeof zookeeper);
    assert_memory_equal(&service_read, &service, sizeof service);
}

static void tasks_are_read_with_their_counters_and_live_part(void **state)
{
    struct scene *scene = *state;
    struct tasks *tasks = calloc(1, sizeof *tasks);
    struct tasks *read = calloc(1, sizeof *read);
    const struct task task = {.kind = TASK_PROBE, .instance = 2};
    assert_true(tasks != NULL && read != NULL);
    for (int i = 0; i < 5; i++) {
        assert_int_not_equal(tasks_start(tasks, &task), 0);
    }
    assert_int_equal(tasks_reap(tasks, 2), 0);
    board_store_tasks(scene->writer, tasks);
    assert_int_equal(board_read_tasks(scene->reader, read), 0);
    assert_int_equal(read->started, 5);
    assert_int_equal(read->reaped, 1);
    assert_int_equal(read->live, 4);
    assert_memory_equal(read->list, tasks->list, 4 * sizeof tasks->list[0]);
    free(tasks);
    free(read);
}

static void past_the_end_there_is_nothing(void **state)
{
    struct scene *scene = *state;
    struct board_instance instance;
    struct board_service service;
    assert_int_equal(board_read_instance(scene->reader, INSTANCES, &instance),
                     -ENOENT);
    assert_int_equal(
        board_read_service(scene->reader, BOARD_SERVICES_MOST, &service),
        -ENOENT);
}

static void a_writer_stopped_inside_leaves_the_reader_what_it_had(void **state)
{
    struct scene *scene = *state;
    struct board_instance read = {.settings = {.name = "kept"}};
    seqlock_begin(board_record(scene->writer, AREA_INSTANCES, 1));
    assert_int_equal(board_read_instance(scene->reader, 1, &read), -EAGAIN);
    assert_string_equal(read.settings.name, "kept");
    seqlock_end(board_record(scene->writer, AREA_INSTANCES, 1));
    assert_int_equal(board_read_instance(scene->reader, 1, &read), 0);
    assert_string_equal(read.settings.name, "cache-1");
}

static void the_readers_descriptor_cannot_write(void **state)
{
    struct scene *scene = *state;
    int fd = board_reader_fd(scene->writer);
    assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
    assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_ptr_equal(mmap(NULL, 1, PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
}

/* One thread stores records whose every counter is the same number; the
 * others may never see two numbers in one record. */
struct race {
    struct board *writer;
    int reader_fd;
    atomic_bool is_over;
    atomic_bool is_broken; /* the reader cannot open the board */
    atomic_uint torn;
    atomic_uint read;
};

static void *read_until_over(void *argument)
{
    struct race *race = argument;
    struct board *reader = NULL;
    if (board_open(race->reader_fd, &reader) != 0) {
        race->is_broken = true;
        return NULL;
    }
    while (!race->is_over) {
        struct board_instance record;
        if (board_read_instance(reader, 0, &record) == 0) {
            race->read++;
            race->torn += record.instance.round != record.instance.due_ms ||
                          record.instance.round != record.settings.interval_ms;
        }
    }
    board_destroy(reader);
    return NULL;
}

static void store_number(struct race *race, struct board_instance *record,
                         uint64_t number)
{
    record->settings.interval_ms = number;
    record->instance.round = number;
    record->instance.due_ms = number;
    board_store_instance(race->writer, 0, &record->settings, &record->instance);
}

static void a_reader_beside_a_writer_never_sees_half_a_record(void **state)
{
    enum { STORES = 50000, READS = 500 };
    struct scene *scene = *state;
    struct race race = {.writer = scene->writer,
                        .reader_fd = dup(board_reader_fd(scene->writer))};
    struct board_instance record = {0};
    pthread_t thread;
    board_store_instance(scene->writer, 0, &record.settings, &record.instance);
    assert_int_equal(pthread_create(&thread, NULL, read_until_over, &race), 0);
    for (uint64_t i = 1; i <= STORES; i++) {
        store_number(&race, &record, i);
    }
    /* A writer that never rests may starve the reader: now it rests until the
     * reader has had a whole copy. */
    for (uint64_t i = STORES + 1; race.read < READS && !race.is_broken; i++) {
        unsigned before = race.read;
        store_number(&race, &record, i);
        while (race.read == before && !race.is_broken) {
            sched_yield();
        }
    }
    race.is_over = true;
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_false(race.is_broken);
    assert_int_equal(race.torn, 0);
}

/* Settings of any bytes, rightly packed at a right place. */
static void pack_hostile_settings(struct board *board, uint32_t index)
{
    struct board_settings hostile;
    uint8_t packed[ZERO_RUNS_ROOM(sizeof hostile)];
    memset(&hostile, 0xfe, sizeof hostile);
    struct board_row row = {.settings_at = 0};
    row.settings_length =
        (uint32_t)zero_runs_pack(&hostile, sizeof hostile, packed);
    seqlock_put(board_record(board, AREA_INSTANCES, index), 0, &row,
                offsetof(struct board_row, instance));
    seqlock_put_words(board_settings_words(board, 0), packed,
                      row.settings_length);
}

static void hostile_records_are_made_safe(void **state)
{
    struct scene *scene = *state;
    struct tasks *tasks = malloc(sizeof *tasks);
    assert_non_null(tasks);
    size_t records_at =
        (size_t)((uint8_t *)board_record(scene->writer, AREA_AGENT, 0) -
                 scene->writer->map);
    memset(scene->writer->map + records_at, 0xfe,
           board_size(INSTANCES, SETTINGS_ROOM) - records_at);
    pack_hostile_settings(scene->writer, 0);
    struct board_agent agent;
    struct board_zookeeper zookeeper;
    struct board_service service;
    struct board_instance record;
    assert_int_equal(board_read_agent(scene->reader, &agent), 0);
    assert_int_equal(board_read_zookeeper(scene->reader, &zookeeper), 0);
    assert_int_equal(board_read_service(scene->reader, 0, &service), 0);
    assert_int_equal(board_read_instance(scene->reader, 0, &record), 0);
    assert_int_equal(board_read_tasks(scene->reader, tasks), 0);
    assert_true(
        text_is_printable(record.instance.address, INSTANCE_ADDRESS_BYTES - 1));
    assert_int_equal(strlen(agent.host), sizeof agent.host - 1);
    assert_in_range(agent.instance_count, 0, SETTINGS_INSTANCES_MOST);
    assert_in_range(zookeeper.state, 0, ZOOKEEPER_STATE_COUNT - 1);
    assert_int_equal(strlen(zookeeper.alarms[3].detail),
                     VERDICT_DETAIL_BYTES - 1);
    assert_in_range(service.kind, 0, SERVICE_COUNT - 1);
    assert_in_range(record.instance.claim.verdict.reason, 0, REASON_COUNT - 1);
    assert_in_range(record.settings.label_count, 0, SETTINGS_LABELS_MOST);
    assert_int_equal(strlen(record.settings.name), SETTINGS_NAME_BYTES - 1);
    assert_true(record.settings.addr.is_localhost);
    (void)address_text(&record.settings.advertise);
    assert_int_equal(record.instance.claim.verdict.conditions >> REASON_COUNT,
                     0);
    assert_in_range(record.instance.outcomes[7], 0, STATE_COUNT - 1);
    assert_in_range(record.instance.facts.mode, 0, MODE_COUNT - 1);
    assert_in_range(record.instance.facts.pid, 0, INT32_MAX);
    assert_true(record.instance.facts.values[FACT_GAP] >= FACT_UNKNOWN);
    assert_in_range(tasks->live, 0, TASKS_MOST);
    assert_in_range(tasks->list[TASKS_MOST - 1].kind, 0, TASK_KIND_COUNT - 1);
    free(tasks);
}

static void an_event_is_read_by_its_id_until_another_takes_its_place(
    void **state)
{
    struct scene *scene = *state;
    struct event event = {.id = 5000, .name = "cache-1", .state = STATE_UP};
    struct event read;
    assert_int_equal(board_read_event(scene->reader, 5000, &read), -ENOENT);
    assert_int_equal(board_read_event(scene->reader, 0, &read), -ENOENT);
    board_store_event(scene->writer, &event);
    assert_int_equal(board_read_event(scene->reader, 5000, &read), 0);
    assert_memory_equal(&read, &event, sizeof read);
    assert_int_equal(board_read_event(scene->reader, 6000, &read), -ENOENT);
    event.id = 5000 + EVENTS_MOST;
    board_store_event(scene->writer, &event);
    assert_int_equal(board_read_event(scene->reader, 5000, &read), -ENOENT);
}

static void an_ending_is_read_by_its_id(void **state)
{
    struct scene *scene = *state;
    struct ending ending = {.id = 70, .service = SERVICE_PROBER, .why = "hung"};
    struct ending read;
    board_store_ending(scene->writer, &ending);
    assert_int_equal(board_read_ending(scene->reader, 70, &read), 0);
    assert_memory_equal(&read, &ending, sizeof read);
    assert_int_equal(board_read_ending(scene->reader, 71, &read), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(an_event_is_read_by_its_id_until_another_takes_its_place),
        SCENE_TEST(an_ending_is_read_by_its_id),
        SCENE_TEST(an_instance_is_read_as_it_was_stored),
        SCENE_TEST(settings_left_out_stay_as_they_were),
        SCENE_TEST(settings_that_outgrow_their_place_get_another),
        SCENE_TEST(settings_without_room_leave_what_stood),
        cmocka_unit_test(the_room_is_what_the_settings_take),
        SCENE_TEST(settings_at_no_place_cannot_be_read_until_the_next_store),
        SCENE_TEST(settings_written_over_are_right_with_the_next_store),
        SCENE_TEST(what_was_never_stored_cannot_be_read),
        SCENE_TEST(a_store_is_seen_in_its_sequence_and_in_no_other),
        SCENE_TEST(agent_zookeeper_and_services_are_read_as_stored),
        SCENE_TEST(tasks_are_read_with_their_counters_and_live_part),
        SCENE_TEST(past_the_end_there_is_nothing),
        SCENE_TEST(a_writer_stopped_inside_leaves_the_reader_what_it_had),
        SCENE_TEST(the_readers_descriptor_cannot_write),
        SCENE_TEST(a_reader_beside_a_writer_never_sees_half_a_record),
        SCENE_TEST(hostile_records_are_made_safe),
    };
    return cmocka_run_group_tests_name("board", tests, NULL, NULL);
}
