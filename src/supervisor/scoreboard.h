/*
 * scoreboard.h - shows on the board what the supervisor believes, and takes
 * over what a predecessor's board said.
 */
#ifndef SUPERVISOR_SCOREBOARD_H
#define SUPERVISOR_SCOREBOARD_H

#include "supervisor/supervisor.h"

/* Adopts a predecessor's claims into the engine, then makes the board anew
 * and stores everything on it. 0 or a negative errno. */
int scoreboard_open(struct supervisor *supervisor);

/* After a reload: everything is shown on this board from now on, which is
 * taken over. The old one is closed. */
void scoreboard_replace(struct supervisor *supervisor, struct board *board);

/* Stores what changed since the last call. */
void scoreboard_update(struct supervisor *supervisor);

/* Stores the agent's own record, with a fresh heartbeat. */
void scoreboard_beat(struct supervisor *supervisor);

/* The publisher's gossip. */
void scoreboard_take_session(struct supervisor *supervisor,
                             const struct message_session *session);
void scoreboard_take_alarm(struct supervisor *supervisor,
                           const struct message_alarm *told);
/* The publisher is gone: it holds no session as far as we know. */
void scoreboard_lose_session(struct supervisor *supervisor);

#endif
