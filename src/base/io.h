/* SPDX-License-Identifier: MIT */
/* System calls made whole: short counts are continued, and interruptions are told from failures. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Opens /dev/null on each of the descriptors 0, 1 and 2 that is closed, in the direction that makes
 * using it fail: then no file opened later can take the place of stdin, stdout or stderr. */
int io_occupy_standard_fds(void);

/* Reads until len bytes or the end of file; returns the bytes read or -errno. */
ssize_t io_pread_full(int fd, void *buf, size_t len, off_t off);

/* The same, fit for direct I/O, which reads whole pages only: buf is aligned to IO_PAGE and has
 * room for len rounded up to it; what it holds after len is to be ignored. */
enum { IO_PAGE = 4096 };
ssize_t io_pread_pages(int fd, void *buf, size_t len, off_t off);

/* Writes all of buf; returns 0 or -errno, with *written bytes written either way. */
int io_pwrite_full(int fd, const void *buf, size_t len, off_t off, size_t *written);

/* The same for descriptors that have no offset: one read, and as many writes as it takes. Both
 * return -EINTR only when a signal that asks to stop has come (see signals.h). */
ssize_t io_read_some(int fd, void *buf, size_t len);
int io_write_full(int fd, const void *buf, size_t len, size_t *written);

/* Moves up to len bytes between two such descriptors, one of which is a pipe, with one splice.
 * Returns as io_read_some. */
ssize_t io_splice_some(int src_fd, int dst_fd, size_t len);

/* Opens the file of `fd` once more, with an offset and flags of its own; needs /proc, and the right
 * to open it. Returns the new descriptor or -errno. */
int io_reopen(int fd, int flags);

/* Has the file of dst_fd share all extents of src_fd's, which makes it as long as that (a longer
 * one keeps its end): at once, and without taking space. Either may change afterwards without the
 * other. Returns 0 or -errno. */
int io_reflink(int dst_fd, int src_fd);

/* Opens, creating it if need be, a file that is this user's alone: a regular one of ours, with no
 * other name, that nobody else may write to, and no symbolic link. What somebody else put there is
 * -EPERM; a file system that can't have such a file is -EOPNOTSUPP. Returns the descriptor or
 * -errno. */
int io_open_private(int dir_fd, const char *name, int flags);

/* Do both describe one and the same file? */
bool io_same_file(const struct stat *a, const struct stat *b);

/* Does the open file fd still bear `name` below dir_fd? Returns 0 if so, -EBUSY if somebody has
 * removed, renamed or replaced it, another -errno where that can't be found out. */
int io_check_name(int fd, int dir_fd, const char *name);

/* May this user remove or rename what has that name below dir_fd? Nothing is tried, so a file
 * system with rules of its own may still refuse. Returns 0 if so, or -errno as unlink(2) would. */
int io_check_removable(int dir_fd, const char *name);

/* Makes a hole of the bytes in [begin, end), if there are any; the file's size stays. Returns 0 or
 * -errno: -EOPNOTSUPP or -ENOSYS where there are no holes, -EINTR if a signal asks to stop. */
int io_punch_hole(int fd, off_t begin, off_t end);

/* Renames a name below dir_fd. What is called `to` is replaced, or, unless `replace`, stays:
 * -EEXIST. Returns 0 or -errno. */
int io_rename(int dir_fd, const char *from, const char *to, bool replace);

/* Closes *fd unless it is negative, sets it to -1, and returns 0 or -errno. */
int io_close(int *fd);

/* sync_file_range(2), with the same flags. Returns 0 or -errno; 0 also where it can't be had:
 * pipes, some file systems. */
int io_sync_range(int fd, off_t off, off_t len, unsigned flags);

/* Makes delayed write errors (NFS, FUSE) show that otherwise only close(fd) reports, without
 * closing; also those that another process was told when it closed the same open file. */
int io_flush(int fd);
