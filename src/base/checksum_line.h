/* SPDX-License-Identifier: MIT */
/* The lines in which sha256sum and xxhsum write checksums, and read them with -c. Pure. */
#pragma once

#include "base/checksum.h"

/*
 * "CHECKSUM  NAME\n", allocated, with its length in *len; NULL: no memory. A name that would break
 * the line is escaped, and a backslash put before all: as by sha256sum, a newline, a carriage
 * return, and then also a backslash. xxhsum only learnt that with version 0.8.2: for it a name
 * is escaped only if it has a newline.
 */
char *checksum_line(const struct checksum *sum, const char *name, size_t *len);

/*
 * Reads a line, which has no newline, and loses what it has of escapes; *name points into it. Also
 * lines with " *" before the name (binary), and those that --tag writes, "SHA256 (NAME) = ...".
 * Which kind it is, the number of digits tells. Returns false if it is no such line.
 */
bool checksum_parse(char *line, struct checksum *sum, const char **name);

/* Does a line, which is still to be read, begin with its kind, as those that --tag writes? */
bool checksum_is_tagged(char *line);
