/*
 * kernel_view.c - see kernel_view.h. None of these files waits for the process
 * it tells of, as its cmdline would.
 */
#include "base/kernel_view.h"

#include <ctype.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/process.h"
#include "base/text.h"

#define WORD_BYTES 48
#define PATH_BYTES 128

/* The first word of /proc/<pid>/<name>, of letters, digits, '_' and '-'; ""
 * when it cannot be read. */
static void read_word(const char *proc, int32_t pid, const char *name,
                      char word[WORD_BYTES])
{
    char path[PATH_BYTES];
    size_t length = 0;

    word[0] = '\0';
    if (!text_format(path, sizeof(path), "%s/%d/%s", proc, pid, name)) {
        return;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    ssize_t got = read(fd, word, WORD_BYTES - 1); /* proc gives it at once */
    (void)close(fd);                              /* nothing was written */
    while ((ssize_t)length < got &&
           (isalnum((unsigned char)word[length]) || word[length] == '_' ||
            word[length] == '-')) {
        length++;
    }
    word[length] = '\0';
}

void kernel_view_read(const char *proc, int32_t pid, bool has_said_hello,
                      char *text, size_t size)
{
    struct process process;
    char waits_in[WORD_BYTES];
    char call[WORD_BYTES] = "";

    text[0] = '\0';
    if (pid <= 0 || process_look(proc, (uint32_t)pid, &process) != 0) {
        return;
    }
    read_word(proc, pid, "wchan", waits_in);
    if (has_said_hello) {
        read_word(proc, pid, "syscall", call);
    }
    /* "0": nowhere, or not for us to know. A call by number only. */
    bool has_place = waits_in[0] != '\0' && strcmp(waits_in, "0") != 0;
    bool has_call = isdigit((unsigned char)call[0]) != 0;
    (void)text_format(text, size, "%c%s%s%s%s", process.letter,
                      has_place ? " in " : "", has_place ? waits_in : "",
                      has_call ? ", syscall " : "",
                      has_call ? call : ""); /* may be cut */
}
