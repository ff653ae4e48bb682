/* SPDX-License-Identifier: MIT */
/* The findings for programs. */
#pragma once

#include "findings.h"

/*
 * Writes one JSON object: "format" (2), "machine", "settings" and "series", in which each cell has
 * the summary and every run in the order of the rounds. All times in seconds, all sizes in bytes.
 * A series has "rounds", those that ran, and with --costs "costs", in seconds a GiB, where "plan"
 * is what mpcp reckons with by itself; one of a file that was there has its path as "file". A
 * series of a tree has "tree", too, and its "size" is the sum over the files. Returns 0 or -errno.
 */
int json_write(FILE *file, const struct findings *findings);
