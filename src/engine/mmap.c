/* SPDX-License-Identifier: MIT */
/*
 * The reference engine: both files mapped, bytes moved by memcpy. It wins where buffered writes to
 * one file queue up on its inode lock (ext4, xfs): stores through a mapping take no such lock, and
 * every worker, being a process, has an mmap lock of its own.
 *
 * A fault that the kernel can't serve (the source shrank, the disk failed or is full) arrives as
 * SIGBUS. It is caught, and the same bytes are then copied by system calls, which say why as errno.
 */
#include "base/arithmetic.h"
#include "engine/engine.h"
#include "engine/mapping.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* What the SIGBUS handler needs: which piece is being copied, and where to go back to. */
enum { NO_PIECE = -1 };
static volatile off_t piece_off = NO_PIECE;
static sigjmp_buf recovery;

static void catch_fault(int sig, siginfo_t *info, void *context)
{
    (void)context;
    if (piece_off == NO_PIECE ||
        info->si_code <= 0) { /* not from a mapping: let it end the process */
        signal(sig, SIG_DFL);
        raise(sig);
        return;
    }
    siglongjmp(recovery, 1);
}

struct own {
    struct mapping src, dst;
};

static int prepare(struct transfer *t)
{
    struct sigaction action = {.sa_sigaction = catch_fault, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);

    struct own *own = t->state = calloc(1, sizeof(*own));
    if (!own)
        return -ENOMEM;
    int rc = mapping_open_source(&own->src, t->src_fd, t->size);
    return rc < 0 ? rc : mapping_open_destination(&own->dst, t->dst_fd, t->size, t->sparse);
}

static void copy_pieces(struct transfer *t, off_t off, off_t end)
{
    struct own *own = t->state;
    for (off_t next; off < end; off = next) {
        next = min_off(off + (off_t)t->buffer_len, end);
        piece_off = off;
        memcpy(own->dst.addr + off, own->src.addr + off, (size_t)(next - off));
        engine_saw(t, own->src.addr + off, (size_t)(next - off)); /* may fault, too */
        piece_off = NO_PIECE;
        mapping_used(&own->src, off, next);
        mapping_used(&own->dst, off, next);
    }
}

static ssize_t copy(struct transfer *t, struct chunk chunk)
{
    if (sigsetjmp(recovery, 1)) {
        size_t done = (size_t)(piece_off - chunk.off);
        piece_off = NO_PIECE;
        return engine_finish_plainly(t, chunk, done);
    }
    copy_pieces(t, chunk.off, chunk.off + (off_t)chunk.len);
    return (ssize_t)chunk.len;
}

static int release(struct transfer *t)
{
    struct own *own = t->state;
    if (own) {
        mapping_close(&own->src);
        mapping_close(&own->dst);
    }
    signal(SIGBUS, SIG_DFL);
    return 0;
}

const struct engine engine_mmap = {
    .name = "mmap",
    .moves = "memcpy between mappings",
    .chosen = "on many CPUs, of what is cached",
    .split = SPLIT_BLOCKS,
    .maps = true,
    /* A memcpy of several MiB through fresh mappings is five times slower than many short ones: for
     * large lengths, the C library moves everything by one `rep movsb`, which every page fault
     * interrupts. */
    .buffer_len = 128 << 10,
    .sees = true,
    .prepare = prepare,
    .copy = copy,
    .release = release,
};
