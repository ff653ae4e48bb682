/* SPDX-License-Identifier: MIT */
#include "cli/options.h"
#include "base/arithmetic.h"
#include "base/diag.h"
#include "base/size.h"

#include <assert.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what each option with a value makes of it; false: nonsense --- */

/* "1.5": of 0.5K there are 512. */
static bool is_fraction(const char *arg)
{
    const char *suffix = arg + strspn(arg, "0123456789.");
    return strchr(arg, '.') && (*suffix == '\0' || strcmp(suffix, "B") == 0);
}

static bool set_jobs(struct options *o, const char *arg)
{
    uint64_t jobs;
    if (size_parse(arg, &jobs) < 0 || jobs == 0 || is_fraction(arg))
        return false;
    o->rules.wishes.jobs = jobs < UINT_MAX ? (unsigned)jobs : UINT_MAX;
    return true;
}

static bool set_length(size_t *len, const char *arg, uint64_t most)
{
    uint64_t size;
    if (size_parse(arg, &size) < 0 || size == 0 || size > most)
        return false;
    *len = size;
    return true;
}

static bool set_chunk(struct options *o, const char *arg)
{
    return set_length(&o->rules.wishes.chunk_len, arg, 1 << 30);
}

static bool set_buffer(struct options *o, const char *arg)
{
    return set_length(&o->rules.wishes.buffer_len, arg, 64 << 20);
}

/* To share extents is no engine's work, but to the user it is one more way to copy. */
static bool set_engine(struct options *o, const char *arg)
{
    o->shares = strcmp(arg, "reflink") == 0;
    o->rules.wishes.engine = engine_find(arg);
    return o->rules.wishes.engine || o->shares || strcmp(arg, "auto") == 0;
}

static bool set_bwlimit(struct options *o, const char *arg)
{
    uint64_t *rate = &o->rules.wishes.rate;
    return size_parse(arg, rate) == 0 && *rate > 0;
}

/* Finds `arg` among names, ended by NULL: its number. */
static bool find_name(const char *const *names, const char *arg, unsigned *number)
{
    for (*number = 0; names[*number]; ++*number)
        if (strcmp(arg, names[*number]) == 0)
            return true;
    return false;
}

static bool find_when(const char *arg, enum when *when)
{
    static const char *const names[] = {"auto", "always", "never", NULL};
    unsigned number;
    bool found = find_name(names, arg, &number);
    *when = (enum when)number;
    return found;
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
    static const char *const names[] = {"auto", "keep", "drop", NULL};
    unsigned number;
    bool found = find_name(names, arg, &number);
    o->rules.wishes.cache = (enum cache)number;
    return found;
}

static unsigned attribute_of(const char *name, size_t len)
{
    static const struct {
        const char *name;
        unsigned attributes;
    } table[] = {
        {"mode", ATTRIBUTE_MODE},
        {"ownership", ATTRIBUTE_OWNERSHIP},
        {"timestamps", ATTRIBUTE_TIMESTAMPS},
        {"xattr", ATTRIBUTE_XATTR},
        {"all", ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP | ATTRIBUTE_TIMESTAMPS | ATTRIBUTE_XATTR |
                    ATTRIBUTE_TOLERANT},
    };
    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (strlen(table[i].name) == len && strncmp(table[i].name, name, len) == 0)
            return table[i].attributes;
    return 0;
}

static bool set_preserve(struct options *o, const char *arg)
{
    for (;;) {
        size_t len = strcspn(arg, ",");
        unsigned attributes = attribute_of(arg, len);
        if (!attributes)
            return false;
        o->rules.preserve |= attributes;
        if (arg[len] == '\0')
            return true;
        arg += len + 1;
    }
}

static bool set_preserve_most(struct options *o, const char *arg)
{
    (void)arg;
    o->rules.preserve |= ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP | ATTRIBUTE_TIMESTAMPS;
    return true;
}

static bool set_interactive(struct options *o, const char *arg)
{
    (void)arg;
    o->rules.existing = EXISTING_ASK;
    return true;
}

static bool set_no_clobber(struct options *o, const char *arg)
{
    (void)arg;
    o->rules.existing = EXISTING_KEEP;
    return true;
}

#define S(n, x)                                                                                    \
    static bool n(struct options *o, const char *arg)                                              \
    {                                                                                              \
        (void)arg;                                                                                 \
        x;                                                                                         \
        return true;                                                                               \
    }
