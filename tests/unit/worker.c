/* SPDX-License-Identifier: MIT */
#include "worker.h"
#include "signals.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 64, SIZE = PAGES * PAGE };

TestSuite(worker, .timeout = 60);

/* What the engine below does to each page: counted where parent and workers see it. */
static struct {
    _Atomic int copied[PAGES];
    _Atomic int pids;
} * seen;

static off_t trouble_at = -1;
static void (*trouble)(void);

static int prepare(struct transfer *t)
{
    (void)t;
    return 0;
}

static ssize_t copy(struct transfer *t, struct chunk chunk)
{
    if (chunk.off == trouble_at) {
        if (!trouble)
            return engine_fail(t, SIDE_SOURCE, chunk.off + 7, EIO);
        trouble();
    }
    seen->copied[chunk.off / PAGE]++;
    usleep(100);
    return (ssize_t)chunk.len;
}

/* Ends after ten reads. */
static ssize_t copy_in_order(struct transfer *t, struct chunk chunk)
{
    (void)t;
    return chunk.off < 10 * PAGE ? PAGE : 0;
}

static void release(struct transfer *t)
{
    (void)t;
}

static const struct engine fake = {"fake", "", SPLIT_BLOCKS, prepare, copy, release};
static const struct engine fake_stream = {"fake",        "",     SPLIT_STREAM, prepare,
                                          copy_in_order, release};

static void count_tick(void *ticks)
{
    ++*(int *)ticks;
}

static struct ending run(const struct engine *engine, unsigned jobs, off_t *done)
{
    struct transfer t = {.size = SIZE, .chunk_len = PAGE, .engine = engine};
    struct share *share = share_create(SIZE, jobs ? jobs : 1, PAGE);
    int ticks = 0;
    seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    signals_install();
    struct ending ending = worker_run_all(&t, share, jobs, (struct ticker){count_tick, &ticks});
    if (done)
        *done = share_done(share);
    share_destroy(share);
    /* Whatever happened, no child is left. */
    cr_assert_eq(waitpid(-1, NULL, WNOHANG), -1);
    cr_assert_eq(errno, ECHILD);
    return ending;
}

Test(worker, every_page_is_copied_once)
{
    static const unsigned jobs[] = {0, 1, 2, 3, 7, 64};
    for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
        off_t done;
        struct ending ending = run(&fake, jobs[i], &done);
        cr_assert_eq(ending.kind, ENDED_WELL);
        cr_assert_eq(ending.forked, jobs[i]);
        cr_assert_eq(done, SIZE);
        for (int page = 0; page < PAGES; page++)
            cr_assert_eq(seen->copied[page], 1);
    }
}

Test(worker, a_failure_is_told_with_side_and_offset)
{
    trouble_at = 40 * PAGE;
    for (unsigned jobs = 0; jobs < 4; jobs++) {
        struct ending ending = run(&fake, jobs, NULL);
        cr_assert_eq(ending.kind, ENDED_FAILED);
        cr_assert_eq(ending.failure.err, EIO);
        cr_assert_eq(ending.failure.side, SIDE_SOURCE);
        cr_assert_eq(ending.failure.off, 40 * PAGE + 7);
    }
}

static void die(void)
{
    raise(SIGKILL);
}

Test(worker, a_death_is_told_with_worker_and_signal)
{
    trouble_at = SIZE - PAGE; /* the last worker's, if no other is quicker */
    trouble = die;
    struct ending ending = run(&fake, 2, NULL);
    cr_assert_eq(ending.kind, ENDED_KILLED);
    cr_assert_eq(ending.signal, SIGKILL);
    cr_assert(ending.worker == 1 || ending.worker == 2);
    cr_assert_gt(ending.pid, 0);
}

static void leave(void)
{
    _exit(42);
}

Test(worker, an_exit_without_result_is_told_with_its_status)
{
    trouble_at = 0;
    trouble = leave;
    struct ending ending = run(&fake, 2, NULL);
    cr_assert_eq(ending.kind, ENDED_LOST);
    cr_assert_eq(ending.status, 42);
    cr_assert_eq(ending.worker, 1);
}

static void sleep_long(void)
{
    sleep(3600);
}

static void interrupt_parent(void)
{
    kill(getppid(), SIGTERM);
    sleep_long();
}

Test(worker, a_signal_that_asks_to_stop_ends_all_workers)
{
    trouble_at = 0;
    trouble = interrupt_parent;
    struct ending ending = run(&fake, 2, NULL);
    cr_assert_eq(ending.kind, ENDED_INTERRUPTED);
    cr_assert_eq(signals_fatal(), SIGTERM);
}

Test(worker, a_stream_is_copied_until_its_end)
{
    for (unsigned jobs = 0; jobs < 2; jobs++) {
        off_t done;
        struct ending ending = run(&fake_stream, jobs, &done);
        cr_assert_eq(ending.kind, ENDED_WELL);
        cr_assert_eq(done, 10 * PAGE);
    }
}
