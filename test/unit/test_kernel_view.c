/*
 * test_kernel_view.c - what is said of a process that is about to be killed,
 * from as much as may be read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "fake_proc.h"
#include "model/ending.h"
#include "base/kernel_view.h"

#define PID 77
#define STAT \
    "77 (sentinel-prober) D 1 77 77 0 -1 4194560 9 0 0 0 3 4 0 0 20 0 1 0 55"

/* What is said when these files stand there; NULL = it does not. */
static void expect(const char *wchan, const char *call, bool has_said_hello,
                   const char *said)
{
    struct fake_proc proc;
    char text[ENDING_KERNEL_BYTES];
    fake_proc_init(&proc);
    fake_proc_file(&proc, "77/stat", STAT);
    if (wchan != NULL) {
        fake_proc_file(&proc, "77/wchan", wchan);
    }
    if (call != NULL) {
        fake_proc_file(&proc, "77/syscall", call);
    }
    kernel_view_read(proc.root, PID, has_said_hello, text, sizeof(text));
    assert_string_equal(text, said);
    fake_proc_finish(&proc);
}

static void state_place_and_call_are_told(void **state)
{
    (void)state;
    expect("nfs_wait_bit", "0 0x3 0x7f 0x1000", true,
           "D in nfs_wait_bit, syscall 0");
}

static void what_may_not_be_read_is_left_out(void **state)
{
    (void)state;
    expect(NULL, NULL, true, "D");
    expect("0", NULL, true, "D");
    expect("", "", true, "D");
    expect("0", "running\n", true, "D");
    expect("pipe_read", NULL, true, "D in pipe_read");
    expect("0", "35 0x1", true, "D, syscall 35");
}

static void before_its_hello_the_call_is_not_asked_for(void **state)
{
    (void)state;
    expect("folio_wait", "59 0x1", false, "D in folio_wait");
}

static void a_process_that_is_gone_has_no_view(void **state)
{
    (void)state;
    char text[ENDING_KERNEL_BYTES] = "left over";
    kernel_view_read("/nonexistent", PID, true, text, sizeof(text));
    assert_string_equal(text, "");
    kernel_view_read("/proc", 0, true, text, sizeof(text));
    assert_string_equal(text, "");
}

static void ours_is_running(void **state)
{
    (void)state;
    char text[ENDING_KERNEL_BYTES];
    kernel_view_read("/proc", getpid(), true, text, sizeof(text));
    assert_int_equal(text[0], 'R');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state_place_and_call_are_told),
        cmocka_unit_test(what_may_not_be_read_is_left_out),
        cmocka_unit_test(before_its_hello_the_call_is_not_asked_for),
        cmocka_unit_test(a_process_that_is_gone_has_no_view),
        cmocka_unit_test(ours_is_running),
    };
    return cmocka_run_group_tests_name("kernel_view", tests, NULL, NULL);
}
