/* SPDX-License-Identifier: MIT */
/* Where a path leads. */
#pragma once

#include <stdbool.h>

/*
 * Finds the directory and the name in it that `path`, which is relative to dir_fd, leads to, once
 * the symbolic links at its end are followed: each from the directory that it lies in, so that
 * neither the length of an absolute path nor the right to search what is above matters. Returns the
 * directory's descriptor (O_PATH), with *name allocated and *followed telling whether there was a
 * link, or -errno: -EXDEV if a link of the kernel's own (proc(5)) is on the way, which leads to an
 * open file and not to a name; -ELOOP after 40 links, as the kernel does.
 */
int path_open_directory(int dir_fd, const char *path, char **name, bool *followed);

/* The same for the name as it stands, whether it is a link or not. */
int path_open_parent(int dir_fd, const char *path, char **name);
