/*
 * tty.c - see tty.h.
 *
 * Signals that end or stop a program wait in a descriptor meanwhile, so that
 * the terminal is put right before they do what they came for. Only SIGKILL
 * leaves it as it is; `reset` helps.
 */
#include "ctl/tty.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* The other screen, without cursor and without folding; and back. */
#define ENTER "\033[?1049h\033[?25l\033[?7l"
#define LEAVE "\033[?7h\033[?25h\033[?1049l"
#define HOME "\033[H"
#define CLEAR_REST "\033[J"
#define CLEAR_LINE "\033[K"

static const int held[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH};

bool tty_is_able(void)
{
    const char *terminal = getenv("TERM");
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && terminal != NULL &&
           terminal[0] != '\0' && strcmp(terminal, "dumb") != 0;
}

size_t tty_height(void)
{
    struct winsize size = {0};
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

/* --- writing ------------------------------------------------------------- */

static int write_all(const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t count = write(STDOUT_FILENO, bytes, length);
        if (count < 0 && errno != EINTR && errno != EAGAIN) {
            return -errno;
        }
        if (count > 0) {
            bytes += count;
            length -= (size_t)count;
        }
    }
    return 0;
}

/* A line is cleared before it is written: at the end of one as wide as the
 * screen the cursor stands on its last letter. */
static void put_lines(FILE *stream, const char *text, size_t length)
{
    const char *end = memchr(text, '\n', length);
    while (end != NULL) {
        size_t line = (size_t)(end - text) + 1;
        (void)fputs(CLEAR_LINE, stream); /* its errors are fclose's */
        (void)fwrite(text, 1, line, stream);
        text += line;
        length -= line;
        end = memchr(text, '\n', length);
    }
    (void)fputs(CLEAR_REST, stream);
    (void)fwrite(text, 1, length, stream);
}

int tty_draw(const char *text, size_t length)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&bytes, &size);
    if (stream == NULL) {
        return -ENOMEM;
    }
    (void)fputs(HOME, stream); /* as above */
    put_lines(stream, text, length);
    int status = fclose(stream) == 0 ? write_all(bytes, size) : -ENOMEM;
    free(bytes);
    return status;
}

/* --- taking it and giving it back ---------------------------------------- */

/* Keys one by one and unseen. Signals of keys stay signals. */
static int enter(const struct tty *tty)
{
    struct termios now = tty->before;
    now.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    now.c_cc[VMIN] = 1;
    now.c_cc[VTIME] = 0;
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &now) != 0) {
        return -errno;
    }
    return write_all(ENTER, strlen(ENTER));
}

static void leave(const struct tty *tty)
{
    /* A terminal that is gone needs neither. */
    (void)write_all(LEAVE, strlen(LEAVE));
    (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &tty->before);
}

/* One that was ignored when we were started stays ignored: nohup. */
static void set_of_held(sigset_t *set)
{
    (void)sigemptyset(set); /* cannot fail */
    for (size_t i = 0; i < sizeof held / sizeof held[0]; i++) {
        struct sigaction action;
        if (sigaction(held[i], NULL, &action) == 0 &&
            action.sa_handler != SIG_IGN) {
            (void)sigaddset(set, held[i]); /* cannot fail for these */
        }
    }
}

int tty_start(struct tty *tty)
{
    sigset_t set;
    *tty = (struct tty){.signal_fd = -1};
    if (tcgetattr(STDIN_FILENO, &tty->before) != 0) {
        return -errno;
    }
    set_of_held(&set);
    tty->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (tty->signal_fd < 0) {
        return -errno;
    }
    (void)sigprocmask(SIG_BLOCK, &set, &tty->mask_before); /* cannot fail */
    int status = enter(tty);
    if (status != 0) {
        tty_stop(tty);
    }
    return status;
}

void tty_stop(struct tty *tty)
{
    leave(tty);
    (void)close(tty->signal_fd); /* nothing was written to it */
    tty->signal_fd = -1;
    (void)sigprocmask(SIG_SETMASK, &tty->mask_before, NULL); /* cannot fail */
}

/* --- what happens -------------------------------------------------------- */

/* Ctrl-Z: the shell gets its terminal back, and we ours when it says fg. */
static void stay_in_background(const struct tty *tty)
{
    leave(tty);
    (void)raise(SIGSTOP); /* cannot fail */
    (void)enter(tty);     /* the next drawing would say so */
}

static enum tty_event take_signal(struct tty *tty)
{
    struct signalfd_siginfo told;
    if (read(tty->signal_fd, &told, sizeof told) != sizeof told) {
        return TTY_TIME;
    }
    tty->signal = (int)told.ssi_signo;
    if (tty->signal == SIGTSTP) {
        stay_in_background(tty);
        return TTY_RESIZED;
    }
    return tty->signal == SIGWINCH ? TTY_RESIZED : TTY_SIGNAL;
}

enum tty_event tty_wait(struct tty *tty, uint32_t within_ms)
{
    struct pollfd events[] = {{.fd = tty->signal_fd, .events = POLLIN},
                              {.fd = STDIN_FILENO, .events = POLLIN}};
    if (poll(events, 2, (int)within_ms) <= 0) {
        return TTY_TIME;
    }
    if (events[0].revents != 0) {
        return take_signal(tty);
    }
    return read(STDIN_FILENO, &tty->key, 1) == 1 ? TTY_KEY : TTY_GONE;
}
