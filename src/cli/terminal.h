/* SPDX-License-Identifier: MIT */
/* Standard error, as a place to draw on: what it can show, and whether it may be written to now. */
#pragma once

#include "cli/bar.h"

#include <stdbool.h>
#include <stddef.h>

bool terminal_is_there(void);

/* A terminal that only prints what it gets, and at best goes back to the start of a line. */
bool terminal_is_dumb(void);

/* What it can show, according to the user's locale and environment; finding out takes a while.
 * terminal_forget must follow. */
struct bar_look terminal_look(void);
void terminal_forget(struct bar_look *look);

/* How many columns a line may have at the moment. */
size_t terminal_width(void);

/* Another program is using it: writing would disturb that, or stop this one. */
bool terminal_is_anothers(void);

/* Can a line be written there within so many milliseconds? Not to a pipe that nobody empties, or a
 * terminal that was stopped (Ctrl-S). */
bool terminal_takes(int patience_ms);
