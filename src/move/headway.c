/* SPDX-License-Identifier: MIT */
#include "move/headway.h"
#include "base/clock.h"
#include "base/io.h"
#include "move/visible.h"

#include <stdio.h>
#include <string.h>

struct headway *headway_create(const char *src, unsigned sources, const char *dst)
{
    int fd;
    struct headway *h = visible_create(HEADWAY_MEMORY, sizeof(*h), &fd);
    if (!h)
        return NULL;
    h->version = HEADWAY_VERSION;
    h->sources = sources;
    h->start = clock_seconds();
    h->jobs = h->unfinished = 1;
    h->fd = fd;
    snprintf(h->src, sizeof(h->src), "%s", src);
    snprintf(h->dst, sizeof(h->dst), "%s", dst);
    memcpy(h->magic, HEADWAY_MAGIC,
           sizeof(h->magic)); /* set last: from now on the memory is valid */
    return h;
}

void headway_destroy(struct headway *h)
{
    if (!h)
        return;
    headway_hide(h);
    visible_destroy(h, sizeof(*h));
}

/* The descriptor's number is in memory that the others read, too: each closes its own
 * descriptor. */
void headway_hide(struct headway *h)
{
    io_close(&(int){h->fd});
}
