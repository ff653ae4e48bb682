/* SPDX-License-Identifier: MIT */
/*
 * O_DIRECT, past the page cache: both ways (direct) for copies that must reach the disk, or are so
 * large that the cache would only be in the way; for reading only (direct-read) if the source isn't
 * cached, so that only the copy takes up cache.
 */
#include "base/arithmetic.h"
#include "base/cache.h"
#include "engine/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HUGE_PAGE = 2 << 20, BUFFER_MAX = 4 << 20, SMALL_FILE = 8 << 20 };

struct own {
    int src_fd;    /* the source once more, opened with O_DIRECT; -1 until opened */
    int dst_fd;    /* the destination likewise; stays -1 if it is written through the cache */
    size_t align;  /* of offsets, lengths and addresses: bytes */
    size_t length; /* of the buffer: bytes */
    char *buffer;  /* never touched by the parent of workers, so that each gets its own pages */
};

/* What direct I/O requires of this file. Before Linux 6.1, and where the file system doesn't tell,
 * a page is always enough. */
static size_t alignment_of(int fd, size_t page)
{
    struct statx st;
    if (statx(fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &st) < 0 || !(st.stx_mask & STATX_DIOALIGN) ||
        st.stx_dio_offset_align == 0)
        return page;
    return st.stx_dio_mem_align > st.stx_dio_offset_align ? st.stx_dio_mem_align
                                                          : st.stx_dio_offset_align;
}

/* A device may go on after the copy, and its last block, written whole, would spoil that. */
static bool ends_within_block(const struct transfer *t, size_t align)
{
    struct stat st;
    return t->size % (off_t)align != 0 && (fstat(t->dst_fd, &st) < 0 || !S_ISREG(st.st_mode));
}

/*
 * Huge pages, also for shorter chunks: a device gathers 2 MiB from one place in half the time that
 * it takes for 512 pages. But getting one may take some ms, which isn't worthwhile for a small file
 * (bench/RESULTS.md).
 */
static int get_buffer(const struct transfer *t, struct own *own, size_t page)
{
    size_t unit = t->size < SMALL_FILE ? page : HUGE_PAGE;
    own->length = round_up(min_size((size_t)t->size, min_size(t->chunk_len, BUFFER_MAX)), unit);
    if (posix_memalign((void **)&own->buffer, unit, own->length) != 0)
        return -ENOMEM;
    if (unit == HUGE_PAGE)
        madvise(own->buffer, own->length, MADV_HUGEPAGE);
    return 0;
}

/* What direct I/O requires of both files, as far as they are used by it. */
static size_t common_alignment(const struct transfer *t, bool writes, size_t page)
{
    size_t src = alignment_of(t->src_fd, page), dst = writes ? alignment_of(t->dst_fd, page) : 1;
    return src > dst ? src : dst;
}

static int prepare_for(struct transfer *t, bool writes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct own *own = t->state = malloc(sizeof(*own));
    if (!own)
        return -ENOMEM;
    *own = (struct own){.src_fd = -1, .dst_fd = -1, .align = common_alignment(t, writes, page)};
    if (own->align > page || (writes && ends_within_block(t, own->align)))
        return -EINVAL;
    own->src_fd = io_reopen(t->src_fd, O_RDONLY | O_DIRECT);
    if (own->src_fd < 0)
        return own->src_fd;
    own->dst_fd = writes ? io_reopen(t->dst_fd, O_WRONLY | O_DIRECT) : -1;
    return writes && own->dst_fd < 0 ? own->dst_fd : get_buffer(t, own, page);
}

static int prepare(struct transfer *t)
{
    return prepare_for(t, true);
}

static int prepare_to_read(struct transfer *t)
{
    return prepare_for(t, false);
}

/* What is cached is read faster from there, and may be newer than what is on the disk; direct I/O
 * would first have to write that out. */
static bool is_cached(const struct transfer *t, off_t off, size_t len)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return cache_count(t->src_fd, (struct chunk){off, len}) >= (long)units_for(len, page);
}

