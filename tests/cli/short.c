/* SPDX-License-Identifier: MIT */
/*
 * To be preloaded: calls that move bytes move about a third of what was asked, as they are entitled
 * to, and say so. At least one byte is moved, so that end of file still means just that.
 */
#undef _FILE_OFFSET_BITS /* pread and pread64 are two functions here */

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

enum { DIRECT_UNIT = 4096 }; /* bytes: what direct I/O must keep to */

static size_t shorten(size_t len)
{
    return len > 3 ? len / 3 : len > 0;
}

/* The standard streams are left alone: messages should arrive whole. */
static size_t shorten_for(int fd, size_t len)
{
    int flags = fcntl(fd, F_GETFL);
    if (fd <= STDERR_FILENO || flags < 0)
        return len;
    if (!(flags & O_DIRECT))
        return shorten(len);
    size_t units = len / DIRECT_UNIT;
    return units > 0 ? shorten(units) * DIRECT_UNIT : len;
}

/* Defines a function that calls the C library's of that name, with a smaller `len`. */
#define SHORT(type, name, parameters, arguments)                                                   \
    type name parameters                                                                           \
    {                                                                                              \
        type(*next) parameters;                                                                    \
        *(void **)&next = dlsym(RTLD_NEXT, #name);                                                 \
        len = shorten_for(fd, len);                                                                \
        return next arguments;                                                                     \
    }

SHORT(ssize_t, read, (int fd, void *buf, size_t len), (fd, buf, len))
SHORT(ssize_t, write, (int fd, const void *buf, size_t len), (fd, buf, len))
SHORT(ssize_t, pread, (int fd, void *buf, size_t len, off_t off), (fd, buf, len, off))
SHORT(ssize_t, pread64, (int fd, void *buf, size_t len, off64_t off), (fd, buf, len, off))
SHORT(ssize_t, pwrite, (int fd, const void *buf, size_t len, off_t off), (fd, buf, len, off))
SHORT(ssize_t, pwrite64, (int fd, const void *buf, size_t len, off64_t off), (fd, buf, len, off))
SHORT(ssize_t, sendfile, (int to, int fd, off_t *off, size_t len), (to, fd, off, len))
SHORT(ssize_t, sendfile64, (int to, int fd, off64_t *off, size_t len), (to, fd, off, len))
SHORT(ssize_t, splice, (int fd, off64_t *off, int to, off64_t *to_off, size_t len, unsigned flags),
      (fd, off, to, to_off, len, flags))
SHORT(ssize_t, copy_file_range,
      (int fd, off64_t *off, int to, off64_t *to_off, size_t len, unsigned flags),
      (fd, off, to, to_off, len, flags))
