/* SPDX-License-Identifier: MIT */
/* What the machine is like around one copy, as far as that decides how to copy. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct facts {
    unsigned cpus;     /* that may be used */
    size_t page;       /* bytes */
    uint64_t memory;   /* bytes that can be had without swapping; 0: not known */
    double src_cached; /* the share of the source that is in the page cache, 0 to 1, by samples */
    bool src_spins;    /* the source is on a rotating disk */
};

enum {
    /* Bytes. Below it, a copy is over before anything could be found out. */
    FACTS_TINY = 64 << 10,
    /* Below it, only what takes microseconds is looked at: not memory, CPUs and disk. */
    FACTS_SMALL = 8 << 20,
};

/* Looks at the machine and at the open source, of `size` bytes on the device `dev`; -1 for a
 * stream. Facts that can't be found out, or aren't worth it for so small a file, stay 0, and the
 * source counts as cached. Takes less than a millisecond. */
struct facts facts_gather(int src_fd, off_t size, dev_t dev);

/* Bytes of memory that can be used now without swapping (MemAvailable of proc(5)), or that control
 * groups leave, if that is less; 0 where unknown. */
uint64_t facts_memory(void);
