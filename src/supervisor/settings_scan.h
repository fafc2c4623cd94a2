/*
 * settings_scan.h - the first look at a configuration's bytes: is it YAML of
 * the plain kind?
 */
#ifndef SUPERVISOR_SETTINGS_SCAN_H
#define SUPERVISOR_SETTINGS_SCAN_H

#include <stddef.h>

#include "supervisor/complaints.h"

#define SETTINGS_DEPTH_MOST 8

/* Complains of bad syntax and of what a plain configuration has no use for
 * and a typing mistake can make: aliases and anchors, tags, several
 * documents, deep nesting. */
void settings_scan(const char *bytes, size_t length,
                   struct complaints *complaints);

#endif
