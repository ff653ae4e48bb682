/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <time.h>

/* Seconds since some fixed moment, never set back (CLOCK_MONOTONIC). */
double clock_seconds(void);

/* Is `a` later than `b`; are both the same moment? */
bool clock_is_later(struct timespec a, struct timespec b);
bool clock_is_same(struct timespec a, struct timespec b);
