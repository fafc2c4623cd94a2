/*
 * fake_resolver_so.c - a system's resolver that does as it is told, for
 * LD_PRELOAD: FAKE_RESOLVER names a file that is read at each lookup, a line
 * a name:
 *
 *     db1 127.0.0.2,::1     its addresses
 *     db2 none              no such host
 *     db3 again             no answer, for now
 *     db4 hang              never returns
 *     db5 crash             SIGSEGV
 *     db6 babble            nonsense on the process' channel
 *
 * A name that is not there is no host. Without the variable, and for numeric
 * addresses, the real resolver answers.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wire/progress.h"

typedef int (*getaddrinfo_fn)(const char *, const char *,
                              const struct addrinfo *, struct addrinfo **);

/* As freeaddrinfo of glibc wants it: one block each. */
struct entry {
    struct addrinfo info;
    struct sockaddr_storage address;
};

static struct addrinfo *make(const char *text, struct addrinfo *next)
{
    struct entry *entry = calloc(1, sizeof(*entry));
    if (entry == NULL) {
        abort();
    }
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)&entry->address;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&entry->address;

    entry->info = (struct addrinfo){
        .ai_family = AF_INET,
        .ai_socktype = SOCK_STREAM,
        .ai_addrlen = sizeof(*ipv4),
        .ai_addr = (struct sockaddr *)&entry->address,
        .ai_next = next,
    };
    if (inet_pton(AF_INET, text, &ipv4->sin_addr) == 1) {
        ipv4->sin_family = AF_INET;
    } else if (inet_pton(AF_INET6, text, &ipv6->sin6_addr) == 1) {
        ipv6->sin6_family = AF_INET6;
        entry->info.ai_family = AF_INET6;
        entry->info.ai_addrlen = sizeof(*ipv6);
    } else {
        abort(); /* the test's own fault */
    }
    return &entry->info;
}

/* In the order in which they stand. */
static struct addrinfo *make_all(char *list)
{
    char *comma = strchr(list, ',');
    struct addrinfo *rest = NULL;

    if (comma != NULL) {
        *comma = '\0';
        rest = make_all(comma + 1);
    }
    return make(list, rest);
}

/* "none" if the file does not speak of it. */
static void read_order(const char *file, const char *host, char *order,
                       size_t size)
{
    char line[512];
    size_t length = strlen(host);
    FILE *stream = fopen(file, "re");

    (void)snprintf(order, size, "none");
    if (stream == NULL) {
        return;
    }
    while (fgets(line, sizeof(line), stream) != NULL) {
        if (strncmp(line, host, length) == 0 && line[length] == ' ') {
            line[strcspn(line, "\n")] = '\0';
            (void)snprintf(order, size, "%s", line + length + 1);
        }
    }
    (void)fclose(stream);
}

static int obey(char *order, struct addrinfo **result)
{
    if (strcmp(order, "none") == 0) {
        return EAI_NONAME;
    }
    if (strcmp(order, "again") == 0) {
        return EAI_AGAIN;
    }
    if (strcmp(order, "crash") == 0) {
        (void)signal(SIGSEGV, SIG_DFL); /* a sanitizer would tell of it */
        (void)raise(SIGSEGV);
    }
    if (strcmp(order, "babble") == 0) {
        (void)!write(HELPER_FD_CHANNEL, "nonsense, and much of it", 24);
    }
    while (strcmp(order, "hang") == 0 || strcmp(order, "babble") == 0) {
        (void)pause();
    }
    *result = make_all(order);
    return 0;
}

int getaddrinfo(const char *host, const char *service,
                const struct addrinfo *hints, struct addrinfo **result)
{
    const char *file = getenv("FAKE_RESOLVER");
    unsigned char numeric[sizeof(struct in6_addr)];
    char order[512];

    if (file == NULL || host == NULL ||
        inet_pton(AF_INET, host, numeric) == 1 ||
        inet_pton(AF_INET6, host, numeric) == 1) {
        getaddrinfo_fn real = (getaddrinfo_fn)dlsym(RTLD_NEXT, "getaddrinfo");
        return real(host, service, hints, result);
    }
    read_order(file, host, order, sizeof(order));
    return obey(order, result);
}
