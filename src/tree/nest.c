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
#include <stdio.h>
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
    /* umask, or a default ACL, may leave not even its owner the right to enter. */
    bool lacks = fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || (~st.st_mode & 0700);
    return lacks && fchmodat(dir_fd, name, 0700, 0) < 0 ? -errno : 0;
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

/* Whoever else has put something under that name keeps it. */
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

/* --- any --- */

int nest_begin(struct entry *e, struct folder *f)
{
    char hidden[NAME_ROOM];
    int dir_fd = e->in->fds[TREE_DESTINATION];
    bool inside = e->in->folder->hidden;
    int rc = inside ? make(e, dir_fd, e->dst_name)
             : e->hand->options->rules.wishes.resume
                 ? make_again(e, dir_fd, hidden)
                 : appear_hidden(dir_fd, e->dst_name, make, e, hidden);
    if (rc == 0 && !inside)
        rc = folder_begin_nest(e->hand->queue, f, hidden);
    if (rc == -ENOMEM && !inside)
        unlinkat(dir_fd, hidden, AT_REMOVEDIR);
    f->made = f->hidden = rc == 0;
    return rc;
}

int nest_name(struct folder *f, int dir_fd)
{
    struct stat st;
    if (fstatat(dir_fd, f->hidden_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? -ESTALE : -errno;
    if (!file_id_equal(file_id_of(&st), f->ids[TREE_DESTINATION]))
        return -ESTALE;
    int rc = renameat2(dir_fd, f->hidden_name, dir_fd, f->dst_name, RENAME_NOREPLACE);
    if (rc < 0 && errno == EINVAL) /* the file system doesn't know that; it replaces no directory
                                      with something in it */
        rc = renameat(dir_fd, f->hidden_name, dir_fd, f->dst_name);
    return rc < 0 ? -errno : 0;
}
