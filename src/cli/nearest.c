/* SPDX-License-Identifier: MIT */
#include "cli/nearest.h"
#include "cli/table.h"

#include <string.h>

static bool are_swapped(const char *a, const char *b)
{
    return a[0] == b[1] && a[1] == b[0];
}

/* What both begin with, and then what both end with, is left out. */
static bool is_one_slip(const char *a, size_t a_len, const char *b, size_t b_len)
{
    for (; a_len && b_len && *a == *b; a_len--, b_len--)
        a++, b++;
    for (; a_len && b_len && a[a_len - 1] == b[b_len - 1]; a_len--)
        b_len--;
    return (a_len <= 1 && b_len <= 1) || (a_len == 2 && b_len == 2 && are_swapped(a, b));
}

const struct option *nearest_find(const struct option *rows, const char *name, size_t len)
{
    for (const struct option *o = rows; !table_is_end(o); o++)
        if (o->name && o->help && is_one_slip(name, len, o->name, strlen(o->name)))
            return o;
    return NULL;
}
