/*
 * vitals.c - this process as the kernel and the C library see it.
 *
 * Only /proc/self is read, which is a process' own also when it is not
 * dumpable, and links of descriptors are read rather than their files asked:
 * fstat may wait for a server of files, a link never does.
 */
#include "base/vitals.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/text.h"

#define FILE_BYTES 2048 /* stat and smaps_rollup have less than half of it */
#define LINK_BYTES 64   /* its beginning says what it is */
/* Counted one by one when their list cannot be opened. */
#define DESCRIPTORS_MOST 4096
/* Fields of /proc/self/stat behind the name (proc(5)): the first is the
 * third. */
#define FIELD_THREADS (20 - 3)
#define FIELD_RSS_PAGES (24 - 3)

#define FD_TEXT(constant, text) [constant] = (text),
static const char *const fd_names[] = {VITALS_FD_TABLE(FD_TEXT)};
#undef FD_TEXT

const char *vitals_fd_name(enum vitals_fd kind)
{
    return (unsigned)kind < VITALS_FD_KINDS ? fd_names[kind] : "?";
}

static bool begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

enum vitals_fd vitals_fd_kind(const char *link)
{
    if (begins_with(link, "socket:")) {
        return VITALS_FD_SOCKET;
    }
    if (begins_with(link, "pipe:")) {
        return VITALS_FD_PIPE;
    }
    if (begins_with(link, "anon_inode:") || begins_with(link, "/memfd:") ||
        begins_with(link, "pidfd:")) {
        return VITALS_FD_ANON;
    }
    return link[0] == '/' ? VITALS_FD_FILE : VITALS_FD_OTHER;
}

/* "" when it cannot be read. */
static void read_file(const char *path, char *bytes, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, bytes, size - 1) : 0;
    bytes[got > 0 ? got : 0] = '\0';
    if (fd >= 0) {
        (void)close(fd); /* only read from */
    }
}

/* --- memory, threads, CPU ------------------------------------------------- */

static uint64_t stat_field(const char *stat, int field)
{
    const char *at = strrchr(stat, ')'); /* the name may hold anything */
    for (int i = -1; at != NULL && i < field; i++) {
        at = strchr(at + 1, ' ');
    }
    return at != NULL ? strtoull(at, NULL, 10) : 0;
}

static uint64_t line_kb(const char *text, const char *label)
{
    const char *line = strstr(text, label);
    return line != NULL ? strtoull(line + strlen(label), NULL, 10) : 0;
}

static void read_memory(struct vitals *vitals)
{
    char text[FILE_BYTES];
    read_file("/proc/self/stat", text, sizeof text);
    vitals->threads = (uint32_t)stat_field(text, FIELD_THREADS);
    vitals->rss_kb = stat_field(text, FIELD_RSS_PAGES) *
                     (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
    read_file("/proc/self/smaps_rollup", text, sizeof text);
    vitals->pss_kb = line_kb(text, "\nPss:");
    uint64_t exact_kb = line_kb(text, "\nRss:"); /* stat's lags behind */
    vitals->rss_kb = exact_kb > 0 ? exact_kb : vitals->rss_kb;
}

static void read_heap(struct vitals *vitals)
{
    struct mallinfo2 info = mallinfo2();
    vitals->heap_kb = (info.uordblks + info.hblkhd) / 1024;
    vitals->heap_free_kb = info.fordblks / 1024;
}

static void read_cpu(struct vitals *vitals)
{
    struct rusage used;
    if (getrusage(RUSAGE_SELF, &used) == 0) {
        vitals->cpu_ms =
            (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
            (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
    }
}

/* --- descriptors ---------------------------------------------------------- */

/* False when there is no such descriptor. */
static bool count_descriptor(struct vitals *vitals, const char *number)
{
    char path[32];
    char link[LINK_BYTES];
    (void)text_format(path, sizeof path, "/proc/self/fd/%.16s",
                      number); /* fits */
    ssize_t length = readlink(path, link, sizeof link - 1);
    if (length < 0) {
        return false;
    }
    link[length] = '\0';
    vitals->fds[vitals_fd_kind(link)]++;
    return true;
}

/* A link is read without opening anything, so a process that has used up its
 * descriptors can still say so. */
static void try_descriptors(struct vitals *vitals)
{
    for (unsigned i = 0; i < DESCRIPTORS_MOST; i++) {
        char number[16];
        (void)text_format(number, sizeof number, "%u", i); /* fits */
        (void)count_descriptor(vitals, number); /* most are not open */
    }
}

static void read_descriptors(struct vitals *vitals)
{
    DIR *list = opendir("/proc/self/fd");
    if (list == NULL) {
        if (errno == EMFILE || errno == ENFILE) {
            try_descriptors(vitals);
        }
        return;
    }
    char own[16]; /* the one the list is read with */
    (void)text_format(own, sizeof own, "%d", dirfd(list)); /* fits */
    for (struct dirent *entry = readdir(list); entry != NULL;
         entry = readdir(list)) {
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, own) != 0) {
            (void)count_descriptor(vitals, entry->d_name); /* may be closed */
        }
    }
    (void)closedir(list); /* only read from */
}

void vitals_read(struct vitals *vitals)
{
    *vitals = (struct vitals){0};
    read_memory(vitals);
    read_heap(vitals);
    read_cpu(vitals);
    read_descriptors(vitals);
}
