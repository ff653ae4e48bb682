/* SPDX-License-Identifier: MIT */
#include "base/complaint.h"
#include "base/io.h"
#include "base/lock.h"
#include "copy/acl.h"
#include "copy/flags.h"
#include "copy/lack.h"
#include "copy/orphan.h"
#include "copy/room.h"
#include "copy/step.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <unistd.h>

/* --- opening --- */

/* A file that is replaced keeps its owner, mode, ACL and extended attributes. With --force, one
 * that can't be written is replaced by a new file, as with cp. */
static bool keeps_attributes(const struct copy *c)
{
    return c->dst.exists && c->dst.writable;
}

/* The permission bits that a new file has, before umask. */
static mode_t first_mode(const struct copy *c)
{
    bool none = c->rules->no_preserve & ATTRIBUTE_MODE;
    return !none && inspect_is_seekable(c->src.st.st_mode) ? c->src.st.st_mode & 0777 : 0666;
}

/* The same, for a staged one: a mode that is preserved, or kept, is set later. */
static int staged_mode(const struct copy *c)
{
    bool later = keeps_attributes(c) || c->rules->preserve & ATTRIBUTE_MODE;
    return later ? STAGE_MODE_LATER : (int)first_mode(c);
}

/* Should a later run be able to find the staged file? */
static bool is_resumable(const struct copy *c)
{
    return c->rules->wishes.resume && c->plan.size > 0;
}

/* A later run can't find it. */
static int open_fresh(struct copy *c, int mode)
{
    return c->plan.nodes > 1 ? stage_open_shared(&c->stage, c->dst.dir_fd, c->dst.name, mode)
                             : stage_open(&c->stage, c->dst.dir_fd, c->dst.name, mode);
}

static int open_partial(struct copy *c, int mode)
{
    int rc = stage_open_partial(&c->stage, c->dst.dir_fd, c->dst.name, mode, &c->used);
    if (c->stage.fd >= 0 || (rc != -EPERM && rc != -EOPNOTSUPP))
        return rc;
    step_warn(c, "cannot resume",
              rc == -EPERM ? "what has the unfinished copy's name isn't this user's alone"
                           : "the file system lets others own or write to the unfinished copy");
    return open_fresh(c, mode);
}

static bool is_refusal(int rc)
{
    return rc == -EPERM || rc == -EACCES || rc == -EINVAL || rc == -EOPNOTSUPP || rc == -ENOTTY;
}

/* Can a new file have what `old`, which it replaces, has? This is tried with a file that is thrown
 * away, before anything is copied: the staged one stays ours until it is published. */
static int try_keeping(const struct copy *c, int old)
{
    const struct attributes kept = {.old = &c->kept, .mode = -1};
    struct attributes_lack lack;
    struct stage probe;
    if (attributes_are_plain(&c->kept) && flags_are_plain(old))
        return 0;
    int rc = stage_open_probe(&probe, c->dst.dir_fd, c->dst.name, STAGE_MODE_LATER);
    if (!rc)
        rc = flags_adopt(old, probe.fd);
    if (!rc)
        rc = attributes_give(&kept, probe.fd, &lack);
    stage_discard_probe(&probe);
    return rc;
}

static int stage_beside(struct copy *c)
{
    int mode = staged_mode(c);
    if (c->dst.dir_appends)
        return stage_open_unnamed(&c->stage, c->dst.dir_fd, c->dst.name, mode);
    return is_resumable(c) ? open_partial(c, mode) : open_fresh(c, mode);
}

/* *refused becomes true if a new file can't be equal to the old one. The old one isn't kept open:
 * some file systems give an open file another name before it loses its own (FUSE). */
static int stage_to_replace(struct copy *c, bool *refused)
{
    int old = attributes_open(c->dst.dir_fd, c->dst.name);
    int rc = old < 0 ? old : attributes_read(old, &c->kept);
    if (!rc)
        rc = try_keeping(c, old);
    *refused = is_refusal(rc);
    if (!rc)
        rc = stage_beside(c);
    if (!rc) /* first of all, because some flags can't be given to a file that isn't empty */
        rc = flags_adopt(old, c->stage.fd);
    c->keeps = !rc;
    io_close(&old);
    return rc;
}

