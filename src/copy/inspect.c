/* SPDX-License-Identifier: MIT */
#include "copy/inspect.h"
#include "base/arithmetic.h"
#include "base/clock.h"
#include "base/complaint.h"
#include "base/diag.h"
#include "base/facts.h"
#include "base/filesystem.h"
#include "base/io.h"
#include "base/path.h"
#include "base/size.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

/* --- questions --- */

bool inspect_is_seekable(mode_t mode)
{
    return S_ISREG(mode) || S_ISBLK(mode);
}

bool inspect_is_stream(const struct destination *dst)
{
    return dst->standard || (dst->exists && !inspect_is_seekable(dst->st.st_mode)) ||
           filesystem_of(dst->fs)->made_up;
}

bool inspect_is_regular(const struct destination *dst)
{
    return !dst->standard && (!dst->exists || S_ISREG(dst->st.st_mode));
}

bool inspect_is_empty(const struct source *src)
{
    return S_ISREG(src->st.st_mode) && src->st.st_size == 0;
}

bool inspect_is_in_order(const struct source *src, const struct destination *dst)
{
    return !src->has_size || inspect_is_stream(dst);
}

/* Does "-" stand for stdin or stdout? */
static bool is_standard(const struct location *at)
{
    return at->dir_fd == AT_FDCWD && strcmp(at->name, STANDARD_STREAM) == 0;
}

static int look_at(const struct location *at, struct stat *st)
{
    return fstatat(at->dir_fd, at->name, st, 0) < 0 ? -errno : 0;
}

static bool is_link(const struct location *at)
{
    struct stat st;
    return fstatat(at->dir_fd, at->name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
}

/* --- the source --- */

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

/* For a small file, which one process copies anyway, the list of mounts isn't read. */
static bool is_on_network(int fd, long magic, off_t size)
{
    struct statx at = {0};
    bool looked = size >= FACTS_SMALL && statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &at) == 0;
    return filesystem_is_network(magic, looked ? at.stx_mnt_id : 0);
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
    src->network = is_on_network(src->fd, src->fs, src->size);
    /* A regular file of size 0 may be one of /proc's kind on a file system not known here: it is
     * read to see. */
    src->has_size =
        inspect_is_seekable(src->st.st_mode) && src->size > 0 && !filesystem_of(src->fs)->made_up;
    return 0;
}

/* A tree's file may have become a FIFO by now, whose writer might never come. */
static int open_source(const struct location *at)
{
    int follow = at->no_follow ? O_NOFOLLOW : 0;
    int wait = at->no_follow && !at->awaited ? O_NONBLOCK : 0;
    return openat(at->dir_fd, at->name, O_RDONLY | O_CLOEXEC | O_NOCTTY | follow | wait);
}

static int refuse_directory(const char *path, struct complaint *why)
{
    return complaint_as_cp_alone(why, EISDIR, "-r not specified; omitting directory %s", path);
}

/* What can't be opened is reported for what it is, if it can be looked at. */
static int refuse_unopened(const struct location *at, int err, struct complaint *why)
{
    struct stat st;
    if (fstatat(at->dir_fd, at->name, &st, at->no_follow ? AT_SYMLINK_NOFOLLOW : 0) < 0)
        return complaint_as_cp(why, errno, "cannot stat %s", at->path);
    return S_ISDIR(st.st_mode) ? refuse_directory(at->path, why)
                               : complaint_as_cp(why, err, "cannot open %s for reading", at->path);
}

int inspect_source(const struct location *at, struct source *src, struct complaint *why)
{
    bool standard = is_standard(at);
    *src =
        (struct source){.at = *at, .path = standard ? diag_stdin : at->path, .standard = standard};
    src->fd = standard ? STDIN_FILENO : open_source(at);
    if (src->fd < 0)
        return refuse_unopened(at, errno, why);
    if (fstat(src->fd, &src->st) < 0)
        return complaint_as_cp(why, errno, "cannot fstat %s", src->path);
    if (S_ISDIR(src->st.st_mode))
        return refuse_directory(src->path, why);
    return standard ? 0 : measure_source(src, why);
}

void inspect_close_source(struct source *src)
{
    if (src->fd > STDERR_FILENO)
        close(src->fd);
    src->fd = -1;
}

/* A file that has as many blocks as bytes is assumed to have no holes, as in cp: SEEK_HOLE can take
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

int inspect_refuse_creation(const struct destination *dst, int err, struct complaint *why)
{
    return complaint_as_cp(why, err, "cannot create regular file %s", dst->path);
}

/* Refuses a destination that stat(2) couldn't find, unless it can be created, or has appeared since
 * then. */
