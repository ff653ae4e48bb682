/* SPDX-License-Identifier: MIT */
#include "tree/lead.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/signals.h"
#include "tree/account.h"
#include "tree/broker.h"
#include "tree/counts.h"
#include "tree/proof.h"
#include "tree/walk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many seconds a node that was asked to stop has for it. */
static const double grace = 4;

/* For fewer bytes of lines than this, it isn't worth reporting that they were printed. */
enum { HEARD_LEAST = 64 << 10 };

enum { NODE_ROOM = 65 }; /* bytes: HOST_NAME_MAX + 1 */

enum guest_stage { INVITED, TAKING_PART, REFUSING, GONE, CLOSED };

/* Another node. */
struct guest {
    enum guest_stage stage;
    char name[NODE_ROOM];         /* cut off if it is long; empty: it takes no part */
    int64_t counts[STATE_COUNTS]; /* as it has reported */
    uint64_t heard; /* bytes of lines that were printed, which it hasn't been told of */
};

struct lead {
    struct envoy envoy; /* the first, so that it is found where the lead is */
    struct broker broker;
    struct guest *guests; /* one per node; that of the first isn't used */
    unsigned invited;     /* nodes that haven't answered */
    unsigned present;     /* nodes that take part, and haven't closed */
    unsigned jobs;        /* processes of all nodes that took part */
    char *root;           /* allocated */
    char hidden[NAME_ROOM];
    bool proof; /* the file of that name is there */
};

static struct lead *lead_of(struct envoy *e)
{
    return (struct lead *)e;
}

/* --- nodes come and go --- */

static void remove_proof(struct lead *l)
{
    if (l->proof)
        proof_remove(l->root, l->hidden);
    l->proof = false;
}

static void note_answer(struct lead *l)
{
    if (--l->invited == 0)
        remove_proof(l);
}

static void say(struct hand *h, const char *sentence)
{
    if (h->progress)
        progress_end(h->progress);
    diag_print("%s", sentence);
    h->tally->failed = true;
}

static void welcome(struct lead *l, unsigned node, struct unpacking *u)
{
    struct place *place = &l->broker.places[node];
    struct guest *g = &l->guests[node];
    struct hand *h = l->envoy.hand;
    uint64_t jobs = unpack_number(u);
    const char *name = unpack_name(u);
    if (g->stage != INVITED || !unpacked_all(u) || jobs > UINT32_MAX)
        return;
    g->stage = TAKING_PART;
    *place = (struct place){.open = true, .jobs = jobs, .state = {.idle = jobs}};
    snprintf(g->name, sizeof(g->name), "%s", name);
    l->present++;
    l->jobs += (unsigned)jobs;
    h->headway->jobs += (unsigned)jobs;
    if (h->tally->jobs < h->crew + l->jobs)
        h->tally->jobs = h->crew + l->jobs;
    note_answer(l);
}

static void hear_refusal(struct lead *l, unsigned node, struct unpacking *u)
{
    struct guest *g = &l->guests[node];
    const char *sentence = unpack_name(u);
    if (g->stage != INVITED || !unpacked_all(u))
        return;
    g->stage = REFUSING;
    l->envoy.hand->deserted = true;
    say(l->envoy.hand, sentence);
    note_answer(l);
}

static void count(struct lead *l, unsigned node, const struct state *state)
{
    struct guest *g = &l->guests[node];
    counts_add(l->envoy.hand, state->counts, g->counts);
    memcpy(g->counts, state->counts, sizeof(g->counts));
}

static void hear_state(struct lead *l, unsigned node, struct unpacking *u, bool last)
{
    struct guest *g = &l->guests[node];
    struct state state;
    if (g->stage != TAKING_PART || !state_unpack(u, &state))
        return;
    count(l, node, &state);
    if (!last) {
        broker_hear(&l->broker, node, &state);
        return;
    }
    g->stage = CLOSED;
    l->present--;
    broker_lose(&l->broker, node);
}

static void lose_node(struct lead *l, unsigned node, const char *sentence)
{
    struct guest *g = &l->guests[node];
    if (g->stage == GONE || g->stage == CLOSED)
        return;
    if (!signals_fatal())
        say(l->envoy.hand, sentence);
    if (g->stage == INVITED)
        note_answer(l);
    l->present -= g->stage == TAKING_PART;
    g->stage = GONE;
    l->envoy.hand->deserted = true;
    broker_lose(&l->broker, node);
    envoy_give_up(&l->envoy, node);
}

