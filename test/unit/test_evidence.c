/*
 * test_evidence.c - parts of replies become evidence: what is noted, what is
 * not believed, what is forgotten when a reply never became whole.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "prober/evidence.h"

struct scene {
    struct flight flight;
    struct evidence evidence;
};

static void start(struct scene *scene)
{
    assert_int_equal(flight_init(&scene->flight, FLIGHT_DEEP | FLIGHT_CANARY),
                     0);
    scene->evidence.known = (struct evidence_known){.was_loading = false};
    evidence_init(&scene->evidence, &scene->flight);
}

static struct reply_part text_part(enum reply_kind kind, const char *text)
{
    return (struct reply_part){
        .kind = kind, .text = text, .length = strlen(text)};
}

static void note_error(struct scene *scene, enum command command,
                       const char *text)
{
    struct reply_part part = text_part(REPLY_ERROR, text);
    evidence_note(&scene->evidence, command, &part);
}

static void note_role(struct scene *scene, size_t position,
                      enum reply_kind kind, const char *text, long long number)
{
    struct reply_part part = text_part(kind, text);
    part.depth = 1;
    part.position = position;
    part.number = number;
    evidence_note(&scene->evidence, COMMAND_ROLE, &part);
}

static void note_info(struct scene *scene, const char *text)
{
    struct reply_part part = text_part(REPLY_STRING, text);
    evidence_note(&scene->evidence, COMMAND_INFO, &part);
}

static void known_errors_are_told_apart_by_their_first_words(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum evidence_error error;
    } rows[] = {
        {"LOADING Redis is loading the dataset in memory", ERROR_LOADING},
        {"BUSY Redis is busy", ERROR_BUSY},
        {"BUSYKEY Target key name already exists.", ERROR_OTHER},
        {"BUSYGROUP Consumer Group name already exists", ERROR_OTHER},
        {"NOAUTH Authentication required.", ERROR_NOAUTH},
        {"WRONGPASS invalid username-password pair", ERROR_WRONGPASS},
        {"NOPERM this user has no permissions", ERROR_NOPERM},
        {"NOPERM this user has no permissions to access one of the keys used "
         "as arguments",
         ERROR_NOPERM_KEY},
        {"NOPERM No permissions to access a key", ERROR_NOPERM_KEY_NEW},
        {"MASTERDOWN Link with MASTER is down", ERROR_MASTERDOWN},
        {"ERR max number of clients reached", ERROR_MAXCLIENTS},
        {"ERR unknown command 'PING'", ERROR_NO_COMMAND},
        {"ERR unknown", ERROR_OTHER},
        {"ERR", ERROR_OTHER},
        {"OOM", ERROR_OOM},
        {"ERR AUTH <password> called without any password configured for the "
         "default user. Are you sure your configuration is correct?",
         ERROR_NO_PASSWORD},
        {"ERR Client sent AUTH, but no password is set", ERROR_NO_PASSWORD_OLD},
        {"ERR invalid password", ERROR_BAD_PASSWORD},
        {"ERR invalid passwords", ERROR_OTHER},
        {"ERR wrong number of arguments for 'auth' command", ERROR_NO_USERS},
        {"ERR wrong number of arguments for 'ping' command", ERROR_OTHER},
        {"ERR This instance has cluster support disabled", ERROR_NO_CLUSTER},
        {"", ERROR_OTHER},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene scene;
        start(&scene);
        note_error(&scene, COMMAND_PING, rows[i].text);
        assert_int_equal(scene.evidence.replies[COMMAND_PING].error,
                         rows[i].error);
        assert_true(evidence_has_error(&scene.evidence, rows[i].error));
        assert_int_equal(scene.evidence.complaint[0] != '\0',
                         rows[i].error == ERROR_OTHER);
    }
}

static void first_complaint_stays_escaped_and_without_figures(void **state)
{
    (void)state;
    struct scene scene;
    start(&scene);
    note_error(&scene, COMMAND_PING, "\x1b[2J\n took 17 ms at 10:59");
    note_error(&scene, COMMAND_INFO, "another");
    assert_string_equal(scene.evidence.complaint,
                        "PING: \\x1b[#J\\x0a took # ms at #:#");
}

static void words_of_an_answer_to_auth_are_not_kept(void **state)
{
    (void)state;
    struct scene scene;
    start(&scene);
    note_error(&scene, COMMAND_AUTH, "pa55word is wrong");
    assert_string_equal(scene.evidence.complaint,
                        "AUTH was answered in words that are not known");
}

static void what_was_known_before_outlives_a_second_connection(void **state)
{
    (void)state;
    struct scene scene;
    start(&scene);
    scene.evidence.known =
        (struct evidence_known){.was_loading = true, .max_gap = 7};
    note_error(&scene, COMMAND_PING, "ODD");
    evidence_init(&scene.evidence, &scene.flight);
    assert_true(scene.evidence.known.was_loading);
    assert_int_equal(scene.evidence.known.max_gap, 7);
    assert_string_equal(scene.evidence.complaint, "");
    assert_int_equal(scene.evidence.replies[COMMAND_PING].answer, ANSWER_NONE);
}

static void complaint_of_any_length_is_cut(void **state)
{
    (void)state;
    struct scene scene;
    start(&scene);
    char text[5000];
    memset(text, 0x1b, sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    note_error(&scene, COMMAND_CANARY, text);
    assert_true(text_is_printable(scene.evidence.complaint,
                                  EVIDENCE_COMPLAINT_BYTES - 1));
}

static void role_of_a_replica_is_noted_part_by_part(void **state)
{
    (void)state;
    struct scene scene;
    start(&scene);
    struct reply_part array = {.kind = REPLY_ARRAY, .number = 5};
    evidence_note(&scene.evidence, COMMAND_ROLE, &array);
    note_role(&scene, 0, REPLY_STRING, "slave", 0);
    note_role(&scene, 1, REPLY_STRING, "10.0.0.7", 0);
    note_role(&scene, 2, REPLY_INTEGER, "", 6379);
    note_role(&scene, 3, REPLY_STRING, "connected", 0);
    evidence_close(&scene.evidence, &scene.flight, 2, EVIDENCE_CLOSED, 0);
    assert_int_equal(scene.evidence.role.role, ROLE_REPLICA);
    assert_string_equal(scene.evidence.role.master_host, "10.0.0.7");
    assert_int_equal(scene.evidence.role.master_port, 6379);
    assert_true(scene.evidence.role.is_connected);
}

static void impossible_role_parts_are_not_believed(void **state)
{
    (void)state;
    struct scene scene;
    start(&scene);
    note_role(&scene, 0, REPLY_STRING, "slavery", 0);
    assert_int_equal(scene.evidence.role.role, ROLE_UNKNOWN);
    note_role(&scene, 0, REPLY_STRING, "slave", 0);
    note_role(&scene, 1, REPLY_INTEGER, "", 7);
    note_role(&scene, 2, REPLY_INTEGER, "", 65536);
    note_role(&scene, 2, REPLY_INTEGER, "", -1);
    note_role(&scene, 3, REPLY_INTEGER, "", 1);
    assert_string_equal(scene.evidence.role.master_host, "");
    assert_int_equal(scene.evidence.role.master_port, 0);
    assert_false(scene.evidence.role.is_connected);
}

static void reply_that_never_became_whole_is_forgotten(void **state)
{
    (void)state;
    struct scene scene;
    start(&scene);
    struct reply_part pong = text_part(REPLY_STATUS, "PONG");
    struct reply_part array = {.kind = REPLY_ARRAY, .number = 3};
    evidence_note(&scene.evidence, COMMAND_PING, &pong);
    evidence_note(&scene.evidence, COMMAND_ROLE, &array);
    note_role(&scene, 0, REPLY_STRING, "master", 0);
    evidence_close(&scene.evidence, &scene.flight, 1, EVIDENCE_DEADLINE, 0);
    assert_int_equal(scene.evidence.replies[COMMAND_PING].answer, ANSWER_GOOD);
    assert_int_equal(scene.evidence.replies[COMMAND_ROLE].answer, ANSWER_NONE);
    assert_int_equal(scene.evidence.role.role, ROLE_UNKNOWN);
    assert_int_equal(scene.evidence.answered, 1);
}

static void too_long_a_string_is_no_breach_when_it_is_redis_info(void **state)
{
    (void)state;
    struct scene scene;
    start(&scene);
    const struct evidence *evidence = &scene.evidence;
    struct reply_part pong = text_part(REPLY_STATUS, "PONG");
    assert_int_equal(evidence_end_of(evidence, &scene.flight, 2, -EMSGSIZE),
                     EVIDENCE_PROTOCOL); /* PING was not answered well */
    evidence_note(&scene.evidence, COMMAND_PING, &pong);
    assert_int_equal(evidence_end_of(evidence, &scene.flight, 2, -EMSGSIZE),
                     EVIDENCE_LONG_INFO);
    assert_int_equal(evidence_end_of(evidence, &scene.flight, 2, -EPROTO),
                     EVIDENCE_PROTOCOL);
    assert_int_equal(evidence_end_of(evidence, &scene.flight, 1, -EMSGSIZE),
                     EVIDENCE_PROTOCOL);
    assert_int_equal(evidence_end_of(evidence, &scene.flight, 3, -EMSGSIZE),
                     EVIDENCE_PROTOCOL);
    assert_int_equal(evidence_end_of(evidence, &scene.flight, 4, -EMSGSIZE),
                     EVIDENCE_PROTOCOL);
    assert_int_equal(evidence_end_of(evidence, &scene.flight, 2, -ENOMEM),
                     EVIDENCE_AGENT);
}

