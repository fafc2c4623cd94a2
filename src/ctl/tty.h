/*
 * tty.h - a terminal taken over for a while: another screen, keys as they are
 * pressed, signals as events. Whoever starts it stops it, and everything is as
 * it was before.
 */
#ifndef CTL_TTY_H
#define CTL_TTY_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

enum tty_event {
    TTY_TIME,    /* nothing happened */
    TTY_KEY,     /* in `key` */
    TTY_RESIZED, /* or came back from the background */
    TTY_SIGNAL,  /* in `signal`: we are to end of it */
    TTY_GONE     /* nobody is at the keyboard any more */
};

struct tty {
    struct termios before;
    sigset_t mask_before;
    int signal_fd;
    char key;
    int signal;
};

/* True where a screen can be redrawn and keys be read. */
bool tty_is_able(void);

/* 0, or a negative errno, and nothing is changed. */
int tty_start(struct tty *tty);
void tty_stop(struct tty *tty);

/* Replaces what is on the screen. 0 or a negative errno. */
int tty_draw(const char *text, size_t length);

/* Waits for the first thing that happens. */
enum tty_event tty_wait(struct tty *tty, uint32_t within_ms);

/* Lines of the terminal; 0 if it does not tell. */
size_t tty_height(void);

#endif
