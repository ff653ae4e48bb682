/* SPDX-License-Identifier: MIT */
/*
 * How fast a copy goes, and how long it still takes, steadily enough to be read: neither jumps
 * because of one late chunk. Pure: it is given the time, in seconds of a clock that is never set
 * back.
 */
#pragma once

#include "base/size.h"

#include <sys/types.h>

struct estimate {
    double last;  /* when progress was last reported */
    double known; /* for how many seconds it has been reported */
    off_t done;   /* bytes */
    double rate;  /* bytes per second, over the last few seconds: to be shown */
    double pace;  /* the same over a longer time, including all pauses: to calculate with */
    double idle;  /* seconds without any progress, up to now */
    double left;  /* seconds; negative: not known */
    double told;  /* the same, as it is shown: rounded, and changed only by what matters */
};

/* Begins when `done` bytes are there. */
void estimate_begin(struct estimate *estimate, double now, off_t done);

/* This much is done now, out of that much; `size` -1: not known. Changes nothing if no time has
 * passed. */
void estimate_note(struct estimate *estimate, double now, off_t done, off_t size);

/* Since the last call something else was done, which took time, but says nothing about the rate. */
void estimate_pause(struct estimate *estimate, double now);

/* Writes "0:07", "12 min", "3 h 05 min" or "4 days" to buf and returns it; "-:--" if `seconds` is
 * negative, not a number, or more than a hundred days. */
const char *estimate_spell(double seconds, char buf[SIZE_TEXT]);
