/*
 * secret.c - see secret.h.
 */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/privacy.h"
#include "base/trouble.h"

#define WHY_BYTES 96
#define TOO_LONG "is longer than 512 bytes: it must hold a password alone"

/* What is wrong with this open file, or NULL. */
static const char *judge_file(int fd, const struct stat *file)
{
    if (!S_ISREG(file->st_mode)) {
        return "is no regular file";
    }
    if (!privacy_of_open(fd, file)) {
        return (file->st_mode & (S_IRGRP | S_IROTH)) != 0
                   ? "can be read by others: chmod 600 it"
                   : "is open to others: chmod 600 it";
    }
    if (file->st_size > SECRET_BYTES_MOST) {
        return TOO_LONG;
    }
    return NULL;
}

/* Cuts the end of the line off. What is wrong with the text, or NULL. */
static const char *judge_text(char *text, size_t length)
{
    if (length > SECRET_BYTES_MOST) {
        return TOO_LONG; /* it grew meanwhile */
    }
    if (length > 0 && text[length - 1] == '\n') {
        length--;
        if (length > 0 && text[length - 1] == '\r') {
            length--;
        }
    }
    text[length] = '\0';
    if (length == 0) {
        return "is empty: it must hold a password";
    }
    if (strlen(text) < length) {
        return "has a NUL in it: it must hold a password alone";
    }
    if (strchr(text, '\n') != NULL) {
        return "has several lines: it must hold a password alone";
    }
    return NULL;
}

/* Reads what there is, one byte more than may be at most. */
static ssize_t read_all(int fd, char *bytes, size_t room)
{
    size_t length = 0;
    while (length < room) {
        ssize_t count = read(fd, bytes + length, room - length);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return -errno;
        }
        if (count == 0) {
            break;
        }
        length += (size_t)count;
    }
    return (ssize_t)length;
}

/* 0, a negative errno, or -EINVAL and `judgement`. */
static int read_open(int fd, struct secret *secret, const char **judgement)
{
    struct stat file;
    if (fstat(fd, &file) != 0) {
        return -errno;
    }
    *judgement = judge_file(fd, &file);
    if (*judgement != NULL) {
        return -EINVAL;
    }
    ssize_t length = read_all(fd, secret->text, sizeof(secret->text));
    if (length < 0) {
        return (int)length;
    }
    *judgement = judge_text(secret->text, (size_t)length);
    return *judgement == NULL ? 0 : -EINVAL;
}

int secret_read(struct secret *secret, const char *what, const char *path,
                char *trouble, size_t size)
{
    const char *judgement = NULL;
    char why[WHY_BYTES];
    int status = 0;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    secret->text[0] = '\0';
    if (fd < 0) {
        status = -errno;
    } else {
        status = read_open(fd, secret, &judgement);
        (void)close(fd); /* it was only read */
    }
    if (status == 0) {
        return 0;
    }
    secret_wipe(secret);
    if (judgement == NULL) {
        trouble_of_error(why, sizeof(why), -status);
        judgement = why;
    }
    trouble_of_file(trouble, size, what, path, judgement);
    return status;
}

void secret_wipe(struct secret *secret)
{
    explicit_bzero(secret->text, sizeof(secret->text));
}
