/* SPDX-License-Identifier: MIT */
#include "base/io.h"
#include "base/signals.h"
#include "cli/operands.h"
#include "cli/options.h"
#include "cli/report.h"
#include "cli/status.h"
#include "tree/batch.h"

#include <stdlib.h>

static int copy_pair(const struct pair *pair, const struct options *options)
{
    struct report report;
    struct copy_result result;
    if (!pair->dst)
        return STATUS_FAILED;
    report_start(&report, options, pair->dst);
    struct copy_observer observer = report_observer(&report);
    copy_file(pair->src, pair->dst, &options->rules, &observer, &result);
    report_end(&report, pair->src, pair->dst, &result);
    bool failed = result.outcome >= OUTCOME_FAILED || result.error;
    copy_release_result(&result);
    return failed ? STATUS_FAILED : STATUS_COPIED;
}

static int copy_all(const struct options *options)
{
    struct pair *pairs;
    int count;
    int status = operands_pair(options->operands, options->operand_count, options->target_directory,
                               options->no_target_directory, &pairs, &count);
    bool *done = calloc((size_t)count + 1, sizeof(*done));
    if (status != STATUS_USAGE && done)
        status |= batch_run(pairs, count, options, copy_pair, done);
    for (int i = 0; status != STATUS_USAGE && !signals_fatal() && i < count; i++)
        if (!done || !done[i])
            status |= copy_pair(&pairs[i], options);
    free(done);
    operands_release(pairs, count);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    int status;
    if (io_occupy_standard_fds() < 0)
        return STATUS_FAILED;
    signals_install();
    if (options_parse(argc, argv, &options, &status))
        status = options.status ? status_print(options.operands, options.json) : copy_all(&options);
    options_release(&options);
    status = report_close(status);
    if (signals_fatal())
        signals_die(signals_fatal());
    return status;
}
