/* SPDX-License-Identifier: MIT */
#include "copy/attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

static const char access_acl[] = "system.posix_acl_access";
static const char capability[] = "security.capability";

/* The names of fd's extended attributes, each ended by NUL; *len is 0 where there is no such thing.
 */
static int list_names(int fd, char **names, size_t *len)
{
    ssize_t n = flistxattr(fd, NULL, 0);
    *names = NULL;
    *len = 0;
    if (n <= 0)
        return n == 0 || errno == EOPNOTSUPP || errno == ENOSYS ? 0 : -errno;
    *names = malloc((size_t)n);
    if (!*names)
        return -ENOMEM;
    n = flistxattr(fd, *names, (size_t)n);
    if (n < 0)
        return -errno;
    *len = (size_t)n;
    return 0;
}

static int copy_value(int from, int to, const char *name)
{
    static char value[65536]; /* XATTR_SIZE_MAX; static, for it is a lot for a stack */
    ssize_t n = fgetxattr(from, name, value, sizeof(value));
    if (n < 0)
        return errno == ENODATA ? 0 : -errno; /* it was removed meanwhile */
    return fsetxattr(to, name, value, (size_t)n, 0) < 0 ? -errno : 0;
}

/* The security modules label files by rules of their own, which may forbid other labels. */
static bool is_label(const char *name)
{
    return strncmp(name, "security.", 9) == 0 && strcmp(name, capability) != 0;
}

static int copy_xattrs(int from, int to, const char *except, bool tolerant)
{
    char *names;
    size_t len;
    int rc = list_names(from, &names, &len);
    for (char *name = names; !rc && name < names + len; name += strlen(name) + 1) {
        if (strcmp(name, except) == 0)
            continue;
        rc = copy_value(from, to, name);
        if (rc && (tolerant || is_label(name)))
            rc = 0;
    }
    free(names);
    return rc;
}

/* Removes the ACL that a new file took from its directory's default ACL. */
static int drop_acl(int fd)
{
    if (fremovexattr(fd, access_acl) < 0 && errno != ENODATA && errno != EOPNOTSUPP &&
        errno != ENOSYS)
        return -errno;
    return 0;
}

static int give_owner(int fd, const struct stat *st)
{
    struct stat now;
    if (fstat(fd, &now) < 0)
        return -errno;
    if (now.st_uid == st->st_uid && now.st_gid == st->st_gid)
        return 0;
    return fchown(fd, st->st_uid, st->st_gid) < 0 ? -errno : 0;
}

static int carry_owner(int fd, const struct stat *st, mode_t *mode)
{
    int rc = give_owner(fd, st);
    if (rc == 0 || geteuid() == 0 || (rc != -EPERM && rc != -EINVAL))
        return rc;
    *mode &= ~(mode_t)(S_ISUID | S_ISGID); /* they would lend the wrong owner's rights */
    if (fchown(fd, (uid_t)-1, st->st_gid) < 0 && errno != EPERM && errno != EINVAL)
        return -errno;
    return 0;
}

static int carry_mode(int fd, mode_t mode)
{
    int rc = drop_acl(fd);
    if (rc == 0 && fchmod(fd, mode & 07777) < 0)
        rc = -errno;
    return rc;
}

static int carry_times(int fd, const struct stat *st)
{
    const struct timespec times[2] = {st->st_atim, st->st_mtim};
    return futimens(fd, times) < 0 ? -errno : 0;
}

int attributes_carry(int from, int to, const struct stat *st, unsigned which, const char **what)
{
    mode_t mode = st->st_mode;
    int rc = 0;
    if (!(which & ATTRIBUTE_OWNERSHIP))
        mode &= ~(mode_t)(S_ISUID | S_ISGID);
    if (which & ATTRIBUTE_OWNERSHIP) {
        *what = "the owner";
        rc = carry_owner(to, st, &mode);
    }
    if (!rc && which & ATTRIBUTE_MODE) {
        *what = "the mode";
        rc = carry_mode(to, mode);
    }
    if (!rc && which & ATTRIBUTE_XATTR) {
        *what = "extended attributes";
        rc = copy_xattrs(from, to, "", which & ATTRIBUTE_TOLERANT);
    }
    if (!rc && which & ATTRIBUTE_TIMESTAMPS) {
        *what = "the times";
        rc = carry_times(to, st);
    }
    return rc;
}

int attributes_adopt(int old, int staged, const struct stat *old_st)
{
    int rc = give_owner(staged, old_st);
    if (!rc)
        rc = drop_acl(staged);
    if (!rc)
        rc = copy_xattrs(old, staged, capability, false); /* new contents don't inherit power */
    return rc;
}

int attributes_adopt_from(int dir_fd, const char *name, int staged, const struct stat *old_st)
{
    const int flags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    int old = openat(dir_fd, name, O_RDONLY | flags);
    if (old < 0 && errno == EACCES)
        old = openat(dir_fd, name, O_WRONLY | flags);
    if (old < 0)
        return -errno;
    int rc = attributes_adopt(old, staged, old_st);
    close(old);
    return rc;
}
