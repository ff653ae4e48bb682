/* SPDX-License-Identifier: MIT */
/* What stands behind an option's "=": names, lists of names, numbers. Pure, and silent: each
 * answers whether the text was sense. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a name stands for. Several may stand for the same; the last of a table has no name. */
struct named {
    const char *name;
    unsigned value;
};

/* The value of the name that the first `len` bytes of `text` are: whole, or so much of it that no
 * other value is meant. */
bool values_find_part(const struct named *names, const char *text, size_t len, unsigned *value);
bool values_find(const struct named *names, const char *text, unsigned *value);

/* Calls take(arg, value) for each name of a list with commas between, in its order, until one is
 * nonsense. */
bool values_each(const struct named *names, const char *list, void (*take)(void *, unsigned),
                 void *arg);

/* A count of things that can't be halved, 1 or more. */
bool values_count(const char *text, unsigned *count);

/* Bytes, from 1 to `most`. */
bool values_length(const char *text, size_t *len, uint64_t most);