/* --- the role --- */

/* Tasks that are bound are for this node, which knows the twins. */
static void take(struct envoy *e, unsigned node, struct errand_text *text)
{
    struct lead *l = lead_of(e);
    unsigned to = l->broker.places[node].beneficiary;
    if (node == 0 || l->guests[node].stage != TAKING_PART)
        return;
    if (text->bound || to == 0 || to == node || !l->broker.places[to].open) {
        envoy_take_in(e, node, text);
        return;
    }
    envoy_hand_on(e, to, node, text);
    broker_sent(&l->broker, to, text->count);
}

static void print_lines(struct lead *l, unsigned node, struct unpacking *u)
{
    size_t len;
    int stream = unpack_number(u) == HAND_ERR ? HAND_ERR : HAND_OUT;
    const char *lines = unpack_text(u, &len);
    if (!unpacked_all(u))
        return;
    hand_print(l->envoy.hand, stream, lines, len);
    l->guests[node].heard += len;
    if (l->guests[node].heard < HEARD_LEAST)
        return;
    envoy_tell(&l->envoy, node, PARCEL_HEARD, l->guests[node].heard);
    l->guests[node].heard = 0;
}

static void hear(struct envoy *e, unsigned node, enum parcel_kind kind, struct unpacking *u)
{
    struct lead *l = lead_of(e);
    if (node == 0)
        return;
    switch (kind) {
    case PARCEL_READY:
        welcome(l, node, u);
        break;
    case PARCEL_REFUSE:
        hear_refusal(l, node, u);
        break;
    case PARCEL_STATE:
    case PARCEL_CLOSED:
        hear_state(l, node, u, kind == PARCEL_CLOSED);
        break;
    case PARCEL_LINES:
        print_lines(l, node, u);
        break;
    default:
        break;
    }
}

static void lose(struct envoy *e, unsigned node, const char *sentence)
{
    struct lead *l = lead_of(e);
    if (sentence && node > 0) {
        lose_node(l, node, sentence);
        return;
    }
    for (unsigned i = 1; !sentence && i < l->broker.nodes; i++)
        lose_node(l, i, "cannot copy: cannot hear from other nodes");
}

static void look_at_own(struct lead *l)
{
    struct place *own = &l->broker.places[0];
    own->open = true;
    own->jobs = l->envoy.hand->crew;
    own->state.idle = envoy_idle(&l->envoy);
    own->state.length = envoy_length(&l->envoy);
}

static void do_deal(struct lead *l, const struct deal_of_tasks *deal)
{
    if (deal->from != 0) {
        envoy_tell(&l->envoy, deal->from, PARCEL_ASK, deal->count);
        broker_asked(&l->broker, deal);
        return;
    }
    broker_sent(&l->broker, deal->to, envoy_give(&l->envoy, deal->to, deal->count));
}

/* Is nobody doing anything, and has nobody anything to do? */
static bool all_rest(const struct lead *l)
{
    const struct hand *h = l->envoy.hand;
    return broker_others_rest(&l->broker) && h->queue->length == 0 &&
           envoy_idle(&l->envoy) >= h->crew;
}

/* If others wait for what is huge, it can't wait until they have ended. */
static void do_huge(struct lead *l)
{
    struct hand *h = l->envoy.hand;
    while (h->queue->huge && l->invited == 0 && all_rest(l)) {
        struct task *task = queue_take(h->queue, true);
        if (!task)
            return;
        walk_task(h, task);
        queue_end(h->queue, task);
    }
}

static void act(struct envoy *e)
{
    struct lead *l = lead_of(e);
    do_huge(l);
    struct deal_of_tasks deal;
    for (look_at_own(l); !e->stopped && broker_next(&l->broker, &deal); look_at_own(l))
        do_deal(l, &deal);
    e->hand->queue->wanted = broker_wants(&l->broker);
}

static const struct envoy_role role = {take, hear, lose, act};

/* --- beginning --- */

