/* SPDX-License-Identifier: MIT */
#include "tree/guest.h"
#include "base/clock.h"
#include "base/complaint.h"
#include "base/signals.h"
#include "tree/counts.h"
#include "tree/drain.h"
#include "tree/envoy.h"
#include "tree/nest.h"
#include "tree/proof.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Seconds: nobody has looked for a random name before, but its directory may be new, too. */
static const double patience = 10;
enum { LOOK_AGAIN_MS = 50 };

/* How many errands the first node may have from this one before more that is bound for it
 * follows. */
enum { BOUND_MOST = 16 };

/* Seconds between two reports of how far it is, if nobody has to know; and at least, in any
 * case. */
static const double seldom = 0.5, often = 0.002;

/* What the first node has said of the tree: texts are borrowed from the first parcel. */
struct invitation {
    const char *root, *hidden, *src, *dst;
    uint64_t inode, mask, count;
    struct unpacking sources;
};

struct stay {
    struct envoy envoy; /* the first, so that it is found where the stay is */
    struct hand hand;
    struct progress progress; /* none is shown */
    struct state told;
    double told_at;
    unsigned jobs; /* how many processes can be had */
    uint64_t received, answered;
    uint64_t asked; /* a request for so many tasks; 0: none */
    bool closing;   /* the first node wants to hear of the end */
    bool open;      /* more may come */
};

static struct stay *stay_of(struct envoy *e)
{
    return (struct stay *)e;
}

/* --- the role --- */

static void tell_state(struct stay *s, enum parcel_kind kind, const struct state *state)
{
    struct packing p = envoy_pack(kind);
    state_pack(&p, state);
    envoy_send(&s->envoy, 0, &p);
    s->told = *state;
    s->told_at = clock_seconds();
}

/* If all have nothing to do, they are as many as were reported, even if there were fewer. */
static uint64_t count_idle(const struct stay *s)
{
    uint64_t idle = envoy_idle(&s->envoy);
    return idle >= s->hand.crew ? s->jobs : idle;
}

static struct state look(struct stay *s)
{
    struct state state = {.idle = count_idle(s),
                          .length = envoy_length(&s->envoy),
                          .received = s->received,
                          .answered = s->answered};
    counts_gather(&s->hand, state.counts);
    return state;
}

/* A node that has nothing to do, or was asked, says so at once. */
static bool must_tell(const struct stay *s, const struct state *now)
{
    const struct state *told = &s->told;
    double passed = clock_seconds() - s->told_at;
    if (now->answered != told->answered)
        return true;
    bool urgent = now->idle != told->idle || now->received != told->received ||
                  (now->length > 0) != (told->length > 0);
    return (urgent && passed >= often) ||
           (passed >= seldom && memcmp(now, told, sizeof(*now)) != 0);
}

static void no_more(struct stay *s)
{
    if (s->open)
        queue_expect_no_more(s->hand.queue);
    s->open = false;
}

static void stop(struct stay *s)
{
    s->envoy.stopped = true;
    queue_stop(s->hand.queue);
    no_more(s);
}

static void take(struct envoy *e, unsigned node, struct errand_text *text)
{
    struct stay *s = stay_of(e);
    if (node != 0)
        return;
    s->received += text->count;
    envoy_take_in(e, node, text);
}

static void hear(struct envoy *e, unsigned node, enum parcel_kind kind, struct unpacking *u)
{
    struct stay *s = stay_of(e);
    uint64_t number = unpack_number(u);
    if (node != 0 || !unpacked_all(u))
        return;
    if (kind == PARCEL_ASK)
        s->asked = number;
    if (kind == PARCEL_HEARD)
        e->unheard -= number < e->unheard ? number : e->unheard;
    if (kind == PARCEL_STOP)
        stop(s);
    if (kind == PARCEL_CLOSE)
        no_more(s);
    s->closing |= kind == PARCEL_STOP || kind == PARCEL_CLOSE;
}

/* Without the first node there is nothing to do. */
static void lose(struct envoy *e, unsigned node, const char *sentence)
{
    if (node == 0 && !sentence)
        stop(stay_of(e));
}

static void act(struct envoy *e)
{
    struct stay *s = stay_of(e);
    while (envoy_count_away(e) < BOUND_MOST && envoy_give_bound(e, 0) > 0)
        ;
    if (s->asked > 0) {
        envoy_give(e, 0, s->asked);
        s->asked = 0;
        s->answered++;
    }
    struct state now = look(s);
    if (must_tell(s, &now))
        tell_state(s, PARCEL_STATE, &now);
}

static const struct envoy_role role = {take, hear, lose, act};

/* --- beginning --- */

