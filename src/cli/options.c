/* SPDX-License-Identifier: MIT */
#include "cli/options.h"
#include "base/arithmetic.h"
#include "base/diag.h"
#include "cli/engines.h"
#include "cli/table.h"
#include "cli/usage.h"
#include "cli/words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- parsing --- */

static int count_rows(const struct option *rows)
{
    int count = 0;
    while (!table_is_end(&rows[count]))
        count++;
    return count;
}

static struct poptOption *make_popt_table(const struct option *rows)
{
    int count = count_rows(rows);
    struct poptOption *popt = calloc((size_t)count + 1, sizeof(*popt));
    if (!popt)
        return NULL;
    for (int i = 0; i < count; i++)
        popt[i] = (struct poptOption){.longName = rows[i].name,
                                      .shortName = rows[i].letter,
                                      .argInfo = (rows[i].value ? POPT_ARG_STRING : POPT_ARG_NONE) |
                                                 (rows[i].help ? 0 : POPT_ARGFLAG_DOC_HIDDEN),
                                      .val = i + 1,
                                      .descrip = rows[i].help,
                                      .argDescrip = rows[i].value};
    return popt;
}

struct choice {
    struct options *options;
    const struct option *option;
};

static void choose(void *arg, unsigned word)
{
    const struct choice *choice = arg;
    choice->option->choose(choice->options, word);
}

static bool set_value(struct options *o, const struct option *option, const char *value)
{
    struct choice choice = {o, option};
    unsigned word;
    if (option->set)
        return option->set(o, value);
    if (option->list)
        return values_each(option->words, value, choose, &choice);
    bool found = values_find(option->words, value, &word);
    if (found)
        choose(&choice, word);
    return found;
}

static bool complain_value(const char *name, const char *value, char *takes)
{
    usage_complain_value(name, value, takes ? takes : "another value");
    free(takes);
    return false;
}

static bool set_option(struct options *o, const struct option *option, const char *value)
{
    const char *arg = value ? value : option->unsaid;
    char name[64];
    if (!option->set && !option->choose) {
        *(bool *)((char *)o + option->flag) = true;
        return true;
    }
    snprintf(name, sizeof(name), "--%s", option->name);
    return set_value(o, option, arg) || complain_value(name, arg, table_takes(option));
}

/* Most are about copies; those here are about what is told, or mean something to --check, too. */
static bool is_about_copies(const struct option *option)
{
    static const char *const others[] = {"check", "help",  "jobs",    "json",    "progress",
                                         "quiet", "usage", "verbose", "version", "status"};
    bool is = true;
    for (size_t i = 0; i < COUNT_OF(others) && is; i++)
        is = !option->name || strcmp(option->name, others[i]) != 0;
    return is;
}

static bool complain_popt(poptContext context, int error)
{
    diag_about(poptBadOption(context, POPT_BADOPTION_NOALIAS), poptStrerror(error), NULL);
    return false;
}

static bool read_options(struct options *o, const struct option *rows)
{
    const char **value = o->arguments.values; /* of the program's name, which has none */
    int val;
    while ((val = poptGetNextOpt(o->context)) > 0) {
        free(poptGetOptArg(o->context)); /* empty */
        if (!set_option(o, &rows[val - 1], *++value))
            return false;
        o->said.copying |= is_about_copies(&rows[val - 1]);
    }
    return val == -1 || complain_popt(o->context, val);
}

/* --- what several options together mean --- */

/* -n overrides --update, which overrides -i. */
static void settle_existing(struct options *o)
{
    bool keep = o->said.clobber == EXISTING_KEEP;
    o->rules.existing = keep || !o->said.update ? o->said.clobber : o->said.update;
    o->rules.update &= !keep;
}

static bool is_usable_suffix(const char *suffix)
{
    return suffix && *suffix && !strchr(suffix, '/');
}

/* As in GNU's tools, all of which heed the two variables. */
static bool settle_backup(struct options *o)
{
    const char *control = getenv("VERSION_CONTROL");
    const char *suffix = o->said.suffix ? o->said.suffix : getenv("SIMPLE_BACKUP_SUFFIX");
    unsigned kind = BACKUP_EXISTING;
    o->rules.backup_suffix = is_usable_suffix(suffix) ? suffix : "~";
    if (!o->said.backup || o->said.backup_control)
        return true;
    bool sense = !control || !*control || values_find(words_backup, control, &kind);
    o->rules.backup = (enum backup)kind;
    return sense ||
           complain_value("$VERSION_CONTROL", control, values_describe(words_backup, false));
}

static bool complain_context(const char *sentence)
{
    diag_print("%s", sentence);
    return false;
}

/* Where the kernel has no contexts, there are none to be preserved or given. */
static bool settle_context(struct options *o)
{
    struct copy_rules *rules = &o->rules;
    bool given = o->said.context || rules->default_context;
    bool strictly = o->said.strictly & ATTRIBUTE_CONTEXT;
    if (!given && !strictly && !(rules->preserve & ATTRIBUTE_CONTEXT))
        return true;
    bool known = access("/sys/fs/selinux/enforce", F_OK) == 0;
    if (!known && strictly)
        return complain_context(
            "cannot preserve security context without an SELinux-enabled kernel");
    if (!known && o->said.context && !o->quiet)
        diag_print("warning: ignoring --context; it requires an SELinux-enabled kernel");
    rules->context = known ? o->said.context : NULL;
    rules->default_context &= known && !rules->context;
    if (given && strictly)
        return complain_context("cannot set target context and preserve it");
    if (!known || given)
        rules->preserve &= ~(unsigned)ATTRIBUTE_CONTEXT;
    return true;
}