static int refuse_missing(struct destination *dst, int err, struct complaint *why)
{
    size_t len = strlen(dst->path);
    if (err != ENOENT)
        return complaint_as_cp(why, err, "cannot stat %s", dst->path);
    if (len == 0 || dst->path[len - 1] == '/')
        return inspect_refuse_creation(dst, len == 0 ? ENOENT : ENOTDIR, why);
    dst->exists = fstatat(dst->at.dir_fd, dst->at.name, &dst->st, AT_SYMLINK_NOFOLLOW) == 0;
    return dst->exists && S_ISLNK(dst->st.st_mode)
               ? complaint_as_cp_alone(why, err, "not writing through dangling symlink %s",
                                       dst->path)
               : 0;
}

/* By now a link may lead to another file than the one that was looked at. */
static int check_found(const struct destination *dst)
{
    struct stat named;
    if (fstatat(dst->dir_fd, dst->name, &named, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    return dst->exists && io_same_file(&named, &dst->st) ? 0 : -ESTALE;
}

/* Sets dir_fd and name. What isn't a regular file keeps its path, and so does the file that a link
 * of the kernel's own (/dev/stdout, /proc/self/fd/3) leads to: the very file that someone has open
 * is meant, and replacing it under its name would leave them with the old file. */
static int open_directory(struct destination *dst)
{
    bool by_path = dst->exists && !S_ISREG(dst->st.st_mode), followed;
    int fd =
        by_path ? -EXDEV : path_open_directory(dst->at.dir_fd, dst->at.name, &dst->name, &followed);
    if (fd >= 0) {
        dst->dir_fd = fd;
        return followed ? check_found(dst) : 0;
    }
    if (fd != -EXDEV)
        return fd;
    dst->name = strdup(dst->at.path); /* relative to the working directory, see dir_fd */
    return dst->name ? 0 : -ENOMEM;
}

/* May it be written to? *refusal is 0, or the errno that says why not. A failure for any other
 * reason is no answer. */
static int ask_rights(int dir_fd, const char *name, int mode, int *refusal)
{
    *refusal = faccessat(dir_fd, name, mode, AT_EACCESS) == 0 ? 0 : errno;
    bool answered = *refusal == 0 || *refusal == EACCES || *refusal == EPERM || *refusal == EROFS ||
                    *refusal == ETXTBSY;
    return answered ? 0 : -*refusal;
}

/* The list of mounts isn't worth reading for a small file, for which nothing is reserved. */
static bool may_compress(const struct destination *dst, const struct statx *dir, off_t size)
{
    enum compression compression = filesystem_of(dst->fs)->compression;
    if (compression != COMPRESSION_SHOWN)
        return compression == COMPRESSION_HIDDEN;
    return size < FACTS_SMALL || dir->stx_attributes & STATX_ATTR_COMPRESSED ||
           filesystem_mounted_with(dir->stx_mnt_id, "compress");
}

/* What is known of the directory, and so of everything that is created in it. */
static int note_directory(struct destination *dst, const struct source *src)
{
    struct statx dir;
    if (dst->dir_fd == AT_FDCWD)
        return 0;
    if (statx(dst->dir_fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID, &dir) < 0)
        return -errno;
    dst->fs = fs_magic(dst->dir_fd);
    dst->network = is_on_network(dst->dir_fd, dst->fs, src->size);
    dst->same_fs = makedev(dir.stx_dev_major, dir.stx_dev_minor) == src->st.st_dev;
    dst->dir_appends = dir.stx_attributes & STATX_ATTR_APPEND;
    dst->compresses = may_compress(dst, &dir, src->size);
    int rc = ask_rights(dst->dir_fd, ".", W_OK | X_OK, &dst->dir_refusal);
    dst->dir_writable = dst->dir_refusal == 0;
    return rc;
}

static int note_file(struct destination *dst)
{
    struct statx more;
    if (!dst->exists)
        return 0;
    if (statx(dst->dir_fd, dst->name, AT_SYMLINK_NOFOLLOW, 0, &more) == 0) {
        dst->mount_point = more.stx_attributes & STATX_ATTR_MOUNT_ROOT;
        dst->compresses |= (more.stx_attributes & STATX_ATTR_COMPRESSED) != 0;
        dst->fixed = more.stx_attributes & STATX_ATTR_IMMUTABLE ? "it is immutable, see chattr(1)"
                     : more.stx_attributes & STATX_ATTR_APPEND  ? "it is append-only, see chattr(1)"
                                                                : NULL;
    }
    dst->foreign = geteuid() != 0 && dst->st.st_uid != geteuid();
    int rc = ask_rights(dst->dir_fd, dst->name, W_OK, &dst->refusal);
    dst->writable = dst->refusal == 0;
    return rc;
}

static int complain_same(const char *src, const char *dst, struct complaint *why)
{
    return complaint_as_cp_alone(why, EINVAL, "%s and %s are the same file", src, dst);
}

int inspect_refuse_same(const struct source *src, const struct destination *dst,
                        struct complaint *why)
{
    const struct stat *a = &src->st, *b = &dst->st;
    if (!inspect_is_seekable(
            b->st_mode)) /* reading from and writing to one terminal is no mistake */
        return 0;
    bool same = io_same_file(a, b);
    same |= S_ISBLK(a->st_mode) && S_ISBLK(b->st_mode) && a->st_rdev == b->st_rdev;
    return same ? complain_same(src->path, dst->path, why) : 0;
}

int inspect_refuse_own_fifo(const struct location *src, const struct location *dst,
                            struct complaint *why)
{
    struct stat a, b;
    bool own = look_at(src, &a) == 0 && S_ISFIFO(a.st_mode) && look_at(dst, &b) == 0 &&
               io_same_file(&a, &b);
    return own ? complain_same(src->path, dst->path, why) : 0;
}

static int inspect_stdout(struct destination *dst, struct complaint *why)
{
    dst->path = diag_stdout;
    dst->standard = dst->exists = dst->writable = true;
    if (fstat(STDOUT_FILENO, &dst->st) < 0)
        return complaint_as_cp(why, errno, "cannot fstat %s", dst->path);
    return 0;
}

static int complain_directory(const struct destination *dst, struct complaint *why)
{
    return complaint_as_cp_alone(why, EISDIR, "cannot overwrite directory %s with non-directory",
                                 dst->path);
}

/* What can be found out about the opened directory, and the name in it. */
static int look_around(const struct source *src, struct destination *dst, struct complaint *why)
{
    int rc = note_directory(dst, src);
    if (!rc)
        rc = note_file(dst);
    return rc < 0 ? complaint_as_cp(why, -rc, "cannot stat %s", dst->path) : 0;
}

/* What has the name doesn't count, but keeps it until the new file is whole. */
static int look_at_displaced(const struct source *src, struct destination *dst,
                             struct complaint *why)
{
    struct stat st;
    const struct location *at = &dst->at;
    dst->displaces = fstatat(at->dir_fd, at->name, &st, AT_SYMLINK_NOFOLLOW) == 0;
    if (dst->displaces && S_ISDIR(st.st_mode))
        return complain_directory(dst, why);
    int fd = path_open_parent(at->dir_fd, at->name, &dst->name);
    if (fd < 0)
        return inspect_refuse_creation(dst, -fd, why);
    dst->dir_fd = fd;
    int rc = look_around(src, dst, why);
    return !rc && dst->displaces && dst->dir_appends
               ? complaint_as_cp(why, EPERM, "cannot remove %s", dst->path)
               : rc;
}

int inspect_destination(const struct location *at, const struct source *src,
                        struct destination *dst, struct complaint *why)
{
    *dst = (struct destination){.at = *at, .path = at->path, .dir_fd = AT_FDCWD};
    if (is_standard(at))
        return inspect_stdout(dst, why);
    if (at->displaced)
        return look_at_displaced(src, dst, why);
    int rc = look_at(at, &dst->st);
    dst->exists = rc == 0;
    rc = dst->exists ? 0 : refuse_missing(dst, -rc, why);
    if (rc < 0)
        return rc;
    if (dst->exists && S_ISDIR(dst->st.st_mode))
        return complain_directory(dst, why);
    if (at->no_follow && is_link(at))
        return complaint_as_cp_alone(why, ELOOP, "not writing through symlink %s", at->path);
    rc = open_directory(dst);
    return rc < 0 ? inspect_refuse_creation(dst, -rc, why) : look_around(src, dst, why);
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
    if (dst->dir_fd == AT_FDCWD ||
        fstatat(dst->at.dir_fd, dst->at.name, &link, AT_SYMLINK_NOFOLLOW) < 0 ||
        !S_ISLNK(link.st_mode))
        return 0;
    inspect_release_destination(dst);
    int fd = path_open_parent(dst->at.dir_fd, dst->at.name, &dst->name);
    if (fd < 0)
        return inspect_refuse_creation(dst, -fd, why);
    dst->dir_fd = fd;
    int rc = look_around(src, dst, why);
    dst->writable = false; /* what it leads to no longer matters */
    return rc;
}

int inspect_check_replaceable(const struct destination *dst)
{
    const struct {
        bool met;
        int err;
    } reasons[] = {{dst->dir_fd == AT_FDCWD, dst->refusal ? dst->refusal : EPERM},
                   {dst->dir_refusal != 0, dst->dir_refusal},
                   {dst->dir_appends || dst->fixed, EPERM},
                   {dst->mount_point, EBUSY}};
    for (size_t i = 0; i < COUNT_OF(reasons); i++)
        if (reasons[i].met)
            return -reasons[i].err;
    return io_check_removable(dst->dir_fd, dst->name);
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

/* --- changes --- */

const char *inspect_change(const struct stat *then, const struct stat *now)
{
    if (now->st_size > then->st_size)
        return "it grew";
    if (!clock_is_same(now->st_mtim, then->st_mtim))
        return "it was written to";
    if (then->st_nlink > 0 && now->st_nlink == 0) /* between a look at its name and this one */
        return "it was removed";
    if (!clock_is_same(now->st_ctim, then->st_ctim))
        return "its attributes were changed, or its times set back";
    return NULL;
}
