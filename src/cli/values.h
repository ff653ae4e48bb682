/* SPDX-License-Identifier: MIT */
/* What follows an option's "=": names, lists of names, numbers. Pure, and silent: each function
 * returns whether the text was valid. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a name stands for. Several names may stand for the same; the last row of a table has no
 * name. */
struct named {
    const char *name;
    unsigned value;
    const char *help; /* for lists of them; NULL: it says nothing new */
};

/* The value of the name that the first `len` bytes of `text` are: the whole name, or enough of it
 * that no other value can be meant. */
bool values_find_part(const struct named *names, const char *text, size_t len, unsigned *value);
bool values_find(const struct named *names, const char *text, unsigned *value);

/* Calls take(arg, value) for each name in a comma-separated list, in its order, until one is
 * invalid. */
bool values_each(const struct named *names, const char *list, void (*take)(void *, unsigned),
                 void *arg);

/* Writes "auto, always or never", or of a `list` "a list of mode, links, all"; allocated. NULL: no
 * memory. */
char *values_describe(const struct named *names, bool list);

/* A count of things that can't be halved, 1 or more. */
bool values_count(const char *text, unsigned *count);

/* Bytes, from 1 to `most`. */
bool values_length(const char *text, size_t *len, uint64_t most);
