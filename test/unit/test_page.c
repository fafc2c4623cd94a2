/*
 * test_page.c - the status page over a board made by hand: what it says
 * first, that nothing of a stranger gets out as markup, and that the browser
 * is told the hashes of what stands in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "console/history_book.h"
#include "console/page.h"
#include "console/page_policy.h"
#include "sample_board.h"

#define NOW_MS UINT64_C(10000000)
#define EVERYTHING                                             \
    (SNAPSHOT_ZOOKEEPER | SNAPSHOT_SERVICES | SNAPSHOT_TASKS | \
     SNAPSHOT_INSTANCES)
#define HASH_BYTES 32 /* of SHA-256 */
#define HASH_TEXT 64  /* "sha256-" and base64 of it */

struct scene {
    struct sample sample;
    struct board *reader;
    struct snapshot snapshot;
    struct history_book *book;
    struct body body;
    uint32_t count;
};

static void build(struct scene *scene, uint32_t count)
{
    scene->count = count;
    sample_create(&scene->sample, count, NOW_MS);
    scene->reader = sample_open(&scene->sample);
    snapshot_init(&scene->snapshot, scene->reader);
    assert_int_equal(history_book_create(&scene->book), 0);
    scene->snapshot.history = scene->book;
}

static void tear(struct scene *scene)
{
    body_finish(&scene->body);
    history_book_destroy(scene->book);
    snapshot_finish(&scene->snapshot);
    board_destroy(scene->reader);
    sample_destroy(&scene->sample);
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    body_init(&scene->body);
    build(scene, 5);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    tear(*state);
    free(*state);
    return 0;
}

static struct instance instance_of(struct scene *scene, uint32_t index)
{
    struct board_instance record;
    assert_int_equal(board_read_instance(scene->reader, index, &record), 0);
    return record.instance;
}

static void store(struct scene *scene, uint32_t index,
                  const struct instance *instance)
{
    board_store_instance(scene->sample.board, index, NULL, instance);
}

static void judge(struct scene *scene, uint32_t index, enum state state,
                  enum reason reason)
{
    struct instance instance = instance_of(scene, index);
    struct verdict *verdict = &instance.claim.verdict;
    verdict->state = state;
    verdict->reason = reason;
    verdict->readable = state == STATE_UP ? ABILITY_YES : ABILITY_NO;
    store(scene, index, &instance);
}

/* The page as of that moment, five seconds after what the samples' wall
 * clock stood at. */
static void show(struct scene *scene, uint64_t now_ms)
{
    body_finish(&scene->body);
    assert_int_equal(snapshot_refresh(&scene->snapshot, EVERYTHING, now_ms,
                                      SAMPLE_WALL_MS + 5000),
                     0);
    page_write(&scene->snapshot, &scene->body);
    assert_false(scene->body.is_failed);
}

static bool holds(const struct scene *scene, const char *text)
{
    return memmem(scene->body.bytes, scene->body.length, text, strlen(text)) !=
           NULL;
}

static void assert_holds(const struct scene *scene, const char *text)
{
    if (!holds(scene, text)) {
        fail_msg("the page does not hold: %s", text);
    }
}

/* --- the banner ----------------------------------------------------------- */

static void trouble_is_counted_and_named_first(void **state)
{
    struct scene *scene = *state;
    show(scene, NOW_MS);
    assert_holds(scene, "<strong>1 of 5 servers is not usable</strong>: ");
    assert_holds(scene, "cache-1</a> (down for 5 s, refused).");
    assert_holds(scene, "<span class=\"group\">1 cannot be judged: ");
    assert_holds(scene, ">1 is limited: ");
    assert_holds(scene, ">1 has not been judged yet.</span>");
    assert_holds(scene, ">1 is up.</span>");
}

static void all_is_well_in_one_sentence(void **state)
{
    struct scene *scene = *state;
    for (uint32_t i = 0; i < scene->count; i++) {
        judge(scene, i, STATE_UP, REASON_MASTER);
    }
    show(scene, NOW_MS);
    assert_holds(scene, "<strong>All 5 servers are up.</strong>");
    assert_false(holds(scene, "What to do"));
    assert_holds(scene, "class=\"banner up\"");
}

