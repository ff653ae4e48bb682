/* SPDX-License-Identifier: MIT */
#include "tree/directory.h"
#include "base/filesystem.h"
#include "base/io.h"
#include "base/signals.h"
#include "copy/acl.h"
#include "tree/nest.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* --- the source --- */

static bool is_ancestor(const struct folder *f, struct file_id id)
{
    for (; f && f->parent && !f->outside; f = f->parent)
        if (file_id_equal(f->ids[TREE_SOURCE], id))
            return true;
    return false;
}

/* Is it one that this copy has made, or copies into? */
static bool is_made(const struct folder *f, struct file_id id)
{
    for (; f && f->parent; f = f->parent)
        if (file_id_equal(f->ids[TREE_DESTINATION], id))
            return true;
    return false;
}

/* Is it the directory that operands are copied into? */
static bool is_outside(const struct folder *f, struct file_id id)
{
    while (f->parent)
        f = f->parent;
    return file_id_equal(f->ids[TREE_DESTINATION], id);
}

static bool fail_into_itself(const struct entry *e)
{
    const struct folder *f = e->in->folder;
    if (!f->parent)
        return entry_fail_both(e, 0, "cannot copy a directory, %s, into itself, %s");
    while (f->parent->parent)
        f = f->parent;
    char *src = folder_path(f, TREE_SOURCE, NULL), *dst = folder_path(f, TREE_DESTINATION, NULL);
    hand_fail(e->hand, 0, "cannot copy a directory, %s, into itself, %s", src ? src : f->name,
              dst ? dst : f->dst_name);
    free(src);
    free(dst);
    return false;
}

