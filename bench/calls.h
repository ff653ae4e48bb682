/* SPDX-License-Identifier: MIT */
/* How many system calls a command made, as strace counted them. */
#pragma once

#include "trouble.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { CALLS_TOP = 8, CALLS_NAME = 32 };

struct calls {
    uint64_t total;
    struct call {
        char name[CALLS_NAME];
        uint64_t count;
    } top[CALLS_TOP]; /* the most frequent ones, in descending order; one without a name: there are
                         no more */
};

/* Is strace there? Asked before anything is measured. 0, or -ENOENT with the trouble said. */
int calls_check(struct trouble *trouble);

/* Reads what `strace -c` printed. Returns 0, or -EINVAL if it isn't that. */
int calls_read(FILE *file, struct calls *calls);
