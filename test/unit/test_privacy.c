/*
 * test_privacy.c - a file is private when nobody but its owner and we are
 * granted anything, whether its mode says so or a list of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/privacy.h"
#include "base/text.h"

#define US 998
#define NOBODY 0xffffffff
#define LIST_NAME "system.posix_acl_access"

enum tag {
    OWNER = 1,
    USER = 2,
    GROUP_OBJ = 4,
    GROUP = 8,
    MASK = 16,
    REST = 32
};

/* As the kernel writes it: version 2, then tag, rights and whose. */
struct list {
    unsigned char bytes[128];
    size_t size;
};

static void add(struct list *list, unsigned tag, unsigned rights, uint32_t id)
{
    if (list->size == 0) {
        list->bytes[0] = 2;
        list->size = 4;
    }
    unsigned char *entry = list->bytes + list->size;
    entry[0] = (unsigned char)tag;
    entry[2] = (unsigned char)rights;
    for (int byte = 0; byte < 4; byte++) {
        entry[4 + byte] = (unsigned char)(id >> (8 * byte));
    }
    list->size += 8;
}

/* What systemd 257 lays down for a credential of user `us`. */
static struct list credential_of(uint32_t us)
{
    struct list list = {.size = 0};
    add(&list, OWNER, 4, NOBODY);
    add(&list, USER, 4, us);
    add(&list, GROUP_OBJ, 0, NOBODY);
    add(&list, MASK, 4, NOBODY);
    add(&list, REST, 0, NOBODY);
    return list;
}

static bool is_private(const struct list *list)
{
    return privacy_of_list(list->bytes, list->size, US);
}

/* --- the list ------------------------------------------------------------ */

static void list_that_grants_us_alone_is_private(void **state)
{
    (void)state;
    struct list list = credential_of(US);
    assert_true(is_private(&list));
}

static void list_that_grants_another_user_is_not_private(void **state)
{
    (void)state;
    struct list list = credential_of(US + 1);
    assert_false(is_private(&list));
    list = credential_of(US);
    add(&list, USER, 4, US + 1);
    assert_false(is_private(&list));
}

static void list_that_grants_a_group_or_all_is_not_private(void **state)
{
    (void)state;
    const unsigned tags[] = {GROUP_OBJ, GROUP, REST, 64};
    for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++) {
        struct list list = credential_of(US);
        add(&list, tags[i], 0, US);
        assert_true(is_private(&list));
        add(&list, tags[i], 1, US);
        assert_false(is_private(&list));
    }
}

static void list_that_cannot_be_read_is_not_private(void **state)
{
    (void)state;
    struct list list = credential_of(US);
    for (size_t size = 0; size < list.size; size++) {
        bool is_whole = size >= 4 && (size - 4) % 8 == 0;
        assert_int_equal(privacy_of_list(list.bytes, size, US), is_whole);
    }
    list.bytes[0] = 3;
    assert_false(is_private(&list));
}

/* --- files --------------------------------------------------------------- */

struct place {
    char path[256];
    int fd;
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof(*place));
    if (place == NULL) {
        return -1;
    }
    *state = place;
    const char *directory = getenv("TMPDIR");
    bool fits =
        text_format(place->path, sizeof(place->path), "%s/privacy-XXXXXX",
                    directory != NULL ? directory : "/tmp");
    place->fd = fits ? mkstemp(place->path) : -1;
    return place->fd < 0 ? -1 : 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;
    int status = close(place->fd) | unlink(place->path);
    free(place);
    return status;
}

static bool is_file_private(const struct place *place)
{
    struct stat file;
    assert_int_equal(fstat(place->fd, &file), 0);
    bool is_private = privacy_of_open(place->fd, &file);
    assert_int_equal(privacy_of_path(place->path, &file), is_private);
    return is_private;
}

static void mode_alone_decides_where_there_is_no_list(void **state)
{
    struct place *place = *state;
    const mode_t open[] = {0640, 0604, 0620, 0610, 0601, 0440};
    assert_int_equal(fchmod(place->fd, 0600), 0);
    assert_true(is_file_private(place));
    for (size_t i = 0; i < sizeof(open) / sizeof(*open); i++) {
        assert_int_equal(fchmod(place->fd, open[i]), 0);
        assert_false(is_file_private(place));
    }
}

static void credential_of_our_unit_is_private(void **state)
{
    struct place *place = *state;
    struct list ours = credential_of(geteuid());
    struct list theirs = credential_of(geteuid() + 1);
    struct stat file;
    if (fsetxattr(place->fd, LIST_NAME, ours.bytes, ours.size, 0) != 0) {
        assert_int_equal(errno, ENOTSUP);
        print_message("# skip credential_of_our_unit_is_private: no such lists "
                      "on this disk\n");
        skip();
    }
    assert_int_equal(fstat(place->fd, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0440);
    assert_true(is_file_private(place));
    assert_int_equal(
        fsetxattr(place->fd, LIST_NAME, theirs.bytes, theirs.size, 0), 0);
    assert_false(is_file_private(place));
}

#define FILE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list_that_grants_us_alone_is_private),
        cmocka_unit_test(list_that_grants_another_user_is_not_private),
        cmocka_unit_test(list_that_grants_a_group_or_all_is_not_private),
        cmocka_unit_test(list_that_cannot_be_read_is_not_private),
        FILE_TEST(mode_alone_decides_where_there_is_no_list),
        FILE_TEST(credential_of_our_unit_is_private),
    };
    return cmocka_run_group_tests_name("privacy", tests, NULL, NULL);
}
