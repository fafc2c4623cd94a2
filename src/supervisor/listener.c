/*
 * listener.c - see listener.h.
 */
#include "supervisor/listener.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"

static int open_and_listen(const struct sockaddr *address, socklen_t length)
{
    int one = 1;
    int fd = socket(address->sa_family,
                    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0) {
        return -errno;
    }
    /* So that a restart need not wait for old connections to time out. It
     * does not let two listeners share a port. */
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(fd, address, length) != 0 || listen(fd, LISTENER_BACKLOG) != 0) {
        int error = errno;
        (void)close(fd); /* nothing was sent on it */
        return -error;
    }
    return fd;
}

int listener_open_tcp(const struct address *address)
{
    struct sockaddr_storage storage;
    socklen_t length = 0;
    int error = address_to_sockaddr(address, &storage, &length);

    if (error != 0) {
        return error;
    }
    return open_and_listen((const struct sockaddr *)&storage, length);
}

static void name_socket(const char *run_dir, char *path, size_t size)
{
    (void)text_format(path, size, "%s/console.sock", run_dir); /* fits */
}

int listener_open_unix(const char *run_dir)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    name_socket(run_dir, address.sun_path, sizeof(address.sun_path));
    (void)unlink(address.sun_path); /* a predecessor's, or not there */
    mode_t before = umask(0177);
    int fd =
        open_and_listen((const struct sockaddr *)&address, sizeof(address));
    (void)umask(before); /* cannot fail */
    return fd;
}

void listener_remove_unix(const char *run_dir)
{
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)];

    name_socket(run_dir, path, sizeof(path));
    (void)unlink(path); /* the next start does it otherwise */
}
