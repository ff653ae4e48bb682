/* SPDX-License-Identifier: MIT */
#include "tree/foreign.h"
#include "base/filesystem.h"
#include "base/io.h"
#include "base/signals.h"
#include "tree/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>

/* What a file system says of names may be out of date: with sshfs by 20 s. */
enum { PATIENCE_S = 40, LOOKS_A_SECOND = 20 };

static bool may_be_late(const struct hand *h, int rc, int *looks)
{
    const struct timespec pause = {.tv_nsec = 1000000000 / LOOKS_A_SECOND};
    bool may = (rc == -ENOENT || rc == -ESTALE) && ++*looks <= PATIENCE_S * LOOKS_A_SECOND &&
               !signals_fatal() && !h->queue->stopped;
    if (may)
        nanosleep(&pause, NULL);
    return may;
}

/* Device numbers differ from node to node, and perhaps inode numbers, too. */
static int check(const struct folder *f, enum tree_side side, const struct stat *st)
{
    if (f->ids[side].ino != 0 && f->ids[side].ino != st->st_ino)
        return -ESTALE;
    bool top = f->parent->outside;
    return !top && f->parent->ids[side].dev != st->st_dev ? -EXDEV : 0;
}

static int open_once(struct folder *f, enum tree_side side, int dir_fd, bool follow)
{
    struct stat st;
    const char *name = side == TREE_SOURCE ? f->name : f->dst_name;
    int fd = folder_open_directory(dir_fd, name, follow);
    if (fd < 0)
        return fd;
    int rc = fstat(fd, &st) < 0 ? -errno : check(f, side, &st);
    if (rc == -ESTALE && filesystem_is_mounted_on(dir_fd, name, follow))
        rc = -EXDEV; /* that won't change */
    if (rc < 0) {
        io_close(&fd);
        return rc;
    }
    f->ids[side] = file_id_of(&st);
    if (side == TREE_SOURCE)
        f->src = st;
    return fd;
}

static int open_patiently(const struct hand *h, struct folder *f, enum tree_side side, int dir_fd,
                          bool follow)
{
    int fd, looks = 0;
    while ((fd = open_once(f, side, dir_fd, follow)) < 0 && may_be_late(h, fd, &looks))
        ;
    return fd;
}

static struct opened *meet(struct hand *h, struct opened *above, struct folder *f)
{
    const struct entry e = entry_of(h, above, f->name, f->dst_name);
    bool follow = h->options->keep_directory_symlink;
    int src = open_patiently(h, f, TREE_SOURCE, above->fds[TREE_SOURCE], e.follow);
    int dst = src < 0
                  ? src
                  : open_patiently(h, f, TREE_DESTINATION, above->fds[TREE_DESTINATION], follow);
    int rc = dst < 0 ? dst : directory_note_destination(h, f, dst);
    if (rc < 0) {
        io_close(&src);
        io_close(&dst);
        errno = -rc;
        return NULL;
    }
    f->appends = !f->made && folder_appends(dst);
    f->met = true;
    return opening_enter(&h->openings, f, src, dst);
}

/* How many of those from it upwards haven't been found here. */
static size_t count_unmet(const struct folder *f)
{
    size_t count = 0;
    for (; f->foreign && !f->met; f = f->parent)
        count++;
    return count;
}

static struct folder *above(struct folder *f, size_t up)
{
    while (up-- > 0)
        f = f->parent;
    return f;
}

struct opened *foreign_take(struct hand *h, struct folder *folder)
{
    size_t unmet = count_unmet(folder);
    struct opened *o = opening_take(&h->openings, above(folder, unmet));
    while (o && unmet-- > 0) {
        struct opened *below = meet(h, o, above(folder, unmet));
        opening_release(o);
        o = below;
    }
    return o;
}
