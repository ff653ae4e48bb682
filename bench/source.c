/* SPDX-License-Identifier: MIT */
#include "source.h"
#include "base/arithmetic.h"
#include "base/io.h"
#include "base/signals.h"
#include "prng.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEP = 256 * 1024 };

static char buffers[2][STEP] __attribute__((aligned(4096)));

static int write_random(int fd, uint64_t size)
{
    struct prng prng;
    prng_seed(&prng, prng_fresh_seed());
    for (uint64_t off = 0; off < size; off += STEP) {
        size_t len = size - off < STEP ? (size_t)(size - off) : STEP;
        size_t written;
        prng_fill(&prng, buffers[0], len);
        int err =
            signals_fatal() ? -EINTR : io_pwrite_full(fd, buffers[0], len, (off_t)off, &written);
        if (err)
            return err;
    }
    return 0;
}

static int create(const char *path, uint64_t size, bool durable, struct trouble *trouble)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return trouble_note(trouble, errno, path);
    int err = write_random(fd, size);
    if (!err && durable && fsync(fd) < 0)
        err = -errno;
    int close_err = io_close(&fd);
    if (!err)
        err = close_err;
    return err ? trouble_note(trouble, -err, path) : 0;
}

int source_create(const char *path, uint64_t size, struct trouble *trouble)
{
    return create(path, size, true, trouble);
}

int source_write(const char *path, uint64_t size, struct trouble *trouble)
{
    return create(path, size, false, trouble);
}

int source_warm(const char *path, struct trouble *trouble)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return trouble_note(trouble, errno, path);
    ssize_t n = 1;
    for (off_t off = 0; n > 0; off += n)
        n = signals_fatal() ? -EINTR : io_pread_full(fd, buffers[0], STEP, off);
    io_close(&fd);
    return n < 0 ? trouble_note(trouble, (int)-n, path) : 0;
}

/* Counts the resident bytes; window by window, because mincore needs a byte of room for every
 * page. */
static int count_resident(int fd, off_t size, uint64_t *resident)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char *in_core = (unsigned char *)buffers[0];
    size_t window = STEP * page;
    *resident = 0;
    for (off_t off = 0; off < size; off += (off_t)window) {
        size_t len = size - off < (off_t)window ? (size_t)(size - off) : window;
        void *map = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, off);
        if (map == MAP_FAILED)
            return -errno;
        int err = mincore(map, len, in_core) < 0 ? -errno : 0;
        munmap(map, len);
        if (err)
            return err;
        for (size_t i = 0; i < units_for(len, page); i++)
            *resident += (in_core[i] & 1) * page;
    }
    return 0;
}

int source_evict(const char *path, uint64_t *resident, struct trouble *trouble)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int err = fd < 0 || fstat(fd, &st) < 0 ? -errno : 0;
    if (!err)
        err = -posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    if (!err)
        /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): errno is never 0 after a failure */
        err = count_resident(fd, st.st_size, resident);
    io_close(&fd);
    return err ? trouble_note(trouble, -err, path) : 0;
}

static size_t first_difference(const char *a, const char *b, size_t len)
{
    size_t i = 0;
    while (i < len && a[i] == b[i])
        i++;
    return i;
}

static int compare_fds(int src_fd, int dst_fd, const char *method, struct trouble *trouble)
{
    for (off_t off = 0;; off += STEP) {
        if (signals_fatal())
            return trouble_note(trouble, EINTR, method);
        ssize_t src_len = io_pread_full(src_fd, buffers[0], STEP, off);
        ssize_t dst_len = io_pread_full(dst_fd, buffers[1], STEP, off);
        if (src_len < 0 || dst_len < 0)
            return trouble_note(trouble, (int)-(src_len < 0 ? src_len : dst_len), method);
        size_t both = (size_t)(src_len < dst_len ? src_len : dst_len);
        if (src_len != dst_len || memcmp(buffers[0], buffers[1], both) != 0)
            return trouble_say(
                trouble, EIO, "%s: the copy differs from the source at offset %lld", method,
                (long long)off + (long long)first_difference(buffers[0], buffers[1], both));
        if (src_len < STEP)
            return 0;
    }
}

int source_compare(const char *src, const char *dst, const char *method, struct trouble *trouble)
{
    int src_fd = open(src, O_RDONLY | O_CLOEXEC);
    int dst_fd = open(dst, O_RDONLY | O_CLOEXEC);
    int err;
    if (src_fd < 0)
        err = trouble_note(trouble, errno, src);
    else if (dst_fd < 0)
        err = trouble_say(trouble, EIO, "%s: left no copy that can be read", method);
    else
        err = compare_fds(src_fd, dst_fd, method, trouble);
    io_close(&src_fd);
    io_close(&dst_fd);
    return err;
}
