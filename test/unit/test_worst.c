/*
 * test_worst.c - what counts as the worst seen of each promise, and what must
 * not: an engine driven by hand.
 */
#include "engine_scene.h"

static struct bounds_worst seen(struct scene *scene)
{
    struct bounds_worst worst;
    engine_worst(scene->engine, scene->now_ms, &worst);
    return worst;
}

static void tell_contact(struct scene *scene, bool is_connected,
                         bool is_settled, uint64_t session_id)
{
    struct engine_event event = {.kind = ENGINE_CONTACT};
    event.contact = (struct engine_contact){.is_connected = is_connected,
                                            .is_settled = is_settled,
                                            .session_id = session_id,
                                            .negotiated_ms = 12000};
    scene_feed(scene, &event);
}

/* ZooKeeper holds the claim, in a node that was written once more. */
static void acknowledge(struct scene *scene, uint32_t index, uint64_t czxid)
{
    struct engine_event event = {.kind = ENGINE_PUBLISHED, .instance = index};
    int32_t before =
        engine_instance(scene->engine, index)->publication.node_version;
    event.published = (struct publication){
        .claim_version = scene_claim(scene, index)->version,
        .czxid = czxid,
        .node_version = before + 1};
    scene_feed(scene, &event);
}

/* One instance, up, and its node too. */
static void start_up(struct scene *scene, uint32_t count)
{
    scene_settle(scene, count);
    scene_start(scene);
    tell_contact(scene, true, false, 7);
    scene_answer_all(scene);
    for (uint32_t i = 0; i < count; i++) {
        acknowledge(scene, i, 100 + i);
    }
    tell_contact(scene, true, true, 7);
    scene_forget(scene);
}

/* The next probe of instance 0 is out. */
static const struct engine_action *next_probe(struct scene *scene)
{
    scene_forget(scene);
    scene_pass(scene, SCENE_INTERVAL_MS);
    const struct engine_action *probe = scene_probe_of(scene, 0);
    assert_non_null(probe);
    return probe;
}

/* --- B -------------------------------------------------------------------- */

static void an_up_node_is_as_old_as_the_probe_it_rests_on(void **state)
{
    (void)state;
    static struct scene scene;
    start_up(&scene, 1);
    assert_int_equal(seen(&scene).staleness_ms, 0);
    scene.now_ms += 700;
    assert_int_equal(seen(&scene).staleness_ms, 700); /* it stands yet */
    scene.now_ms -= 700;
    const struct engine_action *probe = next_probe(&scene);
    scene.now_ms += 40;
    scene_answer(&scene, probe, STATE_UP, REASON_MASTER);
    assert_int_equal(seen(&scene).staleness_ms, SCENE_INTERVAL_MS + 40);
    scene_end(&scene);
}

static void an_up_node_stands_until_its_replacement_is_acknowledged(
    void **state)
{
    (void)state;
    static struct scene scene;
    start_up(&scene, 1);
    const struct engine_action *probe = next_probe(&scene);
    scene_answer(&scene, probe, STATE_DOWN, REASON_REFUSED);
    scene.now_ms += 300;
    acknowledge(&scene, 0, 100);
    scene.now_ms += 50000; /* it says down: nothing is stale */
    assert_int_equal(seen(&scene).staleness_ms, SCENE_INTERVAL_MS + 300);
    scene_end(&scene);
}

static void a_node_that_was_gone_was_not_stale_until_it_came_back(void **state)
{
    (void)state;
    static struct scene scene;
    start_up(&scene, 1);
    const struct engine_action *probe = next_probe(&scene);
    scene_answer(&scene, probe, STATE_DOWN, REASON_REFUSED);
    tell_contact(&scene, false, false, 7);
    scene.now_ms += 50000; /* the session ended somewhere in it */
    tell_contact(&scene, true, false, 8);
    acknowledge(&scene, 0, 200);
    assert_int_equal(seen(&scene).staleness_ms, SCENE_INTERVAL_MS);
    scene_end(&scene);
}

static void an_acknowledgement_of_an_older_claim_ends_no_up(void **state)
{
    (void)state;
    static struct scene scene;
    start_up(&scene, 1);
    struct engine_event old = {.kind = ENGINE_PUBLISHED};
    old.published = (struct publication){
        .claim_version = scene_claim(&scene, 0)->version, .czxid = 100};
    const struct engine_action *probe = next_probe(&scene);
    scene_answer(&scene, probe, STATE_DOWN, REASON_REFUSED);
    scene_feed(&scene, &old);
    scene.now_ms += 500;
    assert_int_equal(seen(&scene).staleness_ms, SCENE_INTERVAL_MS + 500);
    scene_end(&scene);
}

