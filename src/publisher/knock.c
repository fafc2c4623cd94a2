/*
 * knock.c - see knock.h.
 *
 *     ask_next -> connected -> written -> read, end or deadline -> hang_up
 *     hang_up -> ask_next, or the answer
 *
 * ZooKeeper answers words it knows, and those it is not configured to answer;
 * a proxy whose servers are gone takes the connection and ends it.
 */
#include "publisher/knock.h"

#include <string.h>

#include "base/parse.h"
#include "base/text.h"

#define HOST_BYTES 64
/* "This ZooKeeper instance is not currently serving requests" */
#define NOT_SERVING "This ZooKeeper"

static void ask_next(struct knock *knock);

static void handle_closed(uv_handle_t *handle)
{
    ask_next(handle->data);
}

/* Whatever ends the asking of one server, comes here first. */
static void hang_up(struct knock *knock, enum knock_answer heard)
{
    if (uv_is_closing((uv_handle_t *)&knock->line)) {
        return;
    }
    if (heard > knock->answer) {
        knock->answer = heard;
    }
    (void)uv_timer_stop(&knock->deadline); /* cannot fail */
    uv_close((uv_handle_t *)&knock->line, handle_closed);
}

static void handle_late(uv_timer_t *timer)
{
    hang_up(timer->data, KNOCK_DOUBTFUL);
}

static void lend_buffer(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    (void)size;
    struct knock *knock = handle->data;
    *buffer = uv_buf_init(knock->bytes, sizeof knock->bytes);
}

static void handle_read(uv_stream_t *stream, ssize_t length,
                        const uv_buf_t *buffer)
{
    struct knock *knock = stream->data;
    if (length == 0) {
        return; /* not yet */
    }
    size_t said = sizeof NOT_SERVING - 1;
    bool is_refusal =
        length >= (ssize_t)said && memcmp(buffer->base, NOT_SERVING, said) == 0;
    if (length < 0) {
        hang_up(knock, KNOCK_DOUBTFUL);
    } else {
        hang_up(knock, is_refusal ? KNOCK_CLOSED : KNOCK_SERVED);
    }
}

static void handle_connected(uv_connect_t *connect, int status)
{
    struct knock *knock = connect->data;
    if (status != 0) {
        hang_up(knock, KNOCK_CLOSED); /* nothing if the deadline came first */
        return;
    }
    uv_stream_t *stream = (uv_stream_t *)&knock->line;
    char srvr[] = {'s', 'r', 'v', 'r'};
    uv_buf_t word = uv_buf_init(srvr, sizeof srvr);
    /* Four bytes fit into an empty buffer of the kernel's. */
    if (uv_try_write(stream, &word, 1) != (int)word.len ||
        uv_read_start(stream, lend_buffer, handle_read) != 0) {
        hang_up(knock, KNOCK_DOUBTFUL);
    }
}

/* The `number`th of "ip:port,ip:port"; false when it cannot be read. */
static bool find_address(const char *servers, uint32_t number,
                         struct sockaddr_storage *address)
{
    for (uint32_t i = 0; i < number; i++) {
        servers += strcspn(servers, ",") + 1;
    }
    char host[HOST_BYTES];
    uint64_t port = 0;
    bool fits = text_format(host, sizeof host, "%.*s",
                            (int)strcspn(servers, ","), servers);
    char *colon = strrchr(host, ':');
    if (!fits || colon == NULL ||
        parse_u64(colon + 1, 1, UINT16_MAX, &port) != 0) {
        return false;
    }
    *colon = '\0';
    return uv_ip4_addr(host, (int)port, (struct sockaddr_in *)address) == 0 ||
           uv_ip6_addr(host, (int)port, (struct sockaddr_in6 *)address) == 0;
}

static void ask_next(struct knock *knock)
{
    if (knock->answer == KNOCK_SERVED || knock->asked == knock->count) {
        knock->on_answer(knock, knock->answer);
        return;
    }
    struct sockaddr_storage address;
    uint32_t number = knock->next++ % knock->count;
    knock->asked++;
    (void)uv_tcp_init(knock->loop, &knock->line); /* opens nothing yet */
    knock->line.data = knock;
    knock->connect.data = knock;
    (void)uv_timer_start(&knock->deadline, handle_late, KNOCK_ANSWER_MS,
                         0); /* fails only without a callback */
    if (!find_address(knock->servers, number, &address) ||
        uv_tcp_connect(&knock->connect, &knock->line,
                       (struct sockaddr *)&address, handle_connected) != 0) {
        hang_up(knock, KNOCK_DOUBTFUL); /* our fault: the library shall say */
    }
}

void knock_init(struct knock *knock, uv_loop_t *loop, const char *servers,
                knock_cb on_answer, void *owner)
{
    *knock = (struct knock){.loop = loop,
                            .servers = servers,
                            .on_answer = on_answer,
                            .owner = owner,
                            .count = 1};
    for (const char *at = servers; *at != '\0'; at++) {
        knock->count += *at == ',';
    }
    (void)uv_timer_init(loop, &knock->deadline); /* cannot fail */
    knock->deadline.data = knock;
}

void knock_start(struct knock *knock, uint32_t chance)
{
    knock->answer = KNOCK_CLOSED;
    knock->asked = 0;
    knock->next = chance % knock->count;
    ask_next(knock);
}
