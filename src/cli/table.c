/* SPDX-License-Identifier: MIT */
#include "cli/table.h"
#include "base/arithmetic.h"
#include "base/size.h"
#include "cli/values.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what each option with a value makes of it; false: nonsense --- */

static bool keep_text(char **kept, const char *arg)
{
    free(*kept);
    *kept = strdup(arg);
    return *kept;
}

static bool set_jobs(struct options *o, const char *arg)
{
    return values_count(arg, &o->rules.wishes.jobs);
}

static bool set_chunk(struct options *o, const char *arg)
{
    return values_length(arg, &o->rules.wishes.chunk_len, 1 << 30);
}

static bool set_buffer(struct options *o, const char *arg)
{
    return values_length(arg, &o->rules.wishes.buffer_len, 64 << 20);
}

static bool set_bwlimit(struct options *o, const char *arg)
{
    uint64_t *rate = &o->rules.wishes.rate;
    return size_parse(arg, rate) == 0 && *rate > 0;
}

/* To share extents is no engine's work, but to the user it is one more way to copy. */
static bool set_engine(struct options *o, const char *arg)
{
    enum { AUTO, REFLINK, FIRST, MOST = 20 };
    struct named names[MOST + 1] = {{"auto", AUTO}, {"reflink", REFLINK}};
    unsigned chosen;
    for (unsigned i = 0; engines[i]; i++) {
        assert(FIRST + i < MOST);
        names[FIRST + i] = (struct named){engines[i]->name, FIRST + i};
    }
    if (!values_find(names, arg, &chosen))
        return false;
    o->shares = chosen == REFLINK;
    o->rules.wishes.engine = chosen >= FIRST ? engines[chosen - FIRST] : NULL;
    return true;
}

static bool find_when(const char *arg, enum when *when)
{
    static const struct named names[] = {
        {"auto", WHEN_AUTO}, {"always", WHEN_ALWAYS}, {"never", WHEN_NEVER}, {0}};
    unsigned found;
    if (!values_find(names, arg, &found))
        return false;
    *when = (enum when)found;
    return true;
}

static bool set_progress(struct options *o, const char *arg)
{
    return find_when(arg, &o->progress);
}

static bool set_reflink(struct options *o, const char *arg)
{
    return find_when(arg, &o->rules.wishes.reflink);
}

static bool set_sparse(struct options *o, const char *arg)
{
    return find_when(arg, &o->rules.wishes.sparse);
}

static bool set_cache(struct options *o, const char *arg)
{
    static const struct named names[] = {
        {"auto", CACHE_AUTO}, {"keep", CACHE_KEEP}, {"drop", CACHE_DROP}, {0}};
    unsigned found;
    if (!values_find(names, arg, &found))
        return false;
    o->rules.wishes.cache = (enum cache)found;
    return true;
}

/* --- attributes --- */

enum {
    BASIC = ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP | ATTRIBUTE_TIMESTAMPS,
    EVERY = BASIC | ATTRIBUTE_LINKS | ATTRIBUTE_CONTEXT | ATTRIBUTE_XATTR,
};

static const struct named attributes[] = {{"mode", ATTRIBUTE_MODE},
                                          {"ownership", ATTRIBUTE_OWNERSHIP},
                                          {"timestamps", ATTRIBUTE_TIMESTAMPS},
                                          {"links", ATTRIBUTE_LINKS},
                                          {"context", ATTRIBUTE_CONTEXT},
                                          {"xattr", ATTRIBUTE_XATTR},
                                          {"all", EVERY | ATTRIBUTE_TOLERANT},
                                          {0}};

/* What is named by itself must be had; what "all" has besides, only if it can be. */
static unsigned strict_part(unsigned which)
{
    return which & ATTRIBUTE_TOLERANT ? 0 : which;
}

static void preserve(void *options, unsigned which)
{
    struct options *o = options;
    o->rules.preserve |= which;
    o->rules.no_preserve &= ~which;
    o->said.strictly |= strict_part(which);
}

static void leave_out(void *options, unsigned which)
{
    struct options *o = options;
    o->rules.preserve &= ~which;
    o->rules.no_preserve |= which & EVERY;
    o->said.strictly &= ~strict_part(which);
}

