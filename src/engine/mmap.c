/* SPDX-License-Identifier: MIT */
/*
 * The reference engine: both files mapped, bytes moved by memcpy. It wins where buffered writes to
 * one file queue up on its inode lock (ext4, xfs): stores through a mapping take no such lock, and
 * every worker, being a process, has an mmap lock of its own.
 *
 * A fault that the kernel can't serve (the source shrank, the disk failed or is full) arrives as
 * SIGBUS. It is caught, and the same byte is then asked for by a system call, which says why as
 * errno.
 */
#include "engine/engine.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What the SIGBUS handler needs: where to go back to while a memcpy is under way, and what to
 * leave. */
static sigjmp_buf recovery;
static volatile sig_atomic_t copying;
static char *volatile fault_address;

static void catch_fault(int sig, siginfo_t *info, void *context)
{
    (void)context;
    if (!copying || info->si_code <= 0) { /* not from a mapping: let it end the process as usual */
        signal(sig, SIG_DFL);
        raise(sig);
        return;
    }
    copying = 0;
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
    return 0;
}

static bool contains(const char *map, const struct transfer *t, const char *address)
{
    return address >= map && address < map + t->size;
}

static ssize_t explain_fault(struct transfer *t)
{
    char byte = 0;
    ssize_t n;
    if (contains(t->src_map, t, fault_address)) {
        off_t off = fault_address - t->src_map;
        n = pread(t->src_fd, &byte, 1, off);
        return engine_fail(t, SIDE_SOURCE, off, n < 0 ? errno : n == 0 ? ENODATA : EIO);
    }
    if (!contains(t->dst_map, t, fault_address))
        return engine_fail(t, SIDE_DESTINATION, 0, EFAULT);
    /* This byte is lost in any case: the copy has failed. */
    off_t off = fault_address - t->dst_map;
    n = pwrite(t->dst_fd, &byte, 1, off);
    return engine_fail(t, SIDE_DESTINATION, off, n < 0 ? errno : EIO);
}

/*
 * Lets go of what has been copied, so that resident memory and page tables stay small. The
 * addresses are kept occupied, by nothing: a hole would be given to the next mmap of whoever, and
 * release() would tear it away.
 */
static void forget(char *map, struct chunk chunk, size_t page)
{
    size_t len = (chunk.len + page - 1) & ~(page - 1);
    /* Chunks taken from siblings split the mapping, of which a process may have some 65,000. */
    if (mmap(map + chunk.off, len, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
        madvise(map + chunk.off, len, MADV_DONTNEED);
}

static ssize_t copy(struct transfer *t, struct chunk chunk)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (sigsetjmp(recovery, 1))
        return explain_fault(t);
    copying = 1;
    memcpy(t->dst_map + chunk.off, t->src_map + chunk.off, chunk.len);
    copying = 0;
    forget(t->src_map, chunk, page);
    forget(t->dst_map, chunk, page);
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
