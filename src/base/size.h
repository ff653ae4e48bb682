/* SPDX-License-Identifier: MIT */
/* Sizes and rates as people write and read them. Knows nothing of copying. */
#pragma once

#include <stdint.h>

enum { SIZE_TEXT = 32 }; /* room for any text made here */

/*
 * Reads "4096", "64K", "64KiB", "1.5G", "2MB": K, M, G, T, P alone or with iB count by 1024, with B
 * by 1000, as in coreutils. Nothing may precede or follow the number and its suffix, not even a
 * sign. Returns 0, -EINVAL (not a size) or -ERANGE (more than INT64_MAX bytes).
 */
int size_parse(const char *text, uint64_t *bytes);

/* Writes "0 B", "4.0 KiB", "3.2 GiB" to buf and returns it. */
const char *size_format(uint64_t bytes, char buf[SIZE_TEXT]);

/* Writes "1.85 GiB/s" to buf and returns it; "- B/s" if the rate is negative, not a number, or more
 * than any copy moves. */
const char *size_format_rate(double bytes_per_second, char buf[SIZE_TEXT]);

/* Writes "0:07", "12:30" or "3:04:05" to buf and returns it; "-:--" if it is negative, not a
 * number, or more than four days. */
const char *size_format_time(double seconds, char buf[SIZE_TEXT]);
