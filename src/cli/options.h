/* SPDX-License-Identifier: MIT */
/* The command line, parsed once. */
#pragma once

#include "cli/arguments.h"
#include "cli/checksums.h"
#include "cli/progress.h"
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

/* What was given, for options that only mean something together. Irrelevant once they are
 * settled. */
struct said {
    enum existing clobber, update; /* -i or -n, whichever came last; --update */
    bool hard_link, symbolic_link;
    bool backup, backup_control; /* whether there is to be one; and of which kind */
    bool copying;                /* an option that only means something for copies */
    unsigned targets;            /* how often -t was given */
    unsigned strictly;           /* of enum attribute: those that --preserve named individually */
    char *suffix, *context;      /* allocated; NULL: not given */
};

struct options {
    struct copy_rules rules;
    const char **operands; /* ended by NULL; they are argv's */
    int operand_count;
    char *target_directory; /* -t */
    bool no_target_directory;
    bool recursive;
    enum follow follow;
    bool copy_contents; /* of FIFOs and devices in a tree, instead of creating new ones */
    bool one_file_system;
    bool parents; /* a source's whole name goes below the directory */
    bool strip_trailing_slashes;
    bool keep_directory_symlink; /* a link to a directory in the destination is followed */
    bool atomic;                 /* a new tree gets its name when all of it is there, or never */
    enum progress_form progress;
    bool shares; /* --engine=reflink, which is --reflink=always */
    bool verbose, quiet, explain, debug, json;
    char *digest_file;           /* --digest, whose kind is a wish; NULL: none */
    struct checksums *checksums; /* that file, while it is written to; NULL: none is */
    char *check_file;            /* --check: copy nothing; NULL: none */
    bool status;                 /* the operand isn't a file, but may be a process */
    bool mpi;                    /* several ranks make the copies together */
    bool help, help_engines, usage, version;
    struct said said;
    struct arguments arguments;
    struct poptOption *popt; /* borrowed by context */
    poptContext context;
};

/* Exit statuses, the higher the worse. */
enum { STATUS_COPIED = 0, STATUS_FAILED = 1, STATUS_USAGE = 2 };

static inline int options_worse_status(int a, int b)
{
    return a > b ? a : b;
}

/* The status to exit with: as cp, an invalid command line is a failure like any other. */
int options_exit_status(int status);

/*
 * Parses argv. Returns true if the program should go on; false if it should end with *status, after
 * printing what is to be said (what is wrong, or the help that was asked for). argv must live as
 * long as *options; options_release must follow either way.
 */
bool options_parse(int argc, char **argv, struct options *options, int *status);
void options_release(struct options *options);
