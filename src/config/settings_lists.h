/*
 * settings_lists.h - the parts of a configuration that have no fixed number:
 * instances, registrations and labels.
 */
#ifndef CONFIG_SETTINGS_LISTS_H
#define CONFIG_SETTINGS_LISTS_H

#include "config/settings_walk.h"

/* Adds the instances of a list to the settings. The defaults must be known. */
void settings_walk_instances(struct settings_walk *walk,
                             struct settings_node list);

void settings_walk_registrations(struct settings_walk *walk,
                                 struct settings_node list);

/* Adds to the labels there are; the same key takes the new value. */
void settings_walk_labels(struct settings_walk *walk, struct settings_node map,
                          struct instance_labels *labels);

#endif
