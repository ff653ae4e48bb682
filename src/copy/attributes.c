/* SPDX-License-Identifier: MIT */
#include "copy/attributes.h"
#include "base/arithmetic.h"
#include "base/xattr.h"
#include "copy/acl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

static const char capability[] = "security.capability";
static const char xfs_acl[] = "trusted.SGI_ACL_"; /* in addition, as root sees them there */

enum { SPECIAL = S_ISUID | S_ISGID | S_ISVTX, OPEN_TO_OTHERS = S_IWGRP | S_IWOTH };

static void lacks(struct attributes_lack *lack, unsigned which, int rc)
{
    if (rc < 0 && !lack->which)
        lack->err = -rc;
    if (rc < 0)
        lack->which |= which;
}

/* --- owner --- */

static bool has_owner(const struct stat *now, const struct stat *st)
{
    return now->st_uid == st->st_uid && now->st_gid == st->st_gid;
}

/* Some file systems have one owner for all files, and accept any other without storing it. An
 * ordinary user might not have been able to give the file away in any case. */
static int give_owner(int fd, const struct stat *st)
{
    struct stat now;
    if (fstat(fd, &now) < 0)
        return -errno;
    if (has_owner(&now, st))
        return 0;
    if (fchown(fd, st->st_uid, st->st_gid) < 0 || fstat(fd, &now) < 0)
        return -errno;
    if (has_owner(&now, st))
        return 0;
    return geteuid() == 0 || st->st_uid == geteuid() ? -EOPNOTSUPP : -EPERM;
}

/* As with cp: whoever isn't root is expected not to have the right. */
static bool is_tolerated(int rc)
{
    return geteuid() != 0 && (rc == -EPERM || rc == -EINVAL || rc == -EACCES);
}

/* What can't be carried of the source's owner is in *lack; what is returned is the failure to keep
 * the old file's. */
static int settle_owner(const struct attributes *a, int to, mode_t *mode,
                        struct attributes_lack *lack)
{
    bool carried = a->which & ATTRIBUTE_OWNERSHIP;
    int kept = 0, rc = carried ? give_owner(to, a->src_st) : 0;
    if (a->old && (rc < 0 || !carried))
        kept = give_owner(to, &a->old->st);
    if (kept < 0 || rc == 0)
        return kept;
    bool directory =
        S_ISDIR(a->src_st->st_mode); /* which may be everybody's except for its sticky bit */
    *mode &= ~(mode_t)(directory ? S_ISUID | S_ISGID : SPECIAL); /* they lend the owner's rights */
    if (is_tolerated(rc) && fchown(to, (uid_t)-1, a->src_st->st_gid) < 0)
        rc = -errno;
    if (!is_tolerated(rc))
        lacks(lack, ATTRIBUTE_OWNERSHIP, rc);
    return 0;
}

/* --- extended attributes --- */

static bool cannot_be_held(int rc)
{
    return rc == -EOPNOTSUPP || rc == -ENOSYS;
}

/* The names of fd's extended attributes, each ended by NUL; *len is 0 where there are no such
 * things. */
static int list_names(int fd, char **names, size_t *len)
{
    ssize_t n = xattr_list(fd, NULL, 0);
    *names = NULL;
    *len = 0;
    if (n <= 0)
        return n == 0 || cannot_be_held(-errno) ? 0 : -errno;
    *names = malloc((size_t)n);
    if (!*names)
        return -ENOMEM;
    n = xattr_list(fd, *names, (size_t)n);
    if (n < 0)
        return -errno;
    *len = (size_t)n;
    return 0;
}

/* Security modules label files by rules of their own, which may forbid other labels. */
static bool is_label(const char *name)
{
    static const struct {
        const char *name;
        bool with_more; /* the names of further ones begin like that, too */
    } labels[] = {{"security.selinux", false},
                  {"security.SMACK64", true},
                  {"security.apparmor", false},
                  {"security.ima", false},
                  {"security.evm", false}};
    for (size_t i = 0; i < COUNT_OF(labels); i++) {
        size_t len = strlen(labels[i].name);
        if (strncmp(name, labels[i].name, len) == 0 && (labels[i].with_more || !name[len]))
            return true;
    }
    return false;
}

/* ACLs belong to the mode, whatever they are called. */
static bool is_carried(const char *name)
{
    return strncmp(name, "system.", 7) != 0 && strncmp(name, xfs_acl, strlen(xfs_acl)) != 0;
}

/* A power that a file has because of its contents isn't given to other contents that take their
 * place. */
