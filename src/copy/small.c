/* SPDX-License-Identifier: MIT */
#include "copy/small.h"
#include "base/io.h"
#include "copy/acl.h"
#include "copy/ending.h"
#include "copy/lack.h"
#include "copy/stage.h"

#include <errno.h>
#include <unistd.h>

bool small_is_possible(const struct stat *st, const struct copy_rules *rules)
{
    const struct wishes *w = &rules->wishes;
    bool holes = (off_t)st->st_blocks * 512 < st->st_size;
    return S_ISREG(st->st_mode) && !holes && !w->engine && !w->rate && !w->sync && !w->verify &&
           !w->resume && !w->in_place && w->sparse == WHEN_AUTO && w->reflink != WHEN_ALWAYS &&
           w->cache != CACHE_DROP && !rules->dry_run;
}

static const char *path_of(const struct small *s, enum side side)
{
    return s->path(s->arg, side);
}

/* --- creating --- */

/* Nobody else can open it before it has its name: neither a file without a name, nor one in a
 * directory that only we may enter. A file that is given attributes must be writable until then. */
static mode_t first_mode(const struct small *s, const struct copy_rules *rules)
{
    mode_t mode = rules->no_preserve & ATTRIBUTE_MODE ? 0666 : s->st->st_mode & 0777;
    return rules->preserve & ATTRIBUTE_MODE ? 0600 : mode;
}

static int create(const struct small *s, const struct copy_rules *rules, struct stage *stage)
{
    mode_t mode = first_mode(s, rules);
    bool apart = rules->preserve & ATTRIBUTE_XATTR && !(rules->preserve & ATTRIBUTE_MODE);
    if (s->private)
        return stage_create_in_place(stage, s->dir_fd, s->name, mode, apart);
    return stage_open(stage, s->dir_fd, s->name,
                      rules->preserve & ATTRIBUTE_MODE ? STAGE_MODE_LATER : (int)mode);
}

/* --- bytes --- */

static int complain_shrunk(const struct small *s, off_t at, struct complaint *why)
{
    return complaint_make(why, ENODATA, path_of(s, SIDE_SOURCE), "cannot read",
                          "it ended at offset %lld, before its size of %lld bytes", (long long)at,
                          (long long)s->st->st_size);
}

static int complain_io(const struct small *s, struct failure f, struct complaint *why)
{
    return ending_complain_io(&f, path_of(s, SIDE_SOURCE), path_of(s, SIDE_DESTINATION), why);
}

/* Moves what fits in one buffer, or only reads it, if fd is -1. Returns how much that is, 0 at the
 * end, or -errno. */
static ssize_t move_some(const struct small *s, int fd, off_t off, struct summer *summer,
                         struct complaint *why)
{
    size_t written;
    ssize_t n = io_read_some(s->src_fd, s->buffer, s->buffer_len);
    if (n < 0)
        return complain_io(s, (struct failure){(int)-n, SIDE_SOURCE, off, 0}, why);
    if (summer->state)
        summer_add(summer, s->buffer, (size_t)n);
    int rc = n > 0 && fd >= 0 ? io_write_full(fd, s->buffer, (size_t)n, &written) : 0;
    if (rc < 0)
        return complain_io(s, (struct failure){-rc, SIDE_DESTINATION, off, (size_t)n}, why);
    return n;
}

/* A file of size 0 may be made when it is read: it is read to its end. */
static int move(const struct small *s, int fd, struct summer *summer, struct small_result *r)
{
    off_t size = s->st->st_size;
    ssize_t n = 1;
    while (n > 0 && (size == 0 || r->bytes < size)) {
        n = move_some(s, fd, r->bytes, summer, &r->why);
        if (n == 0 && size > 0)
            return complain_shrunk(s, r->bytes, &r->why);
        r->bytes += n > 0 ? n : 0;
    }
    return n < 0 ? (int)n : 0;
}

/* What is shared passes through the buffer only where its checksum is wished for. */
static int move_or_sum(const struct small *s, enum checksum_kind kind, int fd,
                       struct small_result *r)
{
    struct summer summer = {0};
    int rc = kind ? summer_init(&summer, kind) : 0;
    if (rc < 0)
        rc = complaint_as_cp(&r->why, -rc, "error reading %s", path_of(s, SIDE_SOURCE));
    if (!rc && (!r->shared || kind))
        rc = move(s, r->shared ? -1 : fd, &summer, r);
    if (!rc && kind)
        r->checksum = summer_end(&summer);
    summer_release(&summer);
    return rc;
}

