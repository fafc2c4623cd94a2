/*
 * session_file.c - five lines of text, written whole or not at all.
 *
 *     session 100a3b5e2c40000
 *     password 0123456789abcdef0123456789abcdef
 *     boot 6e1f...
 *     pid 4711
 *     start 123456
 *
 * A reboot, a crash in the middle or a curious user can only make it useless:
 * then a fresh session is opened and the old one's nodes are taken over.
 */
#include "publisher/session_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/parse.h"
#include "base/text.h"
#include "model/settings.h"

#define FILE_NAME "session"
#define NEW_NAME "session.new"
#define LOCK_NAME "session.lock"
#define FILE_BYTES 256
#define PATH_BYTES (SETTINGS_RUN_DIR_BYTES + 16)
#define PASSWORD_HEX_BYTES (2 * SESSION_PASSWORD_BYTES + 1)

/* False: longer than any run directory may be. */
static bool path_of(char *path, const char *run_dir, const char *name)
{
    return text_format(path, PATH_BYTES, "%s/%s", run_dir, name);
}

int session_file_lock(const char *run_dir, int *lock_fd)
{
    char path[PATH_BYTES];
    if (!path_of(path, run_dir, LOCK_NAME)) {
        return -ENAMETOOLONG;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return -errno;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int status = errno == EWOULDBLOCK ? -EAGAIN : -errno;
        (void)close(fd); /* nothing was written */
        return status;
    }
    *lock_fd = fd;
    return 0;
}

/* Copies the value of the line `key` begins; false if there is none. */
static bool find_line(const char *text, const char *key, char *value,
                      size_t size)
{
    size_t key_length = strlen(key);
    for (const char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        bool is_key = length > key_length + 1 &&
                      strncmp(line, key, key_length) == 0 &&
                      line[key_length] == ' ';
        if (is_key) {
            return text_format(value, size, "%.*s",
                               (int)(length - key_length - 1),
                               line + key_length + 1);
        }
        line += length + (line[length] == '\n');
    }
    return false;
}

static int decode_password(const char *hex, uint8_t *password)
{
    if (strlen(hex) != PASSWORD_HEX_BYTES - 1) {
        return -EINVAL;
    }
    for (size_t i = 0; i < SESSION_PASSWORD_BYTES; i++) {
        char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        uint64_t byte = 0;
        if (parse_hex64(pair, &byte) != 0) {
            return -EINVAL;
        }
        password[i] = (uint8_t)byte;
    }
    return 0;
}

static int decode(const char *text, const char *boot_id,
                  struct saved_session *session)
{
    char value[64];
    struct saved_session read = {0};
    if (!find_line(text, "boot", value, sizeof value)) {
        return -EINVAL;
    }
    if (strcmp(value, boot_id) != 0) {
        return -ESTALE;
    }
    if (!find_line(text, "session", value, sizeof value) ||
        parse_hex64(value, &read.id) != 0 || read.id == 0) {
        return -EINVAL;
    }
    if (!find_line(text, "password", value, sizeof value) ||
        decode_password(value, read.password) != 0) {
        return -EINVAL;
    }
    *session = read;
    return 0;
}

static bool is_private(int fd)
{
    struct stat stat;
    return fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) &&
           (stat.st_mode & 077) == 0 && stat.st_uid == geteuid();
}

int session_file_read(const char *run_dir, const char *boot_id,
                      struct saved_session *session)
{
    char path[PATH_BYTES];
    if (!path_of(path, run_dir, FILE_NAME)) {
        return -ENAMETOOLONG;
    }
    /* O_NONBLOCK: a pipe planted here must not hold us. */
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return errno == ENOENT ? -ENOENT : -EINVAL;
    }
    char text[FILE_BYTES + 1];
    ssize_t length = is_private(fd) ? read(fd, text, FILE_BYTES) : -1;
    (void)close(fd); /* only read from */
    if (length < 0) {
        return -EINVAL;
    }
    text[length] = '\0';
    return decode(text, boot_id, session);
}

int session_file_write(const char *run_dir, const struct session_writer *writer,
                       const struct saved_session *session)
{
    char path[PATH_BYTES];
    char new_path[PATH_BYTES];
    char hex[PASSWORD_HEX_BYTES];
    char text[FILE_BYTES];
    text_hex(hex, sizeof hex, session->password, SESSION_PASSWORD_BYTES);
    if (!path_of(path, run_dir, FILE_NAME) ||
        !path_of(new_path, run_dir, NEW_NAME) ||
        !text_format(text, sizeof text,
                     "session %" PRIx64 "\npassword %s\nboot %s\n"
                     "pid %" PRId32 "\nstart %" PRIu64 "\n",
                     session->id, hex, writer->boot_id, writer->pid,
                     writer->start_ticks)) {
        return -ENAMETOOLONG;
    }
    (void)unlink(new_path); /* of a predecessor that died here */
    int fd = open(new_path,
                  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return -errno;
    }
    size_t length = strlen(text);
    ssize_t written = write(fd, text, length);
    int status = written == (ssize_t)length ? 0 : -EIO;
    if (close(fd) != 0 || status != 0 || rename(new_path, path) != 0) {
        status = status != 0 ? status : -errno;
        (void)unlink(new_path); /* half a file helps nobody */
    }
    return status;
}

void session_file_remove(const char *run_dir)
{
    char path[PATH_BYTES];
    if (path_of(path, run_dir, FILE_NAME)) {
        (void)unlink(path); /* none there: as wanted */
    }
}
