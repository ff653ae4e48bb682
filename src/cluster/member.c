/* SPDX-License-Identifier: MIT */
#include "cluster/member.h"

/* Seconds between two reports, if there is no other reason to send one. */
static const double interval = 1;

void member_begin(struct member *m, uint32_t round, double time)
{
    *m = (struct member){.busy = true, .round = round, .told = time};
}

enum order member_hear(struct member *m, const struct message *message)
{
    if (!m->busy || message->round != m->round || m->called_off)
        return ORDER_NOTHING;
    if (message->kind == MESSAGE_STOP) {
        m->called_off = true;
        return ORDER_CALL_OFF;
    }
    if (message->kind != MESSAGE_GRANT || !m->asked || m->last)
        return ORDER_NOTHING;
    m->asked = false;
    m->latest = message->len;
    m->last = message->len == 0;
    return m->last ? ORDER_LAST : ORDER_GIVE;
}

struct standing member_standing(const struct grants *g)
{
    return (struct standing){.jobs = g->jobs,
                             .claimed = g->next,
                             .done = g->done,
                             .left = grants_left(g),
                             .room = grants_have_room(g)};
}

/* Half of the latest grant is enough to work on while the answer is on its way. */
static bool must_ask(const struct member *m, const struct standing *s)
{
    return s->room && !m->asked && !m->last && s->left <= m->latest / 2;
}

bool member_says(struct member *m, const struct standing *s, double time, struct message *message)
{
    if (!m->busy || m->called_off || s->jobs == 0)
        return false;
    bool asks = must_ask(m, s);
    if (!asks && time - m->told < interval)
        return false;
    m->asked |= asks;
    m->told = time;
    *message = (struct message){.kind = asks ? MESSAGE_ASK : MESSAGE_PROGRESS,
                                .round = m->round,
                                .off = s->claimed,
                                .done = s->done,
                                .jobs = s->jobs};
    return true;
}

struct message member_part(struct member *m, enum part_end end, off_t done)
{
    m->busy = false;
    return (struct message){.kind = end == PART_WELL ? MESSAGE_DONE : MESSAGE_FAIL,
                            .round = m->round,
                            .off = end,
                            .done = done};
}
