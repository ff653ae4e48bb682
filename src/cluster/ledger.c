/* SPDX-License-Identifier: MIT */
#include "cluster/ledger.h"
#include "base/arithmetic.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

int ledger_init(struct ledger *l, unsigned nodes)
{
    *l = (struct ledger){.nodes = nodes, .holdings = calloc(nodes, sizeof(*l->holdings))};
    if (!l->holdings)
        return -ENOMEM;
    ledger_clear(l);
    return 0;
}

void ledger_release(struct ledger *l)
{
    free(l->list);
    free(l->holdings);
    *l = (struct ledger){0};
}

void ledger_clear(struct ledger *l)
{
    l->count = 0;
    for (unsigned node = 0; node < l->nodes; node++)
        l->holdings[node] = (struct holding){LEDGER_NONE, LEDGER_NONE, 0};
}

static bool make_room(struct ledger *l)
{
    if (l->count < l->room)
        return true;
    size_t room = l->room > 0 ? 2 * l->room : 64;
    struct stretch *list = reallocarray(l->list, room, sizeof(*list));
    if (!list)
        return false;
    l->list = list;
    l->room = room;
    return true;
}

int ledger_note(struct ledger *l, unsigned node, off_t off, off_t len)
{
    assert(node < l->nodes && len > 0);
    struct holding *h = &l->holdings[node];
    struct stretch *last = h->last != LEDGER_NONE ? &l->list[h->last] : NULL;
    if (last && last->off + last->len == off) {
        last->len += len;
        h->bytes += len;
        return 0;
    }
    if (!make_room(l))
        return -ENOMEM;
    assert(l->list);
    if (h->last != LEDGER_NONE)
        l->list[h->last].next = l->count;
    else
        h->first = l->count;
    h->last = l->count;
    h->bytes += len;
    l->list[l->count++] = (struct stretch){off, len, LEDGER_NONE};
    return 0;
}

/* Of the other nodes' holdings, the one with the most left. */
static struct holding *fullest_but(struct ledger *l, unsigned node)
{
    struct holding *best = NULL;
    for (unsigned i = 0; i < l->nodes; i++)
        if (i != node && (!best || l->holdings[i].bytes > best->bytes))
            best = &l->holdings[i];
    return best && best->bytes > 0 ? best : NULL;
}

struct grant ledger_take(struct ledger *l, unsigned node, off_t most, off_t unit)
{
    struct holding *h = fullest_but(l, node);
    if (!h)
        return (struct grant){0};
    struct stretch *s = &l->list[h->first];
    off_t whole = most - most % unit;
    struct grant grant = {.off = s->off, .len = min_off(whole > 0 ? whole : unit, s->len)};
    s->off += grant.len;
    s->len -= grant.len;
    h->bytes -= grant.len;
    if (s->len == 0)
        h->first = s->next;
    if (h->first == LEDGER_NONE)
        h->last = LEDGER_NONE;
    return grant;
}
