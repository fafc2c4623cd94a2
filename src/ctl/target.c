/*
 * target.c - see target.h. The address itself is read by model/address, so
 * the command takes what the configuration takes.
 */
#include "ctl/target.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "base/text.h"

#define DATABASE_MOST 99999999

static int fail(const char **why, const char *what)
{
    *why = what;
    return -EINVAL;
}

/* --- URLs ---------------------------------------------------------------- */

/* The byte behind "%XX"; -1 if it is none a user may have. */
static int escaped_byte(const char *text, size_t length)
{
    if (length < 3) {
        return -1;
    }
    int high = parse_hex_digit(text[1]);
    int low = parse_hex_digit(text[2]);
    int byte = high < 0 || low < 0 ? -1 : 16 * high + low;
    return byte >= 0x20 && byte <= 0x7e ? byte : -1;
}

static int take_user(const char *text, size_t length, struct target *target,
                     const char **why)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        int byte = (unsigned char)text[i];
        if (byte == ':') {
            return fail(why, "no password in a URL, where everybody on this "
                             "host can read it: give --password-file FILE");
        }
        if (byte == '%') {
            byte = escaped_byte(text + i, length - i);
            i += 2;
        }
        if (byte < 0x20 || byte > 0x7e) {
            return fail(why, "the URL's user has a bad %-escape or a byte "
                             "that is not printable");
        }
        if (used + 1 >= sizeof target->user) {
            return fail(why, "the URL's user is longer than 128 bytes");
        }
        target->user[used++] = (char)byte;
    }
    target->user[used] = '\0';
    return used > 0 ? 0 : fail(why, "the URL's user is empty");
}

static bool has_port(const char *host)
{
    const char *bracket = strrchr(host, ']');
    return strchr(bracket != NULL ? bracket : host, ':') != NULL;
}

static int take_host(const char *text, size_t length, struct target *target,
                     const char **why)
{
    char address[ADDRESS_TEXT_BYTES];
    if (length >= sizeof address) {
        return fail(why, "the URL's host is too long");
    }
    (void)text_format(address, sizeof address, "%.*s", (int)length,
                      text); /* fits */
    if (!has_port(address) &&
        !text_append(address, sizeof address, ":%s", TARGET_PORT_DEFAULT)) {
        return fail(why, "the URL's host is too long");
    }
    return address_parse(address, false, &target->address, why);
}

/* What follows host and port: nothing, "/" or "/0". */
static int check_database(const char *rest, const char **why)
{
    uint64_t number = 0;
    bool is_none = rest[0] == '\0' || strcmp(rest, "/") == 0;
    if (is_none || (rest[0] == '/' &&
                    parse_u64(rest + 1, 0, DATABASE_MOST, &number) == 0)) {
        return 0;
    }
    return fail(why, "after a URL's host and port only /DATABASE, a number, "
                     "may follow");
}

/* `text` is what follows "redis://". */
static int parse_url(const char *text, struct target *target, const char **why)
{
    size_t length = strcspn(text, "/?#");
    const char *host = text;
    const char *at = memrchr(text, '@', length);
    if (at != NULL) {
        if (take_user(text, (size_t)(at - text), target, why) != 0) {
            return -EINVAL;
        }
        host = at + 1;
    }
    if (take_host(host, (size_t)(text + length - host), target, why) != 0) {
        return -EINVAL;
    }
    return check_database(text + length, why);
}

/* What follows the scheme; NULL if `text` has another one. */
static const char *after(const char *text, const char *scheme)
{
    size_t length = strlen(scheme);
    return strncasecmp(text, scheme, length) == 0 ? text + length : NULL;
}

/* --- names --------------------------------------------------------------- */

static bool is_instance_name(const char *text)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t length = strlen(text);
    return length > 0 && length < SETTINGS_NAME_BYTES && text[0] != '.' &&
           strspn(text, allowed) == length;
}

static int parse_instance(const char *text, struct target *target,
                          const char **why)
{
    if (!is_instance_name(text)) {
        return fail(why, "a target is host:port, [v6]:port, unix:/path, "
                         "redis://host, rediss://host or the name of a "
                         "configured instance");
    }
    (void)text_copy(target->instance, sizeof target->instance, text); /* fits */
    return 0;
}

static int parse_path(const char *text, struct target *target, const char **why)
{
    char address[ADDRESS_TEXT_BYTES];
    if (!text_format(address, sizeof address, "unix:%s", text)) {
        return fail(why, "the path of a unix socket is longer than 107 bytes");
    }
    return address_parse(address, false, &target->address, why);
}

/* --- all of them --------------------------------------------------------- */

static int parse(const char *text, struct target *target, const char **why)
{
    const char *plain = after(text, "redis://");
    const char *encrypted = after(text, "rediss://");
    if (plain != NULL || encrypted != NULL) {
        target->has_tls = encrypted != NULL;
        return parse_url(plain != NULL ? plain : encrypted, target, why);
    }
    if (text[0] == '/') {
        return parse_path(text, target, why);
    }
    if (strncmp(text, "unix:", strlen("unix:")) == 0) {
        return address_parse(text, false, &target->address, why);
    }
    if (strstr(text, "://") != NULL) {
        return fail(why, "a URL begins with redis:// or rediss://");
    }
    if (strchr(text, '@') != NULL) {
        return fail(why, "a user stands in a URL, redis://user@host:port, or "
                         "behind --user");
    }
    if (strchr(text, ':') != NULL) {
        return address_parse(text, false, &target->address, why);
    }
    return parse_instance(text, target, why);
}

int target_parse(const char *text, struct target *target, const char **why)
{
    struct target parsed = {0};
    int status = parse(text, &parsed, why);
    if (status == 0) {
        *target = parsed;
    }
    return status;
}
