/*
 * list_names.h - what of a list that a server sent are names of nodes. Pure.
 *
 * libzookeeper 3.8.0 does not look whether a list was whole: one that was cut
 * short on its way has names that are NULL, and a server may send any bytes.
 */
#ifndef PUBLISHER_LIST_NAMES_H
#define PUBLISHER_LIST_NAMES_H

#include <stddef.h>

/* Moves what is a name to the front, in order; what is none stands behind, for
 * the library frees each of them. Returns how many are names. */
size_t list_names_sort(char **names, size_t count);

#endif
