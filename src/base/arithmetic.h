/* SPDX-License-Identifier: MIT */
/* The small sums that every module needs. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static inline unsigned min_unsigned(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static inline size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inline off_t min_off(off_t a, off_t b)
{
    return a < b ? a : b;
}

/* How many units hold `len`. */
static inline size_t units_for(size_t len, size_t unit)
{
    return (len + unit - 1) / unit;
}

/* `len`, or the next larger multiple of `unit`. */
static inline size_t round_up(size_t len, size_t unit)
{
    return units_for(len, unit) * unit;
}

/* `len`, or the next smaller multiple of `unit`. */
static inline size_t round_down(size_t len, size_t unit)
{
    return len - len % unit;
}
