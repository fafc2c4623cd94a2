/*
 * test_probe.c - one slot, many probes, against a server in the same loop:
 * how it gets in, what the page tells meanwhile, and what is left behind.
 */
#include "probe_scene.h"

#include <errno.h>

#include "base/clock.h"
#include "prober/probe_open.h"

#define ROUNDS 300

/* --- a file that is renewed meanwhile ---------------------------------- */

static void handle_renewal(uv_timer_t *timer)
{
    struct scene *scene = timer->data;
    write_password(scene, scene->renewed, 0600);
    uv_close((uv_handle_t *)timer, NULL);
}

static void write_soon(struct scene *scene, const char *text)
{
    scene->renewed = text;
    scene->renewal.data = scene;
    assert_int_equal(uv_timer_init(&scene->loop, &scene->renewal), 0);
    assert_int_equal(uv_timer_start(&scene->renewal, handle_renewal, 10, 0), 0);
}

/* --- the tests ---------------------------------------------------------- */

static void host_nobody_answers_for_is_evidence_and_no_network_is_not(
    void **state)
{
    (void)state;
    assert_int_equal(probe_open_judge(-EHOSTUNREACH), EVIDENCE_BACKLOG);
    assert_int_equal(probe_open_judge(-ENETUNREACH), EVIDENCE_AGENT);
}

static void page_names_the_task_while_its_callback_runs(void **state)
{
    (void)state;
    struct scene *scene = start("+PONG\r\n");
    run(scene);
    assert_int_equal(scene->inside, TASK);
    assert_int_equal(scene->step, STEP_PING);
    assert_int_equal(scene->result.task, TASK);
    assert_int_equal(scene->result.verdict.state, STATE_UP);
    assert_true(scene->result.stage_us[STEP_PING] > 0);
    assert_int_equal(scene->result.stage_us[STEP_INFO], 0);
    free(scene);
}

static void slot_is_used_again_and_leaves_nothing(void **state)
{
    (void)state;
    struct scene *scene = start("+PONG\r\n");
    int before = dup(STDERR_FILENO);
    (void)close(before);
    scene->wanted = ROUNDS;
    run(scene);
    int after = dup(STDERR_FILENO);
    (void)close(after);
    /* The lowest free descriptor; the loop's own are gone as well. */
    assert_true(after <= before);
    assert_int_equal(scene->result.task, TASK + ROUNDS - 1);
    free(scene);
}

static void silence_ends_at_the_deadline_and_not_before(void **state)
{
    (void)state;
    struct scene *scene = start(NULL);
    scene->order.timeout_ms = 60;
    run(scene);
    assert_int_equal(scene->result.verdict.reason, REASON_TIMEOUT);
    assert_true(scene->result.stage_us[STEP_PING] > 40000);
    free(scene);
}

static void time_our_loop_lost_is_given_back(void **state)
{
    (void)state;
    struct scene *scene = start(NULL);
    scene->order.timeout_ms = 200;
    scene->stall_ms = 150;
    run(scene);
    assert_int_equal(scene->result.verdict.reason, REASON_TIMEOUT);
    assert_true(scene->result.stage_us[STEP_PING] > 330000);
    free(scene);
}

static void silence_while_our_loop_stood_is_no_evidence(void **state)
{
    (void)state;
    struct scene *scene = start(NULL);
    scene->order.timeout_ms = 60;
    scene->stall_ms = 5000;
    run(scene);
    assert_int_equal(scene->result.verdict.state, STATE_UNKNOWN);
    assert_string_equal(scene->result.verdict.detail,
                        "the agent ran late: this host is short of CPU");
    free(scene);
}

/* Long, so that what a slow machine needs for the rest is short beside it. */
#define STALLED_MS 600

static void stalled_write_check_is_no_time_of_info(void **state)
{
    (void)state;
    struct scene *scene = start("+PONG\r\n*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"
                                "$13\r\nrole:master\r\n\r\n");
    scene->order.is_deep = true;
    scene->order.canary = true;
    scene->order.timeout_ms = STALLED_MS;
    run(scene);
    assert_int_equal(scene->result.verdict.reason, REASON_PAUSED);
    assert_true(scene->result.stage_us[STEP_INFO] > 0);
    assert_true(scene->result.stage_us[STEP_INFO] < STALLED_MS * 1000 / 2);
    assert_true(scene->result.stage_us[STEP_PING] < STALLED_MS * 1000 / 2);
    free(scene);
}

static void stalled_info_is_its_own_time(void **state)
{
    (void)state;
    struct scene *scene = start("+PONG\r\n");
    scene->order.is_deep = true;
    scene->order.canary = true;
    scene->order.timeout_ms = STALLED_MS;
    run(scene);
    assert_true(scene->result.stage_us[STEP_INFO] > STALLED_MS * 1000 / 2);
    free(scene);
}

