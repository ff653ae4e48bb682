/* SPDX-License-Identifier: MIT */
/* Makes something appear under its name at once, in place of what had it before. */
#pragma once

#include <stdbool.h>

/* Makes it under that name below dir_fd. Returns 0 or -errno. */
typedef int appear_maker(void *arg, int dir_fd, const char *name);

/* Calls make(arg, dir_fd, name) to make it: under the name itself, or, to replace what has that
 * name, under a hidden one that is then renamed. Both return 0 or -errno; a name that is taken
 * gives -EEXIST unless `replace`. */
int appear(int dir_fd, const char *name, bool replace, appear_maker *make, void *arg);

/* The same, but always under a hidden name, which is kept: `hidden`, of NAME_ROOM bytes, is that
 * name. */
int appear_hidden(int dir_fd, const char *name, appear_maker *make, void *arg, char *hidden);
