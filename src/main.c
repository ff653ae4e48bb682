/* SPDX-License-Identifier: MIT */
#include "base/complaint.h"
#include "base/diag.h"
#include "base/io.h"
#include "base/signals.h"
#include "cli/operands.h"
#include "cli/options.h"
#include "cli/report.h"
#include "cli/status.h"
#include "tree/batch.h"
#include "tree/tree.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

/* A report of a source whose name another source has given to its copy just now. */
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

static int copy_pair(struct pair *pair, const struct options *options)
{
    struct rival_report rival = {0};
    struct copy_rules rules = options->rules;
    struct copy_result result;
    if (!pair->dst)
        return STATUS_FAILED;
    report_start(&rival.report, options, pair->dst);
    struct copy_observer observer = report_observer(&rival.report);
    pair->made = pair->earlier && pair->earlier->made;
    if (pair->made && rules.existing != EXISTING_KEEP) { /* -n and -u leave it without a word */
        rules.existing = EXISTING_ASK;
        observer.confirm = refuse;
    }
    struct location src = location_of(pair->src), dst = location_of(pair->dst);
    copy_file(&src, &dst, &rules, &observer, &result);
    if (rival.refused)
        tell_refusal(pair, &result);
    pair->made |= result.outcome == OUTCOME_COPIED;
    report_end(&rival.report, pair->src, pair->dst, &result);
    bool failed = result.outcome >= OUTCOME_FAILED || result.error;
    copy_release_result(&result);
    return failed ? STATUS_FAILED : STATUS_COPIED;
}

/* As cp, all is as cp does it. */
static bool needs_tree(const struct pair *pairs, int count, const struct options *options)
{
    struct stat st;
    bool needs = diag_is_cp() || tree_is_asked_for(options);
    for (int i = 0; i < count && !needs; i++)
        needs = stat(pairs[i].src, &st) == 0 && S_ISDIR(st.st_mode);
    return needs;
}

static int copy_all(const struct options *options)
{
    struct pair *pairs;
    int count, status = operands_pair(options, &pairs, &count);
    if (status != STATUS_USAGE)
        status = options_worse_status(status, needs_tree(pairs, count, options)
                                                  ? tree_run(pairs, count, options)
                                                  : batch_run(pairs, count, options, copy_pair));
    operands_release(pairs, count);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    int status;
    if (io_occupy_standard_fds() < 0)
        return STATUS_FAILED;
    /* A line a write; and to print without a buffer takes 8 KiB of a stack that may be small. */
    setvbuf(stderr, NULL, _IOLBF, 0);
    signals_install();
    if (options_parse(argc, argv, &options, &status))
        status = options.status ? status_print(options.operands, options.json) : copy_all(&options);
    options_release(&options);
    status = options_exit_status(report_close(status));
    if (signals_fatal())
        signals_die(signals_fatal());
    return status;
}