bool directory_is_own(struct entry *e)
{
    struct stat st;
    int dir_fd = e->in->fds[TREE_SOURCE];
    if (fstatat(dir_fd, e->name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
        !is_made(e->in->folder, file_id_of(&st)))
        return false;
    e->src = st;
    fail_into_itself(e);
    entry_conclude(e, OUTCOME_FAILED);
    return true;
}

static bool check_source(const struct entry *e)
{
    struct file_id id = file_id_of(&e->src);
    const struct folder *f = e->in->folder;
    if (is_ancestor(f, id))
        return entry_fail_src(e, 0, "cannot copy cyclic symbolic link %s");
    /* With --dry-run, what would be made, and then found in the source, doesn't exist. */
    bool would_meet = e->hand->options->rules.dry_run && is_outside(f, id);
    bool meets = !e->passing && (would_meet || is_made(f, id));
    return !meets || fail_into_itself(e);
}

static int open_source(struct entry *e)
{
    int fd = folder_open_directory(e->in->fds[TREE_SOURCE], e->name, e->follow);
    if (fd < 0)
        entry_fail_src(e, -fd, "cannot access %s");
    else if (fstat(fd, &e->src) < 0)
        entry_fail_src(e, errno, "cannot stat %s");
    else if (check_source(e))
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* --- the destination --- */

/* What the default ACL inherited from its parent leaves of a new directory's mode. */
static mode_t inherited_rights(int fd, mode_t mode)
{
    const void *acl;
    ssize_t len = acl_read_default(fd, &acl);
    int rights = len > 0 ? acl_mode(acl, (size_t)len) : -1;
    return rights < 0 ? mode & 01700 : mode & ((mode_t)rights | S_ISVTX);
}

int directory_note_destination(const struct hand *h, struct folder *f, int fd)
{
    struct stat st;
    struct statfs fs;
    const void *value;
    if (fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0)
        return -errno;
    const struct filesystem *kind = filesystem_of((long)fs.f_type);
    ssize_t acl = acl_read_default(fd, &value);
    if (acl < 0)
        return (int)acl;
    f->ids[TREE_DESTINATION] = file_id_of(&st);
    f->special = st.st_mode & 07000;
    f->plain = kind->exact_names && acl == 0;
    f->reflinks = kind->reflinks;
    f->gid = st.st_mode & S_ISGID ? st.st_gid : h->gid;
    return acl > 0;
}

static int note_destination(const struct entry *e, struct folder *f, int fd)
{
    const struct copy_rules *r = &e->hand->options->rules;
    mode_t rights = r->no_preserve & ATTRIBUTE_MODE ? 0777 : e->src.st_mode & 0777;
    mode_t mode = rights | (e->src.st_mode & S_ISVTX);
    int acl = directory_note_destination(e->hand, f, fd);
    if (acl < 0)
        return acl;
    f->appends = e->exists && folder_appends(fd);
    f->mode =
        (acl > 0 ? inherited_rights(fd, mode) : mode & ~e->hand->mask) | (f->special & S_ISGID);
    return 0;
}

/* With --parents, a directory on the way may be a link to one, as in any path. */
static bool follows_destination(const struct entry *e)
{
    return e->passing || e->hand->options->keep_directory_symlink;
}

static int open_destination(struct entry *e, struct folder *f)
{
    const char *name = f->nest ? f->hidden_name : e->dst_name;
    bool follow = e->exists && follows_destination(e);
    int fd = folder_open_directory(e->in->fds[TREE_DESTINATION], name, follow);
    int rc = fd < 0 ? fd : note_destination(e, f, fd);
    if (rc < 0 && fd >= 0)
        close(fd);
    return rc < 0 ? rc : fd;
}

/* If nothing in it would change, that isn't an error. */
static bool is_onto_itself(const struct entry *e)
{
    const struct copy_rules *r = &e->hand->options->rules;
    bool harmless = r->product == PRODUCT_HARD_LINK || r->existing == EXISTING_KEEP;
    return !harmless && file_id_equal(file_id_of(&e->src), file_id_of(&e->dst));
}

/* Is there a directory, or may one be made? */
static bool look_at_destination(struct entry *e)
{
    int dir_fd = e->in->fds[TREE_DESTINATION];
    bool follow = follows_destination(e);
    bool dots = strcmp(e->dst_name, ".") == 0 || strcmp(e->dst_name, "..") == 0;
    if (e->in->folder->made && !dots)
        return true;
    int rc = fstatat(dir_fd, e->dst_name, &e->dst, follow ? 0 : AT_SYMLINK_NOFOLLOW);
    e->exists = rc == 0;
    if (rc < 0 && errno != ENOENT)
        return entry_fail_dst(e, errno, "cannot stat %s");
    if (rc < 0 && follow && fstatat(dir_fd, e->dst_name, &e->dst, AT_SYMLINK_NOFOLLOW) == 0)
        return entry_fail_dst(e, EEXIST, "cannot create directory %s");
    if (e->exists && !S_ISDIR(e->dst.st_mode))
        return entry_fail_turned(e, 0, "cannot overwrite non-directory %s with directory %s");
    if (e->exists && !e->passing && is_onto_itself(e))
        return entry_fail_both(e, 0, "%s and %s are the same file");
    return true;
}

enum { DRY = INT_MIN }; /* instead of a descriptor: there is none, and none is needed */

/* With --dry-run: could it be made? In a directory that doesn't exist either, it could. */
static int rehearse(const struct entry *e)
{
    bool can = e->in->folder->dry ||
               faccessat(e->in->fds[TREE_DESTINATION], ".", W_OK | X_OK, AT_EACCESS) == 0;
    return can ? 0 : -errno;
}

static int prepare_destination(struct entry *e, struct folder *f)
{
    f->dry = e->hand->options->rules.dry_run && !e->exists;
    f->made = f->dry;
    int rc = e->exists ? 0 : f->dry ? rehearse(e) : nest_begin(e, f);
    if (rc == -EEXIST && look_at_destination(e) &&
        e->exists) /* while this process waited for another one */
        rc = 0;
    if (rc < 0)
        return rc;
    if (!e->exists)
        entry_announce(e);
    return f->dry ? DRY : open_destination(e, f);
}

/* What was made of it is empty. */
static void abandon(struct entry *e, struct folder *f)
{
    int dir_fd = e->in->fds[TREE_DESTINATION];
    if (f->nest)
        nest_discard(e->hand, f);
    else if (f->made && !f->dry)
        unlinkat(dir_fd, e->dst_name, AT_REMOVEDIR);
    folder_destroy(e->hand->queue, f);
}

static void fail_to_begin(struct entry *e, int rc, struct folder *f)
{
    if (rc == -EBUSY && !signals_fatal())
        entry_fail_dst(
            e, 0, "cannot create directory %s: another mpcp is making it (--wait waits for it)");
    else if (rc != -EBUSY)
        entry_fail_dst(e, -rc, e->exists ? "cannot access %s" : "cannot create directory %s");
    if (f)
        abandon(e, f);
    if (e->lock > 0)
        close(e->lock);
}

static struct opened *enter(struct entry *e, struct folder *f, int src, int dst)
{
    f->src = e->src;
    f->ids[TREE_SOURCE] = file_id_of(&e->src);
    struct opened *o = opening_enter(&e->hand->openings, f, src, dst);
    o->lock = e->lock;
    return o;
}

struct opened *directory_begin(struct entry *e)
{
    int src = open_source(e);
    if (src < 0 || !look_at_destination(e)) {
        io_close(&src);
        return NULL;
    }
    struct folder *f = folder_create(e->hand->queue, e->in->folder, e->name, e->dst_name);
    int dst = f ? prepare_destination(e, f) : -ENOMEM;
    if (dst >= 0 || dst == DRY)
        return enter(e, f, src, dst == DRY ? -1 : dst);
    fail_to_begin(e, dst, f);
    io_close(&src);
    return NULL;
}
