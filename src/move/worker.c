/* SPDX-License-Identifier: MIT */
#include "move/worker.h"
#include "base/arithmetic.h"
#include "base/clock.h"
#include "base/signals.h"
#include "move/crew.h"
#include "move/follower.h"

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

void meter_count_kept(const struct meter *m, size_t bytes)
{
    atomic_fetch_add_explicit(&m->slot->kept, (off_t)bytes, memory_order_relaxed);
    meter_count(m, bytes);
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

static void pause_meter(void *meter)
{
    meter_count(meter, 0);
}

static bool claim(const struct work *w, struct share *share, unsigned self,
                  const struct meter *meter, struct chunk *chunk)
{
    if (w->grants)
        return grants_claim(w->grants, next_len(w), chunk, pause_meter, (void *)meter);
    return share_claim(share, self, next_len(w), chunk);
}

static int work_on_blocks(const struct work *w, struct share *share, unsigned self,
                          const struct meter *meter)
{
    struct chunk chunk;
    while (self < atomic_load_explicit(&share->active, memory_order_relaxed) &&
           claim(w, share, self, meter, &chunk)) {
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

/* The caller's signals stay blocked in the worker: only the parent decides when to stop. */
_Noreturn static void be_worker(const struct work *w, struct share *share, unsigned self,
                                pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it died before the line above */
        _exit(EXIT_FAILURE);
    io_close(&(int){share->fd}); /* for --status, the copy belongs to the parent alone */
    int rc = work(w, share, self, (struct ticker){.tick = no_tick});
    _exit(rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* Forks workers, of whom `forked` exist, until there are `jobs`, or no more can be forked. Returns
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

/* CPU seconds that the living workers have used. */
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

/* If there were as many as there may be at most, would each still get a chunk? */
static bool is_enough_left(const struct team *team, off_t done)
{
    const struct grants *grants = team->work->grants;
    off_t left = team->share->size - done - (grants ? grants->elsewhere : 0);
    return left / (off_t)team->work->chunk_len >= (off_t)team->crew.most;
}

/* Adds workers, or sends home those that didn't help. */
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

static bool is_called_off(const struct work *w)
{
    return w->grants && w->grants->called_off;
}

/* What ends them all from outside. */
static enum ending_kind outer_end(const struct work *w)
{
    return signals_fatal() ? ENDED_INTERRUPTED : is_called_off(w) ? ENDED_CALLED_OFF : ENDED_WELL;
}

static void heed_outer_end(struct ending *ending, const struct team *team)
{
    if (ending->kind != ENDED_WELL || outer_end(team->work) == ENDED_WELL)
        return;
    ending->kind = outer_end(team->work);
    kill_workers(team->share);
}

/* The follower, or a child left behind by whoever started this program. */
static void note_stranger(const struct work *w, pid_t pid)
{
    if (w->follower)
        follower_note_end(w->follower, pid);
}

/* Waits until no worker is left. Returns what went wrong first. */
static struct ending supervise(struct team *team, struct ticker ticker)
{
    struct share *share = team->share;
    struct ending ending = {.kind = ENDED_WELL};
    while (team->alive > 0) {
        heed_outer_end(&ending, team);
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
        if (index == share->count) {
            note_stranger(team->work, pid);
            continue;
        }
        if (ending.kind == ENDED_WELL) {
            ending = ending_of(share, index, status);
            if (ending.kind != ENDED_WELL)
                kill_workers(share);
        }
        share->slots[index].pid = 0;
        team->alive--;
    }
    if (ending.kind == ENDED_WELL && is_called_off(team->work))
        ending.kind = ENDED_CALLED_OFF;
    return ending;
}

static struct ending work_alone(const struct work *w, struct share *share, struct ticker ticker)
{
    struct ending ending = {.kind = ENDED_WELL};
    int rc = work(w, share, 0, ticker);
    if (outer_end(w) != ENDED_WELL)
        ending.kind = outer_end(w);
    else if (rc < 0)
        ending = (struct ending){.kind = ENDED_FAILED, .failure = share->slots[0].failure};
    return ending;
}

static void start_follower(const struct work *w, const struct share *share)
{
    sigset_t old;
    signals_block(&old);
    follower_start(w->follower, share);
    signals_unblock(&old);
}

struct ending worker_run_all(const struct work *w, struct share *share, unsigned jobs,
                             struct ticker ticker)
{
    assert(jobs <= share->count);
    if (w->follower && jobs > 0)
        start_follower(w, share);
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