static void an_up_whose_lease_ran_out_was_ended_by_the_publisher(void **state)
{
    (void)state;
    static struct scene scene;
    start_up(&scene, 1);
    uint64_t lease_ms = scene_claim(&scene, 0)->lease_ms;
    scene.now_ms += lease_ms + 30000; /* we stood still */
    assert_int_equal(seen(&scene).staleness_ms, lease_ms);
    acknowledge(&scene, 0, 100); /* the same claim, as `unknown` */
    scene_forget(&scene);
    scene_pass(&scene, 0);
    scene_answer(&scene, scene_probe_of(&scene, 0), STATE_DOWN, REASON_REFUSED);
    acknowledge(&scene, 0, 100);
    assert_int_equal(seen(&scene).staleness_ms, lease_ms);
    scene_end(&scene);
}

static void what_was_said_while_we_stood_still_counts_from_then(void **state)
{
    (void)state;
    static struct scene scene;
    start_up(&scene, 1);
    scene_answer(&scene, next_probe(&scene), STATE_DOWN, REASON_REFUSED);
    uint64_t said_ms = scene.now_ms + 3;
    scene.now_ms += 60000; /* the word waits in its pipe */
    struct engine_event event = {.kind = ENGINE_PUBLISHED};
    event.published = (struct publication){
        .claim_version = scene_claim(&scene, 0)->version,
        .acked_ms = said_ms,
        .czxid = 100,
        .node_version =
            engine_instance(scene.engine, 0)->publication.node_version + 1};
    scene_feed(&scene, &event);
    assert_int_equal(seen(&scene).staleness_ms, SCENE_INTERVAL_MS + 3);
    assert_int_equal(seen(&scene).convergence_ms, 3);
    assert_int_equal(engine_instance(scene.engine, 0)->publication.acked_ms,
                     said_ms);
    scene_end(&scene);
}

static void a_word_from_the_future_was_said_now(void **state)
{
    (void)state;
    static struct scene scene;
    start_up(&scene, 1);
    struct engine_event event = {.kind = ENGINE_PUBLISHED};
    event.published =
        (struct publication){.claim_version = scene_claim(&scene, 0)->version,
                             .acked_ms = scene.now_ms + 1,
                             .czxid = 100};
    scene_feed(&scene, &event);
    assert_int_equal(engine_instance(scene.engine, 0)->publication.acked_ms,
                     scene.now_ms);
    scene_end(&scene);
}

/* --- C -------------------------------------------------------------------- */

static void a_claim_converges_when_it_is_acknowledged(void **state)
{
    (void)state;
    static struct scene scene;
    start_up(&scene, 1);
    const struct engine_action *probe = next_probe(&scene);
    scene_answer(&scene, probe, STATE_DOWN, REASON_REFUSED);
    scene.now_ms += 120;
    acknowledge(&scene, 0, 100);
    scene.now_ms += 5000;
    acknowledge(&scene, 0, 100); /* said again: it was right before */
    assert_int_equal(seen(&scene).convergence_ms, 120);
    scene_end(&scene);
}

static void convergence_begins_when_contact_is_regained(void **state)
{
    (void)state;
    static struct scene scene;
    start_up(&scene, 1);
    const struct engine_action *probe = next_probe(&scene);
    tell_contact(&scene, false, false, 7);
    scene_answer(&scene, probe, STATE_DOWN, REASON_REFUSED);
    scene.now_ms += 8000;
    tell_contact(&scene, true, false, 7);
    scene.now_ms += 30;
    acknowledge(&scene, 0, 100);
    assert_int_equal(seen(&scene).convergence_ms, 30);
    scene.now_ms += 40;
    tell_contact(&scene, true, true, 7);
    assert_int_equal(seen(&scene).convergence_ms, 70);
    scene.now_ms += 9000; /* steady, and so it stays */
    tell_contact(&scene, true, true, 7);
    assert_int_equal(seen(&scene).convergence_ms, 70);
    scene_end(&scene);
}

static void what_another_keeps_from_us_is_no_slowness_of_ours(void **state)
{
    (void)state;
    static struct scene scene;
    start_up(&scene, 1);
    struct engine_event event = {.kind = ENGINE_CONTACT};
    event.contact = (struct engine_contact){.is_connected = true,
                                            .is_hindered = true,
                                            .session_id = 7,
                                            .negotiated_ms = 12000};
    scene_feed(&scene, &event);
    const struct engine_action *probe = next_probe(&scene);
    scene_answer(&scene, probe, STATE_DOWN, REASON_REFUSED);
    scene.now_ms += 60000;
    event.contact.is_hindered = false;
    scene_feed(&scene, &event);
    scene.now_ms += 25;
    acknowledge(&scene, 0, 100);
    assert_int_equal(seen(&scene).convergence_ms, 25);
    scene_end(&scene);
}

/* --- D -------------------------------------------------------------------- */

