/*
 * main.c - sentinelctl, the operator's command. It asks the agent's console
 * and prints; nothing ever needs it.
 */
#include "ctl/verbs.h"

int main(int argc, char **argv)
{
    return verbs_run(argc, argv);
}
