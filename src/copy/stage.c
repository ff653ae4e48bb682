/* SPDX-License-Identifier: MIT */
#include "copy/stage.h"
#include "base/io.h"
#include "base/signals.h"
#include "copy/acl.h"
#include "copy/hidden.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void start(struct stage *stage, enum stage_kind kind, int dir_fd, const char *name)
{
    *stage = (struct stage){.kind = kind, .fd = -1, .dir_fd = dir_fd, .name = name, .mode = -1};
}

/* The mode of a file that the kernel has created with stage->mode. */
static int create_hidden(struct stage *stage)
{
    mode_t mode = stage->mode < 0 ? 0600 : (mode_t)stage->mode;
    stage->fd = openat(stage->dir_fd, stage->hidden,
                       O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    int rc = stage->fd < 0 ? -errno : 0;
    if (rc == -EACCES) /* some file systems create a file which they then don't open, because of its
                          mode (FUSE) */
        unlinkat(stage->dir_fd, stage->hidden, 0);
    return rc;
}

static int change_mode(int fd, mode_t mode)
{
    /* vfat and the like have no modes to set. */
    return fchmod(fd, mode) < 0 && errno != EPERM && errno != EOPNOTSUPP ? -errno : 0;
}

/* A file without a name gets one through /proc, or by a privilege. Not everybody has either. */
static bool can_link_unnamed(void)
{
    return geteuid() == 0 || access("/proc/self/fd", X_OK) == 0;
}

static int create_unnamed(struct stage *stage)
{
    mode_t mode = stage->mode < 0 ? 0600 : (mode_t)stage->mode;
    if (!can_link_unnamed())
        return -EOPNOTSUPP;
    stage->fd = openat(stage->dir_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
    return stage->fd < 0 ? -errno : 0;
}

/* Kernels that don't know O_TMPFILE return EISDIR or ENOENT, file systems EOPNOTSUPP or EINVAL. */
static bool lacks_tmpfile(int err)
{
    return err == EOPNOTSUPP || err == EISDIR || err == ENOENT || err == EINVAL || err == ENOSYS;
}

int stage_open_probe(struct stage *probe, int dir_fd, const char *name, int mode)
{
    start(probe, STAGE_UNNAMED, dir_fd, name);
    probe->mode = mode;
    int rc = create_unnamed(probe);
    if (rc == 0 || !lacks_tmpfile(-rc))
        return rc;
    probe->kind = STAGE_HIDDEN;
    return hidden_try(probe, create_hidden);
}

/* Closed first, because it can then be removed even where there is no room (FUSE, see below). */
void stage_discard_probe(struct stage *probe)
{
    io_close(&probe->fd);
    if (probe->hidden[0])
        unlinkat(probe->dir_fd, probe->hidden, 0);
}

/* A closed ACL, whose mask gives nobody anything, is as good as none until the mode is set. */
static int take_over_acl(int probe, int fd)
{
    const void *acl;
    int rc = change_mode(probe, 0600);
    ssize_t len = rc < 0 ? rc : acl_read(probe, &acl);
    if (len < 0)
        return (int)len;
    return len > 0 ? acl_give(fd, acl, (size_t)len) : acl_drop(fd);
}

/* Sets stage->mode to what a new file made with it has. `aged`, which others can't open, gets the
 * ACL that such a file would have; -1: nothing needs it. */
static int learn_mode(struct stage *stage, int aged)
{
    struct stat st;
    struct stage probe;
    if (stage->mode < 0)
        return 0;
    /* With fewer rights it might not be possible to open it. Each bit is masked, or not,
     * independently. */
    int rc = stage_open_probe(&probe, stage->dir_fd, stage->name, stage->mode | 0600);
    if (!rc && fstat(probe.fd, &st) < 0)
        rc = -errno;
    if (!rc)
        stage->mode &= (int)(st.st_mode & 07777);
    if (!rc && aged >= 0)
        rc = take_over_acl(probe.fd, aged);
    stage_discard_probe(&probe);
    return rc;
}

/* By its mode nobody else could open it, but without a name nobody can anyway. */
static int open_unnamed(struct stage *stage)
{
    struct stat st;
    int rc = create_unnamed(stage);
    if (rc != 0)
        return rc;
    if (fstat(stage->fd, &st) < 0)
        return -errno;
    if (stage->mode >= 0)
        stage->mode = (int)(st.st_mode & 07777);
    bool reopens =
        (st.st_mode & 0600) == 0600; /* because some engines must, see engine/sendfile.c */
    return reopens ? 0 : change_mode(stage->fd, 0600);
}

/* It is closed to others from its first moment on: whoever had it open would keep it open. */
static int open_hidden(struct stage *stage)
{
    stage->kind = STAGE_HIDDEN;
    int rc = learn_mode(stage, -1);
    int mode = stage->mode;
    stage->mode = STAGE_MODE_LATER;
    if (!rc)
        rc = hidden_try(stage, create_hidden);
    stage->mode = mode;
    return rc < 0 ? rc : change_mode(stage->fd, 0600);
}

int stage_open_unnamed(struct stage *stage, int dir_fd, const char *name, int mode)
{
    start(stage, STAGE_UNNAMED, dir_fd, name);
    stage->mode = mode;
    int rc = open_unnamed(stage);
    if (rc < 0)
        stage_discard(stage);
    return rc;
}

int stage_open(struct stage *stage, int dir_fd, const char *name, int mode)
{
    start(stage, STAGE_UNNAMED, dir_fd, name);
    stage->mode = mode;
    int rc = open_unnamed(stage);
    if (rc < 0 && stage->fd < 0 && lacks_tmpfile(-rc))
        rc = open_hidden(stage);
    if (rc < 0)
        stage_discard(stage);
    return rc;
}

int stage_open_shared(struct stage *stage, int dir_fd, const char *name, int mode)
{
    start(stage, STAGE_HIDDEN, dir_fd, name);
    stage->mode = mode;
    stage->shared = true;
    int rc = open_hidden(stage);
    if (rc < 0)
        stage_discard(stage);
    return rc;
}

int stage_open_partial(struct stage *stage, int dir_fd, const char *name, int mode, bool *used)
{
    struct stat st;
    start(stage, STAGE_HIDDEN, dir_fd, name);
    stage->mode = mode;
    name_hidden(stage->hidden, name, "partial");
    stage->fd = io_open_private(dir_fd, stage->hidden, 0);
    if (stage->fd < 0 || fstat(stage->fd, &st) < 0) {
        int rc = stage->fd < 0 ? stage->fd : -errno;
        stage->hidden[0] = '\0'; /* whatever it is, it isn't ours to remove */
        io_close(&stage->fd);
        return rc;
    }
    *used = st.st_size > 0 || st.st_blocks > 0;
    int rc = change_mode(stage->fd, 0600);
    if (!rc)
        rc = learn_mode(stage, stage->fd);
    stage->keep = rc == 0 || *used;
    return rc;
}

static int open_file(int dir_fd, const char *name, int flags, mode_t mode)
{
    int fd = openat(dir_fd, name, flags | O_CLOEXEC | O_NOCTTY, mode);
    return fd < 0 ? -errno : fd;
}

int stage_open_in_place(struct stage *stage, int dir_fd, const char *name, bool force)
{
    struct stat st;
    start(stage, STAGE_IN_PLACE, dir_fd, name);
    if (fstatat(dir_fd, name, &st, 0) < 0)
        return -errno;
    bool device = S_ISBLK(st.st_mode);
    /* A name below a directory isn't a link, unless somebody has just made it one. */
    int flags = (device && !force ? O_EXCL : 0) | (dir_fd == AT_FDCWD ? 0 : O_NOFOLLOW);
    stage->fd = -EACCES;
    if (device || S_ISREG(st.st_mode)) /* reading is needed for mapping, but may be forbidden */
        stage->fd = open_file(dir_fd, name, O_RDWR | flags, 0);
    if (stage->fd == -EACCES)
        stage->fd = open_file(dir_fd, name, O_WRONLY | flags, 0);
    return stage->fd < 0 ? stage->fd : 0;
}

int stage_create_in_place(struct stage *stage, int dir_fd, const char *name, mode_t mode,
                          bool apart)
{
    start(stage, STAGE_IN_PLACE, dir_fd, name);
    stage->created = true;
    stage->mode = apart ? (int)mode : STAGE_MODE_LATER;
    int rc = learn_mode(stage, -1);
    if (rc < 0)
        return rc;
    stage->fd =
        open_file(dir_fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, apart ? 0600 : mode);
    return stage->fd < 0 ? stage->fd : 0;
}

int stage_use(struct stage *stage, int fd)
{
    start(stage, STAGE_IN_PLACE, AT_FDCWD, NULL);
    stage->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return stage->fd < 0 ? -errno : 0;
}

int stage_give_size(struct stage *stage, off_t size)
{
    return ftruncate(stage->fd, size) < 0 ? -errno : 0;
}

int stage_empty(struct stage *stage)
{
    return stage_give_size(stage, 0);
}

static int link_as(const struct stage *stage, const char *name)
{
    char path[64];
    if (linkat(stage->fd, "", stage->dir_fd, name, AT_EMPTY_PATH) == 0) /* needs a privilege */
        return 0;
    if (errno == EEXIST)
        return -EEXIST;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", stage->fd);
    return linkat(AT_FDCWD, path, stage->dir_fd, name, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}

static int link_hidden(struct stage *stage)
{
    return link_as(stage, stage->hidden);
}

static int rename_hidden(struct stage *stage, bool replace)
{
    int rc = io_rename(stage->dir_fd, stage->hidden, stage->name, replace);
    if (!rc)
        stage->hidden[0] = '\0';
    return rc;
}

/* Anybody who can write there may have given that name to something else. */
static int publish_hidden(struct stage *stage, bool replace)
{
    int rc = io_check_name(stage->fd, stage->dir_fd, stage->hidden);
    return rc < 0 ? rc : rename_hidden(stage, replace);
}

static int rename_partial(struct stage *stage)
{
    char partial[NAME_ROOM];
    name_hidden(partial, stage->name, "partial");
    return io_rename(stage->dir_fd, partial, stage->hidden, false);
}

void stage_part_with(struct stage *stage)
{
    if (!stage->keep)
        return;
    stage->keep = false;
    if (hidden_try(stage, rename_partial) < 0)
        name_hidden(stage->hidden, stage->name, "partial");
}

static int publish_unnamed(struct stage *stage, bool replace)
{
    if (!replace)
        return link_as(stage, stage->name);
    /* A link can't replace anything: take a hidden name for a moment, and rename that. */
    int rc = hidden_try(stage, link_hidden);
    return rc < 0 ? rc : rename_hidden(stage, true);
}

int stage_sync(const struct stage *stage)
{
    /* A failed fsync is never retried: the pages that it couldn't write count as clean from then
     * on. */
    if (fsync(stage->fd) == 0)
        return 0;
    int err = errno;
    struct stat st;
    bool nothing_to_sync = err == EINVAL && fstat(stage->fd, &st) == 0 && !S_ISREG(st.st_mode);
    return nothing_to_sync ? 0 : -err; /* pipes and terminals have nothing */
}

int stage_publish(struct stage *stage, bool replace)
{
    assert(stage->fd >= 0);
    int rc = 0;
    if (stage->kind == STAGE_UNNAMED)
        rc = publish_unnamed(stage, replace);
    else if (stage->kind == STAGE_HIDDEN)
        rc = publish_hidden(stage, replace);
    stage->named = !rc && (stage->kind != STAGE_IN_PLACE || stage->created);
    stage->created = stage->created && rc < 0;
    return rc;
}

int stage_sync_name(const struct stage *stage)
{
    if (!stage->named)
        return 0;
    int fd = openat(stage->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == EACCES) /* it may be written and searched, but not read */
        return syncfs(stage->fd) < 0 ? -errno : 0;
    if (fd < 0)
        return -errno;
    int rc = fsync(fd) < 0 ? -errno : 0;
    io_close(&fd);
    return rc;
}

int stage_close(struct stage *stage)
{
    return io_close(&stage->fd);
}

/* Where an open file can't lose its name (FUSE), it is given another one until it is closed, and a
 * full file system needs room for that. It isn't truncated before it is known to still have its own
 * name. */
static void remove_hidden(struct stage *stage)
{
    if (unlinkat(stage->dir_fd, stage->hidden, 0) == 0 || (errno != ENOSPC && errno != EDQUOT))
        return;
    stage_empty(stage);
    io_close(&stage->fd);
    unlinkat(stage->dir_fd, stage->hidden, 0);
}

/* Somebody may have put a file of their own in its place meanwhile. */
static void remove_created(const struct stage *stage)
{
    if (io_check_name(stage->fd, stage->dir_fd, stage->name) == 0)
        unlinkat(stage->dir_fd, stage->name, 0);
}

void stage_discard(struct stage *stage)
{
    if (stage->hidden[0] && !stage->keep)
        remove_hidden(stage);
    if (stage->kind == STAGE_IN_PLACE && stage->created && stage->fd >= 0)
        remove_created(stage);
    stage->hidden[0] = '\0';
    stage->created = false;
    io_close(&stage->fd);
}
