/*
 * test_progress.c - the page a prober shares: both ends see the same, and a
 * prober gone mad cannot take it away under the supervisor.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "wire/progress.h"

static void both_ends_see_the_same_page(void **state)
{
    (void)state;
    struct progress *supervisor = NULL;
    struct progress *prober = NULL;
    int fd = progress_create(&supervisor);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_int_equal(progress_open(dup(fd), &prober), 0);
    assert_int_equal(supervisor->turns, 0);
    assert_int_equal(supervisor->inside, 0);
    prober->turns++;
    prober->inside = UINT64_MAX - 1;
    assert_int_equal(supervisor->turns, 1);
    assert_true(supervisor->inside == UINT64_MAX - 1);
    progress_destroy(prober);
    progress_destroy(supervisor);
    progress_destroy(NULL);
    assert_int_equal(close(fd), 0);
}

static void the_page_cannot_be_cut_short_or_unsealed(void **state)
{
    (void)state;
    struct progress *page = NULL;
    int fd = progress_create(&page);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, 0), -1);
    assert_int_equal(errno, EPERM);
    assert_int_equal(ftruncate(fd, 1 << 20), -1);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
    progress_destroy(page);
    assert_int_equal(close(fd), 0);
}

static void what_is_no_page_is_refused_and_closed(void **state)
{
    (void)state;
    struct progress *page = NULL;
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    assert_int_equal(progress_open(fd, &page), -EINVAL);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    assert_int_equal(progress_open(-1, &page), -EBADF);
    assert_null(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ends_see_the_same_page),
        cmocka_unit_test(the_page_cannot_be_cut_short_or_unsealed),
        cmocka_unit_test(what_is_no_page_is_refused_and_closed),
    };
    return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
