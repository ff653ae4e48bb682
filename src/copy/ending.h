/* SPDX-License-Identifier: MIT */
/* How the moving of bytes ended, in words. */
#pragma once

#include "copy/inspect.h"
#include "move/worker.h"

/* Fills in *why for a copy that didn't end well, from `src` to the destination of that path.
 * Returns a negative errno; -EINTR or -ECANCELED, without words, when it was interrupted or called
 * off. */
int ending_complain(const struct ending *ending, const struct source *src, const char *dst,
                    struct complaint *why);

/* The same for bytes that couldn't be read or written. */
int ending_complain_io(const struct failure *failure, const char *src, const char *dst,
                       struct complaint *why);

/* The same for a source that ended at `end`, before the size it had when it was opened. */
int ending_complain_short(const struct source *src, off_t end, struct complaint *why);
