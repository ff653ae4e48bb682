/* SPDX-License-Identifier: MIT */
#include "move/worker.h"
#include "base/signals.h"
#include "support.h"

#include <dlfcn.h>
#include <signal.h>
#include <sys/prctl.h>

enum { PAGE = 4096, PAGES = 64, SIZE = PAGES * PAGE, STREAM_END = 10 * PAGE };

TestSuite(worker, .timeout = 60);

/* --- fork, which can be made to fail --- */

static int forks_left = -1; /* any number */

/* Takes the place of the C library's. */
pid_t fork(void)
{
    if (forks_left == 0) {
        errno = EAGAIN;
        return -1;
    }
    if (forks_left > 0)
        forks_left--;
    pid_t (*library_fork)(void);
    *(void **)&library_fork = dlsym(RTLD_NEXT, "fork");
    return library_fork();
}

/* --- work that counts what it is asked to do, and meets trouble at one offset --- */

static struct {
    _Atomic int copied[PAGES];
    _Atomic pid_t copier[PAGES];
    _Atomic unsigned present; /* workers that have claimed a first chunk */
    _Atomic pid_t present_pid[PAGES];
    _Atomic pid_t troubled;
} * seen; /* in memory that workers and test share */

static unsigned expected; /* how many must be present before the first chunk is copied */
static bool met;
static off_t trouble_at = -1;
static void (*trouble)(void);   /* NULL: the step fails */
static off_t sleep_from = SIZE; /* a worker asked to copy from here on never ends */

/* Each worker has claimed the first chunk of its own block by then, as nobody could steal any. */
static void wait_for_the_others(void)
{
    if (met)
        return;
    met = true;
    seen->present_pid[seen->present++] = getpid();
    while (seen->present < expected)
        sched_yield();
}

static void sleep_long(void)
{
    sleep(3600);
}

static struct failure failure; /* each worker's own, by fork */

static ssize_t copy(void *arg, off_t off, size_t len, const struct meter *meter)
{
    (void)arg;
    wait_for_the_others();
    if (off == trouble_at) {
        seen->troubled = getpid();
        failure = (struct failure){.err = EIO, .side = SIDE_SOURCE, .off = off + 7};
        if (!trouble)
            return -EIO;
        trouble();
    }
    if (off >= sleep_from)
        sleep_long();
    seen->copied[off / PAGE]++;
    seen->copier[off / PAGE] = getpid();
    usleep(100);
    meter_count(meter, len);
    return (ssize_t)len;
}

static ssize_t copy_in_order(void *arg, off_t off, size_t len, const struct meter *meter)
{
    return off < STREAM_END ? copy(arg, off, len, meter) : 0;
}

static const struct work fake = {.step = copy, .failure = &failure, .chunk_len = PAGE};
static const struct work fake_stream = {
    .step = copy_in_order, .failure = &failure, .chunk_len = PAGE, .in_order = true};

/* --- running it --- */

static int ticks;

static void count_tick(void *arg)
{
    ++*(int *)arg;
}

static struct ending run_jobs(const struct work *work, unsigned jobs, off_t *done)
{
    struct share *share = share_create(jobs ? jobs : 1, jobs ? jobs : 1, jobs > 0);
    share_begin(share, PHASE_COPYING, SIZE, PAGE);
    struct ending ending = worker_run_all(work, share, jobs, (struct ticker){count_tick, &ticks});
    *done = share_done(share);
    share_destroy(share);
    return ending;
}

/* Whatever happened, no worker is left, not even as a zombie. */
static void assert_all_gone(void)
{
    cr_assert_eq(waitpid(-1, NULL, WNOHANG), -1);
    cr_assert_eq(errno, ECHILD);
    for (unsigned i = 0; i < seen->present; i++)
        if (seen->present_pid[i] != getpid())
            cr_assert_eq(kill(seen->present_pid[i], 0), -1);
}

static struct ending run(const struct work *work, unsigned jobs, off_t *done)
{
    off_t ignored;
    seen = shared_memory(sizeof(*seen));
    expected = jobs;
    met = false;
    ticks = 0;
    signals_install();
    struct ending ending = run_jobs(work, jobs, done ? done : &ignored);
    assert_all_gone();
    return ending;
}

