/*
 * sockets.c - see sockets.h. The tables are texts (proc(5)), made by the
 * kernel as they are read; they wait for nobody.
 */
#include "console/sockets.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define LINE_BYTES 512
#define PATH_BYTES 128
#define END_BYTES (INET6_ADDRSTRLEN + 8)

/* include/net/tcp_states.h, from 1. */
static const char *const tcp_states[] = {
    "?",          "established", "syn_sent",  "syn_recv",
    "fin_wait1",  "fin_wait2",   "time_wait", "close",
    "close_wait", "last_ack",    "listens",   "closing",
};

static int compare_inodes(const void *one, const void *other)
{
    uint64_t left = ((const struct socket_question *)one)->inode;
    uint64_t right = ((const struct socket_question *)other)->inode;
    return (left > right) - (left < right);
}

struct asked {
    struct socket_question *questions;
    uint32_t count;
};

static struct socket_question *find(const struct asked *asked, uint64_t inode)
{
    const struct socket_question key = {.inode = inode};
    return bsearch(&key, asked->questions, asked->count, sizeof key,
                   compare_inodes);
}

/* "0100007F:1F90": each 32 bits of the address as a number of this machine. */
static void write_end(const char *hex, char *text, size_t size)
{
    uint32_t words[4] = {0};
    char host[INET6_ADDRSTRLEN] = "?";
    size_t digits = strcspn(hex, ":");
    size_t count = digits / 8;
    if (count != 1 && count != 4) {
        (void)text_copy(text, size, "?"); /* fits */
        return;
    }
    for (size_t i = 0; i < count; i++) {
        char word[9] = "";
        memcpy(word, hex + i * 8, 8);
        words[i] = (uint32_t)strtoul(word, NULL, 16);
    }
    unsigned port =
        hex[digits] == ':' ? (unsigned)strtoul(hex + digits + 1, NULL, 16) : 0;
    (void)inet_ntop(count == 1 ? AF_INET : AF_INET6, words, host,
                    sizeof host); /* the size is right for both */
    (void)text_format(text, size, count == 1 ? "%s:%u" : "[%s]:%u", host,
                      port); /* fits */
}

/* Where the word begins that has so many before it. */
static const char *find_word(const char *line, unsigned index)
{
    line += strspn(line, " ");
    for (unsigned i = 0; i < index; i++) {
        line += strcspn(line, " ");
        line += strspn(line, " ");
    }
    return line;
}

/* The one whose inode is that word of the line, or NULL. */
static struct socket_question *find_by_word(const struct asked *asked,
                                            const char *line, unsigned index)
{
    uint64_t inode = strtoull(find_word(line, index), NULL, 10);
    return inode != 0 ? find(asked, inode) : NULL;
}

/* "sl local remote st queues timer retransmits uid timeout inode ..." */
static void take_tcp(const struct asked *asked, const char *line)
{
    struct socket_question *question = find_by_word(asked, line, 9);
    if (question == NULL) {
        return;
    }
    unsigned long state = strtoul(find_word(line, 3), NULL, 16);
    char here[END_BYTES];
    char there[END_BYTES];
    write_end(find_word(line, 1), here, sizeof here);
    write_end(find_word(line, 2), there, sizeof there);
    bool is_known = state < sizeof tcp_states / sizeof tcp_states[0];
    const char *name = tcp_states[is_known ? state : 0];
    bool listens = strcmp(name, "listens") == 0;
    (void)text_format(question->text, sizeof question->text, "tcp %s %s%s%s",
                      here, listens ? "" : there, listens ? "" : " ",
                      name); /* fits */
}

/* "Num: RefCount Protocol Flags Type St Inode Path" */
static void take_unix(const struct asked *asked, const char *line)
{
    struct socket_question *question = find_by_word(asked, line, 6);
    if (question != NULL) {
        const char *path = find_word(line, 7);
        (void)text_format(question->text, sizeof question->text, "unix%s%.*s",
                          *path != '\n' && *path != '\0' ? " " : "",
                          (int)strcspn(path, "\n"), path); /* may be cut */
    }
}

typedef void (*line_taker)(const struct asked *asked, const char *line);

static void read_table(const struct asked *asked, const char *net,
                       const char *name, line_taker take)
{
    char path[PATH_BYTES];
    char line[LINE_BYTES];
    (void)text_format(path, sizeof path, "%s/%s", net, name); /* fits */
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return; /* no such protocol in this kernel, or no descriptor left */
    }
    for (uint32_t i = 0;
         i < SOCKETS_LINES_MOST && fgets(line, sizeof line, file) != NULL;
         i++) {
        if (i > 0) { /* the first line names the columns */
            take(asked, line);
        }
    }
    (void)fclose(file); /* only read from */
}

void sockets_answer(const char *net, struct socket_question *questions,
                    uint32_t count)
{
    const struct asked asked = {.questions = questions, .count = count};
    if (count == 0) {
        return;
    }
    qsort(questions, count, sizeof *questions, compare_inodes);
    read_table(&asked, net, "tcp", take_tcp);
    read_table(&asked, net, "tcp6", take_tcp);
    read_table(&asked, net, "unix", take_unix);
}
