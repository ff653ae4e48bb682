/* SPDX-License-Identifier: MIT */
#include "copy/inspect.h"
#include "base/complaint.h"
#include "base/diag.h"
#include "base/filesystem.h"
#include "base/io.h"
#include "base/signals.h"
#include "base/size.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

/* --- the source --- */

bool inspect_is_seekable(mode_t mode)
{
    return S_ISREG(mode) || S_ISBLK(mode);
}

static int device_size(int fd, off_t *size)
{
    uint64_t bytes;
    if (ioctl(fd, BLKGETSIZE64, &bytes) < 0)
        return -errno;
    *size = (off_t)bytes;
    return 0;
}

static long fs_magic(int fd)
{
    struct statfs fs;
    return fstatfs(fd, &fs) < 0 ? 0 : (long)fs.f_type;
}

static int measure_source(struct source *src, struct complaint *why)
{
    int rc = 0;
    src->fs = fs_magic(src->fd);
    src->size = src->st.st_size;
    if (S_ISBLK(src->st.st_mode))
        rc = device_size(src->fd, &src->size);
    if (rc < 0)
        return complaint_make_errno(why, -rc, src->path, "cannot find out the device's size");
    /* A regular file of size 0 may be one of /proc's kind on a file system not known here: read it
     * to see. */
    src->has_size =
        inspect_is_seekable(src->st.st_mode) && src->size > 0 && !filesystem_of(src->fs)->made_up;
    return 0;
}

static int open_source(const char *path)
{
    for (;;) {
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (fd >= 0)
            return fd;
        if (errno != EINTR || signals_fatal())
            return -errno;
    }
}

int inspect_source(const char *path, struct source *src, struct complaint *why)
{
    bool standard = strcmp(path, STANDARD_STREAM) == 0;
    *src = (struct source){.path = standard ? diag_stdin : path};
    src->fd = standard ? STDIN_FILENO : open_source(path);
    if (src->fd < 0)
        return complaint_make_errno(why, -src->fd, src->path, "cannot open");
    if (fstat(src->fd, &src->st) < 0)
        return complaint_make_errno(why, errno, src->path, "cannot inspect");
    if (S_ISDIR(src->st.st_mode))
        return complaint_make(
            why, EISDIR, src->path, "cannot copy",
            "it is a directory, and mpcp copies files (for trees there is cp -R)");
    if (standard) {
        src->has_size = false; /* it may stand anywhere in its file, so it is read from there on */
        return 0;
    }
    return measure_source(src, why);
}

void inspect_close_source(struct source *src)
{
    if (src->fd > STDERR_FILENO)
        close(src->fd);
    src->fd = -1;
}

/* A file that has as many blocks as bytes is taken to have no holes, as cp does: SEEK_HOLE can take
 * long on some file systems. */
static bool may_have_holes(const struct source *src)
{
    return src->has_size && S_ISREG(src->st.st_mode) && (off_t)src->st.st_blocks * 512 < src->size;
}

int inspect_data(const struct source *src, bool holes, size_t page, struct extents *extents)
{
    *extents = (struct extents){0};
    if (holes && may_have_holes(src) && extents_find(src->fd, src->size, page, extents) == 0)
        return 0;
    extents_release(extents);
    return extents_whole(src->size, extents);
}

/* --- the destination --- */

/* Refuses a destination that stat(2) couldn't find, unless it can be created. */
static int refuse_missing(const struct destination *dst, int err, struct complaint *why)
{
    struct stat link;
    size_t len = strlen(dst->path);
    if (err == ENOENT && len > 0 && dst->path[len - 1] == '/')
        return complaint_make(why, err, dst->path, "cannot create", "there is no such directory");
    if (err == ENOENT && lstat(dst->path, &link) == 0)
        return complaint_make(why, err, dst->path, "cannot create",
                              "it is a symbolic link that leads nowhere; remove it first");
    if (err == ENOENT && len > 0)
        return 0;
    return complaint_make_errno(why, err, dst->path, "cannot create");
}

/* Through a link in /dev or /proc (/dev/stdout, /proc/self/fd/3) the very file that someone has
 * open is meant: replacing it under its name would leave that one with the old file. */
static bool is_kernel_link(const char *path)
{
    return strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0;
}

/* Opens the directory of dst->name, which is a path, and makes it the name below that. */
static int open_parent(struct destination *dst)
{
    char *path = dst->name;
    char *slash = strrchr(path, '/');
    if (!slash) {
        dst->dir_fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
        return dst->dir_fd < 0 ? -errno : 0;
    }
    dst->name = strdup(slash + 1);
    slash[slash == path] = '\0'; /* "/name" is in "/" */
    dst->dir_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int rc = dst->dir_fd < 0 ? -errno : dst->name ? 0 : -ENOMEM;
    free(path);
    return rc;
}

/* Sets dir_fd and name, following a symbolic link to its end. */
static int open_directory(struct destination *dst)
{
    struct stat link;
    bool is_link = lstat(dst->path, &link) == 0 && S_ISLNK(link.st_mode);
    bool by_path =
        (dst->exists && !S_ISREG(dst->st.st_mode)) || (is_link && is_kernel_link(dst->path));
    char *path = is_link && !by_path ? realpath(dst->path, NULL) : strdup(dst->path);
    if (!path)
        return -errno;
    dst->name = path;
    return by_path ? 0 : open_parent(dst);
}

