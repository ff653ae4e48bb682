/* SPDX-License-Identifier: MIT */
#include "simulation.h"
#include "agenda.h"
#include "base/arithmetic.h"
#include "cluster/dealer.h"
#include "cluster/member.h"
#include "prng.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/* A speaker that grants: rank 0's, and, if there are groups, one for each. */
struct desk {
    struct dealer dealer;
    unsigned first, seats; /* who asks here: so many nodes, starting with that one, or all groups */
    double busy_until, busy; /* when it will be done with what has come; seconds in all */
    struct member member;    /* of a group's: what it says to rank 0 */
    bool last;               /* there will be no more */
};

struct node {
    struct member member;
    double rate;   /* bytes per second */
    off_t granted; /* bytes so far */
    double until;  /* when it will be done with them */
    double idle;   /* for how many seconds it had none */
    bool last, stopped;
    double looks; /* when it next looks whether there is something to say; 0: not planned */
    bool kept;    /* what it has asked, its group's speaker can't answer yet: */
    struct message question;
};

struct simulation {
    const struct cluster *cluster;
    struct outcome_of_cluster *outcome;
    struct agenda agenda;
    unsigned groups;    /* 0: all nodes ask rank 0 */
    struct desk *desks; /* rank 0's, then those of groups; allocated */
    struct node *nodes; /* allocated */
    double now;
};

/* --- messages --- */

/* To the speaker `desk`. */
static void tell_desk(struct simulation *s, unsigned desk, unsigned seat, const struct message *m)
{
    agenda_plan(&s->agenda, (struct event){.time = s->now + s->cluster->latency,
                                           .kind = EVENT_HEAR,
                                           .to = desk,
                                           .seat = seat,
                                           .message = *m});
}

/* From that speaker, when the message has arrived there. */
static void answer(struct simulation *s, const struct desk *d, unsigned seat,
                   const struct message *m)
{
    bool grants = d == s->desks && s->groups > 0;
    agenda_plan(&s->agenda, (struct event){.time = d->busy_until + s->cluster->latency,
                                           .kind = EVENT_ANSWER,
                                           .to = grants ? seat + 1 : d->first + seat,
                                           .grants = grants,
                                           .message = *m});
}

static void answer_all(struct simulation *s, const struct desk *d, const struct message *m)
{
    for (unsigned seat = 0; seat < d->seats; seat++)
        answer(s, d, seat, m);
}

/* --- nodes --- */

static void tell_from_node(struct simulation *s, unsigned node, const struct message *m)
{
    unsigned desk = s->groups > 0 ? node / s->cluster->group + 1 : 0;
    tell_desk(s, desk, node - s->desks[desk].first, m);
}

static off_t left_of(const struct simulation *s, const struct node *n)
{
    double left = n->until > s->now ? (n->until - s->now) * n->rate : 0;
    return left < (double)n->granted ? (off_t)left : n->granted;
}

static void end_part(struct simulation *s, unsigned node, bool well)
{
    struct node *n = &s->nodes[node];
    off_t done = n->granted - (well ? 0 : left_of(s, n));
    s->outcome->copied += done;
    struct message m = member_part(&n->member, well ? PART_WELL : PART_FAILED, done);
    tell_from_node(s, node, &m);
}

/* Seconds. This much later, what is due counts as due in spite of rounding. */
static const double moment = 1e-6;

/* When half of the latest grant is used up; if there are no more, when all of it is. */
static double time_to_look(const struct simulation *s, const struct node *n)
{
    double spare = n->last ? 0 : (double)n->member.latest / 2 / n->rate;
    double time = n->until - spare;
    double telling = n->member.told + 1;
    if (n->member.asked || telling < time)
        time = n->last ? time : telling;
    return (time > s->now ? time : s->now) + moment;
}

static void plan_look(struct simulation *s, unsigned node)
{
    struct node *n = &s->nodes[node];
    double time = time_to_look(s, n);
    if (n->looks > s->now && n->looks <= time)
        return;
    n->looks = time;
    agenda_plan(&s->agenda, (struct event){.time = time, .kind = EVENT_SPEAK, .to = node});
}

static void speak(struct simulation *s, unsigned node)
{
    struct node *n = &s->nodes[node];
    struct message m;
    n->looks = 0;
    if (!n->member.busy)
        return;
    off_t left = left_of(s, n);
    if (n->stopped || (n->last && s->now >= n->until)) {
        end_part(s, node, !n->stopped);
        return;
    }
    const struct standing standing = {s->cluster->jobs, n->granted - left, n->granted - left, left,
                                      true};
    if (member_says(&n->member, &standing, s->now, &m))
        tell_from_node(s, node, &m);
    if (n->last || !n->member.asked)
        plan_look(s, node);
}

