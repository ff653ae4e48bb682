/* SPDX-License-Identifier: MIT */
#include "tree/parcel.h"

#include <stdlib.h>
#include <string.h>

/* --- numbers and texts --- */

void pack_bytes(struct packing *p, const void *bytes, size_t len)
{
    enum { AT_LEAST = 256 };
    if (p->len + len > p->room) {
        size_t room = 2 * (p->len + len) + AT_LEAST;
        char *more = realloc(p->bytes, room);
        p->failed |= !more;
        if (!more)
            return;
        p->bytes = more;
        p->room = room;
    }
    if (len > 0)
        memcpy(p->bytes + p->len, bytes, len);
    p->len += len;
}

void pack_number(struct packing *p, uint64_t number)
{
    pack_bytes(p, &number, sizeof(number));
}

void pack_text(struct packing *p, const char *text, size_t len)
{
    pack_number(p, len);
    pack_bytes(p, text, len);
    pack_bytes(p, "", 1);
}

static void pack_name(struct packing *p, const char *name)
{
    pack_text(p, name, strlen(name));
}

static size_t left(const struct unpacking *u)
{
    return u->failed ? 0 : (size_t)(u->end - u->at);
}

uint64_t unpack_number(struct unpacking *u)
{
    uint64_t number = 0;
    u->failed |= left(u) < sizeof(number);
    if (u->failed)
        return 0;
    memcpy(&number, u->at, sizeof(number));
    u->at += sizeof(number);
    return number;
}

const char *unpack_text(struct unpacking *u, size_t *len)
{
    uint64_t told = unpack_number(u);
    *len = 0;
    u->failed |= left(u) <= told || u->at[told] != '\0';
    if (u->failed)
        return "";
    const char *text = u->at;
    u->at += told + 1;
    *len = told;
    return text;
}

const char *unpack_name(struct unpacking *u)
{
    size_t len;
    const char *text = unpack_text(u, &len);
    u->failed |= strlen(text) != len;
    return u->failed ? "" : text;
}

bool unpacked_all(const struct unpacking *u)
{
    return !u->failed && left(u) == 0;
}

/* --- errands --- */

enum { STEP_LEAST = 5 * sizeof(uint64_t) + 2 }; /* bytes that one of them takes */

/* The number of something of which there are few. */
static size_t unpack_count(struct unpacking *u, size_t most)
{
    uint64_t count = unpack_number(u);
    u->failed |= count > most;
    return u->failed ? 0 : count;
}

static void pack_step(struct packing *p, const struct errand_step *s)
{
    pack_name(p, s->name);
    pack_name(p, s->dst_name);
    pack_number(p, s->inodes[0]);
    pack_number(p, s->inodes[1]);
    pack_number(p, s->made);
}

void errand_pack(struct packing *p, const struct errand_text *e)
{
    pack_number(p, e->id);
    pack_number(p, e->bound);
    pack_name(p, e->root);
    pack_number(p, e->depth);
    for (size_t i = 0; i < e->depth; i++)
        pack_step(p, &e->steps[i]);
    pack_number(p, e->count);
    for (size_t i = 0; i < e->count; i++) {
        pack_number(p, e->items[i].kind);
        pack_number(p, e->items[i].huge);
        pack_name(p, e->items[i].name);
        pack_name(p, e->items[i].dst_name);
    }
}

/* The name of an entry: one that leads nowhere else. */
static bool is_plain_name(const char *name)
{
    return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* The path of an operand is as the user wrote it, and where it goes may be "." */
static void unpack_step(struct unpacking *u, struct errand_step *s, bool operand)
{
    s->name = unpack_name(u);
    s->dst_name = unpack_name(u);
    s->inodes[0] = unpack_number(u);
    s->inodes[1] = unpack_number(u);
    s->made = unpack_count(u, 1);
    u->failed |= operand ? !*s->name || !*s->dst_name || strchr(s->dst_name, '/')
                         : !is_plain_name(s->name) || !is_plain_name(s->dst_name);
}

static void unpack_item(struct unpacking *u, struct errand_item *item)
{
    item->kind = (enum task_kind)unpack_count(u, TASK_TWIN);
    item->huge = unpack_count(u, 1);
    item->name = unpack_name(u);
    item->dst_name = unpack_name(u);
    u->failed |= !is_plain_name(item->name) || !is_plain_name(item->dst_name);
}

static void *list_of(struct unpacking *u, size_t count, size_t size)
{
    void *list = calloc(count + 1, size);
    u->failed |= !list;
    return list;
}

bool errand_unpack(struct unpacking *u, struct errand_text *e)
{
    *e = (struct errand_text){.id = unpack_number(u)};
    e->bound = unpack_count(u, 1);
    e->root = unpack_name(u);
    size_t depth = unpack_count(u, left(u) / STEP_LEAST);
    e->steps = list_of(u, depth, sizeof(*e->steps));
    for (; !u->failed && e->depth < depth; e->depth++)
        unpack_step(u, &e->steps[e->depth], e->depth == 0);
    size_t count = unpack_count(u, ERRAND_MOST);
    e->items = list_of(u, count, sizeof(*e->items));
    for (; !u->failed && e->count < count; e->count++)
        unpack_item(u, &e->items[e->count]);
    return unpacked_all(u) && depth > 0 && count > 0;
}

void errand_text_release(struct errand_text *e)
{
    free(e->steps);
    free(e->items);
    e->steps = NULL;
    e->items = NULL;
}

/* --- states --- */

void state_pack(struct packing *p, const struct state *s)
{
    pack_number(p, s->idle);
    pack_number(p, s->length);
    pack_number(p, s->received);
    pack_number(p, s->answered);
    for (int i = 0; i < STATE_COUNTS; i++)
        pack_number(p, (uint64_t)s->counts[i]);
}

bool state_unpack(struct unpacking *u, struct state *s)
{
    s->idle = unpack_number(u);
    s->length = unpack_number(u);
    s->received = unpack_number(u);
    s->answered = unpack_number(u);
    for (int i = 0; i < STATE_COUNTS; i++) {
        s->counts[i] = (int64_t)unpack_number(u);
        u->failed |= s->counts[i] < 0;
    }
    return unpacked_all(u);
}