/* May it be written to? What fails for a reason of its own is no answer. */
static int ask_rights(int dir_fd, const char *name, int mode, bool *may)
{
    *may = faccessat(dir_fd, name, mode, AT_EACCESS) == 0;
    bool answered = *may || errno == EACCES || errno == EPERM || errno == EROFS || errno == ETXTBSY;
    return answered ? 0 : -errno;
}

static int note_rights(struct destination *dst)
{
    struct statx more;
    int rc = 0;
    if (dst->dir_fd != AT_FDCWD)
        rc = ask_rights(dst->dir_fd, ".", W_OK | X_OK, &dst->dir_writable);
    if (rc < 0 || !dst->exists)
        return rc;
    if (statx(dst->dir_fd, dst->name, AT_SYMLINK_NOFOLLOW, 0, &more) == 0) {
        dst->mount_point = more.stx_attributes & STATX_ATTR_MOUNT_ROOT;
        dst->fixed = more.stx_attributes & STATX_ATTR_IMMUTABLE ? "it is immutable, see chattr(1)"
                     : more.stx_attributes & STATX_ATTR_APPEND  ? "it is append-only, see chattr(1)"
                                                                : NULL;
    }
    return ask_rights(dst->dir_fd, dst->name, W_OK, &dst->writable);
}

static int refuse_same(const struct source *src, const struct destination *dst,
                       struct complaint *why)
{
    const struct stat *a = &src->st, *b = &dst->st;
    if (!inspect_is_seekable(
            b->st_mode)) /* reading from and writing to one terminal is no mistake */
        return 0;
    bool same = io_same_file(a, b);
    same |= S_ISBLK(a->st_mode) && S_ISBLK(b->st_mode) && a->st_rdev == b->st_rdev;
    if (!same)
        return 0;
    return complaint_make(why, EINVAL, dst->path, "cannot copy",
                          "source and destination are the same file");
}

static int inspect_stdout(const struct source *src, struct destination *dst, struct complaint *why)
{
    dst->path = diag_stdout;
    dst->standard = dst->exists = dst->writable = true;
    if (fstat(STDOUT_FILENO, &dst->st) < 0)
        return complaint_make_errno(why, errno, dst->path, "cannot inspect");
    return refuse_same(src, dst, why);
}

/* What there is to know of the opened directory, and of the name in it. */
static int look_around(dev_t src_dev, struct destination *dst, struct complaint *why)
{
    struct stat dir;
    int rc = note_rights(dst);
    if (rc < 0)
        return complaint_make_errno(why, -rc, dst->path, "cannot inspect");
    if (dst->dir_fd == AT_FDCWD)
        return 0;
    dst->fs = fs_magic(dst->dir_fd);
    dst->same_fs = fstat(dst->dir_fd, &dir) == 0 && dir.st_dev == src_dev;
    return 0;
}

int inspect_destination(const char *path, const struct source *src, struct destination *dst,
                        struct complaint *why)
{
    *dst = (struct destination){.path = path, .dir_fd = AT_FDCWD};
    if (strcmp(path, STANDARD_STREAM) == 0)
        return inspect_stdout(src, dst, why);
    dst->exists = stat(path, &dst->st) == 0;
    int rc = dst->exists ? 0 : refuse_missing(dst, errno, why);
    if (rc < 0)
        return rc;
    if (dst->exists && S_ISDIR(dst->st.st_mode))
        return complaint_make(why, EISDIR, path, "cannot replace", "it is a directory");
    rc = dst->exists ? refuse_same(src, dst, why) : 0;
    if (rc < 0)
        return rc;
    rc = open_directory(dst);
    return rc < 0 ? complaint_make_errno(why, -rc, path, "cannot open its directory")
                  : look_around(src->st.st_dev, dst, why);
}

void inspect_release_destination(struct destination *dst)
{
    if (dst->dir_fd >= 0)
        close(dst->dir_fd);
    dst->dir_fd = AT_FDCWD;
    free(dst->name);
    dst->name = NULL;
}

int inspect_take_link(const struct source *src, struct destination *dst, struct complaint *why)
{
    struct stat link;
    if (dst->dir_fd == AT_FDCWD || lstat(dst->path, &link) < 0 || !S_ISLNK(link.st_mode))
        return 0;
    inspect_release_destination(dst);
    dst->name = strdup(dst->path);
    int rc = dst->name ? open_parent(dst) : -ENOMEM;
    return rc < 0 ? complaint_make_errno(why, -rc, dst->path, "cannot open its directory")
                  : look_around(src->st.st_dev, dst, why);
}

/* In a directory with the sticky bit, only one's own files may be. */
bool inspect_is_replaceable(const struct destination *dst)
{
    struct stat dir, named;
    if (dst->dir_fd == AT_FDCWD || !dst->dir_writable || dst->mount_point || dst->fixed)
        return false;
    if (fstat(dst->dir_fd, &dir) < 0 ||
        fstatat(dst->dir_fd, dst->name, &named, AT_SYMLINK_NOFOLLOW) < 0)
        return false;
    return !(dir.st_mode & S_ISVTX) || geteuid() == 0 || dir.st_uid == geteuid() ||
           named.st_uid == geteuid();
}

int inspect_device_room(int fd, const char *path, off_t needed, struct complaint *why)
{
    char have[SIZE_TEXT], want[SIZE_TEXT];
    off_t size = 0;
    int rc = device_size(fd, &size);
    if (rc < 0)
        return complaint_make_errno(why, -rc, path, "cannot find out the device's size");
    if (size >= needed)
        return 0;
    return complaint_make(why, ENOSPC, path, "cannot hold the copy",
                          "the device has %s, the source %s", size_format((uint64_t)size, have),
                          size_format((uint64_t)needed, want));
}
