/* SPDX-License-Identifier: MIT */
/* The table of options: the one source of what is parsed, of --help, and of what the man page must
 * have. */
#pragma once

#include "cli/options.h"

#include <stdbool.h>
#include <stddef.h>

/* Under which head --help has an option. */
enum group {
    GROUP_CP, /* those that cp has. An abbreviation means these first, as it does there */
    GROUP_SPEED,
    GROUP_SAFETY,
    GROUP_TELLING,
};

/* One option: a flag to set, or a function to call with its value. */
struct option {
    const char *name; /* NULL: it has a letter only */
    char letter;      /* '\0': none; options with a value that may be left out have none */
    enum group group;
    size_t flag;                                      /* the offset of a bool in struct options */
    bool (*set)(struct options *, const char *value); /* false: nonsense */
    const char *value;  /* what the value is called in --help; NULL: takes none */
    const char *unsaid; /* the value when none is given; NULL: it must be, if there are any */
    const char *takes;  /* for the error about nonsense */
    const char *help;   /* NULL: an old name, not told */
};

/* The options in the order of --help; the last row has neither name nor letter. */
const struct option *table_rows(void);

static inline bool table_is_end(const struct option *option)
{
    return !option->name && !option->letter;
}

/* The kind of backup that a name stands for (--backup, VERSION_CONTROL); false: none. */
bool table_find_backup(const char *name, enum backup *backup);
extern const char table_backup_takes[];
