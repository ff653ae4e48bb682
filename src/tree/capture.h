/* SPDX-License-Identifier: MIT */
/* Captures what this process prints, so that somebody else can print it. */
#pragma once

#include <stddef.h>

struct capture {
    int kept[2], files[2]; /* by stream: where it goes otherwise, and where in the meantime; -1: it
                              isn't captured */
};

/* From now on. What can't be captured is printed as usual. */
void capture_begin(struct capture *capture);

/* Until here: hands over each line. */
void capture_end(struct capture *capture,
                 void (*take)(void *arg, int stream, const char *line, size_t len), void *arg);
