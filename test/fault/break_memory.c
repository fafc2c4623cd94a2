/*
 * break_memory.c - breaks memory on purpose, so that whoever looks for such
 * errors can prove first that he would find one.
 *
 *     break_memory read     reads a byte behind a block
 *     break_memory leak     loses a block for good
 *     break_memory nothing  does neither
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 16

/* Volatile: no compiler may see through what is done here, or leave it out. */
static char *volatile block;
static volatile char seen;

static void read_behind(void)
{
    volatile size_t behind = BLOCK_BYTES;
    seen = block[behind];
    free(block);
}

static void lose(void)
{
    block = NULL;
}

int main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";
    block = calloc(1, BLOCK_BYTES);
    if (block == NULL) {
        return 1;
    }
    if (strcmp(what, "read") == 0) {
        read_behind();
    } else if (strcmp(what, "leak") == 0) {
        lose();
    } else if (strcmp(what, "nothing") == 0) {
        free(block);
    } else {
        fputs("usage: break_memory read|leak|nothing\n", stderr);
        free(block);
        return 2;
    }
    return 0;
}
