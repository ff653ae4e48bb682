/* SPDX-License-Identifier: MIT */
#include "memory.h"
#include "base/block.h"
#include "base/clock.h"
#include "base/cpus.h"
#include "child.h"
#include "prng.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the leading process tells the bench, in a shared page. */
struct result {
    struct measurement measurement;
    _Atomic uint64_t cpu_us; /* user and system, of all workers since the start signal */
    bool differs;
};

enum {
    READY, /* each worker writes a byte when it is about to begin */
    START, /* closed by the leader: the signal to start */
    DONE,  /* each worker writes a byte when it has copied */
    PIPES
};

struct arena {
    const struct task *task;
    bool fresh;
    struct result *result;
    char *src, *dst;
    size_t page;
    unsigned workers;
    int pipes[PIPES][2];
};

static void *map_shared(size_t len)
{
    return mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* Makes pages resident, and known to the page tables of this very process: fork doesn't pass on
 * those of shared memory, and faulting them in again would take as long as the copy. */
static void touch(const struct arena *arena, struct block block)
{
    volatile char *src = arena->src, *dst = arena->dst;
    for (off_t off = block.off; off < block.off + block.len; off += (off_t)arena->page) {
        (void)src[off];
        if (!arena->fresh)
            dst[off] = 0;
    }
}

static uint64_t cpu_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)(child_cpu_seconds(&usage) * 1e6);
}

static bool tell(int fd)
{
    return write(fd, "", 1) == 1;
}

/* Has every worker reported? If one dies instead, its end of the pipe closes. */
static bool hear_all(int fd, unsigned workers)
{
    char byte;
    for (unsigned i = 0; i < workers; i++) {
        if (read(fd, &byte, 1) != 1)
            return false;
    }
    return true;
}

static _Noreturn void work(const struct arena *arena, unsigned index)
{
    struct block block = block_at((off_t)arena->task->size, arena->workers, index, arena->page);
    char byte;
    close(arena->pipes[START][1]);
    touch(arena, block);
    if (!tell(arena->pipes[READY][1]))
        _exit(EIO);
    close(arena->pipes[READY][1]); /* a sibling's death must be an end of file, rather than a wait
                                      for ever */
    if (read(arena->pipes[START][0], &byte, 1) != 0)
        _exit(EIO);
    uint64_t start_us = cpu_us();
    memcpy(arena->dst + block.off, arena->src + block.off, (size_t)block.len);
    arena->result->cpu_us += cpu_us() - start_us;
    _exit(tell(arena->pipes[DONE][1]) ? 0 : EIO);
}

static int fork_workers(const struct arena *arena)
{
    for (unsigned i = 0; i < arena->workers; i++) {
        pid_t leader = getpid();
        pid_t pid = fork();
        if (pid < 0)
            return -errno;
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() != leader)
                _exit(EIO);
            work(arena, i);
        }
    }
    close(arena->pipes[READY][1]);
    close(arena->pipes[DONE][1]);
    return hear_all(arena->pipes[READY][0], arena->workers) ? 0 : -EIO;
}

static int reap(const struct arena *arena, struct measurement *m)
{
    for (unsigned i = 0; i < arena->workers; i++) {
        int status;
        struct rusage usage;
        if (wait4(-1, &status, 0, &usage) < 0)
            return -errno;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            return -EIO;
        uint64_t peak = (uint64_t)usage.ru_maxrss * 1024;
        if (m->peak_bytes < peak)
            m->peak_bytes = peak;
    }
    return 0;
}

/* The clock is read here, not by the bench, which doesn't see the start signal. It stops before the
 * workers exit: tearing down the page tables of so much memory takes half as long as the copy. */
static int measure(struct arena *arena)
{
    struct measurement *m = &arena->result->measurement;
    double start = clock_seconds();
    close(arena->pipes[START][1]);
    bool done = hear_all(arena->pipes[DONE][0], arena->workers);
    m->seconds = clock_seconds() - start;
    int err = reap(arena, m);
    m->cpu_seconds = (double)arena->result->cpu_us / 1e6;
    return err ? err : done ? 0 : -EIO;
}

static int open_pipes(struct arena *arena)
{
    for (int i = 0; i < PIPES; i++) {
        if (pipe(arena->pipes[i]) < 0)
            return -errno;
    }
    return 0;
}

static int lead(void *argument)
{
    struct arena *arena = argument;
    size_t size = (size_t)arena->task->size;
    arena->src = map_shared(size);
    arena->dst = map_shared(size);
    if (arena->src == MAP_FAILED || arena->dst == MAP_FAILED)
        return -ENOMEM;
    struct prng prng;
    prng_seed(&prng, prng_fresh_seed());
    prng_fill(&prng, arena->src, size);
    int err = open_pipes(arena);
    if (!err)
        err = fork_workers(arena);
    if (!err)
        err = measure(arena);
    if (err)
        return err; /* the workers die with this process */
    arena->result->differs = memcmp(arena->src, arena->dst, size) != 0;
    return 0;
}

static unsigned jobs_of(const struct method *method, const struct task *task)
{
    if (!method->has_jobs)
        return 1;
    return task->jobs > 0 ? task->jobs : cpus_usable();
}

int memory_run(const struct method *method, const struct task *task,
               struct measurement *measurement, struct trouble *trouble)
{
    assert(task->size > 0);
    struct arena arena = {.task = task, .fresh = method->fresh};
    struct rusage usage; /* of the leader: filling and comparing, not the copy */
    arena.page = (size_t)sysconf(_SC_PAGESIZE);
    arena.workers = block_count((off_t)task->size, jobs_of(method, task), arena.page);
    arena.result = map_shared(sizeof(*arena.result));
    if (arena.result == MAP_FAILED)
        return trouble_note(trouble, errno, method->name);
    int err = child_call(method->name, lead, &arena, &usage, trouble);
    if (!err && arena.result->differs)
        err = trouble_say(trouble, EIO, "%s: the copy differs from the source", method->name);
    *measurement = arena.result->measurement;
    munmap(arena.result, sizeof(*arena.result));
    return err;
}
