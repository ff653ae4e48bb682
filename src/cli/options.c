/* SPDX-License-Identifier: MIT */
#include "cli/options.h"
#include "base/arithmetic.h"
#include "base/diag.h"
#include "cli/table.h"
#include "cli/usage.h"

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

static bool set_option(struct options *o, const struct option *option, const char *value)
{
    const char *arg = value ? value : option->unsaid;
    bool ok = !option->set || option->set(o, arg);
    if (!option->set)
        *(bool *)((char *)o + option->flag) = true;
    if (!ok) {
        char name[64];
        snprintf(name, sizeof(name), "--%s", option->name);
        usage_complain_value(name, arg, option->takes);
    }
    return ok;
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
    }
    return val == -1 || complain_popt(o->context, val);
}

/* --- what several options together mean --- */

/* -n outweighs --update, which outweighs -i. */
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

/* As GNU's tools do, all of which heed the two variables. */
static bool settle_backup(struct options *o)
{
    const char *control = getenv("VERSION_CONTROL");
    const char *suffix = o->said.suffix ? o->said.suffix : getenv("SIMPLE_BACKUP_SUFFIX");
    o->rules.backup_suffix = is_usable_suffix(suffix) ? suffix : "~";
    if (!o->said.backup || o->said.backup_control)
        return true;
    o->rules.backup = BACKUP_EXISTING;
    if (!control || !*control || table_find_backup(control, &o->rules.backup))
        return true;
    usage_complain_value("$VERSION_CONTROL", control, table_backup_takes);
    return false;
}

static bool complain_context(const char *sentence)
{
    diag_print("%s", sentence);
    return false;
}

/* Where the kernel knows no contexts, there are none to be preserved or given. */
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
        {o->verbose && o->quiet, "--verbose and --quiet: take one of them, not both"},
        {o->json && writes_stdout(o),
         "--json: needs standard output for itself, which is the DEST"},
        {o->rules.existing == EXISTING_ASK && reads_stdin(o),
         "--interactive: needs standard input for the answers, which is a SOURCE"},
        {shares && o->rules.wishes.sparse != WHEN_AUTO,
         "--reflink=always, --engine=reflink: holes are shared as they are, so take no --sparse"},
        {shares && o->rules.wishes.engine,
         "--reflink=always and --engine: take one of them, not both"},
        {o->shares && reflink == WHEN_NEVER,
         "--reflink=never and --engine=reflink: take one of them, not both"},
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
    } else if (o->usage) {
        poptSetOtherOptionHelp(o->context, "SOURCE... DEST");
        poptPrintUsage(o->context, stdout, 0);
    } else if (o->version) {
        puts("mpcp " MPCP_VERSION);
    }
    return o->help || o->usage || o->version;
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
    *o = (struct options){.progress = WHEN_AUTO};
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
    free(o->said.suffix);
    free(o->said.context);
    if (o->context)
        poptFreeContext(o->context);
    free(o->popt);
    arguments_release(&o->arguments);
}