static void an_innocent_waits_for_who_was_lost_with_its_prober(void **state)
{
    (void)state;
    static struct scene scene;
    start_up(&scene, 3);
    const struct engine_action first = *next_probe(&scene);
    uint32_t prober = first.prober;
    scene_forget(&scene);
    scene.now_ms += 200;
    scene_lose(&scene, prober, first.task, STEP_INFO, "died of SIGSEGV");
    scene_ready_all(&scene);
    scene_answer_all(&scene);
    assert_int_equal(seen(&scene).isolation_ms, 200);
    scene_end(&scene);
}

static void a_slow_server_of_its_own_is_no_wait(void **state)
{
    (void)state;
    static struct scene scene;
    start_up(&scene, 1);
    const struct engine_action *probe = next_probe(&scene);
    scene.now_ms += 900;
    scene_answer(&scene, probe, STATE_UP, REASON_MASTER);
    assert_int_equal(seen(&scene).isolation_ms, 0);
    scene_end(&scene);
}

static void the_first_round_s_wait_for_probers_is_no_fault(void **state)
{
    (void)state;
    static struct scene scene;
    scene_settle(&scene, 2);
    scene_begin(&scene);
    scene_pass(&scene, 0);
    scene.now_ms += 150; /* until a prober says hello */
    scene_ready_all(&scene);
    scene_answer_all(&scene);
    assert_int_equal(seen(&scene).isolation_ms, 0);
    scene_end(&scene);
}

/* --- E -------------------------------------------------------------------- */

static void time_without_contact_counts_while_the_session_lives(void **state)
{
    (void)state;
    static struct scene scene;
    start_up(&scene, 1);
    tell_contact(&scene, false, false, 7);
    scene.now_ms += 3000;
    assert_int_equal(seen(&scene).end_ms, 3000); /* it lasts */
    tell_contact(&scene, false, false, 0);       /* the publisher died, too */
    scene.now_ms += 500;
    tell_contact(&scene, true, false, 7);
    scene.now_ms += 9000;
    assert_int_equal(seen(&scene).end_ms, 3500);
    tell_contact(&scene, false, false, 7);
    scene.now_ms += 70000; /* nobody holds a session for so long */
    assert_int_equal(seen(&scene).end_ms, 12000);
    scene_end(&scene);
}

static void before_the_first_session_nothing_is_lost(void **state)
{
    (void)state;
    static struct scene scene;
    scene_settle(&scene, 1);
    scene_start(&scene);
    tell_contact(&scene, false, false, 0);
    scene.now_ms += 5000;
    tell_contact(&scene, true, true, 7);
    assert_int_equal(seen(&scene).end_ms, 0);
    scene_end(&scene);
}

/* --- its life ------------------------------------------------------------- */

static void a_reload_forgets_nothing(void **state)
{
    (void)state;
    static struct scene scene;
    static struct scene other;
    start_up(&scene, 1);
    const struct engine_action *probe = next_probe(&scene);
    scene.now_ms += 40;
    scene_answer(&scene, probe, STATE_UP, REASON_MASTER);
    tell_contact(&scene, false, false, 7);
    scene.now_ms += 2000;
    scene_settle(&other, 1);
    other.now_ms = scene.now_ms;
    scene_begin(&other);
    engine_adopt(other.engine, 0, engine_instance(scene.engine, 0),
                 other.now_ms);
    engine_continue(other.engine, scene.engine);
    assert_int_equal(seen(&other).staleness_ms, SCENE_INTERVAL_MS + 40);
    assert_int_equal(seen(&other).end_ms, 2000);
    /* And the adopted node is known to say up. */
    tell_contact(&other, true, true, 7);
    other.now_ms += 12000;
    assert_int_equal(seen(&other).staleness_ms, 14040);
    scene_end(&other);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_up_node_is_as_old_as_the_probe_it_rests_on),
        cmocka_unit_test(
            an_up_node_stands_until_its_replacement_is_acknowledged),
        cmocka_unit_test(a_node_that_was_gone_was_not_stale_until_it_came_back),
        cmocka_unit_test(an_acknowledgement_of_an_older_claim_ends_no_up),
        cmocka_unit_test(an_up_whose_lease_ran_out_was_ended_by_the_publisher),
        cmocka_unit_test(what_was_said_while_we_stood_still_counts_from_then),
        cmocka_unit_test(a_word_from_the_future_was_said_now),
        cmocka_unit_test(a_claim_converges_when_it_is_acknowledged),
        cmocka_unit_test(convergence_begins_when_contact_is_regained),
        cmocka_unit_test(what_another_keeps_from_us_is_no_slowness_of_ours),
        cmocka_unit_test(an_innocent_waits_for_who_was_lost_with_its_prober),
        cmocka_unit_test(a_slow_server_of_its_own_is_no_wait),
        cmocka_unit_test(the_first_round_s_wait_for_probers_is_no_fault),
        cmocka_unit_test(time_without_contact_counts_while_the_session_lives),
        cmocka_unit_test(before_the_first_session_nothing_is_lost),
        cmocka_unit_test(a_reload_forgets_nothing),
    };
    return cmocka_run_group_tests_name("worst", tests, NULL, NULL);
}
