/* SPDX-License-Identifier: MIT */
#include "tree/broker.h"

static uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

/* What it has, or will have soon. */
static uint64_t has(const struct place *p)
{
    return p->state.length + less(p->sent, p->state.received) + p->coming;
}

/* How many tasks it lacks: one for each process that has none, and otherwise one in advance. */
static uint64_t lack_of(const struct place *p)
{
    uint64_t needs = p->state.idle > 0 ? p->state.idle : 1;
    return p->open ? less(needs, has(p)) : 0;
}

static bool is_idle(const struct place *p)
{
    return p->state.idle > has(p);
}

/* Its own processes come first; and a node that was asked and hasn't answered isn't asked again. */
static uint64_t spare_of(const struct place *p, bool idle)
{
    uint64_t keeps = idle ? p->state.idle : p->jobs;
    return p->open && p->asked == p->state.answered ? less(p->state.length, keeps) : 0;
}

/* The one that lacks most; those that have nothing to do come first. */
static struct place *hungriest(const struct broker *b)
{
    struct place *best = NULL;
    for (struct place *p = b->places; p < b->places + b->nodes; p++) {
        bool better = !best || is_idle(p) > is_idle(best) ||
                      (is_idle(p) == is_idle(best) && lack_of(p) > lack_of(best));
        if (lack_of(p) > 0 && better)
            best = p;
    }
    return best;
}

static struct place *richest(const struct broker *b, const struct place *but, bool idle)
{
    struct place *best = NULL;
    for (struct place *p = b->places; p < b->places + b->nodes; p++)
        if (p != but && spare_of(p, idle) > (best ? spare_of(best, idle) : 0))
            best = p;
    return best;
}

bool broker_wants(const struct broker *b)
{
    return hungriest(b) != NULL;
}

bool broker_next(const struct broker *b, struct deal_of_tasks *deal)
{
    const struct place *to = hungriest(b);
    bool idle = to && is_idle(to);
    const struct place *from = to ? richest(b, to, idle) : NULL;
    if (!from)
        return false;
    uint64_t half = (spare_of(from, idle) + 1) / 2;
    uint64_t count = half < lack_of(to) ? half : lack_of(to);
    *deal = (struct deal_of_tasks){.from = (unsigned)(from - b->places),
                                   .to = (unsigned)(to - b->places),
                                   .count = count < ERRAND_MOST ? count : ERRAND_MOST};
    return true;
}

bool broker_others_rest(const struct broker *b)
{
    bool all = true;
    for (const struct place *p = b->places + 1; p < b->places + b->nodes; p++)
        all &= !p->open || (p->state.idle >= p->jobs && has(p) == 0);
    return all;
}

void broker_sent(struct broker *b, unsigned node, uint64_t count)
{
    b->places[node].sent += count;
}

void broker_asked(struct broker *b, const struct deal_of_tasks *deal)
{
    struct place *from = &b->places[deal->from];
    from->asked++;
    from->beneficiary = deal->to;
    from->promised = deal->count;
    b->places[deal->to].coming += deal->count;
}

/* Everything that was to come from it has come. */
static void end_promise(struct broker *b, struct place *p)
{
    b->places[p->beneficiary].coming -= p->promised;
    p->promised = 0;
}

void broker_hear(struct broker *b, unsigned node, const struct state *state)
{
    struct place *p = &b->places[node];
    p->state = *state;
    if (p->state.answered > p->asked)
        p->state.answered = p->asked;
    if (p->state.answered == p->asked)
        end_promise(b, p);
}

void broker_lose(struct broker *b, unsigned node)
{
    end_promise(b, &b->places[node]);
    b->places[node].open = false;
}
