/*
 * give.h - gives the agent an order and tells what came of it.
 */
#ifndef CTL_GIVE_H
#define CTL_GIVE_H

#include <stddef.h>

#include "ctl/client.h"
#include "ctl/options.h"

#define GIVE_TEXT_BYTES 256
#define GIVE_OPERATOR_BYTES 33 /* as the agent keeps it */
#define GIVE_REASON_BYTES 101

struct given {
    bool is_done;
    char text[GIVE_TEXT_BYTES]; /* the agent's sentence */
};

/* The agent behind the options. 0, or an exit code after saying what is wrong;
 * an agent named by its URL is wrong. */
int give_find(const struct options *options, struct client *client);

/* POSTs to `path`. 0 and the agent's answer, or an exit code after saying what
 * is wrong. */
int give_order(const struct client *client, const char *path,
               struct given *given);

/* Reads what a POST was answered; likewise. */
int give_read(const struct client *client, const struct answer *answer,
              struct given *given);

/* Prints the answer; the exit code. */
int give_tell(const struct options *options, const struct given *given);

/* Who gives it: whoever called sudo, else $USER, else the uid's login name. */
void give_operator(char name[GIVE_OPERATOR_BYTES]);

#endif