static void be_granted(struct simulation *s, struct node *n, off_t len)
{
    if (n->until < s->now) {
        n->idle += s->now - n->until;
        n->until = s->now;
    }
    n->until += (double)len / n->rate;
    n->granted += len;
}

static void hear_at_node(struct simulation *s, unsigned node, const struct message *m)
{
    struct node *n = &s->nodes[node];
    enum order order = n->member.busy ? member_hear(&n->member, m) : ORDER_NOTHING;
    if (order == ORDER_NOTHING)
        return;
    if (order == ORDER_GIVE)
        be_granted(s, n, m->len);
    n->last |= order == ORDER_LAST;
    n->stopped |= order == ORDER_CALL_OFF;
    if (n->stopped)
        speak(s, node);
    else
        plan_look(s, node);
}

/* --- speakers that grant --- */

/* A speaker handles one message after the other. */
static void be_busy(struct simulation *s, struct desk *d)
{
    double begin = d->busy_until > s->now ? d->busy_until : s->now;
    if (d == s->desks && begin - s->now > s->outcome->longest)
        s->outcome->longest = begin - s->now;
    d->busy_until = begin + s->cluster->serving;
    d->busy += s->cluster->serving;
    s->outcome->messages += d == s->desks;
}

/* A group's speaker asks rank 0 before it has granted all that it has. */
static void ask_for_group(struct simulation *s, struct desk *d)
{
    const struct cursor *c = &d->dealer.cursor;
    const struct standing standing = {s->cluster->jobs * d->seats, d->dealer.done, d->dealer.done,
                                      c->end - c->next, true};
    struct message m;
    if (member_says(&d->member, &standing, s->now, &m))
        tell_desk(s, 0, (unsigned)(d - s->desks) - 1, &m);
}

static void end_group(struct simulation *s, struct desk *d)
{
    struct message m =
        member_part(&d->member, d->dealer.failed ? PART_FAILED : PART_WELL, d->dealer.done);
    tell_desk(s, 0, (unsigned)(d - s->desks) - 1, &m);
}

/* Is there nothing to grant now, though there will be? */
static bool must_keep(const struct simulation *s, const struct desk *d, const struct message *m)
{
    return d != s->desks && m->kind == MESSAGE_ASK && !d->last && !d->dealer.failed &&
           d->dealer.cursor.next == d->dealer.cursor.end;
}

static void hear_seat(struct simulation *s, struct desk *d, unsigned seat, const struct message *m)
{
    struct message said;
    be_busy(s, d);
    if (must_keep(s, d, m)) {
        s->nodes[d->first + seat].kept = true;
        s->nodes[d->first + seat].question = *m;
    } else {
        enum deal deal = dealer_hear(&d->dealer, seat, m, d->busy_until, &said);
        if (deal == DEAL_ANSWER)
            answer(s, d, seat, &said);
        if (deal == DEAL_STOP)
            answer_all(s, d, &said);
    }
    if (d == s->desks || !d->member.busy)
        return;
    if (dealer_is_over(&d->dealer))
        end_group(s, d);
    else
        ask_for_group(s, d);
}

static void answer_kept(struct simulation *s, struct desk *d)
{
    for (unsigned seat = 0; seat < d->seats; seat++) {
        struct node *n = &s->nodes[d->first + seat];
        const struct message question = n->question;
        bool kept = n->kept;
        n->kept = false;
        if (kept)
            hear_seat(s, d, seat, &question);
    }
}

/* The speaker of a group hears rank 0's. */
static void hear_at_group(struct simulation *s, struct desk *d, const struct message *m)
{
    enum order order = d->member.busy ? member_hear(&d->member, m) : ORDER_NOTHING;
    if (order == ORDER_NOTHING)
        return;
    be_busy(s, d);
    d->dealer.cursor.end += m->len;
    d->last |= order == ORDER_LAST;
    if (order == ORDER_CALL_OFF && !d->dealer.failed) {
        d->dealer.failed = true;
        answer_all(s, d, m);
    }
    answer_kept(s, d);
}

static void happen(struct simulation *s, const struct event *e)
{
    s->now = e->time;
    if (e->kind == EVENT_SPEAK)
        speak(s, e->to);
    else if (e->kind == EVENT_HEAR)
        hear_seat(s, &s->desks[e->to], e->seat, &e->message);
    else if (e->kind == EVENT_ANSWER && e->grants)
        hear_at_group(s, &s->desks[e->to], &e->message);
    else if (e->kind == EVENT_ANSWER)
        hear_at_node(s, e->to, &e->message);
    else if (s->nodes[e->to].member.busy)
        end_part(s, e->to, false);
}

