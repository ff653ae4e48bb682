/* SPDX-License-Identifier: MIT */
/* A limit on bytes per second that all workers together keep to. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lives in memory that the workers share. Whoever creates that (copy/moving.c) sets the rate. */
struct pace {
    uint64_t rate; /* bytes a second; 0: no limit */
    _Atomic int64_t
        paid_ns; /* by the monotonic clock: the time by which all that was moved is paid for */
};

/* Says that `len` bytes have been moved. Returns until when, by the monotonic clock, to wait so
 * that they and all before them are paid for; 0 if there is no limit. */
int64_t pace_pay(struct pace *pace, size_t len);

/* Sleeps until then, but no longer than a tenth of a second, so that the caller can look around.
 * Returns true if there is more to wait, and no signal asks to stop. */
bool pace_sleep(int64_t until_ns);