S(set_P, o->follow = FOLLOW_NEVER)
S(set_L, o->follow = FOLLOW_ALWAYS)
S(set_H, o->follow = FOLLOW_OPERANDS)
S(set_d, o->follow = FOLLOW_NEVER; o->rules.preserve |= ATTRIBUTE_LINKS)
S(set_l, o->rules.product = PRODUCT_HARD_LINK)
S(set_s, o->rules.product = PRODUCT_SYMLINK)
S(set_b, o->rules.backup = BACKUP_EXISTING; o->rules.backup_suffix = "~")
S(set_archive, o->recursive = true; set_d(o, NULL); o->rules.preserve |= attribute_of("all", 3))
static bool set_target_directory(struct options *o, const char *arg)
{
    free(o->target_directory);
    o->target_directory = strdup(arg);
    return o->target_directory && *arg;
}

/* --- the table --- */

/* One option: a flag to set, or a function to call with its value. */
struct option {
    const char *name;
    char letter;
    size_t flag; /* the offset of a bool in struct options */
    bool (*set)(struct options *, const char *arg);
    const char *value;  /* what the value is called in --help; NULL: takes none */
    const char *unsaid; /* the value when none is given; NULL: it must be */
    const char *takes;  /* for the error about nonsense */
    const char *help;
};

/* Written by list_engines. */
static char engine_names[160], engine_help[240];

/* Sets a bool to true: an option --no-x is a member of its own. */
#define FLAG(member) .flag = offsetof(struct options, member)

static const struct option table[] = {
    {"jobs", 'j', .set = set_jobs, .value = "N", .takes = "a number of workers, 1 or more",
     .help = "copy with N workers (default: as many as pay, none for small files)"},
    {"engine", .set = set_engine, .value = "NAME", .takes = engine_names, .help = engine_help},
    {"chunk", .set = set_chunk, .value = "SIZE",
     .takes = "a size from 1 to 1G, such as 512K or 4MiB",
     .help = "let workers claim SIZE bytes at a time (default: 2 MiB)"},
    {"buffer", .set = set_buffer, .value = "SIZE",
     .takes = "a size from 1 to 64M, such as 128K or 1MiB",
     .help = "read and write SIZE bytes at a time (default: the engine's own)"},
    {"force", 'f', FLAG(rules.force),
     .help = "replace a destination that isn't writable; write to a device in use"},
    {"interactive", 'i', .set = set_interactive, .help = "ask before replacing (overrides -n)"},
    {"no-clobber", 'n', .set = set_no_clobber,
     .help = "leave a destination that exists (overrides -i)"},
    {"update", 'u', FLAG(rules.update),
     .help = "leave a destination that is not older than its source"},
    {"target-directory", 't', .set = set_target_directory, .value = "DIRECTORY",
     .takes = "a directory", .help = "copy all sources into DIRECTORY"},
    {"no-target-directory", 'T', FLAG(no_target_directory),
     .help = "never take DEST for a directory to copy into"},
    {.letter = 'p', .set = set_preserve_most, .help = "the same as --preserve"},
    {"preserve", .set = set_preserve, .value = "LIST", .unsaid = "mode,ownership,timestamps",
     .takes = "a list of mode, ownership, timestamps, xattr, all",
     .help = "keep mode,ownership,timestamps, or those in LIST (also xattr, all)"},
    {"reflink", .set = set_reflink, .value = "auto|always|never", .unsaid = "always",
     .takes = "auto, always or never",
     .help = "share the source's extents instead of copying (default: auto, if it can be done)"},
    {"sparse", .set = set_sparse, .value = "auto|always|never", .takes = "auto, always or never",
     .help = "auto keeps holes, always makes them of zeros too, never fills them"},
    {"bwlimit", .set = set_bwlimit, .value = "RATE",
     .takes = "bytes a second, such as 10M or 1.5GiB",
     .help = "copy no more than RATE bytes a second, all workers together"},
    {"cache", .set = set_cache, .value = "auto|keep|drop", .takes = "auto, keep or drop",
     .help = "whether what is copied stays in the page cache (auto: not if it is large)"},
    {"inplace", FLAG(rules.wishes.in_place),
     .help = "write into the destination itself instead of replacing it when complete"},
    {"fsync", FLAG(rules.wishes.sync), .help = "return when the copy has reached the disk"},
    {"verify", FLAG(rules.wishes.verify),
     .help = "read the copy back from the disk and compare before it gets its name"},
    {"resume", FLAG(rules.wishes.resume),
     .help = "keep what is copied if the copy fails, and go on from there the next time"},
    {"wait", FLAG(rules.wait),
     .help = "wait for another mpcp that is copying to the same destination"},
    {"allow-changes", FLAG(rules.allow_changes),
     .help = "copy a source that is written to meanwhile, as it comes"},
    {"progress", .set = set_progress, .value = "auto|always|never", .unsaid = "always",
     .takes = "auto, always or never",
     .help = "show progress (default: auto, on a terminal after a second)"},
    {"verbose", 'v', FLAG(verbose), .help = "say what was copied, and how"},
    {"quiet", 'q', FLAG(quiet), .help = "print nothing but errors"},
    {"explain", FLAG(explain), .help = "print the plan and its reasons, then copy"},
    {"dry-run", FLAG(rules.dry_run), .help = "check and plan, but copy nothing"},
    {"json", FLAG(json), .help = "print one JSON object a copy on standard output"},
    {"status", FLAG(status),
     .help = "show the copies that are under way, or that of the process given"},
    {"recursive", 'r', FLAG(recursive), .help = "copy directories"},
    {.letter = 'R', FLAG(recursive), .help = "copy directories"},
    {"archive", 'a', .set = set_archive, .help = "x"},
    {"no-dereference", 'P', .set = set_P, .help = "x"},
    {"dereference", 'L', .set = set_L, .help = "x"},
    {.letter = 'H', .set = set_H, .help = "x"},
    {.letter = 'd', .set = set_d, .help = "x"},
    {"link", 'l', .set = set_l, .help = "x"},
    {"symbolic-link", 's', .set = set_s, .help = "x"},
    {.letter = 'b', .set = set_b, .help = "x"},
    {"one-file-system", 'x', FLAG(one_file_system), .help = "x"},
    {"atomic", FLAG(atomic), .help = "x"},
    {"remove-destination", FLAG(rules.remove_destination), .help = "x"},
    {"attributes-only", FLAG(rules.attributes_only), .help = "x"},
    {"help", '?', FLAG(help), .help = "print this help"},
    {"usage", FLAG(usage), .help = "print a short summary of the options"},
    {"version", 'V', FLAG(version), .help = "print the version"},
};

