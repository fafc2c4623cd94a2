/*
 * kernel_view.h - what the kernel says of a process of ours, one that is about
 * to be killed or any other, for people: "D in nfs_wait, syscall 0".
 *
 * What is not readable is left out: wchan and syscall are only for who may
 * trace a process that is not dumpable.
 */
#ifndef BASE_KERNEL_VIEW_H
#define BASE_KERNEL_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of /proc/<pid>; `proc` is "/proc" but in tests. `has_said_hello`: it is past
 * its exec; before that the kernel may hold who asks for the system call until
 * the program's file was read. "" when nothing can be said. */
void kernel_view_read(const char *proc, int32_t pid, bool has_said_hello,
                      char *text, size_t size);

#endif
