/*
 * discover_processes.c - see discover_processes.h.
 */
#include "prober/discover_processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/parse.h"
#include "base/text.h"
#include "prober/discover_rules.h"

#define PATH_BYTES 512
#define COMM_BYTES 64
#define STATUS_BYTES 4096
#define LINK_BYTES 512

/* A Redis called by this name watches others; it serves nobody. */
#define SENTINEL_SUFFIX "-sentinel"

/* --- small files -------------------------------------------------------- */

/* What the file begins with, ended by a NUL; its length, 0 when it cannot be
 * read. */
static size_t read_start(const char *root, const char *process,
                         const char *name, char *bytes, size_t size)
{
    char path[PATH_BYTES];
    size_t length = 0;
    ssize_t count = 1;

    bytes[0] = '\0';
    if (!text_format(path, sizeof(path), "%s/%s/%s", root, process, name)) {
        return 0;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    while (count > 0 && length < size - 1) {
        count = read(fd, bytes + length, size - 1 - length);
        length += count > 0 ? (size_t)count : 0;
    }
    (void)close(fd); /* nothing was written to it */
    bytes[length] = '\0';
    return length;
}

static bool read_link(const char *root, const char *process, const char *name,
                      char *text)
{
    char path[PATH_BYTES];

    if (!text_format(path, sizeof(path), "%s/%s/%s", root, process, name)) {
        return false;
    }
    ssize_t length = readlink(path, text, LINK_BYTES - 1);
    if (length <= 0) {
        return false;
    }
    text[length] = '\0';
    return true;
}

/* --- does it look like a server? ---------------------------------------- */

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);

    return length >= strlen(end) &&
           strcmp(text + length - strlen(end), end) == 0;
}

static bool is_named(const char *root, const char *process)
{
    char comm[COMM_BYTES];
    char link[LINK_BYTES];

    (void)read_start(root, process, "comm", comm, sizeof(comm));
    comm[strcspn(comm, "\n")] = '\0';
    if (discover_rules_is_name(comm)) {
        return !ends_with(comm, SENTINEL_SUFFIX);
    }
    if (!read_link(root, process, "exe", link)) {
        return false; /* another user's; or a thread of the kernel */
    }
    const char *slash = strrchr(link, '/');
    return discover_rules_is_name(slash != NULL ? slash + 1 : link);
}

static bool is_titled(const char *root, const char *process)
{
    char title[DISCOVER_PROCESSES_TITLE_BYTES];
    struct discover_title read;

    (void)read_start(root, process, "cmdline", title, sizeof(title));
    discover_rules_read_title(title, &read);
    return discover_rules_is_name(title) && !read.is_sentinel;
}

/* --- is it one of this network? ----------------------------------------- */

static bool stat_net(const char *root, const char *process, struct stat *net)
{
    char path[PATH_BYTES];

    return text_format(path, sizeof(path), "%s/%s/net/tcp", root, process) &&
           stat(path, net) == 0;
}

/* The link to the namespace is for the process' own user. Everybody may see
 * its list of sockets, which is one file in all processes of a namespace. */
static bool is_of_our_network(const char *root, const char *process)
{
    char theirs[LINK_BYTES];
    char ours[LINK_BYTES];
    struct stat their_net;
    struct stat our_net;

    if (read_link(root, process, "ns/net", theirs) &&
        read_link(root, "self", "ns/net", ours)) {
        return strcmp(theirs, ours) == 0;
    }
    return stat_net(root, process, &their_net) &&
           stat_net(root, "self", &our_net) &&
           their_net.st_ino == our_net.st_ino &&
           their_net.st_dev == our_net.st_dev;
}

/* --- who is it? --------------------------------------------------------- */

/* The number that stands at `index` (from 0) in "\nKey:\t1\t2\n", or, with
 * the index past the end, the last one. False if there is none. */
static bool read_number(const char *status, const char *key, unsigned index,
                        uint32_t *number)
{
    const char *at = strstr(status, key);
    bool is_found = false;

    if (at == NULL) {
        return false;
    }
    at += strlen(key);
    for (unsigned i = 0; i <= index; i++) {
        char digits[16] = "";
        uint64_t value = 0;
        at += strspn(at, "\t ");
        size_t length = strspn(at, "0123456789");
        if (length == 0 || length >= sizeof(digits)) {
            break;
        }
        memcpy(digits, at, length);
        if (parse_u64(digits, 0, UINT32_MAX, &value) != 0) {
            break;
        }
        *number = (uint32_t)value;
        is_found = true;
        at += length;
    }
    return is_found;
}