/* --- all of it --- */

static double chance(struct prng *prng)
{
    return (double)(prng_next(prng) >> 11) / (double)(1ULL << 53);
}

/* The file system is divided evenly: what a slow node leaves of its part, the others can't all
 * use. */
static void begin_nodes(struct simulation *s, struct prng *prng)
{
    const struct cluster *c = s->cluster;
    double even = c->storage_rate / c->nodes;
    for (unsigned i = 0; i < c->nodes; i++) {
        struct node *n = &s->nodes[i];
        n->rate = c->node_rate < even ? c->node_rate : even;
        n->rate *= 1 + c->jitter * (2 * chance(prng) - 1);
        if (i >= c->nodes - c->stragglers)
            n->rate /= c->slowness;
        s->outcome->ideal += n->rate;
        member_begin(&n->member, 1, 0);
        agenda_plan(
            &s->agenda,
            (struct event){.time = c->latency * chance(prng), .kind = EVENT_SPEAK, .to = i});
    }
    s->outcome->ideal = (double)c->bytes / s->outcome->ideal;
}

/* What a group has to grant comes from rank 0. */
static int begin_desk(struct simulation *s, unsigned i)
{
    const struct cluster *c = s->cluster;
    struct desk *d = &s->desks[i];
    bool all = i == 0;
    d->first = all ? 0 : (i - 1) * c->group;
    d->seats =
        all ? (s->groups > 0 ? s->groups : c->nodes) : min_unsigned(c->group, c->nodes - d->first);
    int rc = dealer_init(&d->dealer, d->seats);
    if (rc < 0)
        return rc;
    dealer_begin(&d->dealer, 1, all ? c->bytes : 0, cursor_unit((size_t)c->chunk_len, 0));
    d->dealer.seconds = c->grant > 0 ? c->grant : d->dealer.seconds;
    member_begin(&d->member, 1, 0);
    return 0;
}

static int begin(struct simulation *s, struct prng *prng)
{
    const struct cluster *c = s->cluster;
    s->groups = c->group > 0 ? (c->nodes + c->group - 1) / c->group : 0;
    s->nodes = calloc(c->nodes, sizeof(*s->nodes));
    s->desks = calloc(s->groups + 1, sizeof(*s->desks));
    int rc = s->nodes && s->desks ? 0 : -ENOMEM;
    for (unsigned i = 0; !rc && i <= s->groups; i++)
        rc = begin_desk(s, i);
    if (!rc)
        begin_nodes(s, prng);
    return rc;
}

static void live(struct simulation *s, struct prng *prng)
{
    const struct cluster *c = s->cluster;
    if (c->fails > 0)
        agenda_plan(&s->agenda, (struct event){.time = c->fails,
                                               .kind = EVENT_FAIL,
                                               .to = (unsigned)prng_below(prng, c->nodes)});
    while (s->agenda.count > 0 && !dealer_is_over(&s->desks->dealer)) {
        const struct event event = agenda_take(&s->agenda);
        happen(s, &event);
    }
}

static void conclude(struct simulation *s)
{
    struct outcome_of_cluster *o = s->outcome;
    double idle = 0;
    o->time = s->desks->busy_until;
    o->load = s->desks->busy / o->time;
    for (unsigned i = 0; i < s->cluster->nodes; i++) {
        const struct node *n = &s->nodes[i];
        idle += n->idle + (o->time > n->until ? o->time - n->until : 0);
    }
    o->idle = idle / s->cluster->nodes / o->time;
}

static void release(struct simulation *s)
{
    for (unsigned i = 0; s->desks && i <= s->groups; i++)
        dealer_release(&s->desks[i].dealer);
    free(s->desks);
    free(s->nodes);
    agenda_release(&s->agenda);
}

int simulation_run(const struct cluster *c, struct outcome_of_cluster *o)
{
    assert(c->nodes > 0 && c->stragglers <= c->nodes && c->node_rate > 0 && c->storage_rate > 0);
    *o = (struct outcome_of_cluster){0};
    struct simulation s = {.cluster = c, .outcome = o};
    struct prng prng;
    prng_seed(&prng, c->seed);
    int rc = begin(&s, &prng);
    if (!rc) {
        live(&s, &prng);
        conclude(&s);
    }
    if (s.agenda.full)
        rc = -ENOMEM;
    release(&s);
    return rc;
}
