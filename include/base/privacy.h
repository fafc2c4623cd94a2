/*
 * privacy.h - is a file closed to all but its owner, root and us?
 *
 * The mode says so, with one exception: systemd (254 and later) lays the
 * credentials of a unit down as root's, with a list that lets the unit's user
 * read. The mode's middle bits are then the most that the list grants anybody,
 * and no longer the group's. Such a list is read, and must grant us alone.
 */
#ifndef BASE_PRIVACY_H
#define BASE_PRIVACY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* Of an open file. */
bool privacy_of_open(int fd, const struct stat *file);

/* Of what lies there, itself where it is a link. */
bool privacy_of_path(const char *path, const struct stat *file);

/* The list as the kernel tells it: does it grant nobody but `us`, beside the
 * owner? One that cannot be read grants who knows whom: false. */
bool privacy_of_list(const void *list, size_t size, uid_t us);

#endif
