/* SPDX-License-Identifier: MIT */
/* The table of options: the only source of what is parsed, of --help and of what shells complete,
 * and what the man page must agree with. */
#pragma once

#include "cli/options.h"
#include "cli/values.h"

#include <stdbool.h>
#include <stddef.h>

/* The heading under which --help lists an option. */
enum group {
    GROUP_CP, /* those that cp has. Abbreviations mean these first, as they do in cp */
    GROUP_SPEED,
    GROUP_SAFETY,
    GROUP_TELLING,
};

/* One option: a flag to set, or a function to call with its value, or with the word that its value
 * is. */
struct option {
    const char *name; /* NULL: it has a letter only */
    char letter;      /* '\0': none; options with an optional value have none */
    enum group group;
    bool rare;                                        /* not in --help, but in the man page */
    size_t flag;                                      /* the offset of a bool in struct options */
    bool (*set)(struct options *, const char *value); /* false: the value is invalid */
    void (*choose)(struct options *, unsigned word);  /* called if there is no `set` */
    const struct named *words; /* the values that it takes; NULL: these aren't a few words */
    bool list;                 /* the value may be several words, separated by commas */
    const char *value;         /* what it is called in --help; NULL: takes none. Shells complete
                                  DIRECTORY, FILE, and with words before it KIND:FILE */
    const char *unsaid; /* the value if none is given; NULL: it must be given, if there is one */
    const char *takes;  /* for the error about an invalid value; NULL: the words */
    const char *help;   /* NULL: an old name, not shown */
};

/* The options in the order of --help; the last row has neither name nor letter. */
const struct option *table_rows(void);

static inline bool table_is_end(const struct option *option)
{
    return !option->name && !option->letter;
}

/* What the option's value may be, in words; allocated. NULL: no memory. */
char *table_takes(const struct option *option);
