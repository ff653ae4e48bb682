/* SPDX-License-Identifier: MIT */
/* What each of several nodes has done of one copy. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { NODE_NAME = 64 };

struct contribution {
    char node[NODE_NAME]; /* its name, with a NUL */
    int64_t bytes;        /* bytes that it has moved, or read back */
    int64_t verified; /* bytes that it has read back, where `bytes` are those that it has moved */
    double seconds;   /* how long it took */
    uint32_t jobs;    /* its workers */
    uint32_t nothing;
};

/* All of them, in the order of the nodes, from `size` bytes that another process claims are such:
 * allocated, with their number in *count; NULL: they are invalid, or there is no memory. */
struct contribution *contributions_read(const void *bytes, size_t size, unsigned *count);

/* "node1 52.0 MiB, node2 48.0 MiB", in at most so many bytes: with thousands of nodes, nobody reads
 * them all. */
void contributions_put(const struct contribution *list, unsigned count, char *text, size_t room);
