/* SPDX-License-Identifier: MIT */
#include "tree/drain.h"
#include "base/cpus.h"
#include "tree/crew.h"
#include "tree/walk.h"

enum {
    WORTH = 32,     /* entries: with fewer, a tree is copied before processes are forked */
    LEAST_CREW = 4, /* processes that keep a disk busy, where there are fewer CPUs */
};

static void work(struct hand *h)
{
    struct task *task;
    while ((task = queue_take(h->queue, h->alone))) {
        walk_task(h, task);
        queue_end(h->queue, task);
    }
}

/* Is there enough for several? What is asked about, or limited in its rate, is done by one. */
static bool is_worth_a_crew(const struct hand *h)
{
    const struct options *o = h->options;
    const struct queue *q = h->queue;
    bool ordered = o->rules.existing == EXISTING_ASK || o->rules.wishes.rate > 0;
    return !ordered && o->rules.wishes.jobs != 1 && q->length > 1 && h->headway->entries >= WORTH &&
           !q->stopped;
}

static unsigned crew_size(const struct options *o)
{
    unsigned cpus = cpus_usable();
    return o->rules.wishes.jobs > 0 ? o->rules.wishes.jobs : cpus > LEAST_CREW ? cpus : LEAST_CREW;
}

void drain(struct hand *h)
{
    struct task *task;
    bool can = true;
    while ((task = queue_take(h->queue, true))) {
        walk_task(h, task);
        queue_end(h->queue, task);
        if (can && is_worth_a_crew(h))
            can = crew_run(h, crew_size(h->options), work);
    }
}
