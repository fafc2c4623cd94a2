/*
 * resolve.c - see resolve.h.
 *
 * A lookup is uv_getaddrinfo, in libuv's pool of threads, which is made as
 * wide as the lookups that may be under way. The threads' stacks and the
 * allocator's arenas are kept small; newer libuv reserves 8 MiB for each stack
 * all the same, for which limits.c leaves room.
 */
#include "prober/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "base/deadman.h"
#include "base/log.h"
#include "base/text.h"
#include "prober/prober.h"
#include "wire/channel.h"
#include "wire/progress.h"

/* What libuv 1.44 reads before its first lookup. */
#define POOL_VARIABLE "UV_THREADPOOL_SIZE"
/* Of each thread: several times what glibc's resolver takes. */
#define STACK_BYTES (1024UL * 1024)

struct resolve {
    uv_loop_t loop;
    struct channel channel;
    uv_timer_t heartbeat;
    uv_prepare_t before_poll;
    bool is_retiring;
    uint32_t in_flight;
};

struct lookup {
    struct resolve *resolve;
    uint32_t id;
    uv_getaddrinfo_t request;
};

/* Without a word to anybody: a thread may hang for ever. */
static _Noreturn void leave_now(enum prober_exit code, const char *why)
{
    if (code != PROBER_EXIT_DONE) {
        log_event(LEVEL_ERROR, "resolve_leaves", LOG_TEXT("why", why),
                  LOG_NUMBER("code", code));
    }
    _exit((int)code);
}

/* --- the answer ----------------------------------------------------------- */

/* Words that stay the same from time to time. */
static const char *trouble_of(int status)
{
    switch (status) {
    case UV_EAI_NONAME:
    case UV_EAI_NODATA:
    case UV_EAI_ADDRFAMILY:
        return "no such host";
    case UV_EAI_AGAIN:
        return "the name servers do not answer";
    case UV_EAI_FAIL:
        return "the name servers failed";
    case UV_EAI_MEMORY:
    case UV_ENOMEM:
        return "out of memory";
    case UV_EINVAL:
        return "this is no host name";
    default:
        return "the resolver failed";
    }
}

static bool is_told(const struct message_resolved *resolved,
                    const char *address)
{
    for (uint32_t i = 0; i < resolved->count; i++) {
        if (strcmp(resolved->addresses[i], address) == 0) {
            return true;
        }
    }
    return false;
}

/* One that is link-local has no meaning without its interface, which an
 * address of ours cannot name: it is left out. */
static bool write_address(const struct sockaddr *from, char *text, size_t size)
{
    const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)from;
    const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)from;

    if (from->sa_family == AF_INET) {
        return uv_ip4_name(ipv4, text, size) == 0;
    }
    return from->sa_family == AF_INET6 &&
           !IN6_IS_ADDR_LINKLOCAL(&ipv6->sin6_addr) &&
           uv_ip6_name(ipv6, text, size) == 0;
}

static void add_addresses(const struct addrinfo *list,
                          struct message_resolved *resolved)
{
    for (; list != NULL && resolved->count < RESOLVED_MOST;
         list = list->ai_next) {
        char *text = resolved->addresses[resolved->count];

        if (write_address(list->ai_addr, text, RESOLVED_BYTES) &&
            !is_told(resolved, text)) {
            resolved->count++;
        } else {
            text[0] = '\0';
        }
    }
}

static void tell(struct resolve *resolve, uint32_t id, int status,
                 const struct addrinfo *list)
{
    struct message message = {.kind = MESSAGE_RESOLVED, .resolved = {.id = id}};
    struct message_resolved *resolved = &message.resolved;
    const char *trouble = "";

    if (status == 0) {
        add_addresses(list, resolved);
        trouble = resolved->count == 0 ? "it has no usable address" : "";
    } else {
        trouble = trouble_of(status);
    }
    (void)text_copy(resolved->trouble, sizeof(resolved->trouble),
                    trouble); /* all of them fit */
    if (channel_send(&resolve->channel, &message) != 0) {
        leave_now(PROBER_EXIT_SYSTEM, "the supervisor does not read");
    }
}

static void handle_answer(uv_getaddrinfo_t *request, int status,
                          struct addrinfo *list)
{
    struct lookup *lookup = request->data;
    struct resolve *resolve = lookup->resolve;

    resolve->in_flight--;
    tell(resolve, lookup->id, status, list);
    uv_freeaddrinfo(list); /* NULL is fine */
    free(lookup);
}

/* --- the question --------------------------------------------------------- */