static void assert_each_page_once(void)
{
    for (int page = 0; page < PAGES; page++)
        cr_assert_eq(seen->copied[page], 1, "page %d: %d times", page, seen->copied[page]);
}

/* --- copies that end well --- */

Test(worker, every_page_is_copied_once)
{
    static const unsigned jobs[] = {0, 1, 2, 3, 7, 64};
    for (size_t i = 0; i < LENGTH(jobs); i++) {
        off_t done;
        struct ending ending = run(&fake, jobs[i], &done);
        cr_assert_eq(ending.kind, ENDED_WELL);
        cr_assert_eq(ending.forked, jobs[i]);
        cr_assert_eq(done, SIZE);
        assert_each_page_once();
    }
}

Test(worker, without_jobs_the_caller_copies_and_ticks_at_each_chunk)
{
    run(&fake, 0, NULL);
    for (int page = 0; page < PAGES; page++)
        cr_assert_eq(seen->copier[page], getpid());
    cr_assert_eq(ticks, PAGES);
}

Test(worker, each_worker_copies_its_own_block_and_the_caller_nothing)
{
    run(&fake, 4, NULL);
    cr_assert_eq(seen->present, 4);
    for (int block = 0; block < 4; block++) {
        pid_t first = seen->copier[block * PAGES / 4];
        cr_assert_neq(first, getpid());
        for (int other = 0; other < block; other++)
            cr_assert_neq(first, seen->copier[other * PAGES / 4]);
    }
}

static void sleep_half_a_second(void)
{
    usleep(500000);
}

Test(worker, the_caller_ticks_while_it_waits)
{
    trouble_at = 0;
    trouble = sleep_half_a_second;
    cr_assert_eq(run(&fake, 1, NULL).kind, ENDED_WELL);
    cr_assert_geq(ticks, 2);
}

Test(worker, fewer_processes_than_jobs_copy_it_all)
{
    for (unsigned granted = 0; granted < 3; granted++) {
        off_t done;
        forks_left = (int)granted;
        seen = shared_memory(sizeof(*seen));
        expected = 0;
        signals_install();
        struct ending ending = run_jobs(&fake, 5, &done);
        cr_assert_eq(ending.kind, ENDED_WELL);
        cr_assert_eq(ending.forked, granted);
        cr_assert_eq(done, SIZE);
        assert_each_page_once();
    }
}

Test(worker, a_child_that_is_no_worker_is_no_ending)
{
    pid_t stranger = fork();
    if (stranger == 0)
        _exit(3);
    siginfo_t info;
    waitid(P_PID, (id_t)stranger, &info,
           WEXITED | WNOWAIT); /* it has ended, and waits to be reaped */
    off_t done;
    struct ending ending = run(&fake, 2, &done);
    cr_assert_eq(ending.kind, ENDED_WELL);
    cr_assert_eq(done, SIZE);
}

static void signal_myself(void)
{
    raise(SIGINT);
    raise(SIGTERM);
    raise(SIGALRM);
}

Test(worker, signals_to_a_worker_are_the_callers_business)
{
    trouble_at = 0;
    trouble = signal_myself;
    cr_assert_eq(run(&fake, 2, NULL).kind, ENDED_WELL);
    assert_each_page_once();
}

/* --- copies that don't --- */

Test(worker, a_failure_is_told_with_side_and_offset)
{
    trouble_at = 40 * PAGE;
    for (unsigned jobs = 0; jobs < 4; jobs++) {
        off_t done;
        struct ending ending = run(&fake, jobs, &done);
        cr_assert_eq(ending.kind, ENDED_FAILED);
        cr_assert_eq(ending.failure.err, EIO);
        cr_assert_eq(ending.failure.side, SIDE_SOURCE);
        cr_assert_eq(ending.failure.off, 40 * PAGE + 7);
        cr_assert_lt(done, SIZE, "what failed isn't done");
    }
}

