/* SPDX-License-Identifier: MIT */
/* What --json prints on stdout when something has ended: one object per line. The man page says
 * what their members mean. */
#pragma once

#include "copy/copy.h"

/* What an entry of a tree is. */
enum kind {
    KIND_UNKNOWN, /* it couldn't be looked at */
    KIND_FILE,
    KIND_DIRECTORY,
    KIND_LINK,
    KIND_FIFO,
    KIND_DEVICE,
    KIND_SOCKET,
    KIND_COUNT
};

enum kind objects_kind(mode_t mode);

/* The word for an outcome. */
const char *objects_outcome(enum outcome outcome);

/* The outcome of all entries of a command. */
struct total {
    enum outcome outcome;
    long long outcomes[OUTCOME_COUNT], kinds[KIND_COUNT]; /* number of entries of each */
    long long bytes, kept;                                /* as in struct copy_result */
    double seconds;
    unsigned jobs; /* how many processes have copied in addition to the first, at most */
};

/* Bytes per second. What an earlier run had copied took this one no time. */
double objects_throughput(const struct copy_result *result);

double objects_total_throughput(const struct total *total);

/* A copy of one file. */
void objects_put_copy(const char *src, const char *dst, const struct copy_result *result);

/* An entry of a tree. What only files have is printed for files only. */
void objects_put_entry(enum kind kind, const char *src, const char *dst,
                       const struct copy_result *result);

/* What one of several nodes has done. */
void objects_put_node(const char *name, long long entries, long long bytes);

/* The last object. */
void objects_put_total(const struct total *total);
