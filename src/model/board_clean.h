/*
 * board_clean.h - makes a record copied from a board safe to use whatever its
 * bytes were: texts end, enums and counts are in range, bools are 0 or 1. A
 * healthy record is left as it is.
 */
#ifndef MODEL_BOARD_CLEAN_H
#define MODEL_BOARD_CLEAN_H

#include "model/board.h"

void board_clean_agent(struct board_agent *agent);
void board_clean_zookeeper(struct board_zookeeper *zookeeper);
void board_clean_service(struct board_service *service);
void board_clean_tasks(struct tasks *tasks);
void board_clean_event(struct event *event);
void board_clean_ending(struct ending *ending);
void board_clean_instance(struct board_instance *record);

#endif
