/* SPDX-License-Identifier: MIT */
/*
 * The reference engine: both files mapped, bytes moved by memcpy. It wins where buffered writes to
 * one file queue up on its inode lock (ext4, xfs): stores through a mapping take no such lock, and
 * every worker, being a process, has an mmap lock of its own.
 *
 * A fault that the kernel can't serve (the source shrank, the disk failed or is full) arrives as
 * SIGBUS. It is caught, and the same bytes are then asked for by a system call, which says why as
 * errno.
 */
#include "engine/engine.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    /* A memcpy of several MiB through fresh mappings is five times slower than many short ones,
     * where the C library then moves it all by one `rep movsb`, which every page fault interrupts.
     */
    PIECE = 128 << 10,
    WINDOW = 2 << 20, /* a huge page */
};

/* What the SIGBUS handler needs: which piece is being copied, where to go back to, and what to
 * leave. */
enum { NO_PIECE = -1 };
static volatile off_t piece_off = NO_PIECE;
static sigjmp_buf recovery;
static char *volatile fault_address;

static void catch_fault(int sig, siginfo_t *info, void *context)
{
    (void)context;
    if (piece_off == NO_PIECE ||
        info->si_code <= 0) { /* not from a mapping: let it end the process */
        signal(sig, SIG_DFL);
        raise(sig);
        return;
    }
    fault_address = info->si_addr;
    siglongjmp(recovery, 1);
}

static int prepare(struct transfer *t)
{
    struct sigaction action = {.sa_sigaction = catch_fault, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);

    void *map = mmap(NULL, (size_t)t->size, PROT_READ, MAP_SHARED, t->src_fd, 0);
    if (map == MAP_FAILED)
        return -errno;
    t->src_map = map;
    /* Readable as well: the first store into a partly overwritten page needs the rest of it. */
    map = mmap(NULL, (size_t)t->size, PROT_READ | PROT_WRITE, MAP_SHARED, t->dst_fd, 0);
    if (map == MAP_FAILED)
        return -errno;
    t->dst_map = map;
    /* Lets a fault bring in 2 MiB at once: a quarter of the time for a file of 16 MiB
     * (bench/RESULTS.md). Where there are no huge pages it is no loss to be refused. */
    madvise(t->dst_map, (size_t)t->size, MADV_HUGEPAGE);
    t->page = sysconf(_SC_PAGESIZE);
    t->mapped_off = t->mapped_end = 0;
    return 0;
}

static ssize_t fail_reading(struct transfer *t, off_t off)
{
    char byte;
    ssize_t n = pread(t->src_fd, &byte, 1, off);
    return engine_fail(t, SIDE_SOURCE, off, n < 0 ? errno : n == 0 ? ENODATA : EIO);
}

/* Copies the rest of a chunk from `off` on by calls. They may find room where a fault found none.
 */
static ssize_t write_rest(struct transfer *t, off_t off, struct chunk chunk)
{
    size_t written, len = (size_t)(chunk.off - off) + chunk.len;
    int rc = io_pwrite_full(t->dst_fd, t->src_map + off, len, off, &written);
    off += (off_t)written;
    if (rc == -EFAULT) /* the call met the fault that a load would have met */
        return fail_reading(t, off);
    return rc < 0 ? engine_fail(t, SIDE_DESTINATION, off, -rc) : (ssize_t)chunk.len;
}

static ssize_t recover(struct transfer *t, struct chunk chunk)
{
    off_t off = piece_off;
    piece_off = NO_PIECE;
    if (fault_address >= t->src_map && fault_address < t->src_map + t->size)
        return fail_reading(t, fault_address - t->src_map);
    return write_rest(t, off, chunk);
}

/*
 * Lets go of [off, end) so that resident memory and page tables stay small. The addresses are kept
 * occupied, by nothing: a hole would be given to the next mmap of whoever, and release() would tear
 * that away.
 */
static void forget(char *map, off_t off, off_t end)
{
    size_t len = (size_t)(end - off);
    /* Chunks taken from siblings split the mapping, of which a process may have some 65,000. */
    if (mmap(map + off, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
             0) == MAP_FAILED)
        madvise(map + off, len, MADV_DONTNEED);
}

static void forget_both(struct transfer *t, off_t off, off_t end)
{
    if (end == t->size) /* the last page goes as a whole */
        end = (end + t->page - 1) / t->page * t->page;
    if (off == end)
        return;
    forget(t->src_map, off, end);
    forget(t->dst_map, off, end);
}

/*
 * Forgets what lies behind [off, end), which has just been copied, by whole windows only: unmapping
 * a part of a large page of the destination costs ten times as much as copying it
 * (bench/RESULTS.md).
 */
static void forget_behind(struct transfer *t, off_t off, off_t end)
{
    if (off != t->mapped_end) { /* a new block, or another worker's */
        forget_both(t, t->mapped_off, t->mapped_end);
        t->mapped_off = off;
    }
    t->mapped_end = end;
    off_t window = end - end % WINDOW;
    if (window > t->mapped_off) {
        forget_both(t, t->mapped_off, window);
        t->mapped_off = window;
    }
}

static void copy_pieces(struct transfer *t, off_t off, off_t end)
{
    for (off_t next; off < end; off = next) {
        next = end - off < PIECE ? end : off + PIECE;
        piece_off = off;
        memcpy(t->dst_map + off, t->src_map + off, (size_t)(next - off));
        piece_off = NO_PIECE;
        forget_behind(t, off, next);
    }
}

static ssize_t copy(struct transfer *t, struct chunk chunk)
{
    if (sigsetjmp(recovery, 1))
        return recover(t, chunk);
    copy_pieces(t, chunk.off, chunk.off + (off_t)chunk.len);
    return (ssize_t)chunk.len;
}

static void release(struct transfer *t)
{
    if (t->src_map)
        munmap(t->src_map, (size_t)t->size);
    if (t->dst_map)
        munmap(t->dst_map, (size_t)t->size);
    t->src_map = t->dst_map = NULL;
    signal(SIGBUS, SIG_DFL);
}

const struct engine engine_mmap = {
    .name = "mmap",
    .help = "both files mapped, copied by memcpy",
    .split = SPLIT_BLOCKS,
    .prepare = prepare,
    .copy = copy,
    .release = release,
};