/* Has it changed since it was opened? */
static int check_source(const struct small *s, const struct copy_rules *rules,
                        struct complaint *why)
{
    struct stat now;
    if (rules->allow_changes)
        return 0;
    if (fstat(s->src_fd, &now) < 0)
        return complaint_as_cp(why, errno, "cannot fstat %s", path_of(s, SIDE_SOURCE));
    const char *change = inspect_change(s->st, &now);
    return change
               ? complaint_make(why, ESTALE, path_of(s, SIDE_SOURCE), "cannot copy",
                                "%s while being copied (--allow-changes copies it anyway)", change)
               : 0;
}

static int fill(const struct small *s, const struct copy_rules *rules, int fd,
                struct small_result *r)
{
    int rc = s->reflink ? io_reflink(fd, s->src_fd) : -EOPNOTSUPP;
    r->refused = s->reflink && rc < 0;
    r->shared = rc == 0;
    rc = move_or_sum(s, rules->wishes.checksum, fd, r);
    if (r->shared)
        r->bytes = s->st->st_size;
    return rc < 0 ? rc : check_source(s, rules, &r->why);
}

/* --- attributes --- */

/* Finds the mode that it is to have, if the source's isn't preserved; -1: the one that it has. A
 * mask of the source's ACL isn't a right of its group. Returns 0, or -errno if the ACL can't be
 * read. */
static int settle_mode(const struct small *s, const struct copy_rules *rules,
                       const struct stage *stage, int *mode)
{
    struct stat st;
    int all = (int)s->st->st_mode & 0777;
    *mode = stage->mode;
    if (rules->preserve & ATTRIBUTE_MODE || rules->no_preserve & ATTRIBUTE_MODE)
        return 0;
    int rc = attributes_mode_of_new(s->src_fd, stage->fd, &all);
    bool narrowed = all != (int)(s->st->st_mode & 0777);
    if (rc == 0 && narrowed && *mode < 0)
        *mode = fstat(stage->fd, &st) == 0 ? (int)st.st_mode & 0777 : 0700;
    if (rc == 0 && narrowed)
        *mode &= all;
    return rc;
}

static enum small_end give_attributes(const struct small *s, const struct copy_rules *rules,
                                      const struct stage *stage, struct complaint *why)
{
    struct attributes_lack lack = {0};
    struct attributes a = {
        .src = s->src_fd, .src_st = s->st, .which = rules->preserve & ~(unsigned)ATTRIBUTE_LINKS};
    if (settle_mode(s, rules, stage, &a.mode) < 0)
        return SMALL_TAKEN; /* copy_file reports what becomes of that */
    if (!a.which && a.mode < 0)
        return SMALL_COPIED;
    int rc = s->private && a.which ? attributes_give_new(&a, stage->fd, &s->birth, &lack)
                                   : attributes_give(&a, stage->fd, &lack);
    if (rc < 0) {
        complaint_as_cp(why, -rc, "setting permissions for %s", path_of(s, SIDE_DESTINATION));
        return SMALL_FAILED;
    }
    if (!lack.which)
        return SMALL_COPIED;
    lack_complain(&lack, path_of(s, SIDE_DESTINATION), why);
    return SMALL_LACKING;
}

/* --- all of it --- */

static enum small_end publish(const struct small *s, struct stage *stage, enum small_end end,
                              struct complaint *why)
{
    int way = s->displaces && s->make_way ? s->make_way(s->arg) : 0;
    if (way < 0) {
        complaint_as_cp(why, -way, "cannot backup %s", path_of(s, SIDE_DESTINATION));
        return SMALL_FAILED;
    }
    int rc = stage_publish(stage, s->displaces && way == 0);
    if (rc == -EEXIST)
        return SMALL_TAKEN;
    if (rc < 0) {
        complaint_as_cp(why, -rc, "cannot create regular file %s", path_of(s, SIDE_DESTINATION));
        return SMALL_FAILED;
    }
    rc = stage_close(stage);
    if (rc < 0)
        complaint_as_cp(why, -rc, "failed to close %s", path_of(s, SIDE_DESTINATION));
    return rc < 0 ? SMALL_FAILED : end;
}

enum small_end small_copy(const struct small *s, const struct copy_rules *rules,
                          struct small_result *r)
{
    struct stage stage;
    enum small_end end = SMALL_FAILED;
    r->refused = r->shared = false;
    r->bytes = 0;
    r->checksum.kind = CHECKSUM_NONE;
    int rc = create(s, rules, &stage);
    if (rc == -EEXIST)
        return SMALL_TAKEN;
    if (rc < 0) {
        complaint_as_cp(&r->why, -rc, "cannot create regular file %s",
                        path_of(s, SIDE_DESTINATION));
        return SMALL_FAILED;
    }
    if (fill(s, rules, stage.fd, r) == 0)
        end = give_attributes(s, rules, &stage, &r->why);
    if (end == SMALL_COPIED || end == SMALL_LACKING)
        end = publish(s, &stage, end, &r->why);
    stage_discard(&stage);
    return end;
}