static bool identify(const char *root, const char *name,
                     struct discover_process *process)
{
    char status[STATUS_BYTES];

    (void)read_start(root, name, "status", status, sizeof(status));
    process->own_pid = process->pid;
    /* Kernels before 4.1 have no such line, and no way to tell. */
    (void)read_number(status, "\nNSpid:", UINT16_MAX, &process->own_pid);
    return read_number(status, "\nUid:", 1, &process->uid);
}

/* --- the sweep ---------------------------------------------------------- */

static bool is_known(const struct discover_processes *processes, uint32_t pid)
{
    for (uint32_t i = 0; i < processes->count; i++) {
        if (processes->list[i].pid == pid) {
            return true;
        }
    }
    return false;
}

static void consider(struct discover_processes *processes,
                     enum discover_sweep sweep, const char *name, uint32_t pid)
{
    struct discover_process process = {.pid = pid};
    const char *root = processes->root;
    bool is_match = false;

    if (is_known(processes, pid)) {
        return;
    }
    switch (sweep) {
    case DISCOVER_BY_NAME:
        is_match = is_named(root, name);
        break;
    case DISCOVER_BY_TITLE:
        is_match = !is_named(root, name) && is_titled(root, name);
        break;
    }
    if (!is_match || !is_of_our_network(root, name) ||
        !identify(root, name, &process)) {
        return;
    }
    if (processes->count == DISCOVER_PROCESSES_MOST) {
        processes->left_out++;
        return;
    }
    processes->list[processes->count] = process;
    processes->count++;
}

/* --- public ------------------------------------------------------------- */

void discover_processes_init(struct discover_processes *processes,
                             const char *root, uint64_t end_ms)
{
    *processes = (struct discover_processes){.root = root, .end_ms = end_ms};
}

void discover_processes_sweep(struct discover_processes *processes,
                              enum discover_sweep sweep)
{
    uint64_t pid = 0;
    DIR *directory = opendir(processes->root);

    if (directory == NULL) {
        processes->is_cut = true;
        return;
    }
    for (struct dirent *entry = readdir(directory); entry != NULL;
         entry = readdir(directory)) {
        if (parse_u64(entry->d_name, 1, INT32_MAX, &pid) != 0) {
            continue;
        }
        if (clock_monotonic_ms() >= processes->end_ms) {
            processes->is_cut = true;
            break;
        }
        consider(processes, sweep, entry->d_name, (uint32_t)pid);
    }
    (void)closedir(directory); /* nothing was written to it */
}

/* "socket:[4711]". */
static bool read_socket(const char *link, uint64_t *inode)
{
    static const char prefix[] = "socket:[";
    char digits[24] = "";

    if (strncmp(link, prefix, strlen(prefix)) != 0) {
        return false;
    }
    size_t length = strcspn(link + strlen(prefix), "]");
    if (length >= sizeof(digits)) {
        return false;
    }
    memcpy(digits, link + strlen(prefix), length);
    return parse_u64(digits, 1, UINT64_MAX, inode) == 0;
}

void discover_processes_sockets(struct discover_processes *processes,
                                uint32_t process, discover_socket_cb on_socket,
                                void *owner)
{
    char path[PATH_BYTES];
    char link[LINK_BYTES];
    uint64_t inode = 0;
    struct discover_process *holder = &processes->list[process];

    if (!text_format(path, sizeof(path), "%s/%u/fd", processes->root,
                     holder->pid)) {
        return;
    }
    DIR *directory = opendir(path);
    if (directory == NULL) {
        holder->is_hidden = errno == EACCES || errno == EPERM;
        return;
    }
    unsigned left = DISCOVER_PROCESSES_DESCRIPTORS_MOST;
    for (struct dirent *entry = readdir(directory); entry != NULL && left > 0;
         entry = readdir(directory), left--) {
        ssize_t length =
            readlinkat(dirfd(directory), entry->d_name, link, sizeof(link) - 1);
        if (length > 0) {
            link[length] = '\0';
            if (read_socket(link, &inode)) {
                on_socket(owner, process, inode);
            }
        } else if (errno == EACCES || errno == EPERM) {
            holder->is_hidden = true;
        }
    }
    (void)closedir(directory); /* nothing was written to it */
}

void discover_processes_title(const struct discover_processes *processes,
                              uint32_t process, char *title, size_t size)
{
    char name[16];

    (void)text_format(name, sizeof(name), "%u",
                      processes->list[process].pid); /* it fits */
    (void)read_start(processes->root, name, "cmdline", title,
                     size); /* its length is its strlen */
}
