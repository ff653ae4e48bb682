/* SPDX-License-Identifier: MIT */
#include "cluster/dealer.h"
#include "base/arithmetic.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Seconds. In less time, a few chunks more or fewer would look like another rate. */
static const double shortest = 0.02;

/* Much longer than it takes to ask, much shorter than a copy. */
static const double grant_seconds = 0.5;

int dealer_init(struct dealer *d, unsigned nodes)
{
    *d = (struct dealer){
        .nodes = nodes, .seconds = grant_seconds, .seats = calloc(nodes, sizeof(struct seat))};
    int rc = ledger_init(&d->ledger, nodes);
    return d->seats ? rc : -ENOMEM;
}

void dealer_release(struct dealer *d)
{
    free(d->seats);
    d->seats = NULL;
    ledger_release(&d->ledger);
}

static void begin(struct dealer *d, uint32_t round, off_t bytes, off_t unit)
{
    d->round = round;
    d->cursor = cursor_begin(bytes, unit);
    d->failed = false;
    d->ended = 0;
    d->done = 0;
    d->rate = 0;
    d->known = 0;
    memset(d->seats, 0, d->nodes * sizeof(*d->seats));
}

void dealer_begin(struct dealer *d, uint32_t round, off_t bytes, off_t unit)
{
    begin(d, round, bytes, unit);
    ledger_clear(&d->ledger);
    d->most = INT64_MAX;
    d->notes = d->verifies = false;
}

void dealer_note(struct dealer *d, off_t most)
{
    d->notes = true;
    d->most = most;
}

void dealer_begin_verifying(struct dealer *d, uint32_t round)
{
    assert(d->notes);
    begin(d, round, d->cursor.end, d->cursor.unit);
    d->verifies = true;
}

/* Only the latest rate counts: a node may become slow. One that has begun nothing is as slow as can
 * be, which isn't the same as not being known. */
static void learn_rate(struct dealer *d, struct seat *seat, off_t begun, double time)
{
    double passed = time - seat->time;
    if (passed < shortest || begun < seat->begun)
        return;
    d->known += seat->rate <= 0;
    d->rate -= seat->rate;
    seat->rate = begun > seat->begun ? (double)(begun - seat->begun) / passed : 1;
    d->rate += seat->rate;
    seat->begun = begun;
    seat->time = time;
}

static void hear_progress(struct dealer *d, struct seat *seat, const struct message *m, double time)
{
    if (m->done > seat->done) {
        d->done += m->done - seat->done;
        seat->done = m->done;
    }
    if (!seat->joined)
        seat->time = time;
    seat->joined = true;
    if (m->kind != MESSAGE_DONE)
        learn_rate(d, seat, m->off, time);
}

static struct message say(const struct dealer *d, enum message_kind kind)
{
    return (struct message){.kind = kind, .round = d->round};
}

/* Times the average: no node is believed to be quicker. In the first moments, rates reflect how
 * long nodes have waited, and all would wait in the end for a node that was granted too much
 * then. */
static const double quickest = 2;

/* A node's part of all that is done. Nodes of which nothing is known yet are expected to do as much
 * as the others do on average. */
static double part_of(const struct dealer *d, unsigned node)
{
    double rate = d->seats[node].rate;
    if (rate <= 0)
        return 1.0 / d->nodes;
    double part = rate / d->rate * d->known / d->nodes;
    double most = d->nodes > quickest ? quickest / d->nodes : 1;
    return part < most ? part : most;
}

/* Only the first failure counts; those after it may be its consequences. */
static enum deal fail(struct dealer *d, struct message *answer)
{
    bool first = !d->failed;
    d->failed = true;
    *answer = say(d, MESSAGE_STOP);
    return first ? DEAL_STOP : DEAL_NOTHING;
}

/* What the cursor would grant is only a measure: of how much of another node's data to hand out. */
static struct grant take(struct dealer *d, unsigned node, off_t wanted)
{
    struct grant g = cursor_take(&d->cursor, wanted, part_of(d, node));
    if (!d->verifies || g.len == 0)
        return g;
    struct grant other = ledger_take(&d->ledger, node, g.len, d->cursor.unit);
    d->cursor.next -= g.len - other.len;
    return other;
}

static enum deal grant(struct dealer *d, unsigned node, unsigned jobs, struct message *answer)
{
    off_t wanted = cursor_wanted(d->cursor.unit, d->seats[node].rate, jobs, d->seconds);
    struct grant granted = take(d, node, min_off(wanted, d->most));
    *answer = say(d, MESSAGE_GRANT);
    answer->off = granted.off;
    answer->len = granted.len;
    answer->done = dealer_elsewhere(d, node);
    bool notes = d->notes && !d->verifies && granted.len > 0;
    if (notes && ledger_note(&d->ledger, node, granted.off, granted.len) < 0)
        return fail(d, answer);
    return DEAL_ANSWER;
}

static void end_part(struct dealer *d, struct seat *seat)
{
    d->ended += !seat->ended;
    seat->ended = true;
}

enum deal dealer_hear(struct dealer *d, unsigned node, const struct message *m, double time,
                      struct message *answer)
{
    struct seat *seat = &d->seats[node];
    if (node >= d->nodes || m->round != d->round || seat->ended) /* about a copy that is over */
        return DEAL_NOTHING;
    if (m->kind != MESSAGE_FAIL)
        hear_progress(d, seat, m, time);
    switch (m->kind) {
    case MESSAGE_ASK:
        if (d->failed) /* it has been told */
            return DEAL_NOTHING;
        return grant(d, node, m->jobs, answer);
    case MESSAGE_DONE:
        end_part(d, seat);
        return DEAL_NOTHING;
    case MESSAGE_FAIL:
        end_part(d, seat);
        return fail(d, answer);
    default:
        return DEAL_NOTHING;
    }
}

off_t dealer_elsewhere(const struct dealer *d, unsigned node)
{
    return node < d->nodes ? d->done - d->seats[node].done : d->done;
}

bool dealer_is_over(const struct dealer *d)
{
    return d->ended == d->nodes;
}

bool dealer_is_whole(const struct dealer *d)
{
    return !d->failed && dealer_is_over(d) && d->done == d->cursor.end;
}