static void look_up(struct resolve *resolve,
                    const struct message_resolve *order)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC,
                                   .ai_socktype = SOCK_STREAM};
    struct lookup *lookup = calloc(1, sizeof(*lookup));

    if (resolve->is_retiring || resolve->in_flight == RESOLVE_LOOKUPS_MOST) {
        leave_now(PROBER_EXIT_ORDER, "too many lookups, or one after retire");
    }
    if (lookup == NULL) {
        tell(resolve, order->id, UV_ENOMEM, NULL);
        return;
    }
    lookup->resolve = resolve;
    lookup->id = order->id;
    lookup->request.data = lookup;
    int status = uv_getaddrinfo(&resolve->loop, &lookup->request, handle_answer,
                                order->name, NULL, &hints);
    if (status != 0) {
        tell(resolve, order->id, status, NULL);
        free(lookup);
        return;
    }
    resolve->in_flight++;
}

/* --- the loop ------------------------------------------------------------- */

static void on_message(struct channel *channel, const struct message *message)
{
    struct resolve *resolve = channel->owner;

    if (message->kind == MESSAGE_RESOLVE) {
        look_up(resolve, &message->resolve);
    } else if (message->kind == MESSAGE_RETIRE) {
        resolve->is_retiring = true;
    } else {
        leave_now(PROBER_EXIT_ORDER, "a message for somebody else");
    }
}

static void on_end(struct channel *channel, int status)
{
    (void)channel;
    leave_now(status == 0 || status == -EPIPE || status == -ECONNRESET
                  ? PROBER_EXIT_DONE
                  : PROBER_EXIT_ORDER,
              "nonsense on the channel");
}

static void handle_before_poll(uv_prepare_t *handle)
{
    struct resolve *resolve = handle->data;

    if (channel_flush(&resolve->channel) != 0 ||
        (resolve->is_retiring && resolve->in_flight == 0 &&
         resolve->channel.queue_length == 0 &&
         resolve->channel.flying == NULL)) {
        leave_now(PROBER_EXIT_DONE, "");
    }
}

static void handle_heartbeat(uv_timer_t *timer)
{
    (void)timer;
    deadman_feed();
}

/* --- beginning ------------------------------------------------------------ */

/* libuv gives its threads the stack that the main one may have. */
static int widen_pool(void)
{
    struct rlimit stack;
    char threads[16];

    if (getrlimit(RLIMIT_STACK, &stack) != 0) {
        return -errno;
    }
    if (stack.rlim_cur > STACK_BYTES) {
        stack.rlim_cur = STACK_BYTES;
    }
    (void)text_format(threads, sizeof(threads), "%d",
                      RESOLVE_LOOKUPS_MOST); /* fits */
    if (setrlimit(RLIMIT_STACK, &stack) != 0 ||
        setenv(POOL_VARIABLE, threads, 1) != 0) {
        return -errno;
    }
    return 0;
}

/* The results of libuv not looked at below are always 0 (1.44). */
static int start_all(struct resolve *resolve, uint32_t generation)
{
    const struct message hello = {.kind = MESSAGE_PROBER_HELLO,
                                  .format = MESSAGE_FORMAT};
    int status = widen_pool();

    if (status == 0) {
        status = uv_loop_init(&resolve->loop);
    }
    if (status == 0) {
        status =
            channel_start(&resolve->channel, &resolve->loop, HELPER_FD_CHANNEL,
                          TO_PROBER, generation, on_message, on_end, resolve);
    }
    if (status == 0) {
        (void)uv_timer_init(&resolve->loop, &resolve->heartbeat);
        (void)uv_timer_start(&resolve->heartbeat, handle_heartbeat,
                             DEADMAN_HEARTBEAT_MS, DEADMAN_HEARTBEAT_MS);
        (void)uv_prepare_init(&resolve->loop, &resolve->before_poll);
        (void)uv_prepare_start(&resolve->before_poll, handle_before_poll);
        resolve->before_poll.data = resolve;
        status = deadman_start();
    }
    if (status == 0) {
        status = channel_send(&resolve->channel, &hello);
    }
    return status;
}

_Noreturn int resolve_run(uint32_t generation)
{
    struct resolve resolve = {0};
    int status = start_all(&resolve, generation);

    if (status != 0) {
        leave_now(PROBER_EXIT_SYSTEM, uv_strerror(status));
    }
    (void)uv_run(&resolve.loop, UV_RUN_DEFAULT); /* until leave_now */
    leave_now(PROBER_EXIT_SYSTEM, "its loop ended");
}
