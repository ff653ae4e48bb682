/* SPDX-License-Identifier: MIT */
/*
 * A file system that refuses to give a file some attributes, or only seems to give them, and an
 * observer who watches while they are given: the functions below replace the C library's.
 */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

struct refusing {
    int owner, mode, acl, xattr, times; /* the errno that each is refused with; 0: it isn't */
    int reading;                        /* the same for reading an ACL */
    const char *listed;                 /* the only attribute that any file has; NULL: its own */
    const char *one;                    /* the only attribute that `xattr` refuses; NULL: all */
    bool deaf;                          /* owner and mode seem to be given, and aren't */
    int unheeded;                       /* a file whose ACL is only a text; 0: there is none */
    void (*watch)(int fd);              /* called after each call that wasn't */
};

static struct refusing refusing;

static inline int answer(int err, int fd, long rc)
{
    if (err) {
        errno = err;
        return -1;
    }
    int kept = errno;
    if (refusing.watch)
        refusing.watch(fd);
    errno = kept;
    return (int)rc;
}

int fchown(int fd, uid_t uid, gid_t gid)
{
    bool none = refusing.owner || refusing.deaf;
    return answer(refusing.owner, fd, none ? 0 : syscall(SYS_fchown, fd, uid, gid));
}

int fchmod(int fd, mode_t mode)
{
    bool none = refusing.mode || refusing.deaf;
    return answer(refusing.mode, fd, none ? 0 : syscall(SYS_fchmod, fd, mode));
}

static inline bool is_acl(const char *name)
{
    return strncmp(name, "system.", 7) == 0;
}

static inline const char *stored_as(int fd, const char *name)
{
    return is_acl(name) && refusing.unheeded == fd ? "user.acl" : name;
}

int fsetxattr(int fd, const char *name, const void *value, size_t len, int flags)
{
    int err = is_acl(name)                                       ? refusing.acl
              : !refusing.one || strcmp(name, refusing.one) == 0 ? refusing.xattr
                                                                 : 0;
    name = stored_as(fd, name);
    return answer(err, fd, err ? -1 : syscall(SYS_fsetxattr, fd, name, value, len, flags));
}

ssize_t flistxattr(int fd, char *names, size_t len)
{
    if (!refusing.listed)
        return (ssize_t)syscall(SYS_flistxattr, fd, names, len);
    size_t n = strlen(refusing.listed) + 1;
    if (len >= n)
        memcpy(names, refusing.listed, n);
    return (ssize_t)n;
}

ssize_t fgetxattr(int fd, const char *name, void *value, size_t len)
{
    if (refusing.reading && is_acl(name)) {
        errno = refusing.reading;
        return -1;
    }
    if (refusing.listed && strcmp(name, refusing.listed) == 0)
        return 0;
    return (ssize_t)syscall(SYS_fgetxattr, fd, stored_as(fd, name), value, len);
}

int fremovexattr(int fd, const char *name)
{
    name = stored_as(fd, name);
    return answer(refusing.acl, fd, refusing.acl ? -1 : syscall(SYS_fremovexattr, fd, name));
}

int futimens(int fd, const struct timespec times[2])
{
    return answer(refusing.times, fd,
                  refusing.times ? -1 : syscall(SYS_utimensat, fd, NULL, times, 0));
}
