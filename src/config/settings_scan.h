/*
 * settings_scan.h - the first look at a configuration's bytes: is it YAML of
 * the plain kind?
 */
#ifndef CONFIG_SETTINGS_SCAN_H
#define CONFIG_SETTINGS_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "config/complaints.h"
#include "config/settings_bundle.h"

#define SETTINGS_DEPTH_MOST 8
/* Of one file: 4,096 instances with 25 keys each, and some. */
#define SETTINGS_NODES_MOST 250000

/* Complains of bad syntax and of what a plain configuration has no use for
 * and a typing mistake can make: aliases and anchors, tags, several
 * documents, deep nesting, endless lists. `file` is the source's number. True
 * if there was nothing to complain of. */
bool settings_scan(const struct settings_source *source, uint16_t file,
                   struct complaints *complaints);

#endif
