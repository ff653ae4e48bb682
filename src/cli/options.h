/* SPDX-License-Identifier: MIT */
/* The command line, parsed once. */
#pragma once

#include "cli/arguments.h"
#include "copy/copy.h"

#include <popt.h>
#include <stdbool.h>

/* Which symbolic links of the sources are followed. */
enum follow {
    FOLLOW_UNSAID,   /* none of a tree, all others; with -l, all */
    FOLLOW_NEVER,    /* -P */
    FOLLOW_OPERANDS, /* -H: those that are operands */
    FOLLOW_ALWAYS,   /* -L */
};

/* What was said, for options that only mean something together. Of no interest once they are
 * settled. */
struct said {
    enum existing clobber, update; /* -i or -n, whichever came last; --update */
    bool hard_link, symbolic_link;
    bool backup, backup_control; /* that there be one; and of which kind */
    unsigned targets;            /* how often -t was given */
    unsigned strictly;           /* of enum attribute: those that --preserve named one by one */
    char *suffix, *context;      /* allocated; NULL: not said */
};

struct options {
    struct copy_rules rules;
    const char **operands; /* ended by NULL; they are argv's */
    int operand_count;
    char *target_directory; /* -t */
    bool no_target_directory;
    bool recursive;
    enum follow follow;
    bool copy_contents; /* of FIFOs and devices in a tree, instead of making them anew */
    bool one_file_system;
    bool parents; /* a source's whole name goes below the directory */
    bool strip_trailing_slashes;
    bool keep_directory_symlink; /* one in the destination is followed */
    bool atomic;                 /* a new tree gets its name when all of it is there, or never */
    enum when progress;
    bool shares; /* --engine=reflink, which is --reflink=always */
    bool verbose, quiet, explain, debug, json;
    bool status; /* the operand is no file, but may be a process */
    bool help, usage, version;
    struct said said;
    struct arguments arguments;
    struct poptOption *popt; /* borrowed by context */
    poptContext context;
};

/* Exit statuses, the worse the higher. */
enum { STATUS_COPIED = 0, STATUS_FAILED = 1, STATUS_USAGE = 2 };

static inline int options_worse_status(int a, int b)
{
    return a > b ? a : b;
}

/* What to exit with: as cp, nonsense on the command line is a failure like any other. */
int options_exit_status(int status);

/*
 * Parses argv. Returns true if the program shall go on; false if it shall end with *status, what is
 * to be said (what is wrong, or the help that was asked for) having been printed. argv must live as
 * long as *options; options_release must follow either way.
 */
bool options_parse(int argc, char **argv, struct options *options, int *status);
void options_release(struct options *options);
