/*
 * process.c - see process.h. All of it stands in one line of proc(5):
 *
 *   77 (redis-server) S 1 77 77 0 ... 22nd field: start ...
 *
 * The name in parentheses is the process' own choice and may hold spaces and
 * parentheses, so the fields are counted from the last one on.
 */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/parse.h"
#include "base/text.h"

#define STAT_BYTES 1024 /* of 52 numbers and a name */
#define PATH_BYTES 128
#define NUMBER_BYTES 24

#define FIELD_STATE 3
#define FIELD_USER 14
#define FIELD_SYSTEM 15
#define FIELD_START 22

#define UPTIME_SLACK_S 2 /* both sides tell whole seconds */

static int read_stat(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    ssize_t length = read(fd, text, size - 1); /* proc gives it at once */
    int status = length < 0 ? -errno : 0;
    (void)close(fd); /* nothing was written to it */
    if (status == 0) {
        text[length] = '\0';
    }
    return status;
}

static enum process_state state_of(char letter)
{
    switch (letter) {
    case 'S':
    case 'I':
        return PROCESS_SLEEPING;
    case 'R':
        return PROCESS_RUNNING;
    case 'D':
        return PROCESS_WAITING;
    case 'T':
    case 't':
        return PROCESS_STOPPED;
    case 'Z':
    case 'X':
        return PROCESS_ZOMBIE;
    default:
        return PROCESS_UNKNOWN;
    }
}

/* The field with this number, counted from the end of the name. NULL if there
 * are not as many. */
static const char *find_field(const char *name_end, unsigned field)
{
    const char *at = name_end + 1;
    for (unsigned i = FIELD_STATE; at[0] == ' ' && at[1] != '\0'; i++) {
        at++;
        if (i == field) {
            return at;
        }
        at += strcspn(at, " ");
    }
    return NULL;
}

static bool parse_ticks(const char *field, uint64_t *ticks)
{
    char number[NUMBER_BYTES];
    if (field == NULL) {
        return false;
    }
    size_t length = strcspn(field, " \n");
    if (length >= sizeof(number)) {
        return false;
    }
    memcpy(number, field, length);
    number[length] = '\0';
    return parse_u64(number, 0, UINT64_MAX, ticks) == 0;
}

static uint64_t to_ms(uint64_t ticks)
{
    long ticks_per_s = sysconf(_SC_CLK_TCK);
    return ticks_per_s <= 0 ? 0 : ticks * 1000 / (uint64_t)ticks_per_s;
}

/* Cuts `text` at the end of the name. */
static int parse_stat(char *text, struct process *process)
{
    const char *name = strchr(text, '(');
    char *name_end = strrchr(text, ')');
    if (name == NULL || name_end == NULL || name_end < name) {
        return -EINVAL;
    }
    const char *state = find_field(name_end, FIELD_STATE);
    uint64_t start = 0;
    uint64_t user = 0;
    uint64_t system = 0;
    if (state == NULL ||
        !parse_ticks(find_field(name_end, FIELD_USER), &user) ||
        !parse_ticks(find_field(name_end, FIELD_SYSTEM), &system) ||
        !parse_ticks(find_field(name_end, FIELD_START), &start)) {
        return -EINVAL;
    }
    process->state = state_of(state[0]);
    process->letter = state[0];
    process->cpu_ms = to_ms(user + system);
    process->start_ticks = start;
    *name_end = '\0';
    (void)text_copy(process->name, sizeof(process->name),
                    name + 1); /* cut is fine: it is for a look */
    return 0;
}

int process_look(const char *proc, uint32_t pid, struct process *process)
{
    char path[PATH_BYTES];
    char text[STAT_BYTES];
    *process = (struct process){.state = PROCESS_UNKNOWN};
    if (!text_format(path, sizeof(path), "%s/%u/stat", proc, pid)) {
        return -ENAMETOOLONG;
    }
    int status = read_stat(path, text, sizeof(text));
    if (status == -ENOENT || status == -ESRCH) { /* gone before, or meanwhile */
        process->state = PROCESS_GONE;
        return -ENOENT;
    }
    return status != 0 ? status : parse_stat(text, process);
}

bool process_start_fits(uint64_t start_ticks, uint64_t uptime_s,
                        uint64_t now_ticks)
{
    long ticks_per_s = sysconf(_SC_CLK_TCK);
    if (ticks_per_s <= 0) {
        return false;
    }
    uint64_t age_ticks = now_ticks > start_ticks ? now_ticks - start_ticks : 0;
    uint64_t age_s = age_ticks / (uint64_t)ticks_per_s;
    uint64_t apart_s = age_s > uptime_s ? age_s - uptime_s : uptime_s - age_s;
    return apart_s <= UPTIME_SLACK_S;
}