static void address_that_is_none_is_trouble_of_ours(void **state)
{
    (void)state;
    struct scene *scene = start(NULL);
    (void)text_copy(scene->order.addr, sizeof(scene->order.addr), "nonsense");
    run(scene);
    assert_int_equal(scene->result.verdict.reason, REASON_AGENT);
    assert_int_equal(scene->inside, TASK);
    free(scene);
}

static void auth_goes_first_and_its_reply_is_the_first(void **state)
{
    (void)state;
    struct scene *scene = start("+OK\r\n+PONG\r\n");
    give_password(scene, "s3cret\n", 0600);
    run(scene);
    assert_int_equal(scene->result.verdict.state, STATE_UP);
    assert_string_equal(scene->heard, "*2\r\n$4\r\nAUTH\r\n$6\r\ns3cret\r\n"
                                      "*1\r\n$4\r\nPING\r\n");
    assert_true(scene->result.stage_us[STEP_AUTH] > 0);
    assert_true(scene->result.stage_us[STEP_PING] > 0);
    end_password(scene);
    free(scene);
}

static void user_is_named_and_a_refused_password_is_told(void **state)
{
    (void)state;
    struct scene *scene = start("-WRONGPASS invalid username-password pair or "
                                "user is disabled.\r\n"
                                "-NOAUTH Authentication required.\r\n");
    give_password(scene, "s3cret", 0600);
    (void)text_copy(scene->order.access.user, sizeof(scene->order.access.user),
                    "probe");
    run(scene);
    assert_int_equal(scene->result.verdict.reason, REASON_AUTH);
    assert_non_null(
        strstr(scene->heard, "AUTH\r\n$5\r\nprobe\r\n$6\r\ns3cret"));
    assert_null(strstr(scene->result.verdict.detail, "s3cret"));
    end_password(scene);
    free(scene);
}

static void silence_after_auth_is_waited_for_as_such(void **state)
{
    (void)state;
    struct scene *scene = start(NULL);
    give_password(scene, "s3cret", 0600);
    scene->order.timeout_ms = 60;
    run(scene);
    assert_int_equal(scene->step, STEP_AUTH);
    assert_int_equal(scene->result.verdict.reason, REASON_TIMEOUT);
    assert_true(scene->result.stage_us[STEP_AUTH] > 40000);
    assert_int_equal(scene->result.stage_us[STEP_PING], 0);
    end_password(scene);
    free(scene);
}

static void bad_password_file_opens_no_connection(void **state)
{
    (void)state;
    struct scene *scene = start("+OK\r\n+PONG\r\n");
    give_password(scene, "s3cret", 0644);
    run(scene);
    assert_int_equal(scene->result.verdict.state, STATE_UNKNOWN);
    assert_int_equal(scene->result.verdict.reason, REASON_AGENT);
    assert_non_null(strstr(scene->result.verdict.detail, "a.pw"));
    assert_non_null(strstr(scene->result.verdict.detail, "chmod 600"));
    assert_int_equal(scene->connections, 0);
    assert_int_equal(scene->result.stage_us[STEP_CONNECT], 0);
    end_password(scene);
    free(scene);
}

/* The scene's clock of files is the disk's own. */
static void make_old(const struct scene *scene)
{
    struct stat found;
    do { /* ctime cannot be set: until it is no news any more */
        assert_int_equal(usleep(20000), 0);
        assert_int_equal(stat(scene->password_file, &found), 0);
    } while (clock_wall_ms() < (uint64_t)found.st_ctim.tv_sec * 1000 + 2100);
}

static void file_that_was_empty_for_a_moment_is_read_again(void **state)
{
    (void)state;
    struct scene *scene = start("+OK\r\n+PONG\r\n");
    give_password(scene, "", 0600);
    write_soon(scene, "renewed");
    run(scene);
    assert_int_equal(scene->result.verdict.state, STATE_UP);
    assert_int_equal(scene->connections, 1);
    assert_non_null(strstr(scene->heard, "\r\nrenewed\r\n"));
    end_password(scene);
    free(scene);
}