static void info_fields_are_believed_only_as_redis_writes_them(void **state)
{
    (void)state;
    struct scene scene;
    start(&scene);
    note_info(&scene, "run_id:0123456789abcdef0123456789abcdef0123456g\r\n"
                      "redis_version:7.0 \x1b[31m\r\nprocess_id:-3\r\n"
                      "master_port:70000\r\nloading_loaded_perc:101\r\n"
                      "role:slaves\r\nslave_repl_offset:0x1\r\nloading:10\r\n"
                      ":\r\nno colon\r\n\n\r\n");
    const struct info *info = &scene.evidence.info;
    assert_string_equal(info->run_id, "");
    assert_string_equal(info->version, "");
    assert_int_equal(info->process_id, 0);
    assert_int_equal(info->master_port, 0);
    assert_int_equal(info->loaded_tens, INFO_TENS_UNKNOWN);
    assert_int_equal(info->role, ROLE_UNKNOWN);
    assert_false(info->has_offset);
    assert_false(info->is_loading);
}

static void info_is_read_to_its_last_line_without_a_newline(void **state)
{
    (void)state;
    struct scene scene;
    start(&scene);
    note_info(&scene, "# Server\nprocess_id:77\nloading_loaded_perc:99.99\n"
                      "shutdown_in_milliseconds:12\nrole:master");
    assert_int_equal(scene.evidence.info.process_id, 77);
    assert_int_equal(scene.evidence.info.loaded_tens, 9);
    assert_true(scene.evidence.info.is_shutting_down);
    assert_int_equal(scene.evidence.info.role, ROLE_MASTER);
}

