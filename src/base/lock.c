/* SPDX-License-Identifier: MIT */
#include "base/lock.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

enum { LISTEN_TRIES = 200 };

/* Sets the address and returns its length. A NUL at the start makes it abstract. */
static socklen_t address_of(int dir_fd, const char *name, const struct stat *st,
                            struct sockaddr_un *address)
{
    struct stat dir = {0};
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    char *text = address->sun_path + 1;
    size_t room = sizeof(address->sun_path) - 1;
    int len;
    if (st && S_ISBLK(st->st_mode))
        len = snprintf(text, room, "mpcp-device-%llx", (unsigned long long)st->st_rdev);
    else if (st)
        len = snprintf(text, room, "mpcp-file-%llx-%llx", (unsigned long long)st->st_dev,
                       (unsigned long long)st->st_ino);
    else if (fstat(dir_fd, &dir) == 0)
        len = snprintf(text, room, "mpcp-name-%llx-%llx-%llx", (unsigned long long)dir.st_dev,
                       (unsigned long long)dir.st_ino,
                       (unsigned long long)XXH3_64bits(name, strlen(name)));
    else
        return 0;
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len);
}

/* Anybody may bind any such name, just to be a nuisance: a stranger's lock doesn't count. */
static int find_holder(const struct sockaddr_un *address, socklen_t len, pid_t *holder)
{
    struct ucred who;
    socklen_t who_len = sizeof(who);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    int rc = connect(fd, (const struct sockaddr *)address, len);
    if (rc == 0)
        rc = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &who_len);
    int err = rc < 0 ? errno : 0;
    io_close(&fd);
    if (err == EAGAIN) /* too many have asked before */
        return -EBUSY;
    if (err)
        return -err;
    /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): errno is never 0 after a failure */
    *holder = who.pid;
    return who.uid == geteuid() || who.uid == 0 ? -EBUSY : -EPERM;
}

/* Binds a new socket to the address, which is ours from then on. Returns it, or -errno. */
static int bind_new(const struct sockaddr_un *address, socklen_t len)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int rc = bind(fd, (const struct sockaddr *)address, len);
    if (rc == 0 && listen(fd, 64) == 0)
        return fd;
    rc = -errno;
    io_close(&fd);
    return rc;
}

static int try_once(const struct sockaddr_un *address, socklen_t len, pid_t *holder)
{
    int rc = bind_new(address, len);
    return rc == -EADDRINUSE ? find_holder(address, len, holder) : rc;
}

int lock_take(int dir_fd, const char *name, const struct stat *st, pid_t *holder)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    struct sockaddr_un address;
    socklen_t len = address_of(dir_fd, name, st, &address);
    *holder = 0;
    if (len == 0)
        return -errno;
    int rc = try_once(&address, len, holder);
    /* A process of ours that doesn't listen will soon, or has just ended; a stranger's may
     * never. */
    for (int i = 0; rc == -ECONNREFUSED && i < LISTEN_TRIES; i++) {
        nanosleep(&pause, NULL);
        rc = try_once(&address, len, holder);
    }
    return rc;
}

int lock_file(int fd)
{
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    bool taken = fcntl(fd, F_OFD_SETLK, &all) < 0 && (errno == EAGAIN || errno == EACCES);
    return taken ? -EBUSY : 0;
}