static bool is_kept(const char *name)
{
    return strncmp(name, xfs_acl, strlen(xfs_acl)) != 0 && strcmp(name, capability) != 0;
}

/* Calls take(arg, name, value, length) for each attribute that is wanted, and returns the first
 * failure. */
static int read_xattrs(int fd, bool (*is_wanted)(const char *),
                       int (*take)(void *, const char *, const void *, size_t), void *arg)
{
    static char value[65536]; /* XATTR_SIZE_MAX; static, because it is a lot for a stack */
    char *names;
    size_t len;
    int rc = list_names(fd, &names, &len);
    for (size_t at = 0; at < len; at += strlen(names + at) + 1) {
        if (!is_wanted(names + at))
            continue;
        ssize_t n = xattr_get(fd, names + at, value, sizeof(value));
        int failure = n >= 0             ? take(arg, names + at, value, (size_t)n)
                      : errno == ENODATA ? 0 /* it was removed meanwhile */
                                         : -errno;
        if (!rc)
            rc = failure;
    }
    free(names);
    return rc;
}

static int give_xattr(int fd, const char *name, const void *value, size_t len)
{
    return fsetxattr(fd, name, value, len, 0) < 0 && !is_label(name) ? -errno : 0;
}

struct carrying {
    int to;
    bool tolerant;
};

static int carry_one(void *arg, const char *name, const void *value, size_t len)
{
    const struct carrying *c = arg;
    int rc = give_xattr(c->to, name, value, len);
    return c->tolerant && cannot_be_held(rc) ? 0 : rc;
}

static int keep_one(void *arg, const char *name, const void *value, size_t len)
{
    struct attributes_kept *kept = arg;
    size_t name_len = strlen(name) + 1;
    char *more = realloc(kept->xattrs, kept->len + name_len + sizeof(len) + len);
    if (!more)
        return -ENOMEM;
    kept->xattrs = more;
    memcpy(more + kept->len, name, name_len);
    memcpy(more + kept->len + name_len, &len, sizeof(len));
    memcpy(more + kept->len + name_len + sizeof(len), value, len);
    kept->len += name_len + sizeof(len) + len;
    return 0;
}

/* Takes apart the one at *at, and moves *at to the next. False: none is left. */
static bool next_kept(const struct attributes_kept *kept, size_t *at, const char **name,
                      const char **value, size_t *len)
{
    if (*at >= kept->len)
        return false;
    *name = kept->xattrs + *at;
    *value = *name + strlen(*name) + 1 + sizeof(*len);
    memcpy(len, *value - sizeof(*len), sizeof(*len));
    *at = (size_t)(*value - kept->xattrs) + *len;
    return true;
}

static int give_kept(const struct attributes_kept *kept, int to)
{
    const char *name, *value;
    size_t len;
    int rc = 0;
    for (size_t at = 0; !rc && next_kept(kept, &at, &name, &value, &len);)
        if (strcmp(name, acl_attribute) != 0)
            rc = give_xattr(to, name, value, len);
    return rc;
}

/* --- mode --- */

/* Some file systems accept any mode, and have only one. All of them leave out a special bit that
 * only root may give (chmod(2)). */
static int change_mode(int fd, mode_t mode)
{
    struct stat now;
    if (fstat(fd, &now) < 0)
        return -errno;
    if ((now.st_mode & 07777) == mode)
        return 0;
    if (fchmod(fd, mode) < 0 || fstat(fd, &now) < 0)
        return -errno;
    return (now.st_mode ^ mode) & (geteuid() == 0 ? 07777 : 0777) ? -EOPNOTSUPP : 0;
}

/* vfat and the like have no modes to set. */
static int change_mode_if_any(int fd, mode_t mode)
{
    int rc = change_mode(fd, mode);
    return rc == -EPERM || rc == -EOPNOTSUPP ? 0 : rc;
}

/* Gives it an ACL, which the mode has to reflect then: some file systems store ACLs but heed only
 * the mode (FUSE), which would turn the mask into the group's right. narrow() sees to it that the
 * mode doesn't reflect it by accident. */
static int give_heeded(int to, const void *acl, size_t len)
{
    struct stat now;
    int rc = acl_give(to, acl, len);
    if (rc == 0 && fstat(to, &now) < 0)
        rc = -errno;
    return rc == 0 && (int)(now.st_mode & 0777) != acl_mode(acl, len) ? -EOPNOTSUPP : rc;
}

