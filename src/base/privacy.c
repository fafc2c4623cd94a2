/*
 * privacy.c - see privacy.h.
 */
#include "base/privacy.h"

#include <endian.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <string.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

#define LIST_NAME "system.posix_acl_access"
#define LIST_BYTES_MOST 256 /* some thirty entries; systemd makes five */

/* --- the list ---------------------------------------------------------- */

static bool grants_a_stranger(const struct posix_acl_xattr_entry *entry,
                              uid_t us)
{
    if (le16toh(entry->e_perm) == 0) {
        return false;
    }
    switch (le16toh(entry->e_tag)) {
    case ACL_USER_OBJ: /* the owner */
    case ACL_MASK:     /* a limit of the others, not a grant */
        return false;
    case ACL_USER:
        return le32toh(entry->e_id) != us;
    default: /* a group, or everybody */
        return true;
    }
}

bool privacy_of_list(const void *list, size_t size, uid_t us)
{
    const size_t step = sizeof(struct posix_acl_xattr_entry);
    struct posix_acl_xattr_header head;
    if (size < sizeof(head) || (size - sizeof(head)) % step != 0) {
        return false;
    }
    memcpy(&head, list, sizeof(head));
    if (le32toh(head.a_version) != POSIX_ACL_XATTR_VERSION) {
        return false;
    }
    for (size_t at = sizeof(head); at < size; at += step) {
        struct posix_acl_xattr_entry entry;
        memcpy(&entry, (const char *)list + at, sizeof(entry));
        if (grants_a_stranger(&entry, us)) {
            return false;
        }
    }
    return true;
}

/* --- files ------------------------------------------------------------- */

static bool is_private_by_mode(const struct stat *file)
{
    return (file->st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

/* What the kernel answered: a length, or negative where there is no list. */
static bool is_private_by_list(const void *list, ssize_t size)
{
    return size > 0 && privacy_of_list(list, (size_t)size, geteuid());
}

bool privacy_of_open(int fd, const struct stat *file)
{
    char list[LIST_BYTES_MOST];
    return is_private_by_mode(file) ||
           is_private_by_list(list,
                              fgetxattr(fd, LIST_NAME, list, sizeof(list)));
}

bool privacy_of_path(const char *path, const struct stat *file)
{
    char list[LIST_BYTES_MOST];
    return is_private_by_mode(file) ||
           is_private_by_list(list,
                              lgetxattr(path, LIST_NAME, list, sizeof(list)));
}