static void settle_rest(struct options *o)
{
    struct wishes *wishes = &o->rules.wishes;
    if (o->said.strictly & ATTRIBUTE_XATTR)
        o->rules.preserve &= ~(unsigned)ATTRIBUTE_TOLERANT;
    if (o->said.hard_link || o->said.symbolic_link)
        o->rules.product = o->said.hard_link ? PRODUCT_HARD_LINK : PRODUCT_SYMLINK;
    if (o->shares)
        wishes->reflink = WHEN_ALWAYS;
    wishes->sync |= wishes->verify; /* what isn't on the disk can't be read there */
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

/* Is there somebody else who writes to standard output, to which the checksums shall go? */
static bool would_mix(const struct options *o)
{
    bool there = o->digest_file && strcmp(o->digest_file, STANDARD_STREAM) == 0;
    return there && (o->json || o->verbose || o->explain || writes_stdout(o));
}

/* Are there no bytes of which a checksum could be made? */
static bool copies_no_bytes(const struct options *o)
{
    return o->said.hard_link || o->said.symbolic_link || o->rules.attributes_only;
}

static bool check_together(const struct options *o)
{
    enum when reflink = o->rules.wishes.reflink;
    bool shares = o->shares || reflink == WHEN_ALWAYS;
    bool keeps = o->rules.existing == EXISTING_KEEP || o->rules.existing == EXISTING_FAIL;
    const struct {
        bool clash;
        const char *sentence;
    } rows[] = {
        {o->said.targets > 1, "multiple target directories specified"},
        {o->target_directory && o->no_target_directory,
         "cannot combine --target-directory (-t) and --no-target-directory (-T)"},
        {o->said.hard_link && o->said.symbolic_link, "cannot make both hard and symbolic links"},
        {o->said.backup && keeps, "--backup is mutually exclusive with -n or --update=none-fail"},
        {o->verbose && o->quiet, "--verbose and --quiet: use one of them, not both"},
        {o->json && writes_stdout(o),
         "--json: needs standard output for itself, which is the DEST"},
        {o->rules.existing == EXISTING_ASK && reads_stdin(o),
         "--interactive: needs standard input for the answers, which is a SOURCE"},
        {shares && o->rules.wishes.sparse != WHEN_AUTO,
         "--reflink=always, --engine=reflink: holes are shared as they are, so take no --sparse"},
        {shares && o->rules.wishes.engine,
         "--reflink=always and --engine: use one of them, not both"},
        {o->check_file && (o->operand_count > 0 || o->said.copying || o->status),
         "--check: copies nothing, so use no SOURCE, no DEST, and no option about copies"},
        {o->digest_file && copies_no_bytes(o),
         "--digest: needs bytes that are copied, so use no --link, --symbolic-link or "
         "--attributes-only"},
        {o->digest_file && o->rules.allow_changes,
         "--digest and --allow-changes: use one of them, not both"},
        {o->digest_file && !checksum_is_built(o->rules.wishes.checksum),
         "--digest=sha256: mpcp was built without nettle: install what is needed to build with it "
         "(nettle-dev), and build mpcp again"},
        {would_mix(o), "--digest: needs standard output for itself, so use no --json, --verbose, "
                       "--explain, and no DEST that is standard output"},
        {o->shares && reflink == WHEN_NEVER,
         "--reflink=never and --engine=reflink: use one of them, not both"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!rows[i].clash)
            continue;
        usage_complain(rows[i].sentence);
        return false;
    }
    return true;
}

static bool print_what_was_asked(const struct options *o, const struct option *rows)
{
    if (o->help) {
        usage_print_help(rows);
    } else if (o->help_engines) {
        engines_print();
    } else if (o->usage) {
        poptSetOtherOptionHelp(o->context, "SOURCE... DEST");
        poptPrintUsage(o->context, stdout, 0);
    } else if (o->version) {
        puts("mpcp " MPCP_VERSION);
    }
    return o->help || o->help_engines || o->usage || o->version;
}

static bool settle(struct options *o, int *status)
{
    settle_existing(o);
    if (!check_together(o) || !settle_backup(o))
        return false;
    *status = STATUS_FAILED;
    if (!settle_context(o))
        return false;
    settle_rest(o);
    *status = STATUS_COPIED;
    return true;
}

static bool complain_memory(void)
{
    diag_print("%s", strerror(ENOMEM));
    return false;
}

static bool take_arguments(struct options *o, const struct option *rows, int argc, char **argv)
{
    struct arguments *a = &o->arguments;
    int rc = arguments_read(a, rows, argc, argv);
    if (rc < 0)
        return rc == -ENOMEM ? complain_memory() : false;
    o->operands = a->operands;
    o->operand_count = a->operand_count;
    o->popt = make_popt_table(rows);
    if (o->popt)
        o->context = poptGetContext(NULL, a->option_count, a->options, o->popt, 0);
    return o->context || complain_memory();
}

bool options_parse(int argc, char **argv, struct options *o, int *status)
{
    const struct option *rows = table_rows();
    *o = (struct options){.progress = PROGRESS_AUTO};
    *status = STATUS_USAGE;
    if (!take_arguments(o, rows, argc, argv) || !read_options(o, rows))
        return false;
    o->verbose |= o->debug;
    return settle(o, status) && !print_what_was_asked(o, rows);
}

int options_exit_status(int status)
{
    return status == STATUS_USAGE && diag_is_cp() ? STATUS_FAILED : status;
}

void options_release(struct options *o)
{
    free(o->target_directory);
    free(o->check_file);
    free(o->digest_file);
    free(o->said.suffix);
    free(o->said.context);
    if (o->context)
        poptFreeContext(o->context);
    free(o->popt);
    arguments_release(&o->arguments);
}
