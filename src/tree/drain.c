/* SPDX-License-Identifier: MIT */
#include "tree/drain.h"
#include "base/cpus.h"
#include "base/signals.h"
#include "tree/crew.h"
#include "tree/lead.h"
#include "tree/walk.h"

enum {
    WORTH = 32,     /* entries: a tree with fewer is copied before processes are forked */
    LEAST_CREW = 4, /* processes that keep a disk busy, if there are fewer CPUs */
};

static void work(struct hand *h)
{
    struct task *task;
    while ((task = queue_take(h->queue, h->alone))) {
        walk_task(h, task);
        queue_end(h->queue, task);
    }
}

unsigned drain_crew_size(const struct options *o)
{
    unsigned cpus = cpus_usable();
    return o->rules.wishes.jobs > 0 ? o->rules.wishes.jobs : cpus > LEAST_CREW ? cpus : LEAST_CREW;
}

/* A process that is alone can't do what others rely on. */
bool drain_by_crew(struct hand *h)
{
    bool whole = true;
    while (!crew_run(h, drain_crew_size(h->options), work)) {
        whole = false;
        if (!h->envoy || envoy_is_stopped(h->envoy) || h->queue->stopped || signals_fatal())
            break;
    }
    return whole;
}

/* --- the first node, or the only one --- */

/* Is there enough for several? A copy that asks questions, or is limited in its rate, is made by
 * one. */
static bool is_worth_a_crew(const struct hand *h)
{
    const struct options *o = h->options;
    const struct queue *q = h->queue;
    bool ordered = o->rules.existing == EXISTING_ASK || o->rules.wishes.rate > 0;
    bool several = o->rules.wishes.jobs != 1 || hand_has_partners(h);
    return !ordered && several && q->length > 1 && h->headway->entries >= WORTH && !q->stopped;
}

/* If it asks questions, or must be done in one go, or in a fixed order, one node does it alone. */
static bool can_be_shared(const struct hand *h)
{
    const struct options *o = h->options;
    const struct copy_rules *r = &o->rules;
    const struct wishes *w = &r->wishes;
    bool all_bound = o->follow == FOLLOW_ALWAYS && r->preserve & ATTRIBUTE_LINKS;
    return hand_has_partners(h) && !o->atomic && !o->parents && !o->one_file_system && !all_bound &&
           !w->sync && !w->resume && !w->checksum && !r->dry_run && r->product == PRODUCT_COPY &&
           r->backup == BACKUP_NONE && r->existing != EXISTING_ASK;
}

static bool work_together(struct hand *h)
{
    h->envoy = can_be_shared(h) ? lead_begin(h) : NULL;
    bool whole = drain_by_crew(h);
    if (h->envoy)
        lead_end(h->envoy);
    h->envoy = NULL;
    return whole;
}

void drain(struct hand *h)
{
    struct task *task;
    bool can = true;
    while ((task = queue_take(h->queue, true))) {
        walk_task(h, task);
        queue_end(h->queue, task);
        if (can && is_worth_a_crew(h))
            can = work_together(h);
    }
}
