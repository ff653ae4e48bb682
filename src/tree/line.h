/* SPDX-License-Identifier: MIT */
/* A line of output that comes in parts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* All zeros: nothing has come. */
struct line {
    char *text; /* allocated, without a NUL at its end; NULL: nothing has come */
    size_t len;
};

/* Adds a part. Returns false, and changes nothing, if there is no memory for it. */
bool line_add(struct line *line, const char *part, size_t len);

/* Forgets it. */
void line_clear(struct line *line);