Test(worker, a_failure_ends_the_siblings_at_once)
{
    trouble_at = 0;
    sleep_from = PAGES / 3 * PAGE; /* workers 2 and 3 would never end by themselves */
    cr_assert_eq(run(&fake, 3, NULL).kind, ENDED_FAILED);
    cr_assert_eq(seen->present, 3);
}

static int death;

static void die(void)
{
    signal(death, SIG_DFL);
    kill(getpid(), death);
    sleep_long();
}

Test(worker, a_death_is_told_with_worker_pid_and_signal)
{
    static const int deaths[] = {SIGKILL, SIGUSR2, SIGXCPU};
    enum { JOBS = 4 };
    trouble = die;
    for (size_t i = 0; i < LENGTH(deaths); i++) {
        for (unsigned worker = 1; worker <= JOBS; worker++) {
            death = deaths[i];
            trouble_at = block_at(SIZE, JOBS, worker - 1, PAGE).off;
            struct ending ending = run(&fake, JOBS, NULL);
            cr_assert_eq(ending.kind, ENDED_KILLED);
            cr_assert_eq(ending.signal, death);
            cr_assert_eq(ending.worker, worker);
            cr_assert_eq(ending.pid, seen->troubled);
            cr_assert_eq(ending.forked, JOBS);
        }
    }
}

static int status;

static void leave(void)
{
    _exit(status);
}

Test(worker, an_exit_without_result_is_told_with_its_status)
{
    static const int statuses[] = {EXIT_FAILURE, 42, 255};
    trouble_at = 0;
    trouble = leave;
    for (size_t i = 0; i < LENGTH(statuses); i++) {
        status = statuses[i];
        struct ending ending = run(&fake, 2, NULL);
        cr_assert_eq(ending.kind, ENDED_LOST);
        cr_assert_eq(ending.status, status);
        cr_assert_eq(ending.worker, 1);
        cr_assert_eq(ending.pid, seen->troubled);
    }
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

Test(worker, without_workers_a_signal_stops_the_caller_at_the_next_chunk)
{
    off_t done;
    trouble_at = 5 * PAGE;
    trouble = signal_myself;
    struct ending ending = run(&fake, 0, &done);
    cr_assert_eq(ending.kind, ENDED_INTERRUPTED);
    cr_assert_eq(done, 6 * PAGE);
}

Test(worker, workers_die_with_the_caller)
{
    seen = shared_memory(sizeof(*seen));
    expected = 3;
    trouble_at = 0;
    trouble = sleep_long;
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* orphans become children of this process */
    pid_t caller = fork();
    if (caller == 0) {
        off_t done;
        signals_install();
        run_jobs(&fake, 3, &done);
        _exit(0);
    }
    while (seen->troubled == 0)
        usleep(1000);
    kill(caller, SIGKILL);
    reap(caller);
    reap(seen->troubled);
    while (waitpid(-1, NULL, 0) > 0)
        ;
    cr_assert_eq(errno, ECHILD);
}

/* --- streams --- */

Test(worker, a_stream_is_copied_until_its_end)
{
    for (unsigned jobs = 0; jobs < 2; jobs++) {
        off_t done;
        struct ending ending = run(&fake_stream, jobs, &done);
        cr_assert_eq(ending.kind, ENDED_WELL);
        cr_assert_eq(done, STREAM_END);
    }
}

Test(worker, a_stream_that_fails_has_done_what_came_before)
{
    trouble_at = 4 * PAGE;
    for (unsigned jobs = 0; jobs < 2; jobs++) {
        off_t done;
        struct ending ending = run(&fake_stream, jobs, &done);
        cr_assert_eq(ending.kind, ENDED_FAILED);
        cr_assert_eq(ending.failure.off, 4 * PAGE + 7);
        cr_assert_eq(done, 4 * PAGE);
    }
}

Test(worker, a_streams_worker_that_is_killed_is_told)
{
    trouble_at = 4 * PAGE;
    trouble = die;
    death = SIGKILL;
    struct ending ending = run(&fake_stream, 1, NULL);
    cr_assert_eq(ending.kind, ENDED_KILLED);
    cr_assert_eq(ending.signal, SIGKILL);
    cr_assert_eq(ending.worker, 1);
}
