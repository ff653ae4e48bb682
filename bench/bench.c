/* SPDX-License-Identifier: MIT */
#include "bench.h"
#include "calls.h"
#include "costs.h"
#include "json.h"
#include "plot.h"
#include "table.h"

#include <errno.h>
#include <stdlib.h>

/* If something can't be written, that should be known before the minutes of measuring, not
 * after. */
static int open_outputs(const struct settings *settings, FILE **json, struct trouble *trouble)
{
    if (settings->plot) {
        int err = plot_check(trouble);
        FILE *plot = err ? NULL : fopen(settings->plot, "we");
        if (!plot)
            return err ? err : trouble_note(trouble, errno, settings->plot);
        fclose(plot);
    }
    int err = settings->syscalls ? calls_check(trouble) : 0;
    if (err)
        return err;
    if (settings->json && !(*json = fopen(settings->json, "we")))
        return trouble_note(trouble, errno, settings->json);
    return 0;
}

static int run_all(struct findings *findings, const struct workspace *workspace,
                   struct trouble *trouble)
{
    const struct settings *settings = findings->settings;
    struct prng prng;
    int err = 0;
    prng_seed(&prng, settings->seed);
    table_print_header(stdout, findings);
    for (size_t i = 0; i < settings->subject_count && !err; i++) {
        struct series *series = &findings->series[findings->count++];
        fflush(stdout);
        err = series_run(series, settings, &settings->subjects[i], workspace, &prng, trouble);
        if (!err)
            table_print_series(stdout, findings, series);
        if (!err && settings->costs)
            costs_print(stdout, findings, series);
    }
    return err;
}

static int write_outputs(const struct findings *findings, FILE *json, struct trouble *trouble)
{
    int err = json ? json_write(json, findings) : 0;
    if (err)
        return trouble_note(trouble, -err, findings->settings->json);
    if (fflush(stdout) == EOF)
        return trouble_note(trouble, errno, "standard output");
    return findings->settings->plot ? plot_draw(findings, trouble) : 0;
}

int bench_run(const struct settings *settings, struct trouble *trouble)
{
    struct workspace workspace = {.dir = ""};
    FILE *json = NULL;
    struct findings *findings = calloc(1, sizeof(*findings));
    if (!findings)
        return trouble_note(trouble, ENOMEM, "findings");
    findings->settings = settings;
    int err = open_outputs(settings, &json, trouble);
    if (err)
        goto out;
    machine_describe(&findings->machine, settings->directory);
    err = workspace_make(&workspace, settings->directory, trouble);
    if (!err)
        err = run_all(findings, &workspace, trouble);
    workspace_remove(&workspace);
    if (!err)
        err = write_outputs(findings, json, trouble);
out:
    if (json && fclose(json) == EOF && !err)
        err = trouble_note(trouble, errno, settings->json);
    for (size_t i = 0; i < findings->count; i++)
        series_free(&findings->series[i]);
    free(findings);
    return err;
}