static bool unpack_invitation(const struct parcel *parcel, struct invitation *i)
{
    struct unpacking u = {.at = parcel->bytes, .end = parcel->bytes + parcel->len};
    if (unpack_number(&u) != PARCEL_BEGIN)
        return false;
    i->root = unpack_name(&u);
    i->hidden = unpack_name(&u);
    i->inode = unpack_number(&u);
    i->mask = unpack_number(&u);
    i->count = unpack_number(&u);
    i->src = unpack_name(&u);
    i->dst = unpack_name(&u);
    i->sources = u;
    return !u.failed && *i->hidden && !strchr(i->hidden, '/');
}

static void refuse(struct stay *s, const char *name, const char *reason)
{
    struct complaint why;
    struct packing p = envoy_pack(PARCEL_REFUSE);
    complaint_make(&why, 0, name, "cannot copy", "%s (on node %s)", reason,
                   s->envoy.partners->node);
    char *sentence = complaint_sentence(&why);
    const char *text = sentence ? sentence : "cannot copy: out of memory";
    pack_text(&p, text, strlen(text));
    envoy_send(&s->envoy, 0, &p);
    free(sentence);
}

static void accept(struct stay *s)
{
    const char *name = s->envoy.partners->node;
    struct packing p = envoy_pack(PARCEL_READY);
    pack_number(&p, s->jobs);
    pack_text(&p, name, strlen(name));
    envoy_send(&s->envoy, 0, &p);
}

/* Hears whether there is still a tree to be copied. */
static void wait_a_moment(struct stay *s)
{
    struct pollfd fds[ENVOY_FDS];
    envoy_watch(&s->envoy, fds);
    poll(fds, 1, LOOK_AGAIN_MS);
    envoy_turn(&s->envoy, false);
}

/* What is mounted there may be read-only on this node alone, which would then fail all that it
 * takes. */
static bool can_create(struct stay *s, const struct invitation *i)
{
    char reason[256];
    int rc = proof_try(i->root);
    if (rc < 0) {
        snprintf(reason, sizeof(reason), "cannot create files there: %s", strerror(-rc));
        refuse(s, i->dst, reason);
    }
    return rc == 0;
}

/* Waits until it sees what the first node sees. Returns false if it doesn't, which is reported. */
static bool prove(struct stay *s, const struct invitation *i)
{
    double start = clock_seconds();
    enum proof found;
    while ((found = proof_look(i->root, i->hidden, i->inode, i->sources, s->hand.options,
                               s->envoy.view.same)) != PROOF_FOUND &&
           s->open && !signals_fatal() && clock_seconds() - start < patience)
        wait_a_moment(s);
    if (found == PROOF_NO_DESTINATION)
        refuse(s, i->dst,
               "what other nodes write there isn't seen here: its directory must be on a "
               "file system that all nodes share");
    if (found == PROOF_NO_SOURCE)
        refuse(s, i->src, "it isn't what other nodes see under this name");
    return found == PROOF_FOUND && can_create(s, i);
}

/* --- all of it --- */

/* Waits until the first node has done without it. */
static void stand_aside(struct stay *s)
{
    while (s->open && !signals_fatal())
        wait_a_moment(s);
}

/* Returns -ECHILD if there are no processes that could do it. */
static int take_part(struct stay *s)
{
    s->envoy.relays = true;
    s->hand.envoy = &s->envoy;
    s->jobs = drain_crew_size(s->hand.options);
    accept(s);
    drain_by_crew(&s->hand);
    envoy_turn(&s->envoy, true); /* its last words */
    s->hand.envoy = NULL;
    nest_discard_all(&s->hand);
    bool ended = !s->open && !signals_fatal();
    if (ended && s->closing && !s->envoy.cut_off) {
        struct state last = look(s);
        tell_state(s, PARCEL_CLOSED, &last);
    }
    return ended ? 0 : -ECHILD;
}

static int stay_through(struct stay *s, const struct options *o, const struct invitation *i)
{
    mode_t mask = umask((mode_t)i->mask & 0777);
    bool ready = hand_init(&s->hand, o, i->src, (unsigned)i->count, i->dst);
    int rc = ready && envoy_init(&s->envoy, &s->hand, &role) ? 0 : -ENOMEM;
    if (!rc) {
        progress_start(&s->progress, PROGRESS_NEVER);
        s->hand.progress = &s->progress;
        s->hand.queue->guest = true;
        s->open = true;
        queue_expect(s->hand.queue);
        if (prove(s, i))
            rc = take_part(s);
        else
            stand_aside(s);
        envoy_release(&s->envoy);
    }
    hand_release(&s->hand);
    umask(mask);
    return rc;
}

int guest_run(const struct options *options, const struct parcel *first)
{
    struct invitation invitation;
    if (!unpack_invitation(first, &invitation))
        return 0; /* of another tree, which is over */
    struct stay *s = calloc(1, sizeof(*s));
    int rc = s ? stay_through(s, options, &invitation) : -ENOMEM;
    free(s);
    return rc;
}