/* Carries the ACL of `len` bytes; 0: there is none; less: the errno that kept it from being read.
 * *mode is what the file is to have afterwards, and *without_acl an error if it should have had an
 * ACL. Before that, its rights are the owner's alone, or nobody can open it. */
static int settle_acl(int to, const void *acl, ssize_t len, mode_t *mode, int *without_acl)
{
    *without_acl = len > 0 ? give_heeded(to, acl, (size_t)len) : (int)len;
    if (len > 0 && *without_acl == 0)
        return 0;
    if (*without_acl < 0)
        *mode = acl_narrow(acl, len < 0 ? 0 : (size_t)len, *mode);
    return acl_drop(to);
}

/* The mode comes last, because setting an ACL clears set-id bits. */
static void carry_mode(int src, int to, mode_t mode, struct attributes_lack *lack)
{
    const void *acl;
    int without_acl;
    ssize_t len = acl_read(src, &acl);
    int rc = settle_acl(to, acl, len, &mode, &without_acl);
    lacks(lack, ATTRIBUTE_MODE, rc < 0 ? rc : change_mode(to, mode));
    lacks(lack, ATTRIBUTE_ACL, without_acl);
}

/* Where the old file's ACL isn't heeded, only the mode counts, as it did before. */
static int keep_mode(const struct attributes_kept *old, int to)
{
    const char *name, *value, *acl = NULL;
    size_t len, acl_len = 0;
    for (size_t at = 0; next_kept(old, &at, &name, &value, &len);)
        if (strcmp(name, acl_attribute) == 0)
            acl = value, acl_len = len;
    int rc = acl ? acl_give(to, acl, acl_len) : acl_drop(to);
    return rc < 0 ? rc : change_mode_if_any(to, old->st.st_mode & 01777);
}

static int settle_mode(const struct attributes *a, int to, mode_t mode,
                       struct attributes_lack *lack)
{
    if (a->which & ATTRIBUTE_MODE)
        carry_mode(a->src, to, mode, lack);
    else if (a->old)
        return keep_mode(a->old, to);
    else if (a->mode >= 0)
        return change_mode_if_any(to, (mode_t)a->mode);
    return 0;
}

/* A file that others can open already is first closed to those who may not open it in the end, or
 * who may only because it still has the wrong owner's group. A user who doesn't own it can't do
 * that, and will fail later. */
static void narrow(const struct attributes *a, int to)
{
    struct stat now;
    if (!(a->which & ATTRIBUTE_MODE) || fstat(to, &now) < 0 || !(now.st_mode & 0077))
        return;
    if (acl_may_be_there(to) || acl_may_be_there(a->src) ||
        (a->which & ATTRIBUTE_OWNERSHIP && !has_owner(&now, a->src_st)))
        (void)!fchmod(to, now.st_mode & S_IRWXU);
}

/* --- all of them --- */

static int carry_times(int fd, const struct stat *st)
{
    const struct timespec times[2] = {st->st_atim, st->st_mtim};
    return futimens(fd, times) < 0 ? -errno : 0;
}

static int settle_xattrs(const struct attributes *a, int to, struct attributes_lack *lack)
{
    struct carrying carrying = {to, a->which & ATTRIBUTE_TOLERANT};
    int rc = a->old ? give_kept(a->old, to) : 0;
    if (!rc && a->which & ATTRIBUTE_XATTR)
        lacks(lack, ATTRIBUTE_XATTR, read_xattrs(a->src, is_carried, carry_one, &carrying));
    return rc;
}

/* There is no source if nothing of it is to be carried. */
static mode_t mode_type(const struct attributes *a)
{
    return a->src_st ? a->src_st->st_mode & S_IFMT : 0;
}

int attributes_give(const struct attributes *a, int to, struct attributes_lack *lack)
{
    mode_t mode = a->which ? a->src_st->st_mode & 07777 : 0;
    *lack = (struct attributes_lack){0};
    if (!(a->which & ATTRIBUTE_OWNERSHIP) && !S_ISDIR(mode_type(a)))
        mode &= ~(mode_t)(S_ISUID | S_ISGID);
    narrow(a, to);
    int rc = settle_owner(a, to, &mode, lack);
    if (!rc)
        rc = settle_xattrs(a, to, lack);
    if (!rc)
        rc = settle_mode(a, to, mode, lack);
    if (!rc && a->which & ATTRIBUTE_TIMESTAMPS)
        lacks(lack, ATTRIBUTE_TIMESTAMPS, carry_times(to, a->src_st));
    return rc;
}

