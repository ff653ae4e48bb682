/* SPDX-License-Identifier: MIT */
/* A limit on bytes a second that all workers keep to together. */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Lives in memory that the workers share. */
struct pace {
    uint64_t rate;           /* bytes a second; 0: no limit */
    _Atomic int64_t paid_ns; /* by the monotonic clock: until when all that was moved is paid for */
};

/* Says that `len` bytes have been moved, and sleeps until they, and all before them, might have
 * been at that rate. Returns early when a signal asks to stop. */
void pace_wait(struct pace *pace, size_t len);
