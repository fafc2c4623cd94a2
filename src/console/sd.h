/*
 * sd.h - the host's instances as targets for Prometheus (http_sd_configs).
 */
#ifndef CONSOLE_SD_H
#define CONSOLE_SD_H

#include "console/body.h"
#include "console/snapshot.h"

/* /sd: instances. A target is the address clients use; one on a unix socket
 * that advertises none is left out. */
void sd_write(const struct snapshot *snapshot, struct body *body);

#endif
