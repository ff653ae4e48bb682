/* SPDX-License-Identifier: MIT */
/* Makes what shells need to complete mpcp's options, from the table of options. Each shell has a
 * template, in which a line such as @BASH_OPTIONS@ is replaced by what one of these functions
 * prints (main.c). The program runs while mpcp is built, and isn't installed. */
#pragma once

#include "cli/table.h"

/* What can be completed as an option's value. */
enum behind {
    BEHIND_NOTHING, /* takes no value */
    BEHIND_WORD,    /* one of the option's words */
    BEHIND_LIST,    /* several of them, separated by commas */
    BEHIND_BOTH,    /* one of them, a colon, and a file */
    BEHIND_DIRECTORY,
    BEHIND_FILE,
    BEHIND_OTHER, /* nothing a shell could know: a number, a suffix */
};

enum behind completion_behind(const struct option *option);

/* Must there be a value, in the next word if not in this one? */
static inline bool completion_is_needed(const struct option *option)
{
    return option->value && !option->unsaid;
}

/* Each prints what its template needs of all options except those that aren't shown. */
void bash_put_options(const struct option *rows);
void bash_put_values(const struct option *rows);
void zsh_put_options(const struct option *rows);
void fish_put_options(const struct option *rows);
