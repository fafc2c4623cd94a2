/*
 * config_text.h - the effective configuration, as the supervisor handed it
 * down at our start: we read no file of anybody's. A reload replaces us, so
 * the text is in force as long as we live.
 */
#ifndef CONSOLE_CONFIG_TEXT_H
#define CONSOLE_CONFIG_TEXT_H

#include <stdbool.h>

#include "console/body.h"

/* /config, from the memory behind `fd`. False, and nothing written, when none
 * was handed down (-1) or it cannot be read. */
bool config_text_write(int fd, struct body *body);

#endif
