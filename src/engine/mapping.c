/* SPDX-License-Identifier: MIT */
#include "engine/mapping.h"
#include "base/arithmetic.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

enum { WINDOW = 2 << 20 }; /* a huge page */

static int open_with(struct mapping *m, int fd, off_t size, int prot)
{
    void *addr = mmap(NULL, (size_t)size, prot, MAP_SHARED, fd, 0);
    if (addr == MAP_FAILED)
        return -errno;
    *m = (struct mapping){.addr = addr, .size = size};
    return 0;
}

int mapping_open_source(struct mapping *m, int fd, off_t size)
{
    return open_with(m, fd, size, PROT_READ);
}

/* Large faults take a quarter of the time for a file of 16 MiB (bench/RESULTS.md). Where there
 * are no huge pages, it is no loss if this is refused. MADV_RANDOM would make faults small, and
 * slow. */
int mapping_open_destination(struct mapping *m, int fd, off_t size, bool sparse)
{
    int rc = open_with(m, fd, size, PROT_READ | PROT_WRITE);
    if (!rc)
        madvise(m->addr, (size_t)size, sparse ? MADV_RANDOM : MADV_HUGEPAGE);
    return rc;
}

/*
 * The addresses stay occupied, by an empty mapping: a hole would be given to the next mmap of any
 * code, and mapping_close() would tear that away.
 */
static void forget(struct mapping *m, off_t off, off_t end)
{
    size_t len = (size_t)(end - off);
    if (len == 0)
        return;
    /* Chunks taken from siblings split the mapping, and a process may have only some 65,000. */
    if (mmap(m->addr + off, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED,
             -1, 0) == MAP_FAILED)
        madvise(m->addr + off, len, MADV_DONTNEED);
}

void mapping_used(struct mapping *m, off_t off, off_t end)
{
    if (end == m->size) { /* the last page goes as a whole */
        size_t page = (size_t)sysconf(_SC_PAGESIZE);
        end = (off_t)round_up((size_t)end, page);
    }
    if (off != m->used_end) { /* a new block, another worker's, or after a hole */
        forget(m, m->used, m->used_end);
        m->used = off;
    }
    m->used_end = end;
    off_t window = end - end % WINDOW;
    if (window > m->used) {
        forget(m, m->used, window);
        m->used = window;
    }
}

void mapping_close(struct mapping *m)
{
    if (m->addr)
        munmap(m->addr, (size_t)m->size);
    m->addr = NULL;
}