static bool set_preserve(struct options *o, const char *arg)
{
    return values_each(attributes, arg, preserve, o);
}

static bool set_no_preserve(struct options *o, const char *arg)
{
    return values_each(attributes, arg, leave_out, o);
}

static bool set_context(struct options *o, const char *arg)
{
    if (!*arg)
        o->rules.default_context = true;
    return !*arg || keep_text(&o->said.context, arg);
}

/* --- trees and links --- */

static bool set_follow(struct options *o, const char *arg)
{
    static const struct named names[] = {
        {"never", FOLLOW_NEVER}, {"operands", FOLLOW_OPERANDS}, {"always", FOLLOW_ALWAYS}, {0}};
    unsigned found;
    bool ok = values_find(names, arg, &found);
    o->follow = ok ? (enum follow)found : FOLLOW_UNSAID;
    return ok;
}

/* -d, as far as -a does the same. */
static bool set_no_dereference(struct options *o, const char *arg)
{
    o->follow = FOLLOW_NEVER;
    return set_preserve(o, arg);
}

static bool set_archive(struct options *o, const char *arg)
{
    o->recursive = true;
    return set_no_dereference(o, arg);
}

/* --- what exists already --- */

static bool set_interactive(struct options *o, const char *arg)
{
    (void)arg;
    o->said.clobber = EXISTING_ASK;
    return true;
}

static bool set_no_clobber(struct options *o, const char *arg)
{
    (void)arg;
    o->said.clobber = EXISTING_KEEP;
    return true;
}

static bool set_update(struct options *o, const char *arg)
{
    enum { ALL, OLDER, NONE, NONE_FAIL };
    static const struct named names[] = {
        {"all", ALL}, {"older", OLDER}, {"none", NONE}, {"none-fail", NONE_FAIL}, {0}};
    static const enum existing existing[] = {
        [NONE] = EXISTING_KEEP, [NONE_FAIL] = EXISTING_FAIL}; /* the others replace */
    unsigned found;
    if (!values_find(names, arg, &found))
        return false;
    o->rules.update = found == OLDER;
    o->said.update = existing[found];
    return true;
}

bool table_find_backup(const char *name, enum backup *backup)
{
    static const struct named names[] = {
        {"none", BACKUP_NONE},         {"off", BACKUP_NONE},          {"simple", BACKUP_SIMPLE},
        {"never", BACKUP_SIMPLE},      {"numbered", BACKUP_NUMBERED}, {"t", BACKUP_NUMBERED},
        {"existing", BACKUP_EXISTING}, {"nil", BACKUP_EXISTING},      {0}};
    unsigned found;
    if (!values_find(names, name, &found))
        return false;
    *backup = (enum backup)found;
    return true;
}

/* Without a kind, that of an earlier one stays. */
static bool set_backup(struct options *o, const char *arg)
{
    o->said.backup = true;
    o->said.backup_control |= *arg != '\0';
    return !*arg || table_find_backup(arg, &o->rules.backup);
}

static bool set_suffix(struct options *o, const char *arg)
{
    o->said.backup = true;
    return keep_text(&o->said.suffix, arg);
}

static bool set_target_directory(struct options *o, const char *arg)
{
    o->said.targets++;
    return *arg && keep_text(&o->target_directory, arg);
}

/* --- the table --- */

/* Written by list_engines. */
static char engine_names[160], engine_help[240];

const char table_backup_takes[] = "none, off, numbered, t, existing, nil, simple or never";
static const char attributes_takes[] =
    "a list of mode, ownership, timestamps, links, context, xattr, all";

/* Sets a bool to true: an option --no-x is a member of its own. */
#define FLAG(member) .flag = offsetof(struct options, member)

