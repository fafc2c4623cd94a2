/*
 * main.c - sentinelctl, the operator's command. It asks the agent's console
 * and prints; nothing ever needs it.
 */
#include <fcntl.h>
#include <unistd.h>

#include "ctl/verbs.h"

/* So that no connection of ours becomes standard output by accident. */
static void fill_standard_descriptors(void)
{
    int fd = open("/dev/null", O_RDWR);

    while (fd >= 0 && fd <= STDERR_FILENO) {
        fd = open("/dev/null", O_RDWR);
    }
    if (fd > STDERR_FILENO) {
        (void)close(fd); /* one too many */
    }
}

int main(int argc, char **argv)
{
    fill_standard_descriptors();
    return verbs_run(argc, argv);
}