static void info_values_too_long_or_with_nul_are_left_out(void **state)
{
    (void)state;
    struct scene scene;
    start(&scene);
    char text[400] = "master_host:";
    memset(text + strlen(text), 'h', 300);
    note_info(&scene, text);
    assert_string_equal(scene.evidence.info.master_host, "");
    static const char nul[] = "master_host:a\0b\r\n";
    struct reply_part part = {
        .kind = REPLY_STRING, .text = nul, .length = sizeof(nul) - 1};
    evidence_note(&scene.evidence, COMMAND_INFO, &part);
    assert_string_equal(scene.evidence.info.master_host, "");
}

static void info_key_with_a_nul_inside_is_nobodys(void **state)
{
    (void)state;
    struct scene scene;
    start(&scene);
    static const char text[] =
        "role\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0:master\r\n";
    struct reply_part part = {
        .kind = REPLY_STRING, .text = text, .length = sizeof(text) - 1};
    evidence_note(&scene.evidence, COMMAND_INFO, &part);
    assert_int_equal(scene.evidence.info.role, ROLE_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_errors_are_told_apart_by_their_first_words),
        cmocka_unit_test(first_complaint_stays_escaped_and_without_figures),
        cmocka_unit_test(words_of_an_answer_to_auth_are_not_kept),
        cmocka_unit_test(what_was_known_before_outlives_a_second_connection),
        cmocka_unit_test(complaint_of_any_length_is_cut),
        cmocka_unit_test(role_of_a_replica_is_noted_part_by_part),
        cmocka_unit_test(impossible_role_parts_are_not_believed),
        cmocka_unit_test(reply_that_never_became_whole_is_forgotten),
        cmocka_unit_test(too_long_a_string_is_no_breach_when_it_is_redis_info),
        cmocka_unit_test(info_fields_are_believed_only_as_redis_writes_them),
        cmocka_unit_test(info_is_read_to_its_last_line_without_a_newline),
        cmocka_unit_test(info_values_too_long_or_with_nul_are_left_out),
        cmocka_unit_test(info_key_with_a_nul_inside_is_nobodys),
    };
    return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
