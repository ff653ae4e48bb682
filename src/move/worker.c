/* SPDX-License-Identifier: MIT */
#include "move/worker.h"
#include "base/arithmetic.h"
#include "base/clock.h"
#include "base/signals.h"
#include "move/crew.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void meter_count(const struct meter *m, size_t bytes)
{
    atomic_fetch_add_explicit(&m->slot->done, (off_t)bytes, memory_order_relaxed);
    m->ticker.tick(m->ticker.arg);
}

static int work_in_order(const struct work *w, const struct meter *meter)
{
    ssize_t n = 0;
    for (off_t off = 0; !signals_fatal(); off += n) {
        n = w->step(w->arg, off, w->chunk_len, meter);
        if (n <= 0)
            return (int)n;
    }
    return -EINTR;
}

static size_t next_len(const struct work *w)
{
    bool on_trial = w->tuning && atomic_load_explicit(&w->tuning->on_trial, memory_order_relaxed);
    return on_trial ? w->trial_len : w->chunk_len;
}

static int work_on_blocks(const struct work *w, struct share *share, unsigned self,
                          const struct meter *meter)
{
    struct chunk chunk;
    while (self < atomic_load_explicit(&share->active, memory_order_relaxed) &&
           share_claim(share, self, next_len(w), &chunk)) {
        if (signals_fatal())
            return -EINTR;
        ssize_t n = w->step(w->arg, chunk.off, chunk.len, meter);
        if (n < 0)
            return (int)n;
        assert((size_t)n == chunk.len);
    }
    return 0;
}

/* What a worker does, or the parent in its stead. Returns 0 or -errno, the failure left in the
 * slot. */
static int work(const struct work *w, struct share *share, unsigned self, struct ticker ticker)
{
    struct slot *slot = &share->slots[self];
    const struct meter meter = {slot, ticker};
    int rc = w->in_order ? work_in_order(w, &meter) : work_on_blocks(w, share, self, &meter);
    slot->failure = *w->failure;
    return rc;
}

static void no_tick(void *arg)
{
    (void)arg;
}

