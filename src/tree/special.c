/* SPDX-License-Identifier: MIT */
#include "tree/special.h"
#include "base/xattr.h"
#include "copy/acl.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- attributes --- */

/* Attributes of what can't be opened: by name in an open directory, never following a link. */
static int give_owner(const struct entry *e, int dir_fd, const char *name)
{
    if (fchownat(dir_fd, name, e->src.st_uid, e->src.st_gid, AT_SYMLINK_NOFOLLOW) == 0)
        return 0;
    bool tolerated = geteuid() != 0 && (errno == EPERM || errno == EINVAL || errno == EACCES);
    if (!tolerated)
        return -errno;
    (void)!fchownat(dir_fd, name, (uid_t)-1, e->src.st_gid, AT_SYMLINK_NOFOLLOW);
    return 0;
}

static int give_times(const struct entry *e, int dir_fd, const char *name)
{
    const struct timespec times[2] = {e->src.st_atim, e->src.st_mtim};
    return utimensat(dir_fd, name, times, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static int give_mode(const struct entry *e, int dir_fd, const char *name)
{
    if (S_ISLNK(e->src.st_mode))
        return 0;
    struct stat now;
    mode_t mode = e->src.st_mode & 07777;
    if (fstatat(dir_fd, name, &now, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    if (now.st_uid != e->src.st_uid ||
        now.st_gid != e->src.st_gid) /* these lend the owner's rights */
        mode &= ~(mode_t)(S_ISUID | S_ISGID | S_ISVTX);
    return fchmodat(dir_fd, name, mode, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static bool is_wanted(const struct entry *e, const char *attribute)
{
    unsigned preserve = e->hand->options->rules.preserve;
    if (strcmp(attribute, acl_attribute) == 0)
        return preserve & ATTRIBUTE_MODE;
    return strncmp(attribute, "system.", 7) != 0 && preserve & ATTRIBUTE_XATTR;
}

/* That the destination, or the user, can't have it is tolerated, unless it is an ACL. */
static bool is_tolerated(const char *attribute, int err)
{
    return err == EOPNOTSUPP || (err == EPERM && strcmp(attribute, acl_attribute) != 0);
}

/* One that is gone by now was removed. */
static int carry_xattr(const struct entry *e, int dir_fd, const char *name, const char *attribute)
{
    static char value[65536]; /* XATTR_SIZE_MAX; static, because it is a lot for a stack */
    int from = e->in->fds[TREE_SOURCE];
    ssize_t len = xattr_get_at(from, e->name, attribute, value, sizeof(value));
    if (len < 0)
        return errno == ENODATA || errno == EOPNOTSUPP ? 0 : -errno;
    bool carried = xattr_set_at(dir_fd, name, attribute, value, (size_t)len) == 0;
    return carried || is_tolerated(attribute, errno) ? 0 : -errno;
}

/* The ACL that its directory gives to everything new. */
static int remove_inherited(int dir_fd, const char *name)
{
    bool removed = xattr_remove_at(dir_fd, name, acl_attribute) == 0;
    return removed || errno == ENODATA || errno == EOPNOTSUPP ? 0 : -errno;
}

/* Carries those that it has; of the ACL that its directory gives to everything new, nothing is
 * left. */
static int give_xattrs(const struct entry *e, int dir_fd, const char *name)
{
    static char names[65536]; /* XATTR_LIST_MAX */
    bool rights = e->hand->options->rules.preserve & ATTRIBUTE_MODE && !S_ISLNK(e->src.st_mode);
    int rc = rights ? remove_inherited(dir_fd, name) : 0;
    ssize_t len = xattr_list_at(e->in->fds[TREE_SOURCE], e->name, names, sizeof(names));
    if (len < 0 && errno != EOPNOTSUPP)
        rc = -errno;
    for (ssize_t at = 0; at < len; at += (ssize_t)strlen(names + at) + 1)
        if (is_wanted(e, names + at) && rc == 0)
            rc = carry_xattr(e, dir_fd, name, names + at);
    return rc;
}

static const struct {
    unsigned attribute;
    int (*give)(const struct entry *e, int dir_fd, const char *name);
    const char *failure;
} gifts[] = {
    {ATTRIBUTE_OWNERSHIP, give_owner, "failed to preserve ownership for %s"},
    {ATTRIBUTE_MODE | ATTRIBUTE_XATTR, give_xattrs, "setting attributes of %s"},
    {ATTRIBUTE_MODE, give_mode, "preserving permissions for %s"},
    {ATTRIBUTE_TIMESTAMPS, give_times, "preserving times for %s"},
};

/* What it can't be given is reported, and it stays nevertheless. */
static void give_attributes(const struct entry *e, int dir_fd, const char *name)
{
    for (size_t i = 0; i < sizeof(gifts) / sizeof(*gifts); i++) {
        bool wanted = e->hand->options->rules.preserve & gifts[i].attribute;
        int rc = wanted ? gifts[i].give(e, dir_fd, name) : 0;
        if (rc < 0)
            entry_fail_dst(e, -rc, gifts[i].failure);
    }
}

/* --- symbolic links --- */

struct making {
    const struct entry *e;
    const char *target; /* the mode of a link */
};

static int make_symlink(void *arg, int dir_fd, const char *name)
{
    const struct making *m = arg;
    if (symlinkat(m->target, dir_fd, name) < 0)
        return -errno;
    if (m->e->hand->options->rules.product == PRODUCT_COPY)
        give_attributes(m->e, dir_fd, name);
    else if (m->e->hand->options->rules.preserve & ATTRIBUTE_TIMESTAMPS)
        give_times(m->e, dir_fd, name); /* as cp does */
    return 0;
}

/* Returns what it leads to, allocated; NULL and errno. */
static char *read_link(const struct entry *e)
{
    char *target = malloc(PATH_MAX);
    ssize_t len = target ? readlinkat(e->in->fds[TREE_SOURCE], e->name, target, PATH_MAX - 1) : -1;
    if (len < 0) {
        free(target);
        return NULL;
    }
    target[len] = '\0';
    return target;
}

static bool complain_symlink(const struct entry *e, int rc, const char *target)
{
    char *dst = entry_dst_path(e);
    hand_fail(e->hand, -rc, "cannot create symbolic link %s to %s", dst ? dst : e->dst_name,
              target);
    free(dst);
    return false;
}

static bool replaces_link(const struct entry *e)
{
    return entry_replaces(e) || (e->exists && e->hand->options->rules.force);
}

static bool copy_symlink(struct entry *e)
{
    char *target = read_link(e);
    if (!target)
        return entry_fail_src(e, errno, "cannot read symbolic link %s");
    struct making m = {e, target};
    int rc = entry_appear(e, replaces_link(e), make_symlink, &m);
    bool done = rc == 0 || complain_symlink(e, rc, target);
    free(target);
    return done;
}

/* --- FIFOs, devices, sockets --- */

static int make_node(void *arg, int dir_fd, const char *name)
{
    const struct making *m = arg;
    const struct copy_rules *r = &m->e->hand->options->rules;
    mode_t mode = m->e->src.st_mode;
    if (r->no_preserve & ATTRIBUTE_MODE)
        mode = (mode & S_IFMT) | (S_ISSOCK(mode) ? 0777 : 0666); /* as with cp */
    if (r->preserve & ATTRIBUTE_MODE)
        mode &= ~(mode_t)(S_IRWXG | S_IRWXO | S_ISUID | S_ISGID); /* until it has its owner */
    if (mknodat(dir_fd, name, mode, m->e->src.st_rdev) < 0)
        return -errno;
    give_attributes(m->e, dir_fd, name);
    return 0;
}

bool special_copy(struct entry *e)
{
    struct making m = {e, NULL};
    if (S_ISLNK(e->src.st_mode))
        return copy_symlink(e);
    int rc = entry_appear(e, entry_replaces(e), make_node, &m);
    if (rc == 0)
        return true;
    return entry_fail_dst(e, -rc,
                          S_ISFIFO(e->src.st_mode) ? "cannot create fifo %s"
                                                   : "cannot create special file %s");
}

/* --- links --- */

static int make_hard_link(void *arg, int dir_fd, const char *name)
{
    const struct making *m = arg;
    int flags = m->e->follow ? AT_SYMLINK_FOLLOW : 0;
    return linkat(m->e->in->fds[TREE_SOURCE], m->e->name, dir_fd, name, flags) < 0 ? -errno : 0;
}

static bool hard_link(struct entry *e)
{
    struct making m = {e, NULL};
    if (e->exists && file_id_equal(file_id_of(&e->src), file_id_of(&e->dst)))
        return true;
    const struct copy_rules *r = &e->hand->options->rules;
    bool replace = entry_replaces(e) || (e->exists && (r->force || r->existing == EXISTING_ASK));
    int rc = entry_appear(e, replace, make_hard_link, &m);
    return rc == 0 || entry_fail_turned(e, -rc, "cannot create hard link %s to %s");
}

/* A relative name means the same only in the directory that it is relative to. */
static bool soft_link(struct entry *e)
{
    char *src = entry_src_path(e), *dst = entry_dst_path(e);
    struct making m = {e, src};
    bool done = false;
    if (!src || !dst)
        entry_fail_src(e, ENOMEM, "cannot copy %s");
    else if (*src != '/' && strchr(dst, '/'))
        hand_fail(e->hand, 0, "%n: can make relative symbolic links only in current directory",
                  dst);
    else {
        bool replace = entry_replaces(e) || (e->exists && e->hand->options->rules.force);
        int rc = entry_appear(e, replace, make_symlink, &m);
        done = rc == 0 || complain_symlink(e, rc, src);
    }
    free(src);
    free(dst);
    return done;
}

bool special_link(struct entry *e)
{
    return e->hand->options->rules.product == PRODUCT_SYMLINK ? soft_link(e) : hard_link(e);
}

/* --- twins --- */

/* Paths may be longer than the kernel accepts: the directory is opened part by part. */
static int open_long(const char *path, size_t len)
{
    int fd = AT_FDCWD;
    static char part[PATH_MAX]; /* static, because it is a lot for a stack */
    for (size_t at = 0; at < len;) {
        size_t n = len - at < PATH_MAX / 2 ? len - at : PATH_MAX / 2;
        while (at + n < len && path[at + n] != '/' && n > 0)
            n--;
        memcpy(part, path + at, n);
        part[n] = '\0';
        int next = openat(fd, part, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fd != AT_FDCWD)
            close(fd);
        if (next < 0 || n == 0)
            return next < 0 ? -errno : -ENAMETOOLONG;
        fd = next;
        for (at += n; at < len && path[at] == '/';)
            at++;
    }
    return fd;
}

/* The first copy is in the same nest, or else at a path. */
static int link_from(const struct twin *twin, const char *path, int dir_fd, const char *name)
{
    size_t len = path ? strlen(path) - strlen(twin->name) : 0;
    int from = path ? open_long(path, len) : dir_fd;
    if (from < 0 && from != AT_FDCWD)
        return from;
    int rc = linkat(from, twin->name, dir_fd, name, 0) < 0 ? -errno : 0;
    if (from >= 0 && from != dir_fd)
        close(from);
    return rc;
}

/* The nest above it may get its name at any moment, but only once. */
static int link_first(const struct twin *twin, int dir_fd, const char *name)
{
    if (twin->folder)
        return link_from(twin, NULL, dir_fd, name);
    int rc = twin->place ? link_from(twin, twin->place, dir_fd, name) : -ENOENT;
    return rc == -ENOENT ? link_from(twin, twin->path, dir_fd, name) : rc;
}

static int make_twin(void *arg, int dir_fd, const char *name)
{
    const struct making *m = arg;
    const struct twin *twin = m->e->twin;
    struct stat st;
    int rc = link_first(twin, dir_fd, name);
    if (rc < 0)
        return rc;
    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        rc = -errno;
    else if (!file_id_equal(file_id_of(&st), twin->dst)) /* somebody has put another file there */
        rc = -ESTALE;
    if (rc < 0)
        unlinkat(dir_fd, name, 0);
    return rc;
}

int special_twin(struct entry *e)
{
    struct making m = {e, NULL};
    bool there = e->exists || e->displaces;
    if (there && file_id_equal(file_id_of(&e->dst), e->twin->dst))
        return 0;
    int rc = entry_appear(e, there, make_twin, &m);
    return rc == -EEXIST ? entry_appear(e, true, make_twin, &m) : rc;
}