enum { OPTION_COUNT = COUNT_OF(table) };

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

static void fill_popt_table(struct poptOption *popt)
{
    for (int i = 0; i < OPTION_COUNT; i++)
        popt[i] = (struct poptOption){.longName = table[i].name,
                                      .shortName = table[i].letter,
                                      .argInfo = table[i].value ? POPT_ARG_STRING : POPT_ARG_NONE,
                                      .val = i + 1,
                                      .descrip = table[i].help,
                                      .argDescrip = table[i].value};
    popt[OPTION_COUNT] = (struct poptOption)POPT_TABLEEND;
}

/*
 * popt's own optional values would swallow the operand behind a bare --preserve or --progress. So
 * these are given their value before popt sees them; it must then always be there. Options end at
 * "--".
 */
static const char **spell_out(int argc, char **argv)
{
    static char spelled[OPTION_COUNT][80];
    const char **copy = calloc((size_t)argc + 1, sizeof(*copy));
    bool options = true;
    for (int i = 0; copy && i < argc; i++) {
        copy[i] = argv[i];
        options = options && strcmp(argv[i], "--") != 0;
        for (int o = 0; options && i > 0 && o < OPTION_COUNT; o++) {
            if (!table[o].unsaid || strncmp(argv[i], "--", 2) != 0 ||
                strcmp(argv[i] + 2, table[o].name) != 0)
                continue;
            snprintf(spelled[o], sizeof(spelled[o]), "--%s=%s", table[o].name, table[o].unsaid);
            copy[i] = spelled[o];
        }
    }
    return copy;
}

/* --- parsing --- */

/* What is complained about may be a file's name, which a shell has taken from a directory. */
static void complain_takes(const char *name, const struct option *option)
{
    char what[256];
    snprintf(what, sizeof(what), "takes %s", option->takes);
    diag_about(name, what, NULL);
}

static void complain_value(const struct option *option, const char *value)
{
    char *name;
    if (asprintf(&name, "--%s=%s", option->name, value) >= 0) {
        complain_takes(name, option);
        free(name);
    }
}

static bool set_option(struct options *o, const struct option *option, char *value)
{
    bool ok = !option->set || option->set(o, value);
    if (!option->set)
        *(bool *)((char *)o + option->flag) = true;
    if (!ok)
        complain_value(option, value);
    free(value);
    return ok;
}