static void what_to_do_is_said_once_a_reason(void **state)
{
    struct scene *scene = *state;
    judge(scene, 0, STATE_DOWN, REASON_REFUSED);
    show(scene, NOW_MS);
    const char *first =
        memmem(scene->body.bytes, scene->body.length, "<dt>refused</dt>", 16);
    assert_non_null(first);
    size_t left = scene->body.length - (size_t)(first - scene->body.bytes);
    assert_null(memmem(first + 1, left - 1, "<dt>refused</dt>", 16));
    assert_holds(scene, "nothing listens at this address");
}

static void a_sentence_names_five_and_counts_the_others(void **state)
{
    struct scene *scene = *state;
    tear(scene);
    build(scene, 9);
    for (uint32_t i = 0; i < 9; i++) {
        judge(scene, i, i < 8 ? STATE_DOWN : STATE_UP, REASON_REFUSED);
    }
    show(scene, NOW_MS);
    assert_holds(scene, "8 of 9 servers are not usable");
    assert_holds(scene, " and 3 more.");
}

static void a_drained_server_is_no_trouble(void **state)
{
    struct scene *scene = *state;
    for (uint32_t i = 0; i < scene->count; i++) {
        judge(scene, i, STATE_UP, REASON_MASTER);
    }
    struct instance instance = instance_of(scene, 2);
    instance.claim.verdict.state = STATE_MAINT;
    (void)text_copy(instance.claim.verdict.detail,
                    sizeof instance.claim.verdict.detail,
                    "drained by eva: <b>new</b> disks");
    store(scene, 2, &instance);
    show(scene, NOW_MS);
    assert_holds(scene, "1 of 5 servers is drained");
    assert_holds(scene, "drained by eva: &lt;b&gt;new&lt;/b&gt; disks");
    assert_false(holds(scene, "What to do"));
}

static void the_supervisors_silence_is_said_before_anything_else(void **state)
{
    struct scene *scene = *state;
    show(scene, NOW_MS + 7000);
    assert_holds(scene, "role=\"status\"><strong>The supervisor has been "
                        "silent for 7 s");
}

/* --- the hops ------------------------------------------------------------- */

static void a_late_hop_is_late_in_words(void **state)
{
    struct scene *scene = *state;
    show(scene, NOW_MS);
    assert_false(holds(scene, "LATE"));
    struct instance instance = instance_of(scene, 0);
    instance.outcome_ms = NOW_MS - 50000;
    store(scene, 0, &instance);
    show(scene, NOW_MS);
    assert_holds(scene, "<li class=\"late\"><b>Probe</b> "
                        "<span class=\"word\">LATE</span>");
    assert_holds(scene, "1 servers without an outcome in time, cache-0 for "
                        "50 s");
    assert_holds(scene, "A hop on the way to ZooKeeper is late");
}

static void a_change_that_zookeeper_does_not_confirm_is_late(void **state)
{
    struct scene *scene = *state;
    struct instance instance = instance_of(scene, 0);
    instance.claim.version++;
    store(scene, 0, &instance);
    show(scene, NOW_MS);
    assert_int_equal(history_book_sample(scene->book, &scene->snapshot), 0);
    show(scene, NOW_MS + 1500);
    assert_holds(scene, "<li class=\"late\"><b>ZooKeeper</b>");
    assert_holds(scene, "1 changes not confirmed, the first for 1 s");
}

static void without_zookeeper_its_hops_are_off(void **state)
{
    struct scene *scene = *state;
    scene->sample.agent.has_zookeeper = false;
    board_store_agent(scene->sample.board, &scene->sample.agent);
    show(scene, NOW_MS);
    assert_holds(scene, "<li class=\"off\"><b>ZooKeeper</b>");
    assert_false(holds(scene, "LATE"));
}

/* --- what others wrote ---------------------------------------------------- */

