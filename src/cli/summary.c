/* SPDX-License-Identifier: MIT */
#include "cli/summary.h"
#include "base/arithmetic.h"
#include "base/diag.h"
#include "base/size.h"

#include <stdint.h>
#include <stdlib.h>

/* "3 files", for one "1 file"; for none nothing. */
static void put_number(FILE *out, long long number, const char *one, const char *more)
{
    if (number > 0)
        fprintf(out, "%s%lld %s", ftell(out) > 0 ? ", " : "", number, number == 1 ? one : more);
}

/* Of everything that was tried, whatever its outcome. */
static void put_kinds(FILE *out, const struct total *t)
{
    long long others = 0;
    for (int kind = 0; kind < KIND_COUNT; kind++)
        others += kind == KIND_FILE || kind == KIND_DIRECTORY ? 0 : t->kinds[kind];
    put_number(out, t->kinds[KIND_FILE], "file", "files");
    put_number(out, t->kinds[KIND_DIRECTORY], "directory", "directories");
    put_number(out, others, "other entry", "other entries");
}

/* "; of these 1 skipped, 2 failed": what wasn't copied. */
static void put_exceptions(FILE *out, const struct total *t)
{
    static const enum outcome told[] = {OUTCOME_SKIPPED, OUTCOME_PLANNED, OUTCOME_DECLINED,
                                        OUTCOME_FAILED, OUTCOME_INTERRUPTED};
    const char *before = "; of these ";
    for (size_t i = 0; i < COUNT_OF(told); i++)
        if (t->outcomes[told[i]] > 0) {
            fprintf(out, "%s%lld %s", before, t->outcomes[told[i]], objects_outcome(told[i]));
            before = ", ";
        }
}

static void put_bytes(FILE *out, const struct total *t)
{
    char size[SIZE_TEXT], rate[SIZE_TEXT];
    fprintf(out, ", %s in %.3f s, %s", size_format((uint64_t)t->bytes, size), t->seconds,
            size_format_rate(objects_total_throughput(t), rate));
}

static void put_summary(FILE *out, const struct total *t)
{
    put_kinds(out, t);
    if (t->outcome != OUTCOME_PLANNED)
        put_bytes(out, t);
    put_exceptions(out, t);
}

/* What there is to say of one alone was said. */
static bool is_worth_it(const struct total *t)
{
    long long entries = 0;
    for (int kind = 0; kind < KIND_COUNT; kind++)
        entries += t->kinds[kind];
    return entries > 1 && !diag_is_cp();
}

void summary_print(const struct total *total)
{
    char *text = NULL;
    size_t len;
    FILE *out = is_worth_it(total) ? open_memstream(&text, &len) : NULL;
    if (!out)
        return;
    put_summary(out, total);
    fclose(out);
    if (text)
        diag_print("%s", text);
    free(text);
}
