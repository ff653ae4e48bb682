/* SPDX-License-Identifier: MIT */
#include "tree/directory.h"
#include "base/diag.h"
#include "base/filesystem.h"
#include "base/io.h"
#include "base/name.h"
#include "base/signals.h"
#include "base/xattr.h"
#include "cli/report.h"
#include "copy/acl.h"
#include "tree/appear.h"
#include "tree/removal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

static const char default_acl[] = "system.posix_acl_default"; /* what entries inherit */

/* --- the source --- */

static bool is_ancestor(const struct folder *f, struct file_id id)
{
    for (; f && f->parent && !f->outside; f = f->parent)
        if (file_id_equal(f->ids[TREE_SOURCE], id))
            return true;
    return false;
}

/* Is it what this copy has made, or copies into? */
static bool is_made(const struct folder *f, struct file_id id)
{
    for (; f && f->parent; f = f->parent)
        if (file_id_equal(f->ids[TREE_DESTINATION], id))
            return true;
    return false;
}

static bool fail_into_itself(const struct entry *e)
{
    const struct folder *f = e->in->folder;
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
    fail_into_itself(e);
    return true;
}

static bool check_source(const struct entry *e)
{
    struct file_id id = file_id_of(&e->src);
    const struct folder *f = e->in->folder;
    if (is_ancestor(f, id))
        return entry_fail_src(e, 0, "cannot copy cyclic symbolic link %s");
    if (!e->passing && is_made(f, id))
        return fail_into_itself(e);
    return true;
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

/* With --resume, under a name that the next run finds, which begins the nest of one that was killed
 * anew. Whoever else has put something there keeps it. */
static int make_again(struct entry *e, int dir_fd, char hidden[NAME_ROOM])
{
    struct stat st;
    name_hidden(hidden, e->dst_name, "partial");
    bool ours = fstatat(dir_fd, hidden, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode) &&
                st.st_uid == geteuid() && !(st.st_mode & 0022);
    if (ours)
        removal_of(dir_fd, hidden);
    return make(e, dir_fd, hidden);
}

/* Inside of what is hidden already, nothing else need be. */
static int make_directory(struct entry *e, struct folder *f)
{
    char hidden[NAME_ROOM];
    int dir_fd = e->in->fds[TREE_DESTINATION];
    f->made = f->hidden = true;
    if (e->in->folder->hidden)
        return make(e, dir_fd, e->dst_name);
    int rc = e->hand->options->rules.wishes.resume
                 ? make_again(e, dir_fd, hidden)
                 : appear_hidden(dir_fd, e->dst_name, make, e, hidden);
    if (rc == 0)
        rc = folder_begin_nest(e->hand->queue, f, hidden);
    if (rc == -ENOMEM)
        unlinkat(dir_fd, hidden, AT_REMOVEDIR);
    return rc;
}

/* Its length; 0: it has none, or none can be had there. */
static ssize_t default_acl_of(int fd, char *acl, size_t room)
{
    ssize_t len = xattr_get(fd, default_acl, acl, room);
    if (len < 0 && (errno == ENODATA || errno == EOPNOTSUPP))
        return 0;
    return len < 0 ? -errno : len;
}

/* What the default ACL of its parent, which it has inherited, leaves a new directory of a mode. */
static mode_t inherited_rights(int fd, mode_t mode)
{
    static char acl[65536]; /* XATTR_SIZE_MAX; static, for it is a lot for a stack */
    ssize_t len = xattr_get(fd, default_acl, acl, sizeof(acl));
    int rights = len > 0 ? acl_mode(acl, (size_t)len) : -1;
    return rights < 0 ? mode & 01700 : mode & ((mode_t)rights | S_ISVTX);
}

/* What all that is created in it has in common. */
static int note_destination(const struct entry *e, struct folder *f, int fd)
{
    struct stat st;
    struct statfs fs;
    if (fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0)
        return -errno;
    const struct filesystem *kind = filesystem_of((long)fs.f_type);
    const struct copy_rules *r = &e->hand->options->rules;
    mode_t rights = r->no_preserve & ATTRIBUTE_MODE ? 0777 : e->src.st_mode & 0777;
    mode_t mode = rights | (e->src.st_mode & S_ISVTX);
    ssize_t acl = default_acl_of(fd, NULL, 0);
    if (acl < 0)
        return (int)acl;
    f->ids[TREE_DESTINATION] = file_id_of(&st);
    f->special = st.st_mode & 07000;
    f->plain = kind->exact_names && acl == 0;
    f->reflinks = kind->reflinks;
    f->gid = st.st_mode & S_ISGID ? st.st_gid : e->hand->gid;
    f->mode =
        (acl > 0 ? inherited_rights(fd, mode) : mode & ~e->hand->mask) | (st.st_mode & S_ISGID);
    return 0;
}

/* Of --parents, a directory on the way may be a link to one, as in any path. */
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

/* Where nothing in it would change, that is no mistake. */
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
    if (e->in->folder->made)
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

static void announce(const struct entry *e)
{
    if (!e->hand->options->verbose)
        return;
    char *src = entry_src_path(e), *dst = entry_dst_path(e);
    if (src && dst)
        report_entry(src, dst, NULL);
    free(src);
    free(dst);
}

enum { DRY = INT_MIN }; /* instead of a descriptor: there is none, and needn't be */

static int prepare_destination(struct entry *e, struct folder *f)
{
    f->dry = e->hand->options->rules.dry_run && !e->exists;
    f->made = f->dry;
    int rc = e->exists || f->dry ? 0 : make_directory(e, f);
    if (rc < 0)
        return rc;
    if (!e->exists)
        announce(e);
    return f->dry ? DRY : open_destination(e, f);
}

/* What was made of it is empty. */
static void abandon(struct entry *e, struct folder *f)
{
    int dir_fd = e->in->fds[TREE_DESTINATION];
    if (f->nest)
        directory_discard(e->hand, f);
    else if (f->made && !f->dry)
        unlinkat(dir_fd, e->dst_name, AT_REMOVEDIR);
    folder_destroy(e->hand->queue, f);
}

struct opened *directory_begin(struct entry *e)
{
    struct hand *h = e->hand;
    int src = open_source(e);
    if (src < 0 || !look_at_destination(e)) {
        io_close(&src);
        return NULL;
    }
    struct folder *f = folder_create(h->queue, e->in->folder, e->name, e->dst_name);
    int dst = f ? prepare_destination(e, f) : -ENOMEM;
    if (dst < 0 && dst != DRY) {
        entry_fail_dst(e, -dst, e->exists ? "cannot access %s" : "cannot create directory %s");
        io_close(&src);
        if (f)
            abandon(e, f);
        return NULL;
    }
    f->src = e->src;
    f->ids[TREE_SOURCE] = file_id_of(&e->src);
    return opening_enter(&h->openings, f, src, dst == DRY ? -1 : dst);
}

/* --- publishing --- */

static bool waits(const struct hand *h)
{
    return h->options->atomic || h->options->rules.wishes.sync;
}

static int rename_nest(struct folder *f, int dir_fd)
{
    int rc = renameat2(dir_fd, f->hidden_name, dir_fd, f->dst_name, RENAME_NOREPLACE);
    if (rc < 0 && errno == EINVAL) /* the file system doesn't know that; it replaces no directory
                                      with something in it */
        rc = renameat(dir_fd, f->hidden_name, dir_fd, f->dst_name);
    return rc < 0 ? -errno : 0;
}

static bool fail_folder(struct hand *h, const struct folder *f, int rc, const char *format)
{
    char *path = folder_path(f, TREE_DESTINATION, NULL);
    hand_fail(h, -rc, format, path ? path : f->dst_name);
    free(path);
    return false;
}

/* By one of the directories, whichever may be read. */
static int sync_all(const struct hand *h, const int fds[2])
{
    if (!h->options->rules.wishes.sync || syncfs(fds[0]) == 0)
        return 0;
    return errno != EBADF || syncfs(fds[1]) < 0 ? -errno : 0;
}

/* All that is in it, and then its name, reaches the disk. `fds`: its parent, and it. */
static bool name_and_sync(struct hand *h, struct folder *f, const int fds[2])
{
    int rc = sync_all(h, fds);
    if (rc == 0)
        rc = rename_nest(f, fds[0]);
    if (rc < 0)
        return fail_folder(h, f, rc, "cannot create directory %s");
    folder_end_nest(h->queue, f);
    f->hidden = false;
    rc = sync_all(h, fds);
    return rc == 0 || fail_folder(h, f, rc, "cannot write the name of %s to the disk");
}

static bool give_name(struct hand *h, struct folder *f)
{
    struct opened *parent = opening_take(&h->openings, f->parent);
    struct opened *own = parent ? opening_take(&h->openings, f) : NULL;
    int fds[] = {parent ? parent->fds[TREE_DESTINATION] : -1,
                 own ? own->fds[TREE_DESTINATION] : -1};
    bool given =
        parent ? name_and_sync(h, f, fds) : fail_folder(h, f, -errno, "cannot create directory %s");
    if (own)
        opening_release(own);
    if (parent)
        opening_release(parent);
    return given;
}

/* What isn't preserved needn't wait for the end, which may never come. Returns whether it has all.
 */
static bool give_mode(const struct hand *h, const struct folder *f, int fd)
{
    const unsigned later = ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP;
    if (h->options->rules.preserve & later || fchmod(fd, f->mode | S_IRWXU) < 0)
        return false;
    return (f->mode & S_IRWXU) == S_IRWXU;
}

bool directory_publish(struct hand *h, struct opened *o)
{
    if (o->folder->nest && !waits(h))
        o->folder->has_mode = give_mode(h, o->folder, o->fds[TREE_DESTINATION]);
    return !o->folder->nest || waits(h) || give_name(h, o->folder);
}

static void fail_removal(struct hand *h, const struct folder *f, int err)
{
    char *path = folder_path(f, TREE_PLACE, NULL);
    hand_fail(h, err, "cannot remove %s", path ? path : f->dst_name);
    free(path);
}

void directory_remove(struct hand *h, struct folder *f)
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

void directory_discard(struct hand *h, struct folder *f)
{
    if (f->nest)
        directory_remove(h, f);
}

void directory_discard_all(struct hand *h)
{
    while (h->queue->nests && !h->queue->broken)
        directory_remove(h, h->queue->nests);
}

/* --- its end --- */

static int carry_default_acl(int src, int dst)
{
    static char acl[65536]; /* XATTR_SIZE_MAX; static, for it is a lot for a stack */
    ssize_t len = default_acl_of(src, acl, sizeof(acl));
    if (len < 0)
        return (int)len;
    int rc =
        len > 0 ? fsetxattr(dst, default_acl, acl, (size_t)len, 0) : fremovexattr(dst, default_acl);
    return rc < 0 && errno != EOPNOTSUPP && errno != ENODATA ? -errno : 0;
}

static void tell_lack(struct hand *h, const struct folder *f, const struct attributes_lack *lack)
{
    if (!lack->which)
        return;
    char what[ATTRIBUTES_ROOM], *path = folder_path(f, TREE_DESTINATION, NULL);
    struct complaint why;
    attributes_spell(lack->which, what);
    complaint_make_errno(&why, lack->err, path ? path : f->dst_name, "cannot preserve %s", what);
    char *sentence = complaint_sentence(&why);
    diag_print("%s", sentence ? sentence : what);
    free(sentence);
    free(path);
    h->tally->failed = true;
}

static int give_attributes(struct hand *h, struct folder *f, int src, int dst)
{
    const struct copy_rules *r = &h->options->rules;
    struct stat st = f->src;
    if (!(st.st_mode & 07000)) /* then cp leaves those that there are */
        st.st_mode |= f->special;
    struct attributes a = {.src = src,
                           .src_st = &st,
                           .which = r->preserve & ~(unsigned)ATTRIBUTE_LINKS,
                           .mode = f->made ? (int)f->mode : -1};
    struct attributes_lack lack = {0};
    struct attributes_birth birth = {.plain = f->made && f->plain, .uid = h->uid, .gid = f->gid};
    bool inherits = r->preserve & ATTRIBUTE_MODE && !(birth.plain && xattr_list(src, NULL, 0) == 0);
    int rc = inherits ? carry_default_acl(src, dst) : 0;
    if (!rc && (a.which || a.mode >= 0))
        rc = attributes_give_new(&a, dst, &birth, &lack);
    tell_lack(h, f, &lack);
    return rc;
}

/* One that may not be read, though it is ours, has to become readable to be given anything. *mode
 * is what it had before. */
static int open_readable(int fd, mode_t *mode)
{
    char path[32];
    struct stat st = {0};
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (fstat(fd, &st) == 0)
        (void)!chmod(path, st.st_mode | S_IRWXU);
    *mode = st.st_mode & 07777;
    return openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int finish_open(struct hand *h, struct folder *f, const struct opened *o)
{
    mode_t mode;
    int fd = o->fds[TREE_DESTINATION];
    if (!(fcntl(fd, F_GETFL) & O_PATH))
        return give_attributes(h, f, o->fds[TREE_SOURCE], fd);
    fd = open_readable(fd, &mode);
    int rc = fd < 0 ? -errno : give_attributes(h, f, o->fds[TREE_SOURCE], fd);
    bool keeps_mode = !f->made && !(h->options->rules.preserve & ATTRIBUTE_MODE);
    if (fd >= 0 && keeps_mode && fchmod(fd, mode) < 0)
        rc = -errno;
    io_close(&fd);
    return rc;
}

static bool changes_anything(const struct hand *h, const struct folder *f)
{
    return (f->made && !f->dry && !f->has_mode) ||
           (!f->passed && h->options->rules.preserve & ~(unsigned)ATTRIBUTE_LINKS);
}

static void finish(struct hand *h, struct folder *f)
{
    bool dry = h->options->rules.dry_run;
    if (!f->parent || dry || !changes_anything(h, f))
        return;
    struct opened *o = opening_take(&h->openings, f);
    int rc = o ? finish_open(h, f, o) : -errno;
    if (rc < 0)
        fail_folder(h, f, rc, "cannot set the attributes of %s");
    if (o)
        opening_release(o);
}

/* The whole tree has waited for its name. With --atomic it gets none if anything is lacking; nor
 * does whoever interrupts it want half of it. */
static void conclude_nest(struct hand *h, struct folder *f)
{
    bool lacks = h->options->atomic && h->tally->failed;
    bool wanted = !lacks && !h->tally->interrupted && !h->queue->broken;
    if (lacks)
        fail_folder(h, f, 0, "not creating directory %s, as not all could be copied");
    if (!wanted || !give_name(h, f))
        directory_discard(h, f);
}

static void note_ending(struct hand *h, struct folder *f)
{
    if (h->doing)
        h->doing->ending = f;
}

/* Returns its parent, in which one thing less is pending. */
static struct folder *end(struct hand *h, struct folder *f)
{
    struct folder *parent = f->parent;
    note_ending(h, f);
    if (!f->gone)
        finish(h, f);
    if (f->nest)
        conclude_nest(h, f);
    if (parent && parent->parent) { /* while what is open below it leads there */
        struct opened *o = opening_take(&h->openings, parent);
        if (o)
            opening_release(o);
    }
    folder_destroy(h->queue, f);
    note_ending(h, NULL);
    return parent;
}

void directory_settle(struct hand *h, struct folder *f)
{
    if (signals_fatal()) /* what isn't done may not have been done for that */
        h->tally->interrupted = true;
    while (f && folder_settle(h->queue, f))
        f = end(h, f);
}

void directory_end(struct hand *h, struct folder *f)
{
    directory_settle(h, end(h, f));
}