static void markup_of_strangers_is_text(void **state)
{
    struct scene *scene = *state;
    struct event event = {.id = 1,
                          .wall_ms = SAMPLE_WALL_MS,
                          .state = STATE_DOWN,
                          .reason = REASON_OTHER,
                          .name = "<i>'\"&",
                          .detail = "<script>\x01\x7f\xff"};
    struct ending ending = {.id = 1,
                            .wall_ms = SAMPLE_WALL_MS,
                            .service = SERVICE_PROBER,
                            .name = "<u>",
                            .why = "<script>",
                            .kernel = "</ol>"};
    board_store_event(scene->sample.board, &event);
    board_store_ending(scene->sample.board, &ending);
    scene->sample.agent.last_event = 1;
    scene->sample.agent.last_ending = 1;
    board_store_agent(scene->sample.board, &scene->sample.agent);
    show(scene, NOW_MS);
    assert_holds(scene, "&lt;script&gt;alert(&quot;1&quot;)");
    assert_holds(scene, "owned by &lt;another&gt; agent");
    assert_holds(scene, "&lt;i&gt;&#39;&quot;&amp;");
    assert_false(holds(scene, "<script>\\x"));
    assert_false(holds(scene, "<u>"));
    assert_false(holds(scene, "<another>"));
    for (size_t i = 0; i < scene->body.length; i++) {
        unsigned char byte = (unsigned char)scene->body.bytes[i];
        assert_true(byte == '\n' || (byte >= 0x20 && byte < 0x7f));
    }
}

static void the_browser_is_told_the_hash_of(const char *text,
                                            const char *promised)
{
    unsigned char hash[HASH_BYTES];
    char right[HASH_TEXT] = "sha256-";
    unsigned length = 0;
    assert_int_equal(
        EVP_Digest(text, strlen(text), hash, &length, EVP_sha256(), NULL), 1);
    (void)EVP_EncodeBlock((unsigned char *)right + strlen(right), hash,
                          HASH_BYTES); /* its length is known */
    if (strcmp(right, promised) != 0) {
        fail_msg("page_policy.h must say %s, not %s", right, promised);
    }
}

static void the_policy_names_the_hashes_of_script_and_style(void **state)
{
    (void)state;
    the_browser_is_told_the_hash_of(page_script, PAGE_SCRIPT_HASH);
    the_browser_is_told_the_hash_of(page_style, PAGE_STYLE_HASH);
}

/* --- what else it tells --------------------------------------------------- */

static void it_tells_what_is_running_out_while_that_is_fresh(void **state)
{
    struct scene *scene = *state;
    show(scene, NOW_MS);
    assert_holds(scene, "memory 1.0 GiB of 4.0 GiB (25 %)");
    assert_holds(scene, "certificate for 30 d");
    show(scene, NOW_MS + 60 * 1000);
    assert_false(holds(scene, "GiB"));
}

static void ten_servers_weigh_less_than_sixty_kilobytes(void **state)
{
    struct scene *scene = *state;
    tear(scene);
    build(scene, 10);
    show(scene, NOW_MS);
    for (int i = 0; i < HISTORY_LANE_POINTS; i++) {
        assert_int_equal(history_book_sample(scene->book, &scene->snapshot), 0);
    }
    show(scene, NOW_MS);
    assert_in_range(scene->body.length, 10000, 60000);
}

int main(void)
{
#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        SCENE(trouble_is_counted_and_named_first),
        SCENE(all_is_well_in_one_sentence),
        SCENE(what_to_do_is_said_once_a_reason),
        SCENE(a_sentence_names_five_and_counts_the_others),
        SCENE(a_drained_server_is_no_trouble),
        SCENE(the_supervisors_silence_is_said_before_anything_else),
        SCENE(a_late_hop_is_late_in_words),
        SCENE(a_change_that_zookeeper_does_not_confirm_is_late),
        SCENE(without_zookeeper_its_hops_are_off),
        SCENE(markup_of_strangers_is_text),
        cmocka_unit_test(the_policy_names_the_hashes_of_script_and_style),
        SCENE(it_tells_what_is_running_out_while_that_is_fresh),
        SCENE(ten_servers_weigh_less_than_sixty_kilobytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