/* The caller's signals stay blocked in the worker: the parent alone decides when to stop. */
_Noreturn static void be_worker(const struct work *w, struct share *share, unsigned self,
                                pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it died before the line above */
        _exit(EXIT_FAILURE);
    io_close(&(int){share->fd}); /* the parent alone is whose copy it is, for --status */
    int rc = work(w, share, self, (struct ticker){.tick = no_tick});
    _exit(rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* Forks workers, `forked` of whom there are, until there are `jobs`, or no more can be had. Returns
 * how many there are then. */
static unsigned fork_workers(const struct work *w, struct share *share, unsigned forked,
                             unsigned jobs)
{
    pid_t parent = getpid();
    sigset_t old;
    signals_block(&old);
    for (; forked < jobs && !signals_fatal(); forked++) {
        pid_t pid = fork();
        if (pid < 0)
            break;
        if (pid == 0)
            be_worker(w, share, forked, parent);
        share->slots[forked].pid = pid;
    }
    signals_unblock(&old);
    return forked;
}

static void kill_workers(struct share *share)
{
    for (unsigned i = 0; i < share->count; i++)
        if (share->slots[i].pid > 0)
            kill(share->slots[i].pid, SIGKILL);
}

/* How the worker in slot `index` ended, by its wait status. */
static struct ending ending_of(const struct share *share, unsigned index, int status)
{
    const struct slot *slot = &share->slots[index];
    struct ending ending = {.kind = ENDED_WELL, .worker = index + 1, .pid = slot->pid};
    if (WIFSIGNALED(status)) {
        ending.kind = ENDED_KILLED;
        ending.signal = WTERMSIG(status);
    } else if (WEXITSTATUS(status) == EXIT_FAILURE && slot->failure.err != 0) {
        ending.kind = ENDED_FAILED;
        ending.failure = slot->failure;
    } else if (WEXITSTATUS(status) != EXIT_SUCCESS) {
        ending.kind = ENDED_LOST;
        ending.status = WEXITSTATUS(status);
    }
    return ending;
}

static unsigned slot_of(const struct share *share, pid_t pid)
{
    unsigned i = 0;
    while (i < share->count && share->slots[i].pid != pid)
        i++;
    return i;
}

/* Workers under supervision. */
struct team {
    const struct work *work;
    struct share *share;
    unsigned forked, alive;
    struct crew crew;
};

/* CPU seconds that those who are alive have used. */
static double busy_time(const struct share *share)
{
    double busy = 0;
    for (unsigned i = 0; i < share->count; i++) {
        clockid_t clock;
        struct timespec used;
        if (share->slots[i].pid > 0 && clock_getcpuclockid(share->slots[i].pid, &clock) == 0 &&
            clock_gettime(clock, &used) == 0)
            busy += (double)used.tv_sec + (double)used.tv_nsec / 1e9;
    }
    return busy;
}

/* Would each of the most that there may be still get a chunk? */
static bool is_enough_left(const struct team *team, off_t done)
{
    off_t left = team->share->size - done;
    return left / (off_t)team->work->chunk_len >= (off_t)team->crew.most;
}

/* Has more workers come, or sends those home that didn't help. */
static void adapt(struct team *team)
{
    struct share *share = team->share;
    off_t done = share_done(share);
    if (team->crew.settled || !is_enough_left(team, done))
        return;
    crew_learn(&team->crew, clock_seconds(), done, busy_time(share));
    atomic_store_explicit(&share->active, team->crew.workers, memory_order_relaxed);
    atomic_store_explicit(&share->tuning.workers, team->crew.workers, memory_order_relaxed);
    unsigned before = team->forked;
    if (before < team->crew.workers)
        team->forked = fork_workers(team->work, share, before, team->crew.workers);
    team->alive += team->forked - before;
}

/* Waits until no worker is left. What went wrong first is what is returned. */
static struct ending supervise(struct team *team, struct ticker ticker)
{
    struct share *share = team->share;
    struct ending ending = {.kind = ENDED_WELL};
    while (team->alive > 0) {
        if (signals_fatal() && ending.kind == ENDED_WELL) {
            ending.kind = ENDED_INTERRUPTED;
            kill_workers(share);
        }
        int status;
        pid_t pid = waitpid(-1, &status, 0);
        if (pid < 0) { /* a tick or a signal: SIGCHLD isn't ignored, so the workers can't be lost */
            assert(errno == EINTR);
            ticker.tick(ticker.arg);
            if (ending.kind == ENDED_WELL && !signals_fatal())
                adapt(team);
            continue;
        }
        unsigned index = slot_of(share, pid);
        if (index == share->count) /* a child that whoever started this program left it */
            continue;
        if (ending.kind == ENDED_WELL) {
            ending = ending_of(share, index, status);
            if (ending.kind != ENDED_WELL)
                kill_workers(share);
        }
        share->slots[index].pid = 0;
        team->alive--;
    }
    return ending;
}

static struct ending work_alone(const struct work *w, struct share *share, struct ticker ticker)
{
    struct ending ending = {.kind = ENDED_WELL};
    int rc = work(w, share, 0, ticker);
    if (signals_fatal())
        ending.kind = ENDED_INTERRUPTED;
    else if (rc < 0)
        ending = (struct ending){.kind = ENDED_FAILED, .failure = share->slots[0].failure};
    return ending;
}

struct ending worker_run_all(const struct work *w, struct share *share, unsigned jobs,
                             struct ticker ticker)
{
    assert(jobs <= share->count);
    unsigned forked = jobs > 0 ? fork_workers(w, share, 0, jobs) : 0;
    if (forked == 0)
        return work_alone(w, share, ticker);
    unsigned most = forked < jobs ? forked : min_unsigned(w->most_jobs, share->count);
    struct team team = {.work = w,
                        .share = share,
                        .forked = forked,
                        .alive = forked,
                        .crew = crew_begin(forked, most, w->cpus, clock_seconds())};
    signals_tick(true);
    struct ending ending = supervise(&team, ticker);
    signals_tick(false);
    ending.forked = forked;
    ending.last = team.crew.workers;
    return ending;
}
