/* SPDX-License-Identifier: MIT */
#include "cluster/cursor.h"
#include "base/arithmetic.h"

#include <assert.h>

enum {
    UNIT_MOST = 256 << 20, /* bytes */
    SHARES = 2,            /* a grant is this part of a node's share of the rest */
};

static size_t common_divisor(size_t a, size_t b)
{
    while (b > 0) {
        size_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

off_t cursor_unit(size_t chunk_len, size_t stripe)
{
    if (stripe == 0 || stripe > UNIT_MOST)
        return (off_t)chunk_len;
    size_t times = stripe / common_divisor(chunk_len, stripe);
    return times <= UNIT_MOST / chunk_len ? (off_t)(chunk_len * times) : (off_t)chunk_len;
}

struct cursor cursor_begin(off_t bytes, off_t unit)
{
    assert(bytes >= 0 && unit > 0);
    return (struct cursor){.end = bytes, .unit = unit};
}

struct grant cursor_take(struct cursor *c, off_t wanted, double part)
{
    assert(part >= 0 && part <= 1);
    off_t left = c->end - c->next;
    off_t len = min_off(wanted, (off_t)((double)left * part / SHARES));
    len -= len % c->unit;
    if (len == 0)
        len = c->unit;
    struct grant grant = {.off = c->next, .len = min_off(len, left)};
    c->next += grant.len;
    return grant;
}

off_t cursor_wanted(off_t unit, double rate, unsigned jobs, double seconds)
{
    off_t wanted = rate > 0 ? (off_t)(rate * seconds) : unit * (off_t)(jobs > 0 ? jobs : 1);
    return wanted > unit ? wanted - wanted % unit : unit;
}
