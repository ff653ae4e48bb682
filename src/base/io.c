/* SPDX-License-Identifier: MIT */
#include "base/io.h"
#include "base/arithmetic.h"
#include "base/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int io_occupy_standard_fds(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        /* The lowest free descriptor is this one. */
        if (open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0 && open("/", O_PATH) < 0)
            return -errno;
    }
    return 0;
}

ssize_t io_pread_full(int fd, void *buf, size_t len, off_t off)
{
    size_t done = 0;
    while (done < len) {
        ssize_t n = pread(fd, (char *)buf + done, len - done, off + (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

ssize_t io_pread_pages(int fd, void *buf, size_t len, off_t off)
{
    size_t done = 0, whole = round_up(len, IO_PAGE);
    while (done < len) {
        ssize_t n = pread(fd, (char *)buf + done, whole - done, off + (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0 || (n < 0 && errno == EINVAL && done % IO_PAGE != 0)) /* the file ended before */
            break;
        if (n < 0)
            return -errno;
        done += (size_t)n;
    }
    return (ssize_t)min_size(done, len);
}

int io_pwrite_full(int fd, const void *buf, size_t len, off_t off, size_t *written)
{
    *written = 0;
    while (*written < len) {
        ssize_t n = pwrite(fd, (const char *)buf + *written, len - *written, off + (off_t)*written);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        *written += (size_t)n;
    }
    return 0;
}

ssize_t io_read_some(int fd, void *buf, size_t len)
{
    for (;;) {
        ssize_t n = read(fd, buf, len);
        if (n >= 0)
            return n;
        if (errno != EINTR || signals_fatal())
            return -errno;
    }
}

ssize_t io_splice_some(int src_fd, int dst_fd, size_t len)
{
    for (;;) {
        ssize_t n = splice(src_fd, NULL, dst_fd, NULL, len, SPLICE_F_MOVE);
        if (n >= 0)
            return n;
        if (errno != EINTR || signals_fatal())
            return -errno;
    }
}

int io_write_full(int fd, const void *buf, size_t len, size_t *written)
{
    *written = 0;
    while (*written < len) {
        ssize_t n = write(fd, (const char *)buf + *written, len - *written);
        if (n == 0 || (n < 0 && errno != EINTR))
            return n < 0 ? -errno : -EIO;
        if (n > 0)
            *written += (size_t)n;
        /* A signal that comes midway shows up as a short count, not as EINTR. */
        if (*written < len && signals_fatal())
            return -EINTR;
    }
    return 0;
}

int io_reopen(int fd, int flags)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int again = open(path, flags | O_CLOEXEC | O_NOCTTY);
    return again < 0 ? -errno : again;
}

int io_reflink(int dst_fd, int src_fd)
{
    return ioctl(dst_fd, FICLONE, src_fd) < 0 ? -errno : 0;
}

/* Returns 0 if it is; -EPERM if not. */
static int check_private(int fd)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    bool is = S_ISREG(st.st_mode) && st.st_uid == geteuid() && st.st_nlink <= 1 &&
              (st.st_mode & 0022) == 0;
    return is ? 0 : -EPERM;
}

/* Opens it, or creates it if there is none; *created tells which. */
static int open_or_create(int dir_fd, const char *name, int flags, bool *created)
{
    int fd = -1, tries = 3; /* somebody else may create or remove it in the meantime */
    do {
        fd = openat(dir_fd, name, flags);
        *created = fd < 0 && errno == ENOENT;
        if (*created)
            fd = openat(dir_fd, name, flags | O_CREAT | O_EXCL, 0600);
    } while (fd < 0 && errno == EEXIST && --tries > 0);
    return fd < 0 ? -errno : fd;
}

/* What opening returns for a link; a directory; another user's file; a pipe or a socket. */
static bool is_refusal(int err)
{
    return err == ELOOP || err == EISDIR || err == EACCES || err == ENXIO;
}

int io_open_private(int dir_fd, const char *name, int flags)
{
    const int careful = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    bool created;
    int fd = open_or_create(dir_fd, name, careful | flags, &created);
    if (fd < 0)
        return !created && is_refusal(-fd) ? -EPERM : fd;
    int rc = check_private(fd);
    if (rc == 0)
        return fd;
    io_close(&fd);
    if (!created)
        return rc;
    unlinkat(dir_fd, name, 0);
    return rc == -EPERM ? -EOPNOTSUPP : rc; /* all files here are like that */
}

bool io_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

int io_check_name(int fd, int dir_fd, const char *name)
{
    struct stat ours, named;
    if (fstat(fd, &ours) < 0)
        return -errno;
    if (fstatat(dir_fd, name, &named, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? -EBUSY : -errno;
    return io_same_file(&ours, &named) ? 0 : -EBUSY;
}

/* May it do what only a file's owner may? root may have lost that right, and others may have it. */
static bool acts_as_owner(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct have[_LINUX_CAPABILITY_U32S_3] = {0};
    if (syscall(SYS_capget, &head, have) < 0)
        return geteuid() == 0;
    return have[CAP_TO_INDEX(CAP_FOWNER)].effective & CAP_TO_MASK(CAP_FOWNER);
}

/* In a directory with the sticky bit, users may only remove their own files. */
static bool sticks(const struct statx *dir, const struct statx *file)
{
    return dir->stx_mode & S_ISVTX && dir->stx_uid != geteuid() && file->stx_uid != geteuid() &&
           !acts_as_owner();
}

int io_check_removable(int dir_fd, const char *name)
{
    const unsigned mask = STATX_MODE | STATX_UID;
    const int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
    struct statx dir, file;
    if (statx(dir_fd, ".", flags, mask, &dir) < 0 || statx(dir_fd, name, flags, mask, &file) < 0 ||
        faccessat(dir_fd, ".", W_OK | X_OK, AT_EACCESS) < 0)
        return -errno;
    bool fixed = dir.stx_attributes & STATX_ATTR_APPEND ||
                 file.stx_attributes & (STATX_ATTR_APPEND | STATX_ATTR_IMMUTABLE);
    if (fixed || sticks(&dir, &file))
        return -EPERM;
    return file.stx_attributes & STATX_ATTR_MOUNT_ROOT ? -EBUSY : 0;
}

int io_punch_hole(int fd, off_t begin, off_t end)
{
    const int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    while (begin < end && fallocate(fd, mode, begin, end - begin) < 0)
        if (errno != EINTR || signals_fatal())
            return -errno;
    return 0;
}

int io_rename(int dir_fd, const char *from, const char *to, bool replace)
{
    struct stat st;
    int rc = replace ? renameat(dir_fd, from, dir_fd, to)
                     : renameat2(dir_fd, from, dir_fd, to, RENAME_NOREPLACE);
    if (rc < 0 && !replace && errno == EINVAL) { /* the file system knows no RENAME_NOREPLACE */
        if (fstatat(dir_fd, to, &st, AT_SYMLINK_NOFOLLOW) == 0)
            return -EEXIST;
        rc = renameat(dir_fd, from, dir_fd, to);
    }
    return rc < 0 ? -errno : 0;
}

int io_close(int *fd)
{
    int closing = *fd;
    *fd = -1;
    if (closing < 0)
        return 0;
    /* On Linux the descriptor is gone even after EINTR, which isn't an error of the file. */
    return close(closing) < 0 && errno != EINTR ? -errno : 0;
}

int io_sync_range(int fd, off_t off, off_t len, unsigned flags)
{
    if (sync_file_range(fd, off, len, flags) == 0)
        return 0;
    bool lacks_it = errno == ENOSYS || errno == EINVAL || errno == ESPIPE || errno == EOPNOTSUPP;
    return lacks_it ? 0 : -errno;
}

/* Has anything failed to be written since the file was opened? Whoever was told before, such as a
 * worker that has ended, may have told nobody; an open file remembers. */
static int written_so_far(int fd)
{
    const off_t beyond = (off_t)1 << 43; /* where there is nothing to wait for */
    return io_sync_range(fd, beyond, 1, SYNC_FILE_RANGE_WAIT_BEFORE);
}

int io_flush(int fd)
{
    /* Closing any descriptor of an open file calls the file system's flush, not just the last one.
     */
    int twin = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (twin < 0)
        return -errno;
    int rc = io_close(&twin);
    return rc < 0 ? rc : written_so_far(fd);
}