static const struct option table[] = {
    {"archive", 'a', .set = set_archive, .unsaid = "all", .help = "the same as -dR --preserve=all"},
    {"attributes-only", FLAG(rules.attributes_only),
     .help = "copy no bytes, but what --preserve names"},
    {"backup", .set = set_backup, .value = "CONTROL", .unsaid = "", .takes = table_backup_takes,
     .help = "keep a destination that is replaced under another name; CONTROL: none, numbered, "
             "existing (numbered if there are such, else simple) or simple"},
    {.letter = 'b', .set = set_backup, .unsaid = "", .help = "the same as --backup"},
    {"copy-contents", FLAG(copy_contents),
     .help = "with -r, read FIFOs and devices instead of making them anew"},
    {.letter = 'd',
     .set = set_no_dereference,
     .unsaid = "links",
     .help = "the same as -P --preserve=links"},
    {"debug", FLAG(debug), .help = "say how each file was copied (implies -v)"},
    {"force", 'f', FLAG(rules.force),
     .help = "replace a destination that isn't writable; write to a device in use"},
    {"interactive", 'i', .set = set_interactive, .help = "ask before replacing (overrides -n)"},
    {.letter = 'H',
     .set = set_follow,
     .unsaid = "operands",
     .help = "follow symbolic links that are operands"},
    {"keep-directory-symlink", FLAG(keep_directory_symlink),
     .help = "copy into what a link to a directory in the destination leads to"},
    {"link", 'l', FLAG(said.hard_link), .help = "make hard links instead of copies"},
    {"dereference", 'L', .set = set_follow, .unsaid = "always", .help = "follow symbolic links"},
    {"no-clobber", 'n', .set = set_no_clobber,
     .help = "leave a destination that exists (overrides -i, -u)"},
    {"no-dereference", 'P', .set = set_follow, .unsaid = "never",
     .help = "copy symbolic links as such"},
    {.letter = 'p',
     .set = set_preserve,
     .unsaid = "mode,ownership,timestamps",
     .help = "the same as --preserve"},
    {"preserve", .set = set_preserve, .value = "LIST", .unsaid = "mode,ownership,timestamps",
     .takes = attributes_takes,
     .help = "keep mode,ownership,timestamps, or those in LIST (also links, context, xattr, all)"},
    {"no-preserve", .set = set_no_preserve, .value = "LIST", .takes = attributes_takes,
     .help = "don't keep those in LIST"},
    {"parents", FLAG(parents), .help = "append a source's whole name to DIRECTORY"},
    {"path", FLAG(parents)},
    {"recursive", 'r', FLAG(recursive), .help = "copy directories and all that is in them"},
    {.letter = 'R', FLAG(recursive), .help = "the same as -r"},
    {"reflink", .set = set_reflink, .value = "WHEN", .unsaid = "always",
     .takes = "auto, always or never",
     .help = "share the source's extents instead of copying: auto (if it can be done, the "
             "default), always or never"},
    {"remove-destination", FLAG(rules.remove_destination),
     .help = "remove a destination before it is written"},
    {"sparse", .set = set_sparse, .value = "WHEN", .takes = "auto, always or never",
     .help = "auto keeps holes, always makes them of zeros too, never fills them"},
    {"strip-trailing-slashes", FLAG(strip_trailing_slashes),
     .help = "drop slashes at the end of a SOURCE"},
    {"symbolic-link", 's', FLAG(said.symbolic_link),
     .help = "make symbolic links instead of copies"},
    {"suffix", 'S', .set = set_suffix, .value = "SUFFIX", .takes = "a suffix",
     .help = "what a simple backup's name ends with (default: ~); implies --backup"},
    {"target-directory", 't', .set = set_target_directory, .value = "DIRECTORY",
     .takes = "a directory", .help = "copy all sources into DIRECTORY"},
    {"no-target-directory", 'T', FLAG(no_target_directory),
     .help = "never take DEST for a directory to copy into"},
    {"update", .set = set_update, .value = "WHICH", .unsaid = "older",
     .takes = "all, older, none or none-fail",
     .help = "of destinations that exist replace all, those that are older than their source, or "
             "none; with none-fail such a one is an error"},
    {.letter = 'u', .set = set_update, .unsaid = "older", .help = "the same as --update=older"},
    {"verbose", 'v', FLAG(verbose), .help = "say what was copied, and how"},
    {"one-file-system", 'x', FLAG(one_file_system),
     .help = "don't enter what is mounted in a tree"},
    {.letter = 'Z',
     .set = set_context,
     .unsaid = "",
     .help = "give the copy the security context that is usual for its name"},
    {"context", .set = set_context, .value = "CONTEXT", .unsaid = "", .takes = "a context",
     .help = "the same as -Z, or the security context CONTEXT"},
    {"help", '?', FLAG(help), .help = "print this help"},
    {"version", 'V', FLAG(version), .help = "print the version"},

    {"jobs", 'j', GROUP_SPEED, .set = set_jobs, .value = "N",
     .takes = "a number of workers, 1 or more",
     .help = "copy with N workers (default: as many as pay, none for small files)"},
    {"engine", .group = GROUP_SPEED, .set = set_engine, .value = "NAME", .takes = engine_names,
     .help = engine_help},
    {"chunk", .group = GROUP_SPEED, .set = set_chunk, .value = "SIZE",
     .takes = "a size from 1 to 1G, such as 512K or 4MiB",
     .help = "let workers claim SIZE bytes at a time (default: 2 MiB)"},
    {"buffer", .group = GROUP_SPEED, .set = set_buffer, .value = "SIZE",
     .takes = "a size from 1 to 64M, such as 128K or 1MiB",
     .help = "read and write SIZE bytes at a time (default: the engine's own)"},
    {"bwlimit", .group = GROUP_SPEED, .set = set_bwlimit, .value = "RATE",
     .takes = "bytes a second, such as 10M or 1.5GiB",
     .help = "copy no more than RATE bytes a second, all workers together"},
    {"cache", .group = GROUP_SPEED, .set = set_cache, .value = "HOW", .takes = "auto, keep or drop",
     .help = "whether what is copied stays in the page cache: auto (not if it is large), keep or "
             "drop"},

    {"atomic", .group = GROUP_SAFETY, FLAG(atomic),
     .help = "let a new tree appear all at once, or not at all"},
    {"inplace", .group = GROUP_SAFETY, FLAG(rules.wishes.in_place),
     .help = "write into the destination itself instead of replacing it when complete"},
    {"fsync", .group = GROUP_SAFETY, FLAG(rules.wishes.sync),
     .help = "return when the copy has reached the disk"},
    {"verify", .group = GROUP_SAFETY, FLAG(rules.wishes.verify),
     .help = "read the copy back from the disk and compare before it gets its name"},
    {"resume", .group = GROUP_SAFETY, FLAG(rules.wishes.resume),
     .help = "keep what is copied if the copy fails, and go on from there the next time"},
    {"wait", .group = GROUP_SAFETY, FLAG(rules.wait),
     .help = "wait for another mpcp that is copying to the same destination"},
    {"allow-changes", .group = GROUP_SAFETY, FLAG(rules.allow_changes),
     .help = "copy a source that is written to meanwhile, as it comes"},

    {"progress", .group = GROUP_TELLING, .set = set_progress, .value = "WHEN", .unsaid = "always",
     .takes = "auto, always or never",
     .help = "show progress: auto (on a terminal after a second, the default), always or never"},
    {"quiet", 'q', GROUP_TELLING, FLAG(quiet), .help = "print nothing but errors"},
    {"explain", .group = GROUP_TELLING, FLAG(explain),
     .help = "print the plan and its reasons, then copy"},
    {"dry-run", .group = GROUP_TELLING, FLAG(rules.dry_run),
     .help = "check and plan, but copy nothing"},
    {"json", .group = GROUP_TELLING, FLAG(json),
     .help = "print one JSON object a copy on standard output"},
    {"status", .group = GROUP_TELLING, FLAG(status),
     .help = "show the copies that are under way, or that of the process given"},
    {"usage", .group = GROUP_TELLING, FLAG(usage), .help = "print a short summary of the options"},
    {0},
};

static void list_engines(void)
{
    char *end = stpcpy(engine_names, "auto, reflink");
    for (const struct engine *const *e = engines; *e; e++) {
        size_t room = sizeof(engine_names) - (size_t)(end - engine_names);
        int len = snprintf(end, room, "%s%s", e[1] ? ", " : " or ", (*e)->name);
        assert((size_t)len < room);
        end += len;
    }
    snprintf(engine_help, sizeof(engine_help), "how bytes are moved: %s (default: auto)",
             engine_names);
}

const struct option *table_rows(void)
{
    list_engines();
    return table;
}
