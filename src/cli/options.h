/* SPDX-License-Identifier: MIT */
/* The command line, parsed once. */
#pragma once

#include "copy/copy.h"

#include <popt.h>
#include <stdbool.h>

/* Which symbolic links are followed: the last one said. */
enum follow { FOLLOW_UNSAID, FOLLOW_NEVER, FOLLOW_OPERANDS, FOLLOW_ALWAYS };

struct options {
    struct copy_rules rules;
    const char **operands; /* ended by NULL; they live as long as context */
    int operand_count;
    char *target_directory; /* -t */
    bool no_target_directory;
    bool recursive;
    enum follow follow;
    bool copy_contents;
    bool one_file_system;
    bool parents;
    bool strip_trailing_slashes;
    bool keep_directory_symlink;
    bool debug;
    bool atomic;
    enum when progress;
    bool shares; /* --engine=reflink, which is --reflink=always */
    bool verbose, quiet, explain, json;
    bool status; /* the operand is no file, but may be a process */
    bool help, usage, version;
    const char **arguments; /* argv as popt reads it */
    poptContext context;
};

/* Exit statuses, the worse the higher. */
enum { STATUS_COPIED = 0, STATUS_FAILED = 1, STATUS_USAGE = 2 };

static inline int options_worse_status(int a, int b)
{
    return a > b ? a : b;
}

/*
 * Parses argv. Returns true if the program shall go on; false if it shall end with *status, what is
 * to be said (one line for nonsense, the help that was asked for) having been printed.
 */
bool options_parse(int argc, char **argv, struct options *options, int *status);
void options_release(struct options *options);