/* A file that has appeared under the destination's name is treated like one that was there before,
 * once it has been looked at. What isn't a file is left to whoever put it there, and a stream can't
 * be read twice. */
static bool may_begin_anew(const struct copy *c)
{
    struct stat st;
    return !c->anew && c->src.fd > STDERR_FILENO && inspect_is_seekable(c->src.st.st_mode) &&
           fstatat(c->dst.dir_fd, c->dst.name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(st.st_mode);
}

/* Isn't the file that was opened the one that was looked at? Only the latter is known not to be the
 * source, and to be writable. On overlayfs, opening may give a file a new number. */
static bool is_another(const struct copy *c)
{
    struct stat st;
    const struct stat *then = &c->dst.st;
    if (!c->dst.exists || !inspect_is_seekable(then->st_mode) || c->dst.fs == OVERLAYFS_SUPER_MAGIC)
        return false;
    return fstat(c->stage.fd, &st) == 0 && !io_same_file(&st, then);
}

/* Whoever may open a new file that is written in place can do so from its beginning. So if its mode
 * would give rights that the finished file doesn't give, it is kept apart. */
static int create_in_place(struct copy *c)
{
    bool apart = c->rules->preserve || acl_may_be_there(c->src.fd);
    return stage_create_in_place(&c->stage, c->dst.dir_fd, c->dst.name, first_mode(c), apart);
}

static int open_or_create(struct copy *c)
{
    if (c->dst.standard)
        return stage_use(&c->stage, STDOUT_FILENO);
    if (!c->dst.exists)
        return create_in_place(c);
    return stage_open_in_place(&c->stage, c->dst.dir_fd, c->dst.name, c->rules->force);
}

/* The lock on the name can be lost to a stranger who has bound it first. That doesn't harm what is
 * staged, but two who write into one file would leave a mixture. */
static int lock_in_place(struct copy *c)
{
    if (inspect_is_stream(&c->dst))
        return 0;
    int rc = lock_file(c->stage.fd);
    while (rc == -EBUSY && c->rules->wait) {
        if (!step_pause(c))
            return -EINTR;
        rc = lock_file(c->stage.fd);
    }
    if (rc == 0 || c->rules->force)
        return 0;
    return complaint_make(&c->why, EBUSY, c->dst.path, "cannot copy",
                          "another process has it locked, another mpcp perhaps "
                          "(--wait waits for it)");
}

static int open_in_place(struct copy *c)
{
    int rc; /* waiting for a FIFO's reader may block */
    do
        rc = open_or_create(c);
    while (rc == -EINTR && step_waits(c));
    if (rc == -EBUSY)
        return complaint_make(
            &c->why, EBUSY, c->dst.path, "cannot open",
            "the device is in use, mounted perhaps (--force writes to it anyway)");
    c->overtaken = rc == -EEXIST && may_begin_anew(c);
    if (rc < 0)
        return inspect_refuse_creation(&c->dst, -rc, &c->why);
    if (is_another(c))
        return complaint_make(&c->why, ESTALE, c->dst.path, "cannot open",
                              "it was replaced by another file meanwhile");
    return lock_in_place(c);
}

static int open_in_place_instead(struct copy *c, const char *why)
{
    stage_discard(&c->stage);
    step_remark(c, "written in place", why);
    return open_in_place(c);
}

/* Left by another job that was killed; this one may go on from it. */
static void sweep(const struct copy *c)
{
    bool may_be_there = c->rules->partners || c->rules->wishes.resume;
    if (may_be_there && c->lock >= 0 && c->dst_at.dir_fd == AT_FDCWD)
        orphan_sweep(c->dst.dir_fd, c->dst.name);
}

int step_stage(struct copy *c)
{
    bool refused = false;
    sweep(c);
    if (c->plan.in_place) {
        if (c->dst.exists && S_ISREG(c->dst.st.st_mode))
            step_remark(c, "written in place", c->plan.placement_why);
        return open_in_place(c);
    }
    int rc = keeps_attributes(c) ? stage_to_replace(c, &refused) : stage_beside(c);
    if (refused && is_resumable(c))
        return step_fail(
            c, rc, c->dst.path,
            "cannot resume, because a new file can't be given its owner and attributes");
    if (is_refusal(rc) && keeps_attributes(c) && !is_resumable(c))
        return open_in_place_instead(c, "a new file can't be given its owner and attributes");
    if (rc < 0 && c->dst.dir_appends)
        return open_in_place_instead(c, "nothing can be renamed in its directory");
    return rc < 0 ? inspect_refuse_creation(&c->dst, -rc, &c->why) : 0;
}

/* --- sharing extents --- */

/* What a longer file has after the source's end stays, and may not begin where extents can. */
static int reflink_shorter(struct copy *c)
{
    c->spoilt = true;
    if (ftruncate(c->stage.fd, c->src.st.st_size) < 0)
        return -errno;
    return io_reflink(c->stage.fd, c->src.fd);
}

int step_reflink(struct copy *c)
{
    if (c->plan.reflink == REFLINK_NO)
        return 0;
    int rc = io_reflink(c->stage.fd, c->src.fd);
    if (rc == -EINVAL && step_overwrites(c) && c->dst.st.st_size > c->src.st.st_size)
        rc = reflink_shorter(c);
    c->reflinked = rc == 0;
    bool unsupported = engine_is_unsupported(-rc);
    c->spoilt |= step_overwrites(c) && !unsupported;
    if (rc < 0 && (c->plan.reflink == REFLINK_MUST || !unsupported))
        return complaint_as_cp(&c->why, -rc, "failed to clone %s from %s", c->dst.path,
                               c->src.path);
    return 0;
}

/* --- reserving --- */

/* Where a hole is to be, none of the old file's data may remain. */
static int make_way(struct copy *c)
{
    if (!step_overwrites(c) || c->reflinked || (c->plan.size >= 0 && !plan_leaves_holes(&c->plan)))
        return 0;
    c->spoilt = true;
    int rc = stage_empty(&c->stage);
    return rc < 0 ? step_fail(c, rc, c->dst.path, "cannot truncate") : 0;
}

/* Looks before an old destination is touched; it takes up some of the room already. */
static int reserve_space(struct copy *c, const struct stat *st)
{
    enum reserve reserve = c->reflinked ? RESERVE_NOTHING : c->plan.reserve;
    off_t lacking = c->extents.bytes - (off_t)st->st_blocks * 512;
    int rc = reserve == RESERVE_NOTHING ? 0 : room_look(c->stage.fd, lacking);
    if (rc < 0)
        return step_fail_room(c, rc);
    rc = make_way(c);
    if (rc < 0)
        return rc;
    rc = reserve == RESERVE_ALLOCATE ? room_take(c->stage.fd, &c->extents) : 0;
    if (!rc)
        rc = stage_give_size(&c->stage, c->plan.size);
    if (rc < 0)
        return step_fail_room(c, rc);
    c->spoilt = step_overwrites(c);
    return 0;
}

int step_reserve(struct copy *c)
{
    struct stat st;
    if (fstat(c->stage.fd, &st) < 0)
        return complaint_as_cp(&c->why, errno, "cannot fstat %s", c->dst.path);
    if (S_ISBLK(st.st_mode) && c->plan.size >= 0)
        return inspect_device_room(c->stage.fd, c->dst.path, c->plan.size, &c->why);
    if (!S_ISREG(st.st_mode) || c->dst.standard)
        return 0;
    return c->plan.size < 0 ? make_way(c) : reserve_space(c, &st);
}

/* --- finishing --- */

/* The copy is complete, and is published: what it lacks is reported afterwards. */
static void note_lack(struct copy *c, const struct attributes_lack *lack)
{
    if (!lack->which)
        return;
    lack_complain(lack, c->dst.path, &c->why);
    c->lacking = true;
}

/* If somebody has narrowed the old file's mode since it was looked at, or given it away, that was
 * intended. Once the old file is removed, another one may get its inode number: the mode of a link
 * says nothing. */
static void look_at_old(struct copy *c)
{
    struct stat now;
    if (c->keeps && fstatat(c->dst.dir_fd, c->dst.name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
        io_same_file(&now, &c->kept.st) && S_ISREG(now.st_mode))
        c->kept.st = now;
}

/* From the first of these calls on, it may be open to others. */
static int give_attributes(struct copy *c)
{
    struct attributes a = {.src = c->src.fd,
                           .src_st = &c->src.st,
                           .which = c->rules->preserve,
                           .old = c->keeps ? &c->kept : NULL,
                           .mode = c->stage.mode};
    struct attributes_lack lack;
    look_at_old(c);
    if (a.mode >= 0 && attributes_mode_of_new(a.src, c->stage.fd, &a.mode) < 0)
        step_warn(c, "only its owner may open it", "the source's ACL can't be read");
    if (attributes_give_away(&a))
        stage_part_with(&c->stage);
    int rc = attributes_give(&a, c->stage.fd, &lack);
    if (rc < 0 && c->keeps)
        return step_fail(c, rc, c->dst.path,
                         "cannot give it the attributes of the file it replaces");
    if (rc < 0)
        return complaint_as_cp(&c->why, -rc, "setting permissions for %s", c->dst.path);
    note_lack(c, &lack);
    return 0;
}

int step_preserve(struct copy *c)
{
    bool spoilt = c->spoilt;
    /* What was written late must fail now, because some file systems (FUSE) would otherwise blame
     * the mode for it. */
    int rc = io_flush(c->stage.fd);
    if (rc < 0)
        return step_fail_disk(c, rc);
    if (c->dst.exists && !S_ISREG(c->dst.st.st_mode))
        return 0;
    c->spoilt = false; /* as far as anybody has been told, it is complete */
    rc = give_attributes(c);
    if (!rc)
        c->spoilt = spoilt;
    return rc;
}

/* Returns 1 if nothing has the name any more, 0 if something has, or a negative number. */
static int make_way_for_name(struct copy *c)
{
    bool heeds = c->dst.displaces && c->observer->make_way;
    int rc = heeds ? c->observer->make_way(c->observer->arg) : 0;
    return rc < 0 ? complaint_as_cp(&c->why, -rc, "cannot backup %s", c->dst.path) : rc;
}

static int give_name(struct copy *c)
{
    int way = make_way_for_name(c);
    if (way < 0)
        return way;
    int rc = stage_publish(&c->stage, (c->dst.exists || c->dst.displaces) && way == 0);
    /* No other mpcp can have overtaken a copy that has the lock. */
    c->overtaken = rc == -EEXIST && c->lock < 0 && may_begin_anew(c);
    if (rc == 0)
        step_forget(c); /* there is nothing left to resume */
    else
        inspect_refuse_creation(&c->dst, -rc, &c->why);
    if (rc == -EEXIST)
        complaint_add(&c->why, " (it appeared while it was being copied)");
    if (rc == -EBUSY)
        complaint_add(&c->why, " (what was to become it was removed or replaced)");
    return rc;
}

static int make_it_last(struct copy *c)
{
    int rc = c->rules->wishes.sync ? stage_sync_name(&c->stage) : 0;
    if (rc == 0)
        return 0;
    step_fail(c, rc, c->dst.path, "cannot write its name to the disk");
    complaint_add(&c->why, " (the copy is complete, but may be gone after a crash)");
    return rc;
}

int step_publish(struct copy *c)
{
    int rc = c->rules->wishes.sync ? stage_sync(&c->stage) : 0;
    if (rc < 0)
        return step_fail_disk(c, rc);
    rc = give_name(c);
    if (!rc)
        rc = make_it_last(c);
    if (rc < 0)
        return rc;
    rc = stage_close(&c->stage);
    if (rc == 0)
        return 0;
    complaint_as_cp(&c->why, -rc, "failed to close %s", c->dst.path);
    complaint_add(&c->why, " (it has its name, but may not be whole)");
    return rc;
}
