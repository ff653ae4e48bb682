/* SPDX-License-Identifier: MIT */
#include "tree/batch.h"
#include "base/cpus.h"
#include "base/diag.h"
#include "base/facts.h"
#include "base/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    WORTH = 64, /* files: fewer are copied before the processes are forked */
    MOST = 64,  /* processes */
};

enum { UNTOUCHED, BEGUN, ENDED };

struct batch {
    const struct pair *pairs;
    int count;
    const struct options *options;
    int (*copy)(const struct pair *, const struct options *);
    struct common *common;
};

/* In memory that all processes share. */
struct common {
    _Atomic int next;      /* pair that nobody has claimed yet */
    unsigned char state[]; /* of each pair, written by who claimed it */
};

static bool order_matters(const struct options *o)
{
    return o->verbose || o->json || o->explain || o->progress == WHEN_ALWAYS ||
           o->rules.existing == EXISTING_ASK;
}

static bool is_small(const struct pair *pair)
{
    struct stat st;
    return pair->dst && stat(pair->src, &st) == 0 && S_ISREG(st.st_mode) &&
           st.st_size < FACTS_SMALL;
}

static _Noreturn void work(const struct batch *b, pid_t parent)
{
    int status = 0;
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* which removes what is staged */
    if (getppid() != parent)
        _exit(STATUS_FAILED);
    for (int i; !signals_fatal() && (i = atomic_fetch_add(&b->common->next, 1)) < b->count;) {
        if (!is_small(&b->pairs[i]))
            continue;
        b->common->state[i] = BEGUN;
        status |= b->copy(&b->pairs[i], b->options);
        b->common->state[i] = ENDED;
    }
    _exit(status);
}

/* Waits for one child; a signal that asks to stop is handed on to it. The ticks see to it that one
 * which comes just before the wait isn't missed. */
static int reap(pid_t pid)
{
    int status;
    bool told = false;
    for (;;) {
        if (signals_fatal() && !told)
            told = kill(pid, signals_fatal()) == 0;
        if (waitpid(pid, &status, 0) == pid)
            return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_FAILED;
        if (errno != EINTR)
            return STATUS_FAILED;
    }
}

static int run_processes(const struct batch *b)
{
    unsigned wanted = cpus_usable() < MOST ? cpus_usable() : MOST, forked = 0;
    pid_t children[MOST], parent = getpid();
    int status = 0;
    for (; forked < wanted; forked++) {
        children[forked] = fork();
        if (children[forked] < 0)
            break;
        if (children[forked] == 0)
            work(b, parent);
    }
    signals_tick(true);
    for (unsigned i = 0; i < forked; i++)
        status |= reap(children[i]);
    signals_tick(false);
    return status;
}

/* A pair that was begun and not ended has died with its process. */
static int look_back(const struct batch *b, bool *done)
{
    int status = 0;
    for (int i = 0; i < b->count; i++) {
        done[i] = b->common->state[i] != UNTOUCHED;
        if (b->common->state[i] != BEGUN || signals_fatal())
            continue;
        diag_print("%s: cannot copy: the process that did was killed", b->pairs[i].dst);
        status = STATUS_FAILED;
    }
    return status;
}

static bool is_worth_it(const struct batch *b)
{
    return b->count >= WORTH && !order_matters(b->options) && b->options->rules.wishes.rate == 0 &&
           cpus_usable() > 1;
}

int batch_run(const struct pair *pairs, int count, const struct options *options,
              int (*copy)(const struct pair *, const struct options *), bool *done)
{
    struct batch b = {.pairs = pairs, .count = count, .options = options, .copy = copy};
    size_t len = sizeof(*b.common) + (size_t)count;
    if (!is_worth_it(&b))
        return 0;
    b.common = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (b.common == MAP_FAILED)
        return 0;
    int status = run_processes(&b);
    status |= look_back(&b, done);
    munmap(b.common, len);
    return status;
}
