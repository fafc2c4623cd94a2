/*
 * fuzz_target.c - what `sentinelctl probe` may be pointed at, and the lines in
 * which sentinel-agent tells of an instance: any bytes.
 *
 * The first line of the input is the target, the others are lines. Whatever
 * is accepted must be an address or a name, printable, and hold no password.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ctl/order.h"
#include "ctl/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_target(const char *text)
{
    struct target target;
    const char *why = NULL;
    if (target_parse(text, &target, &why) != 0) {
        assert(why != NULL && strstr(why, "%s") == NULL);
        return;
    }
    bool is_address = target.address.kind != ADDRESS_NONE;
    assert(is_address == (target.instance[0] == '\0'));
    assert(!is_address || text_is_printable(address_text(&target.address).text,
                                            ADDRESS_TEXT_BYTES));
    assert(target.user[0] == '\0' ||
           text_is_printable(target.user, sizeof target.user));
    assert(target.address.kind == ADDRESS_UNIX || is_address == false ||
           target.address.port > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct order order = {0};
    char *text = malloc(length + 1);
    if (text == NULL) {
        return 0;
    }
    if (length > 0) {
        memcpy(text, bytes, length);
    }
    text[length] = '\0';
    char *rest = text;
    check_target(strsep(&rest, "\n"));
    while (rest != NULL) {
        (void)order_take_line(&order, strsep(&rest, "\n")); /* any answer */
    }
    free(text);
    return 0;
}