static bool complain_popt(poptContext context, int error)
{
    const char *name = poptBadOption(context, POPT_BADOPTION_NOALIAS);
    const char *bare = name + strspn(name, "-");
    if (error == POPT_ERROR_BADOPT)
        diag_about(name, "no such option (mpcp --help lists them)", NULL);
    else if (error == POPT_ERROR_NOARG)
        for (int i = 0; i < OPTION_COUNT; i++) {
            if ((table[i].name && strcmp(table[i].name, bare) == 0) ||
                (table[i].letter == bare[0] && !bare[1]))
                complain_takes(name, &table[i]);
        }
    else
        diag_about(name, poptStrerror(error), NULL);
    return false;
}

static bool read_options(struct options *o)
{
    int val;
    while ((val = poptGetNextOpt(o->context)) > 0)
        if (!set_option(o, &table[val - 1], poptGetOptArg(o->context)))
            return false;
    return val == -1 || complain_popt(o->context, val);
}

static bool writes_stdout(const struct options *o)
{
    return !o->target_directory && o->operand_count > 0 &&
           strcmp(o->operands[o->operand_count - 1], STANDARD_STREAM) == 0;
}

static bool reads_stdin(const struct options *o)
{
    int sources = o->target_directory ? o->operand_count : o->operand_count - 1;
    for (int i = 0; i < sources; i++)
        if (strcmp(o->operands[i], STANDARD_STREAM) == 0)
            return true;
    return false;
}

static bool check_together(const struct options *o)
{
    const char *clash = NULL;
    bool shares = o->shares || o->rules.wishes.reflink == WHEN_ALWAYS;
    if (o->target_directory && o->no_target_directory)
        clash = "--target-directory and --no-target-directory: take one of them, not both";
    if (o->verbose && o->quiet)
        clash = "--verbose and --quiet: take one of them, not both";
    if (o->json && writes_stdout(o))
        clash = "--json: needs standard output for itself, which is the DEST";
    if (o->rules.existing == EXISTING_ASK && reads_stdin(o))
        clash = "--interactive: needs standard input for the answers, which is a SOURCE";
    if (shares && o->rules.wishes.sparse != WHEN_AUTO)
        clash =
            "--reflink=always, --engine=reflink: holes are shared as they are, so take no --sparse";
    if (shares && o->rules.wishes.engine)
        clash = "--reflink=always and --engine: take one of them, not both";
    if (o->shares && o->rules.wishes.reflink == WHEN_NEVER)
        clash = "--reflink=never and --engine=reflink: take one of them, not both";
    if (clash)
        diag_print("%s", clash);
    return !clash;
}

static bool print_what_was_asked(const struct options *o)
{
    if (o->help) {
        poptSetOtherOptionHelp(o->context,
                               "[OPTION...] SOURCE DEST\n"
                               "  or:  mpcp [OPTION...] SOURCE... DIRECTORY\n"
                               "  or:  mpcp [OPTION...] -t DIRECTORY SOURCE...\n"
                               "Copy large files with several processes at once. SOURCE or "
                               "DEST may be - for\nstandard input or output. SIZE takes "
                               "suffixes: K, M, G, KiB, KB, ...\n");
        poptPrintHelp(o->context, stdout, 0);
    } else if (o->usage) {
        poptSetOtherOptionHelp(o->context, "SOURCE... DEST");
        poptPrintUsage(o->context, stdout, 0);
    } else if (o->version) {
        puts("mpcp " MPCP_VERSION);
    }
    return o->help || o->usage || o->version;
}

static void take_operands(struct options *o)
{
    static const char *none[] = {NULL};
    o->operands = poptGetArgs(o->context);
    if (!o->operands)
        o->operands = none;
    while (o->operands[o->operand_count])
        o->operand_count++;
}

bool options_parse(int argc, char **argv, struct options *o, int *status)
{
    static struct poptOption popt[OPTION_COUNT + 1];
    *o = (struct options){.progress = WHEN_AUTO};
    *status = STATUS_USAGE;
    list_engines();
    fill_popt_table(popt);
    o->arguments = spell_out(argc, argv);
    if (!o->arguments)
        return false;
    o->context = poptGetContext("mpcp", argc, o->arguments, popt, 0);
    if (!read_options(o))
        return false;
    take_operands(o);
    if (!check_together(o))
        return false;
    if (o->shares)
        o->rules.wishes.reflink = WHEN_ALWAYS;
    o->rules.wishes.sync |= o->rules.wishes.verify; /* what isn't on the disk can't be read there */
    *status = STATUS_COPIED;
    return !print_what_was_asked(o);
}

void options_release(struct options *o)
{
    free(o->target_directory);
    if (o->context)
        poptFreeContext(o->context);
    free(o->arguments);
}
