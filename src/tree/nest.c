/* SPDX-License-Identifier: MIT */
#include "tree/nest.h"
#include "base/io.h"
#include "base/lock.h"
#include "base/name.h"
#include "base/signals.h"
#include "tree/appear.h"
#include "tree/removal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int make(void *arg, int dir_fd, const char *name)
{
    const struct entry *e = arg;
    struct stat st;
    if (mkdirat(dir_fd, name, 0700) < 0)
        return -errno;
    if (e->in->folder->plain && !(e->hand->mask & 0700))
        return 0;
    /* umask, or a default ACL, may take even its owner's right to enter. */
    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    mode_t mode = (st.st_mode & 07000) | 0700; /* setgid decides which group owns what is in it */
    return ~st.st_mode & 0700 && fchmodat(dir_fd, name, mode, 0) < 0 ? -errno : 0;
}

/* --- with --resume --- */

enum { TRIES = 20 }; /* the processes of a run that was killed end within two seconds */

/* A lock that can't be had for another reason is done without. */
static int take_lock(struct entry *e, int dir_fd)
{
    const struct timespec interval = {.tv_nsec = 100000000};
    bool waits = e->hand->options->rules.wait;
    pid_t holder;
    int rc = lock_take(dir_fd, e->dst_name, NULL, &holder);
    for (int i = 0; rc == -EBUSY && (waits || i < TRIES) && !signals_fatal(); i++) {
        nanosleep(&interval, NULL);
        rc = lock_take(dir_fd, e->dst_name, NULL, &holder);
    }
    e->lock = rc < 0 ? 0 : rc;
    return rc == -EBUSY ? rc : 0;
}

/* Anybody else who has put something under that name keeps it. */
static int make_again(struct entry *e, int dir_fd, char hidden[NAME_ROOM])
{
    struct stat st;
    int rc = take_lock(e, dir_fd);
    if (rc < 0)
        return rc;
    if (fstatat(dir_fd, e->dst_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        return -EEXIST;
    name_hidden(hidden, e->dst_name, "partial");
    bool ours = fstatat(dir_fd, hidden, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode) &&
                st.st_uid == geteuid() && !(st.st_mode & 0022);
    if (ours)
        removal_of(dir_fd, hidden);
    return make(e, dir_fd, hidden);
}

/* --- beginning --- */

int nest_begin(struct entry *e, struct folder *f)
{
    char hidden[NAME_ROOM];
    int dir_fd = e->in->fds[TREE_DESTINATION];
    bool inside = e->in->folder->hidden || e->in->folder->appends;
    if (e->in->folder->appends && e->hand->options->atomic)
        return -EPERM;
    int rc = inside ? make(e, dir_fd, e->dst_name)
             : e->hand->options->rules.wishes.resume
                 ? make_again(e, dir_fd, hidden)
                 : appear_hidden(dir_fd, e->dst_name, make, e, hidden);
    if (rc == 0 && !inside)
        rc = folder_begin_nest(e->hand->queue, f, hidden);
    if (rc == -ENOMEM && !inside)
        unlinkat(dir_fd, hidden, AT_REMOVEDIR);
    f->made = rc == 0;
    f->hidden = f->made && (f->nest || e->in->folder->hidden);
    return rc;
}

/* --- publishing --- */

static bool waits(const struct hand *h)
{
    return h->options->atomic || h->options->rules.wishes.sync;
}

/* By whichever of the directories may be read. */
static int sync_by_any(const int fds[2])
{
    if (syncfs(fds[0]) == 0)
        return 0;
    return errno != EBADF || syncfs(fds[1]) < 0 ? -errno : 0;
}

static int sync_all(struct hand *h, const int fds[2])
{
    if (!h->options->rules.wishes.sync)
        return 0;
    hand_flush(h, true);
    int rc = sync_by_any(fds);
    hand_flush(h, false);
    return rc;
}

static int name(struct folder *f, int dir_fd)
{
    struct stat st;
    if (fstatat(dir_fd, f->hidden_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? -ESTALE : -errno;
    if (!file_id_equal(file_id_of(&st), f->ids[TREE_DESTINATION]))
        return -ESTALE;
    return io_rename(dir_fd, f->hidden_name, f->dst_name, false);
}

static bool fail_name(struct hand *h, const struct folder *f, int rc)
{
    if (rc != -ESTALE)
        return hand_fail_folder(h, f, -rc, "cannot create directory %s");
    return hand_fail_folder(
        h, f, 0,
        "cannot create directory %s: another process has removed or replaced what "
        "was to become it");
}

/* Makes everything in it, and then its name, reach the disk. `fds`: its parent, and itself. */
static bool name_and_sync(struct hand *h, struct folder *f, const int fds[2])
{
    int rc = sync_all(h, fds);
    if (rc == 0)
        rc = name(f, fds[0]);
    if (rc < 0)
        return fail_name(h, f, rc);
    folder_end_nest(h->queue, f);
    f->hidden = false;
    rc = sync_all(h, fds);
    return rc == 0 || hand_fail_folder(h, f, -rc, "cannot write the name of %s to the disk");
}

bool nest_give_name(struct hand *h, struct folder *f)
{
    struct opened *parent = opening_take(&h->openings, f->parent);
    struct opened *own = parent ? opening_take(&h->openings, f) : NULL;
    int fds[] = {parent ? parent->fds[TREE_DESTINATION] : -1,
                 own ? own->fds[TREE_DESTINATION] : -1};
    bool given = parent ? name_and_sync(h, f, fds)
                        : hand_fail_folder(h, f, errno, "cannot create directory %s");
    if (own)
        opening_release(own);
    if (parent)
        opening_release(parent);
    return given;
}

/* What isn't preserved needn't wait for the end, which may never come. Does it have all of it? */
static bool give_mode(const struct hand *h, const struct folder *f, int fd)
{
    const unsigned later = ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP;
    if (h->options->rules.preserve & later || fchmod(fd, f->mode | S_IRWXU) < 0)
        return false;
    return (f->mode & S_IRWXU) == S_IRWXU;
}

bool nest_publish(struct hand *h, struct opened *o)
{
    if (o->folder->nest && !waits(h))
        o->folder->has_mode = give_mode(h, o->folder, o->fds[TREE_DESTINATION]);
    return !o->folder->nest || waits(h) || nest_give_name(h, o->folder);
}

/* --- removing --- */

static void fail_removal(struct hand *h, const struct folder *f, int err)
{
    char *path = folder_path(f, TREE_PLACE, NULL);
    hand_fail(h, err, "cannot remove %s", path ? path : f->dst_name);
    free(path);
}

void nest_remove(struct hand *h, struct folder *f)
{
    const char *name = f->nest ? f->hidden_name : f->dst_name;
    struct opened *parent = opening_take(&h->openings, f->parent);
    int rc = parent ? removal_of(parent->fds[TREE_DESTINATION], name) : -errno;
    if (parent)
        opening_release(parent);
    if (rc < 0)
        fail_removal(h, f, -rc);
    f->gone = true;
    if (f->nest)
        folder_end_nest(h->queue, f);
}

void nest_discard(struct hand *h, struct folder *f)
{
    if (f->nest)
        nest_remove(h, f);
}

void nest_discard_all(struct hand *h)
{
    while (h->queue->nests && !h->queue->broken)
        nest_remove(h, h->queue->nests);
}
