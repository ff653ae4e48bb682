/* SPDX-License-Identifier: MIT */
/* A heap. */
#include "agenda.h"

#include <assert.h>
#include <stdlib.h>

static bool comes_before(const struct event *a, const struct event *b)
{
    return a->time != b->time ? a->time < b->time : a->order < b->order;
}

static bool make_room(struct agenda *a)
{
    if (a->count < a->room)
        return true;
    size_t room = a->room ? 2 * a->room : 1024;
    struct event *heap = realloc(a->heap, room * sizeof(*heap));
    if (!heap)
        return false;
    a->heap = heap;
    a->room = room;
    return true;
}

void agenda_plan(struct agenda *a, struct event event)
{
    a->full |= !make_room(a);
    if (a->full)
        return;
    event.order = a->planned++;
    size_t i = a->count++;
    for (; i > 0 && comes_before(&event, &a->heap[(i - 1) / 2]); i = (i - 1) / 2)
        a->heap[i] = a->heap[(i - 1) / 2];
    a->heap[i] = event;
}

struct event agenda_take(struct agenda *a)
{
    assert(a->count > 0);
    struct event first = a->heap[0], last = a->heap[--a->count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child + 1 < a->count && comes_before(&a->heap[child + 1], &a->heap[child]))
            child++;
        if (child >= a->count || !comes_before(&a->heap[child], &last))
            break;
        a->heap[i] = a->heap[child];
        i = child;
    }
    a->heap[i] = last;
    return first;
}

void agenda_release(struct agenda *a)
{
    free(a->heap);
    *a = (struct agenda){0};
}
