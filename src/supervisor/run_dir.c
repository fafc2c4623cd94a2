/*
 * run_dir.c - see run_dir.h.
 *
 * The lock is a flock on <run_dir>/agent.lock: the kernel drops it with the
 * process, however that ends, and helpers do not inherit it.
 */
#include "supervisor/run_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/small_file.h"
#include "base/text.h"

#define RUN_DIR_MODE 0700

/* FNV-1a, 64 bits (the hash and its two constants are Fowler, Noll and Vo's):
 * an identity, no secret. */
#define FNV_OFFSET 0xcbf29ce484222325ULL
#define FNV_PRIME 0x100000001b3ULL

int run_dir_take(const char *path)
{
    char lock_path[SETTINGS_PATH_BYTES];

    if (mkdir(path, RUN_DIR_MODE) != 0 && errno != EEXIST) {
        return -errno;
    }
    (void)text_format(lock_path, sizeof(lock_path), "%s/agent.lock",
                      path); /* the path is shorter by far */
    int fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return -errno;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int error = errno;
        (void)close(fd); /* not ours */
        return error == EWOULDBLOCK ? -EBUSY : -error;
    }
    return 0;
}

void run_dir_boot_id(char boot_id[BOARD_BOOT_BYTES])
{
    small_file_read_line("/proc/sys/kernel/random/boot_id", boot_id,
                         BOARD_BOOT_BYTES);
    if (boot_id[0] == '\0') {
        (void)text_copy(boot_id, BOARD_BOOT_BYTES, "unknown"); /* fits */
    }
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
    /* With its NUL, so that texts do not run into each other. */
    for (size_t i = 0; i <= strlen(text); i++) {
        hash = (hash ^ (uint8_t)text[i]) * FNV_PRIME;
    }
    return hash;
}

void run_dir_agent_id(const char *path, const char *boot_id,
                      char id[BOARD_AGENT_ID_BYTES])
{
    char machine[SETTINGS_NAME_BYTES];
    char *real = realpath(path, NULL);

    small_file_read_line("/etc/machine-id", machine, sizeof(machine));
    if (machine[0] == '\0') {
        (void)gethostname(machine, sizeof(machine) - 1); /* or stays empty */
        machine[sizeof(machine) - 1] = '\0';
    }
    uint64_t hash = hash_text(FNV_OFFSET, machine);
    hash = hash_text(hash, boot_id);
    hash = hash_text(hash, real != NULL ? real : path);
    (void)text_format(id, BOARD_AGENT_ID_BYTES, "%016llx",
                      (unsigned long long)hash); /* exactly 16 */
    free(real);
}
