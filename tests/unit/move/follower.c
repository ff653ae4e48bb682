/* SPDX-License-Identifier: MIT */
#include "move/follower.h"
#include "base/signals.h"
#include "support.h"

#include <signal.h>

enum { SIZE = 3 << 20, CHUNK = 1 << 20 };

static int fd;
static struct extents extents;
static struct checksum expected;

static void make_source(void)
{
    static char bytes[SIZE];
    struct summer summer;
    enter_scratch();
    signals_install(); /* or a tick would end this process */
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)(i % 251);
    fd = open("file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    cr_assert_eq(write(fd, bytes, SIZE), SIZE);
    cr_assert_eq(extents_whole(SIZE, &extents), 0);
    cr_assert_eq(summer_init(&summer, CHECKSUM_XXH128), 0);
    summer_add(&summer, bytes, SIZE);
    expected = summer_end(&summer);
    summer_release(&summer);
}

static void remove_source(void)
{
    extents_release(&extents);
    close(fd);
    leave_scratch();
}

TestSuite(follower, .init = make_source, .fini = remove_source, .timeout = 60);

static void no_tick(void *arg)
{
    (void)arg;
}

static const struct ticker nobody = {.tick = no_tick};

static struct follower a_follower(void)
{
    struct follower f = {.fd = fd, .size = SIZE, .kind = CHECKSUM_XXH128, .extents = &extents};
    cr_assert_eq(follower_prepare(&f), 0);
    return f;
}

static void expect_sum(struct follower *f)
{
    struct checksum sum;
    struct ending ending = follower_finish(f, nobody, &sum);
    cr_assert_eq(ending.kind, ENDED_WELL);
    cr_assert(checksum_equal(&sum, &expected));
    cr_assert_eq(f->pid, 0);
    follower_release(f);
}

static struct share *a_share(void)
{
    struct share *share = share_create(1, 1, true);
    cr_assert_not_null(share);
    share_begin(share, PHASE_COPYING, SIZE, 4096);
    return share;
}

static void claim(struct share *share, unsigned chunks)
{
    struct chunk chunk;
    while (chunks-- > 0)
        cr_assert(share_claim(share, 0, CHUNK, &chunk));
}

/* Until it has read so much. */
static void wait_for(const struct follower *f, off_t done)
{
    while (follower_done(f) < done)
        sched_yield();
}

Test(follower, reads_it_all_where_nobody_else_does)
{
    struct follower f = a_follower();
    expect_sum(&f);
}

Test(follower, reads_no_further_than_workers_have_claimed)
{
    struct follower f = a_follower();
    struct share *share = a_share();
    claim(share, 1);
    follower_start(&f, share);
    wait_for(&f, CHUNK);
    usleep(20000);
    cr_assert_eq(follower_done(&f), CHUNK);
    claim(share, 2);
    expect_sum(&f);
    share_destroy(share);
}

Test(follower, that_is_killed_is_replaced)
{
    struct follower f = a_follower();
    struct share *share = a_share();
    claim(share, 1);
    follower_start(&f, share);
    wait_for(&f, CHUNK);
    kill(f.pid, SIGKILL);
    expect_sum(&f);
    share_destroy(share);
}

Test(follower, ends_with_whoever_has_no_use_of_it)
{
    struct follower f = a_follower();
    struct share *share = a_share();
    follower_start(&f, share);
    pid_t pid = f.pid;
    cr_assert_gt(pid, 0);
    follower_release(&f);
    cr_assert(kill(pid, 0) < 0 && errno == ESRCH);
    share_destroy(share);
}

Test(follower, tells_of_a_file_that_is_too_short)
{
    struct follower f = a_follower();
    struct checksum sum;
    cr_assert_eq(ftruncate(fd, SIZE - 10), 0);
    struct ending ending = follower_finish(&f, nobody, &sum);
    cr_assert_eq(ending.kind, ENDED_FAILED);
    cr_assert_eq(ending.failure.err, ENODATA);
    cr_assert_eq(ending.failure.side, SIDE_SOURCE);
    cr_assert_eq(ending.failure.off, SIZE - 10);
    follower_release(&f);
}

Test(follower, keeps_what_is_left_with_it)
{
    struct follower f = a_follower();
    cr_assert_eq(ftruncate(fd, 0), 0); /* it isn't read */
    follower_leave(&f, &expected);
    expect_sum(&f);
}
