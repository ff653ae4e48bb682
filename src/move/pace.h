/* SPDX-License-Identifier: MIT */
/* A limit on bytes a second that all workers keep to together. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lives in memory that the workers share. Who creates that (copy/moving.c) sets the rate. */
struct pace {
    uint64_t rate;           /* bytes a second; 0: no limit */
    _Atomic int64_t paid_ns; /* by the monotonic clock: until when all that was moved is paid for */
};

/* Says that `len` bytes have been moved. Returns until when, by the monotonic clock, to wait for
 * them and all before them to be paid for; 0 if there is no limit. */
int64_t pace_pay(struct pace *pace, size_t len);

/* Sleeps until then, but a tenth of a second at most, so that one can look around. Returns true if
 * there is more to wait, and no signal asks to stop. */
bool pace_sleep(int64_t until_ns);
