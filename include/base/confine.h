/*
 * confine.h - what a process of ours gives up before it meets a stranger's
 * bytes: being looked into, core files, privileges by exec, the file system.
 *
 *     agent      hidden
 *     prober     hidden, no privileges, reads files (as a searcher of this
 *                host: no files rule, see confine_files)
 *     publisher  hidden, no privileges, writes in the run directory alone
 *     console    the same; as root without the rule, see console.c
 *     checker    hidden, no privileges, reads files
 *
 * Descriptors that are open already keep their rights. Nothing of it can be
 * taken back.
 */
#ifndef BASE_CONFINE_H
#define BASE_CONFINE_H

/* Not dumpable: no core file, no debugger and no look into its memory but by
 * root. 0 or a negative errno. */
int confine_hide(void);

/* The same, and exec gives no privileges from here on: for a helper. 0 or a
 * negative errno. */
int confine_helper(void);

/* Files may be read, none executed, and written, made and removed beneath
 * `directory` only; nowhere if that is NULL. Threads made before are not
 * bound. Where the kernel has no Landlock it is left out, which is told at
 * debug: never a failure.
 *
 * Who is bound can no longer look into processes that are not (their
 * descriptors, where they wait), whatever its rights. */
void confine_files(const char *directory);

#endif