/* Where the operands of what is to be done next are copied to. */
static char *find_root(struct queue *q)
{
    char *root = NULL;
    queue_lock(q);
    const struct folder *f = q->first && !q->broken ? q->first->folder : NULL;
    while (f && f->parent)
        f = f->parent;
    if (f && !f->appends)
        root = strdup(f->dst_name);
    queue_unlock(q);
    return root;
}

static void pack_invitation(struct lead *l, uint64_t inode, struct packing *p)
{
    const struct hand *h = l->envoy.hand;
    const struct headway *way = h->headway;
    pack_text(p, l->root, strlen(l->root));
    pack_text(p, l->hidden, strlen(l->hidden));
    pack_number(p, inode);
    pack_number(p, h->mask);
    pack_number(p, way->sources);
    pack_text(p, way->src, strlen(way->src));
    pack_text(p, way->dst, strlen(way->dst));
    proof_pack_sources(p, h->options);
}

static void invite(struct lead *l, uint64_t inode)
{
    for (unsigned node = 1; node < l->broker.nodes; node++) {
        struct packing p = envoy_pack(PARCEL_BEGIN);
        pack_invitation(l, inode, &p);
        envoy_send(&l->envoy, node, &p);
    }
    l->invited = l->broker.nodes - 1;
    l->envoy.view = (struct errand_view){{true, true}};
}

static void release(struct lead *l)
{
    remove_proof(l);
    envoy_release(&l->envoy);
    free(l->guests);
    free(l->broker.places);
    free(l->root);
    free(l);
}

static bool prepare(struct lead *l, struct hand *h, uint64_t *inode)
{
    bool begun = envoy_init(&l->envoy, h, &role);
    l->broker.nodes = l->envoy.partners->nodes;
    l->broker.places = calloc(l->broker.nodes, sizeof(*l->broker.places));
    l->guests = calloc(l->broker.nodes, sizeof(*l->guests));
    l->root = find_root(h->queue);
    if (!begun || !l->broker.places || !l->guests || !l->root)
        return false;
    l->proof = proof_make(l->root, l->hidden, inode) == 0;
    return l->proof;
}

struct envoy *lead_begin(struct hand *h)
{
    uint64_t inode;
    struct lead *l = calloc(1, sizeof(*l));
    if (!l)
        return NULL;
    if (!prepare(l, h, &inode)) {
        release(l);
        return NULL;
    }
    invite(l, inode);
    return &l->envoy;
}

/* --- the end --- */

static void wait_a_turn(struct envoy *e)
{
    struct pollfd fds[ENVOY_FDS];
    envoy_watch(e, fds);
    poll(fds, ENVOY_FDS, envoy_patience(e));
    envoy_note_ended(e);
    envoy_turn(e, true);
    hand_show(e->hand);
}

static bool is_well(const struct envoy *e)
{
    return !e->hand->queue->stopped && !signals_fatal() && !e->cut_off;
}

/* Everything that they were given is done by now, unless it can no longer be done. */
static void close_all(struct lead *l, bool well)
{
    for (unsigned node = 1; node < l->broker.nodes; node++)
        if (l->guests[node].stage != GONE)
            envoy_tell(&l->envoy, node, well ? PARCEL_CLOSE : PARCEL_STOP, 0);
}

/* What all nodes have done is counted here; the others have reported their own parts. */
static void tell_work(const struct lead *l)
{
    const struct hand *h = l->envoy.hand;
    struct account *account = account_begin(h);
    for (unsigned node = 1; node < l->broker.nodes; node++)
        if (*l->guests[node].name)
            account_add(account, l->guests[node].name, l->guests[node].counts);
    account_end(account, l->envoy.partners->node, h);
}

void lead_end(struct envoy *e)
{
    struct lead *l = lead_of(e);
    while (is_well(e) && l->invited > 0)
        wait_a_turn(e);
    e->stopped = true;
    close_all(l, is_well(e) && !e->away);
    double start = clock_seconds();
    while (l->present > 0 && !e->cut_off && (!signals_fatal() || clock_seconds() - start < grace))
        wait_a_turn(e);
    for (unsigned node = 1; node < l->broker.nodes; node++)
        envoy_give_up(e, node);
    if (l->jobs > 0)
        tell_work(l);
    release(l);
}