static void file_in_trouble_is_looked_at_twice_only_if_it_is_new(void **state)
{
    uint64_t new_us = 0;
    uint64_t old_us = UINT64_MAX; /* the least of some: a machine may stumble */
    (void)state;
    for (int turn = 0; turn < 4; turn++) {
        struct scene *scene = start("+OK\r\n+PONG\r\n");
        give_password(scene, "", 0600);
        if (turn > 0) {
            make_old(scene);
        }
        uv_update_time(&scene->loop);
        uint64_t began_us = clock_monotonic_us();
        run(scene);
        uint64_t took_us = clock_monotonic_us() - began_us;
        assert_non_null(strstr(scene->result.verdict.detail, "is empty"));
        assert_int_equal(scene->connections, 0);
        new_us = turn == 0 ? took_us : new_us;
        old_us = turn > 0 && took_us < old_us ? took_us : old_us;
        end_password(scene);
        free(scene);
    }
    assert_true(new_us > 40000);
    assert_true(old_us < new_us);
}

static void second_connection_reads_the_password_anew(void **state)
{
    (void)state;
    struct scene *scene = start("+OK\r\n+PONG\r\n");
    give_password(scene, "old", 0600);
    scene->password = "renewed";
    run(scene);
    assert_int_equal(scene->connections, 2);
    assert_int_equal(scene->result.verdict.state, STATE_UP);
    assert_non_null(strstr(scene->heard, "\r\nold\r\n"));
    assert_non_null(strstr(scene->heard, "\r\nrenewed\r\n"));
    end_password(scene);
    free(scene);
}

static void no_password_stays_in_the_slot(void **state)
{
    (void)state;
    static const char password[] = "kept-nowhere";
    struct scene *scene = start("+OK\r\n+PONG\r\n");
    give_password(scene, password, 0600);
    run(scene);
    assert_int_equal(scene->result.verdict.state, STATE_UP);
    assert_non_null(strstr(scene->heard, password));
    assert_null(memmem(&scene->probe, sizeof(scene->probe), password,
                       strlen(password)));
    assert_null(
        memmem(&scene->room, sizeof(scene->room), password, strlen(password)));
    assert_null(scene->probe.access);
    end_password(scene);
    free(scene);
}

static void name_without_address_says_why(void **state)
{
    (void)state;
    struct scene *scene = start(NULL);
    (void)text_copy(scene->order.addr, sizeof(scene->order.addr),
                    "redis.invalid:6379");
    (void)text_copy(scene->order.name_trouble,
                    sizeof(scene->order.name_trouble), "nobody knows it");
    scene->order.resolve_us = 4321;
    run(scene);
    assert_int_equal(scene->result.verdict.state, STATE_UNKNOWN);
    assert_int_equal(scene->result.verdict.reason, REASON_DNS);
    assert_non_null(strstr(scene->result.verdict.detail, "nobody knows it"));
    assert_int_equal(scene->result.stage_us[STEP_RESOLVE], 4321);
    free(scene);
}

/* This very process plays the server. */
static void silence_of_one_that_was_loading_is_loading(void **state)
{
    (void)state;
    struct process self;
    assert_int_equal(process_look("/proc", (uint32_t)getpid(), &self), 0);
    for (uint64_t other = 0; other < 2; other++) {
        struct scene *scene = start(NULL);
        scene->order.timeout_ms = 60;
        scene->order.is_deep = true;
        scene->order.was_loading = true;
        scene->order.pid = (uint32_t)getpid();
        scene->order.start_ticks = self.start_ticks - other;
        run(scene);
        assert_int_equal(scene->result.verdict.reason,
                         other == 0 ? REASON_LOADING : REASON_TIMEOUT);
        free(scene);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            host_nobody_answers_for_is_evidence_and_no_network_is_not),
        cmocka_unit_test(page_names_the_task_while_its_callback_runs),
        cmocka_unit_test(slot_is_used_again_and_leaves_nothing),
        cmocka_unit_test(silence_ends_at_the_deadline_and_not_before),
        cmocka_unit_test(time_our_loop_lost_is_given_back),
        cmocka_unit_test(silence_while_our_loop_stood_is_no_evidence),
        cmocka_unit_test(stalled_write_check_is_no_time_of_info),
        cmocka_unit_test(stalled_info_is_its_own_time),
        cmocka_unit_test(address_that_is_none_is_trouble_of_ours),
        cmocka_unit_test(auth_goes_first_and_its_reply_is_the_first),
        cmocka_unit_test(user_is_named_and_a_refused_password_is_told),
        cmocka_unit_test(silence_after_auth_is_waited_for_as_such),
        cmocka_unit_test(bad_password_file_opens_no_connection),
        cmocka_unit_test(file_that_was_empty_for_a_moment_is_read_again),
        cmocka_unit_test(file_in_trouble_is_looked_at_twice_only_if_it_is_new),
        cmocka_unit_test(second_connection_reads_the_password_anew),
        cmocka_unit_test(no_password_stays_in_the_slot),
        cmocka_unit_test(name_without_address_says_why),
        cmocka_unit_test(silence_of_one_that_was_loading_is_loading),
    };
    return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
