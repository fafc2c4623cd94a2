/*
 * order.h - what is to be probed and how: from the command line, and for the
 * name of an instance from the agent's configuration.
 */
#ifndef CTL_ORDER_H
#define CTL_ORDER_H

#include "ctl/options.h"
#include "model/address.h"
#include "wire/message.h"

struct order {
    char instance[SETTINGS_NAME_BYTES]; /* "": not by name */
    struct address address;
    struct message_probe probe; /* all but its address */
};

/* 0; or an exit code after saying on standard error what is wrong. */
int order_make(const struct options *options, struct order *order);

/* Takes one `key<TAB>value` line of `sentinel-agent --print-instance`. 0, also
 * for a key that is of no use here; -EINVAL for a value that cannot be. */
int order_take_line(struct order *order, const char *line);

#endif
