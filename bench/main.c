/* SPDX-License-Identifier: MIT */
/* mpcp-bench compares mpcp with other ways to copy a file. */
#include "base/signals.h"
#include "bench.h"
#include "methods.h"
#include "settings.h"

#include <stdio.h>

int main(int argc, const char **argv)
{
    enum { SUCCESS, FAILURE, USAGE };
    struct trouble trouble = {.text = ""};
    const struct settings *settings;

    if (settings_parse(argc, argv, &settings, &trouble) < 0) {
        fprintf(stderr, "mpcp-bench: %s\n", trouble.text);
        return USAGE;
    }
    if (settings->list) {
        methods_list(stdout, settings->table);
        return SUCCESS;
    }
    signals_install();
    int err = bench_run(settings, &trouble);
    if (signals_fatal())
        signals_die(signals_fatal());
    if (err) {
        fprintf(stderr, "mpcp-bench: %s\n", trouble.text);
        return FAILURE;
    }
    return SUCCESS;
}
