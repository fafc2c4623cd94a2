/*
 * board_guard.c - keeps the writer alive when its file is cut short.
 *
 * A store into a mapping whose file somebody truncated (`: > board`) is a
 * SIGBUS, and the supervisor may not die of that. The handler gives the file
 * its size back, and the store goes on where it was; what was lost is stored
 * anew as soon as board_was_cut is asked; so is what somebody wrote over, head
 * first: with a strange head no helper could be started any more. Where that
 * does not help (no room, or a SIGBUS of somebody else's) the default action is
 * restored, and the process ends as it would have.
 *
 * A signal handler is handed no owner, so what it needs is a file-local
 * variable. Readers are not guarded: they are replaced.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/board.h"
#include "model/board_layout.h"

/* In one turn of the loop; each is a file cut once more. */
#define FAULTS_MOST 16

static struct {
    struct board *board; /* borrowed; NULL: nothing is minded */
    atomic_int faults;   /* since board_was_cut was asked */
} guard;

/* Only what is safe in a signal handler: ftruncate, signal. */
static void handle_fault(int number, siginfo_t *info, void *context)
{
    const struct board *board = guard.board;
    const uint8_t *at = info->si_addr;

    (void)context;
    bool is_ours =
        board != NULL && at >= board->map && at < board->map + board->size;
    if (!is_ours || atomic_fetch_add(&guard.faults, 1) >= FAULTS_MOST ||
        ftruncate(board->guarded_fd, (off_t)board->size) != 0) {
        (void)signal(number, SIG_DFL); /* the fault comes again, and ends us */
    }
}

void board_guard_stop(struct board *board)
{
    if (board->guarded_fd < 0) {
        return;
    }
    (void)signal(SIGBUS, SIG_DFL); /* cannot fail for SIGBUS */
    guard.board = NULL;
    (void)close(board->guarded_fd); /* what was stored is in the mapping */
    board->guarded_fd = -1;
}

void board_guard_start(struct board *board, int fd)
{
    struct sigaction action = {.sa_sigaction = handle_fault,
                               .sa_flags = SA_SIGINFO};

    if (guard.board != NULL) {
        board_guard_stop(guard.board); /* the new one takes its place */
    }
    board->guarded_fd = fd;
    guard.faults = 0;
    guard.board = board;
    (void)sigaction(SIGBUS, &action, NULL); /* cannot fail for SIGBUS */
}

static bool has_its_size(const struct board *board)
{
    struct stat file;

    return fstat(board->guarded_fd, &file) != 0 ||
           file.st_size == (off_t)board->size;
}

static bool has_its_head(const struct board *board)
{
    struct board_head now;
    const struct board_head *wanted = &board->head;

    memcpy(&now, board->map, sizeof now);
    return now.magic == wanted->magic && now.layout == wanted->layout &&
           now.instance_count == wanted->instance_count &&
           now.settings_bytes == wanted->settings_bytes &&
           memcmp(now.record_sizes, wanted->record_sizes,
                  sizeof now.record_sizes) == 0 &&
           memcmp(now.boot_id, wanted->boot_id, sizeof now.boot_id) == 0;
}

bool board_was_cut(struct board *board)
{
    if (board->guarded_fd < 0 ||
        (guard.faults == 0 && has_its_size(board) && has_its_head(board))) {
        return false;
    }
    if (ftruncate(board->guarded_fd, (off_t)board->size) != 0) {
        return false; /* no room: the next store tries the same */
    }
    memcpy(board->map, &board->head, sizeof board->head);
    guard.faults = 0;
    return true;
}
