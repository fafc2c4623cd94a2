/*
 * session_file.h - how a session outlives the process that opened it.
 *
 * <run_dir>/session says which session a successor may resume, and
 * <run_dir>/session.lock is held by whoever uses it, for life: two processes
 * on one session fight for ever, and a close by either deletes all nodes.
 * The password opens the session to anybody who reaches ZooKeeper, so the
 * file is 0600 and is believed only if it is a plain file of ours.
 */
#ifndef PUBLISHER_SESSION_FILE_H
#define PUBLISHER_SESSION_FILE_H

#include <stdint.h>

#define SESSION_PASSWORD_BYTES 16

struct saved_session {
    uint64_t id;
    uint8_t password[SESSION_PASSWORD_BYTES];
};

/* Who wrote the file, for people and for a left-over holder's end. */
struct session_writer {
    const char *boot_id;
    int32_t pid;
    uint64_t start_ticks; /* of that pid, as in /proc/PID/stat */
};

/* Takes the lock; `lock_fd` is then to be kept open for life. -EAGAIN while
 * another holds it, else a negative errno. */
int session_file_lock(const char *run_dir, int *lock_fd);

/* -ENOENT: none; -ESTALE: of another boot; -EINVAL: damaged, or not a plain
 * file that only we can read. */
int session_file_read(const char *run_dir, const char *boot_id,
                      struct saved_session *session);

/* Replaces the file by rename. 0 or a negative errno. */
int session_file_write(const char *run_dir, const struct session_writer *writer,
                       const struct saved_session *session);

/* Fine when there is none. */
void session_file_remove(const char *run_dir);

#endif
