/*
 * tls_load.c - tls.h in a program that does not link OpenSSL: the first access
 * that has `tls` loads the library with everything behind tls.h, from beside
 * the program, and all goes there.
 *
 * Why: to be linked alone costs each prober half a MiB, which the dynamic
 * linker writes to before main, and most hosts have no TLS. Tests link the
 * files of tls.h directly; this one is in no archive.
 *
 * It fails as a file of ours that cannot be used: the instance is `unknown`,
 * and the sentence says which file.
 */
#include <assert.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "prober/tls_room.h"

#define PATH_BYTES 4096

/* What callers hold before there is a library. */
struct tls_contexts {
    void *loaded; /* the library's own; NULL: not yet */
};

/* A library is the process' own, as the log is: it is never unloaded. */
static const struct tls_room *room;

static bool find_file(char *path)
{
    ssize_t length = readlink("/proc/self/exe", path, PATH_BYTES - 1);
    if (length < 0) {
        return false;
    }
    path[length] = '\0';
    char *name = strrchr(path, '/') + 1; /* the kernel's paths have one */
    size_t room_left = PATH_BYTES - (size_t)(name - path);
    return text_copy(name, room_left, TLS_ROOM_FILE);
}

static bool is_of_our_build(const struct tls_room *found)
{
    static const struct tls_room_build ours = TLS_ROOM_BUILD;
    return strcmp(found->build.version, ours.version) == 0 &&
           found->build.access_bytes == ours.access_bytes;
}

static const struct tls_room *load(char *trouble, size_t size)
{
    char path[PATH_BYTES];
    void *library = find_file(path) ? dlopen(path, RTLD_NOW) : NULL;
    const struct tls_room *found =
        library != NULL ? dlsym(library, "tls_room") : NULL;
    if (found == NULL) {
        (void)text_format(trouble, size,
                          "cannot load " TLS_ROOM_FILE
                          ", which stands beside sentinel-prober, "
                          "or the OpenSSL it needs"); /* may be cut */
        return NULL;
    }
    if (!is_of_our_build(found)) {
        (void)text_copy(trouble, size,
                        TLS_ROOM_FILE " is of another build than the "
                                      "agent that runs: restart it"); /* fits */
        (void)dlclose(library); /* so that a later one is looked at */
        return NULL;
    }
    return found;
}

struct tls_contexts *tls_contexts_create(void)
{
    return calloc(1, sizeof(struct tls_contexts));
}

struct tls_context *tls_contexts_find(struct tls_contexts *contexts,
                                      const struct instance_access *access,
                                      char *trouble, size_t size)
{
    if (room == NULL) {
        room = load(trouble, size);
    }
    if (room == NULL) {
        return NULL;
    }
    if (contexts->loaded == NULL) {
        contexts->loaded = room->contexts_create();
    }
    if (contexts->loaded == NULL) {
        (void)text_copy(trouble, size, "no memory for TLS"); /* may be cut */
        return NULL;
    }
    return room->contexts_find(contexts->loaded, access, trouble, size);
}

void tls_contexts_destroy(struct tls_contexts *contexts)
{
    if (contexts != NULL && contexts->loaded != NULL) {
        room->contexts_destroy(contexts->loaded);
    }
    free(contexts);
}

/* --- with a context, so the library is there ----------------------------- */

struct tls *tls_create(struct tls_context *context,
                       const struct instance_access *access,
                       const uint8_t *words, size_t length)
{
    assert(room != NULL);
    return room->create(context, access, words, length);
}

enum tls_state tls_feed(struct tls *tls, const char *bytes, size_t length,
                        tls_plain_cb on_plain, void *owner)
{
    return room->feed(tls, bytes, length, on_plain, owner);
}

size_t tls_output(struct tls *tls, const uint8_t **bytes)
{
    return room->output(tls, bytes);
}

void tls_sent(struct tls *tls)
{
    room->sent(tls);
}

bool tls_has_heard(const struct tls *tls)
{
    return room->has_heard(tls);
}

const char *tls_trouble(const struct tls *tls)
{
    return room->trouble(tls);
}

bool tls_is_our_fault(const struct tls *tls)
{
    return room->is_our_fault(tls);
}

int64_t tls_certificate_end(const struct tls *tls)
{
    return room->certificate_end(tls);
}

void tls_destroy(struct tls *tls)
{
    if (tls != NULL) {
        room->destroy(tls);
    }
}
