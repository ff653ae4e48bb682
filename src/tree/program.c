/* SPDX-License-Identifier: MIT */
#include "tree/program.h"
#include "base/clock.h"
#include "base/complaint.h"
#include "base/diag.h"
#include "base/signals.h"
#include "cli/objects.h"
#include "cli/operands.h"
#include "cli/report.h"
#include "cli/summary.h"
#include "tree/batch.h"
#include "tree/tree.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

/* What the copies of one command have in common. */
struct program {
    struct progress line;
    struct total total;
};

/* The report of a source whose name another source has given to its own copy a moment ago. */
struct rival_report {
    struct report report; /* the first, so that it is found where the report is */
    bool refused;
};

static bool refuse(void *arg, const char *dst)
{
    struct rival_report *rival = arg;
    (void)dst;
    rival->refused = true;
    return false;
}

static void tell_refusal(const struct pair *pair, struct copy_result *result)
{
    struct complaint why;
    complaint_as_cp_alone(&why, EEXIST, "will not overwrite just-created %s with %s", pair->dst,
                          pair->src);
    result->outcome = OUTCOME_FAILED;
    result->error = complaint_sentence(&why);
}

static void count(struct program *p, const struct copy_result *result)
{
    p->total.outcomes[result->outcome]++;
    p->total.kinds[KIND_FILE]++;
    p->total.bytes += result->bytes;
    p->total.kept += result->kept;
}

static int copy_pair(void *arg, struct pair *pair, const struct options *options)
{
    struct program *program = arg;
    struct rival_report rival = {0};
    struct copy_rules rules = options->rules;
    struct copy_result result;
    if (!pair->dst)
        return STATUS_FAILED;
    report_start(&rival.report, options, pair->dst, &program->line);
    struct copy_observer observer = report_observer(&rival.report);
    pair->made = pair->earlier && pair->earlier->made;
    if (pair->made && rules.existing != EXISTING_KEEP) { /* -n and -u leave it without saying so */
        rules.existing = EXISTING_ASK;
        observer.confirm = refuse;
    }
    struct location src = location_of(pair->src), dst = location_of(pair->dst);
    copy_file(&src, &dst, &rules, &observer, &result);
    if (rival.refused)
        tell_refusal(pair, &result);
    pair->made |= result.outcome == OUTCOME_COPIED;
    pair->skipped = result.outcome == OUTCOME_SKIPPED;
    pair->bytes = result.bytes;
    pair->kept = result.kept;
    if (result.outcome == OUTCOME_COPIED && result.checksum.kind)
        checksums_add(options->checksums, &result.checksum, pair->dst);
    report_end(&rival.report, pair->src, pair->dst, &result);
    count(program, &result);
    bool failed = result.outcome >= OUTCOME_FAILED || result.error;
    copy_release_result(&result);
    return failed ? STATUS_FAILED : STATUS_COPIED;
}

/* As cp, everything is done as cp does it. */
static bool needs_tree(const struct pair *pairs, int count, const struct options *options)
{
    struct stat st;
    bool needs = diag_is_cp() || tree_is_asked_for(options);
    for (int i = 0; i < count && !needs; i++)
        needs = stat(pairs[i].src, &st) == 0 && S_ISDIR(st.st_mode);
    return needs;
}

static enum outcome outcome_of(int status, const struct options *options)
{
    return signals_fatal()           ? OUTCOME_INTERRUPTED
           : status != STATUS_COPIED ? OUTCOME_FAILED
           : options->rules.dry_run  ? OUTCOME_PLANNED
                                     : OUTCOME_COPIED;
}

static int copy_files(struct program *p, struct pair *pairs, int count,
                      const struct options *options)
{
    int status = batch_run(pairs, count, options, &p->line, copy_pair, p);
    p->total.outcome = outcome_of(status, options);
    p->total.seconds = clock_seconds() - p->line.start;
    if (options->verbose)
        summary_print(&p->total);
    return status;
}

static int copy_pairs(struct program *p, struct pair *pairs, int count,
                      const struct options *options)
{
    return needs_tree(pairs, count, options) ? tree_run(pairs, count, options, &p->line)
                                             : copy_files(p, pairs, count, options);
}

/* What is to be copied, or replaced, can't be written to meanwhile, nor be emptied now. */
static bool is_operand(const struct checksums *sums, const struct pair *pairs, int count)
{
    bool is = false;
    for (int i = 0; i < count && !is; i++)
        is = pairs[i].dst && (checksums_lie_at(sums, pairs[i].src, STDIN_FILENO) ||
                              checksums_lie_at(sums, pairs[i].dst, STDOUT_FILENO));
    return is;
}

/* Why that file must not be emptied; NULL: it may be. */
static const char *refusal(const struct checksums *sums, const struct pair *pairs, int count)
{
    return is_operand(sums, pairs, count) ? "it is to be copied, or replaced"
           : checksums_are_output(sums)   ? "it is standard output: call it -"
                                          : NULL;
}

static void complain(const char *path, const char *why)
{
    if (!signals_fatal())
        diag_about(path, "cannot write the checksums to it", why);
}

/* Opens the file of --digest. Returns STATUS_COPIED, or what to end with, which was reported. */
static int begin_checksums(struct checksums *sums, const char *path, const struct pair *pairs,
                           int count)
{
    int opened = checksums_open(sums, path);
    const char *why = opened < 0 ? NULL : refusal(sums, pairs, count);
    if (why) {
        complain(path, why);
        checksums_cancel(sums);
        return STATUS_USAGE;
    }
    int rc = opened < 0 ? opened : checksums_begin(sums);
    bool locked = rc == -EBUSY && opened == 0; /* a device may be too busy to be opened */
    if (rc < 0)
        complain(path,
                 locked ? "another process has it locked, another mpcp perhaps" : strerror(-rc));
    return rc < 0 ? STATUS_FAILED : STATUS_COPIED;
}

static int copy_with_checksums(struct program *p, struct pair *pairs, int count,
                               const struct options *options)
{
    struct checksums sums;
    struct options own = *options;
    int status = begin_checksums(&sums, options->digest_file, pairs, count);
    if (status == STATUS_COPIED) {
        own.checksums = &sums;
        own.rules.checksum_file = sums.regular ? &sums.id : NULL;
        status = copy_pairs(p, pairs, count, &own);
    }
    bool whole = checksums_close(&sums, options->rules.wishes.sync);
    return whole ? status : options_worse_status(status, STATUS_FAILED);
}

int program_copy(const struct options *options)
{
    struct program p = {0};
    struct pair *pairs;
    progress_start(&p.line, options->quiet ? PROGRESS_NEVER : options->progress);
    int count, status = operands_pair(options, &pairs, &count);
    bool sums = options->digest_file && !options->rules.dry_run;
    if (status != STATUS_USAGE)
        status = options_worse_status(status, sums ? copy_with_checksums(&p, pairs, count, options)
                                                   : copy_pairs(&p, pairs, count, options));
    progress_finish(&p.line, objects_outcome(outcome_of(status, options)));
    operands_release(pairs, count);
    return status;
}
