/* SPDX-License-Identifier: MIT */
/*
 * A file system that refuses to give a file some attributes, and one who watches while they are
 * given: the functions below take the place of the C library's.
 */
#pragma once

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

struct refusing {
    int owner, mode, acl, xattr, times; /* the errno that each is refused with; 0: it isn't */
    int reading;                        /* the same for reading an ACL */
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
    return answer(refusing.owner, fd, refusing.owner ? -1 : syscall(SYS_fchown, fd, uid, gid));
}

int fchmod(int fd, mode_t mode)
{
    return answer(refusing.mode, fd, refusing.mode ? -1 : syscall(SYS_fchmod, fd, mode));
}

int fsetxattr(int fd, const char *name, const void *value, size_t len, int flags)
{
    int err = strncmp(name, "system.", 7) == 0 ? refusing.acl : refusing.xattr;
    return answer(err, fd, err ? -1 : syscall(SYS_fsetxattr, fd, name, value, len, flags));
}

ssize_t fgetxattr(int fd, const char *name, void *value, size_t len)
{
    if (refusing.reading && strncmp(name, "system.", 7) == 0) {
        errno = refusing.reading;
        return -1;
    }
    return (ssize_t)syscall(SYS_fgetxattr, fd, name, value, len);
}

int fremovexattr(int fd, const char *name)
{
    return answer(refusing.acl, fd, refusing.acl ? -1 : syscall(SYS_fremovexattr, fd, name));
}

int futimens(int fd, const struct timespec times[2])
{
    return answer(refusing.times, fd,
                  refusing.times ? -1 : syscall(SYS_utimensat, fd, NULL, times, 0));
}
