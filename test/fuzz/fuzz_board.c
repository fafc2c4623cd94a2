/*
 * fuzz_board.c - any bytes as a scoreboard: opened by a reader and adopted by
 * a successor.
 *
 * The first byte chooses how the rest is used: as the whole file, or laid over
 * the records of a board that is otherwise right, so that the fuzzer need not
 * guess the head. Whatever is read must be safe to use: texts end, enums have
 * names, counts stay inside their arrays.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/board.h"
#include "model/board_layout.h"

#define BOOT "01234567-89ab-cdef-0123-456789abcdef"

static void require(int condition)
{
    if (!condition) {
        abort();
    }
}

static char run_dir[] = "/tmp/fuzz-board-XXXXXX";

static void remove_directory(void)
{
    (void)rmdir(run_dir); /* what a crash leaves is evidence */
}

int LLVMFuzzerInitialize(int *count, char ***arguments);

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    (void)count;
    (void)arguments;
    require(mkdtemp(run_dir) != NULL);
    return atexit(remove_directory);
}

static void check_verdict(const struct verdict *verdict)
{
    require(state_name(verdict->state)[0] != '?');
    require(reason_name(verdict->reason)[0] != '?');
    require(ability_name(verdict->readable)[0] != '?');
    require(ability_name(verdict->writable)[0] != '?');
    require(role_name(verdict->role)[0] != '?');
    require(strlen(verdict->detail) < VERDICT_DETAIL_BYTES);
    require(strlen(verdict->master) < VERDICT_MASTER_BYTES);
}

static void check_instance(const struct instance *instance)
{
    check_verdict(&instance->claim.verdict);
    check_verdict(&instance->last);
    require(instance->facts.mode < MODE_COUNT);
    require(instance->facts.pid <= INT32_MAX);
    for (size_t i = 0; i < FACT_COUNT; i++) {
        require(instance->facts.values[i] >= FACT_UNKNOWN);
    }
    for (size_t i = 0; i < INSTANCE_OUTCOMES; i++) {
        require(instance->outcomes[i] < STATE_COUNT);
    }
}

static void take_adopted(void *context, const struct board_instance *record)
{
    (void)context;
    require(record->settings.name[0] != '\0');
    require(strlen(record->settings.name) < SETTINGS_NAME_BYTES);
    check_instance(&record->instance);
}

static void read_everything(const struct board *board)
{
    static struct tasks tasks;
    struct board_agent agent;
    struct board_zookeeper zookeeper;
    struct board_service service;
    struct board_instance record;
    if (board_read_agent(board, &agent) == 0) {
        require(strlen(agent.run_dir) < sizeof agent.run_dir);
        require(agent.instance_count <= SETTINGS_INSTANCES_MOST);
    }
    if (board_read_zookeeper(board, &zookeeper) == 0) {
        require(zookeeper_state_name(zookeeper.state)[0] != '?');
    }
    if (board_read_service(board, 0, &service) == 0) {
        require(service.kind < SERVICE_COUNT);
    }
    if (board_read_tasks(board, &tasks) == 0) {
        require(tasks.live <= TASKS_MOST);
        for (uint32_t i = 0; i < tasks.live; i++) {
            require(task_kind_name(tasks.list[i].kind)[0] != '?');
        }
    }
    for (uint32_t i = 0; board_read_instance(board, i, &record) == 0; i++) {
        require(record.settings.label_count <= SETTINGS_LABELS_MOST);
        check_instance(&record.instance);
    }
}

static void open_bytes(const uint8_t *bytes, size_t length)
{
    struct board *board = NULL;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    require(fd >= 0 && write(fd, bytes, length) == (ssize_t)length);
    if (board_open(fd, &board) == 0) {
        read_everything(board);
        board_destroy(board);
    }
}

static void take_event(void *context, const struct event *event)
{
    (void)context;
    require(event->id != 0);
    require(state_name(event->state)[0] != '?');
}

static void adopt_bytes(const uint8_t *bytes, size_t length)
{
    static const struct board_adopter adopter = {.on_instance = take_adopted,
                                                 .on_event = take_event};
    char path[64];
    snprintf(path, sizeof path, "%s/board", run_dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    require(fd >= 0 && write(fd, bytes, length) == (ssize_t)length);
    close(fd);
    (void)board_adopt(run_dir, BOOT, &adopter); /* may refuse */
    unlink(path);
}

/* The bytes over the records that begin at `area`. */
static void lay_over(enum board_area area, const uint8_t *bytes, size_t length,
                     uint8_t *file, size_t size)
{
    struct board board = {.map = file,
                          .instance_count = 1,
                          .settings_bytes = BOARD_SETTINGS_MOST};
    uint8_t *start = (uint8_t *)board_record(&board, area, 0);
    size_t room = size - (size_t)(start - file);
    memcpy(start, bytes, length < room ? length : room);
}

/* A right board for one instance, as a file's bytes. */
static uint8_t *good_board(size_t *size)
{
    struct board *board = NULL;
    require(board_create(NULL, BOOT, 1, BOARD_SETTINGS_MOST, &board) == 0);
    *size = board_size(1, BOARD_SETTINGS_MOST);
    uint8_t *file = aligned_alloc(BOARD_ALIGN, (*size + BOARD_ALIGN - 1) /
                                                   BOARD_ALIGN * BOARD_ALIGN);
    require(file != NULL);
    memcpy(file, board->map, *size);
    board_destroy(board);
    return file;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (length < 1) {
        return 0;
    }
    enum board_area area = bytes[0] % (AREA_COUNT + 1);
    size_t size = length - 1;
    if (area == AREA_COUNT) {
        open_bytes(bytes + 1, size);
        adopt_bytes(bytes + 1, size);
        return 0;
    }
    uint8_t *file = good_board(&size);
    lay_over(area, bytes + 1, length - 1, file, size);
    open_bytes(file, size);
    adopt_bytes(file, size);
    free(file);
    return 0;
}