/* Is there nothing that would have to be read? If a file has an ACL, it is in the list. */
static bool is_common(int src)
{
    return xattr_list(src, NULL, 0) == 0;
}

int attributes_give_new(const struct attributes *a, int to, const struct attributes_birth *birth,
                        struct attributes_lack *lack)
{
    const struct stat *st = a->src_st;
    bool owner = a->which & ATTRIBUTE_OWNERSHIP;
    bool same_owner = st->st_uid == birth->uid && st->st_gid == birth->gid;
    if (!birth->plain || !is_common(a->src))
        return attributes_give(a, to, lack);
    if (owner && !same_owner && fchown(to, st->st_uid, st->st_gid) < 0)
        return attributes_give(a, to, lack);
    mode_t mode = st->st_mode & (owner || S_ISDIR(st->st_mode) ? 07777 : 01777);
    *lack = (struct attributes_lack){0};
    if (a->which & ATTRIBUTE_MODE && fchmod(to, mode) < 0)
        lacks(lack, ATTRIBUTE_MODE, -errno);
    else if (a->mode >= 0 && !(a->which & ATTRIBUTE_MODE) && fchmod(to, (mode_t)a->mode) < 0)
        return -errno;
    if (a->which & ATTRIBUTE_TIMESTAMPS)
        lacks(lack, ATTRIBUTE_TIMESTAMPS, carry_times(to, st));
    return 0;
}

bool attributes_give_away(const struct attributes *a)
{
    uid_t owner = a->which & ATTRIBUTE_OWNERSHIP ? a->src_st->st_uid
                  : a->old                       ? a->old->st.st_uid
                                                 : geteuid();
    mode_t mode = a->which & ATTRIBUTE_MODE ? a->src_st->st_mode
                  : a->old                  ? a->old->st.st_mode
                                            : (mode_t)a->mode;
    return owner != geteuid() || mode & OPEN_TO_OTHERS;
}

void attributes_spell(unsigned which, char text[ATTRIBUTES_ROOM])
{
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {{ATTRIBUTE_OWNERSHIP, "the owner"},
                 {ATTRIBUTE_XATTR, "extended attributes"},
                 {ATTRIBUTE_MODE, "the mode"},
                 {ATTRIBUTE_ACL, "the ACL"},
                 {ATTRIBUTE_TIMESTAMPS, "the times"}};
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < COUNT_OF(names) && len < ATTRIBUTES_ROOM; i++) {
        if (!(which & names[i].bit))
            continue;
        which &= ~names[i].bit;
        const char *joint = len == 0 ? "" : which & ~(unsigned)ATTRIBUTE_TOLERANT ? ", " : " and ";
        len += (size_t)snprintf(text + len, ATTRIBUTES_ROOM - len, "%s%s", joint, names[i].name);
    }
}

int attributes_mode_of_new(int src, int fresh, int *mode)
{
    const void *acl;
    ssize_t len = *mode & 0077 ? acl_read(src, &acl) : 0;
    if (len == 0 || acl_is_there(fresh))
        return 0;
    *mode = (int)acl_narrow(acl, len < 0 ? 0 : (size_t)len, (mode_t)*mode);
    return len < 0 ? (int)len : 0;
}

struct timespec attributes_cut_time(struct timespec t, const struct stat *st, bool even_seconds)
{
    long step = 1000000000;
    while (step > 1 &&
           (st->st_atim.tv_nsec % step || st->st_mtim.tv_nsec % step || st->st_ctim.tv_nsec % step))
        step /= 10;
    t.tv_nsec -= t.tv_nsec % step;
    if (even_seconds)
        t = (struct timespec){.tv_sec = t.tv_sec & ~(time_t)1};
    return t;
}

int attributes_open(int dir_fd, const char *name)
{
    const int flags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
    int fd = openat(dir_fd, name, O_RDONLY | flags);
    if (fd < 0 && errno == EACCES)
        fd = openat(dir_fd, name, O_WRONLY | flags);
    return fd < 0 ? -errno : fd;
}

int attributes_read(int fd, struct attributes_kept *kept)
{
    *kept = (struct attributes_kept){0};
    if (fstat(fd, &kept->st) < 0)
        return -errno;
    return read_xattrs(fd, is_kept, keep_one, kept);
}

void attributes_release(struct attributes_kept *kept)
{
    free(kept->xattrs);
    kept->xattrs = NULL;
    kept->len = 0;
}

bool attributes_are_plain(const struct attributes_kept *kept)
{
    return kept->st.st_uid == geteuid() && kept->st.st_gid == getegid() && kept->len == 0;
}