/* Reads through the cache. Returns as pread(2) does. */
static ssize_t read_cached(struct transfer *t, off_t off, size_t len)
{
    const struct own *own = t->state;
    ssize_t n = io_pread_full(t->src_fd, own->buffer, len, off);
    if (n >= 0)
        return n;
    errno = (int)-n;
    return -1;
}

static ssize_t read_direct(struct transfer *t, off_t off, size_t len)
{
    const struct own *own = t->state;
    ssize_t n;
    do
        n = pread(own->src_fd, own->buffer, round_up(len, own->align), off);
    while (n < 0 && errno == EINTR);
    return n;
}

/* Fills the buffer. Returns how many of `len` bytes were read; fewer, or 0, if direct I/O can't do
 * it, or the source ended; -1 and errno for an error of the file itself. */
static ssize_t read_once(struct transfer *t, off_t off, size_t len)
{
    ssize_t n = is_cached(t, off, len) ? read_cached(t, off, len) : read_direct(t, off, len);
    if (n < 0 && errno == EINVAL)
        return 0;
    return n > (ssize_t)len ? (ssize_t)len : n;
}

/* Writes through the cache. If not all is written, whoever goes on from there learns why. */
static ssize_t write_cached(struct transfer *t, off_t off, size_t len)
{
    const struct own *own = t->state;
    size_t done = 0, written;
    int rc = 0;
    for (; !rc && done < len; done += written) {
        size_t piece = min_size(len - done, t->buffer_len);
        rc = io_pwrite_full(t->dst_fd, own->buffer + done, piece, off + (off_t)done, &written);
    }
    return (ssize_t)done;
}

/* The last block is written whole, and what is too much of it is cut off. */
static ssize_t write_once(struct transfer *t, off_t off, size_t len)
{
    const struct own *own = t->state;
    size_t whole = round_up(len, own->align);
    ssize_t n;
    if (own->dst_fd < 0)
        return write_cached(t, off, len);
    memset(own->buffer + len, 0, whole - len);
    do
        n = pwrite(own->dst_fd, own->buffer, whole, off);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EINVAL)
        return 0;
    if (n > (ssize_t)len)
        return ftruncate(t->dst_fd, t->size) < 0 ? -1 : (ssize_t)len;
    return n;
}

/* Copies [off, off + len), which is in the buffer. Returns the bytes that arrived; -errno with
 * t->failure set. */
static ssize_t copy_piece(struct transfer *t, off_t off, size_t len)
{
    ssize_t n = read_once(t, off, len);
    if (n < 0)
        return engine_fail(t, SIDE_SOURCE, off, errno);
    if ((size_t)n < len)
        return 0;
    n = write_once(t, off, len);
    if (n < 0)
        return engine_fail(t, SIDE_DESTINATION, off, errno);
    engine_saw(t, ((const struct own *)t->state)->buffer, (size_t)n);
    return n;
}

static ssize_t copy(struct transfer *t, struct chunk chunk)
{
    const struct own *own = t->state;
    for (size_t done = 0; done < chunk.len;) {
        size_t len = min_size(chunk.len - done, own->length);
        ssize_t n = copy_piece(t, chunk.off + (off_t)done, len);
        if (n < 0)
            return n;
        done += (size_t)n;
        if ((size_t)n < len)
            return engine_finish_plainly(t, chunk, done);
    }
    return (ssize_t)chunk.len;
}

static int release(struct transfer *t)
{
    struct own *own = t->state;
    if (!own)
        return 0;
    io_close(&own->src_fd);
    free(own->buffer);
    return io_close(&own->dst_fd);
}

const struct engine engine_direct = {
    .name = "direct",
    .moves = "O_DIRECT both ways",
    .chosen = "if not cached, or to reach the disk",
    .split = SPLIT_BLOCKS,
    .sees = true,
    .prepare = prepare,
    .copy = copy,
    .release = release,
};

const struct engine engine_direct_read = {
    .name = "direct-read",
    .moves = "O_DIRECT reads and pwrite",
    .chosen = "if the source isn't cached",
    .split = SPLIT_BLOCKS,
    .buffer_len = 128 << 10,
    .sees = true,
    .prepare = prepare_to_read,
    .copy = copy,
    .release = release,
};
