/* SPDX-License-Identifier: MIT */
#include "tree/account.h"
#include "base/size.h"
#include "cli/report.h"
#include "tree/counts.h"

#include <stdio.h>
#include <stdlib.h>

struct account {
    bool json, verbose;
    int64_t entries, bytes; /* those that aren't attributed to a node yet */
    char *text;             /* allocated by: */
    size_t len;
    FILE *out;
};

struct account *account_begin(const struct hand *h)
{
    const struct options *o = h->options;
    int64_t counts[STATE_COUNTS] = {0};
    struct account *a = o->json || o->verbose ? calloc(1, sizeof(*a)) : NULL;
    if (!a)
        return NULL;
    counts_gather(h, counts);
    a->json = o->json;
    a->verbose = o->verbose;
    a->entries = counts_entries(counts);
    a->bytes = counts_bytes(counts);
    a->out = open_memstream(&a->text, &a->len);
    return a;
}

static void tell(struct account *a, const char *name, int64_t entries, int64_t bytes)
{
    char size[SIZE_TEXT];
    size_format((uint64_t)bytes, size);
    if (a->out)
        fprintf(a->out, "%s%s %lld entries, %s", ftell(a->out) > 0 ? "; " : "", name,
                (long long)entries, size);
    if (a->json)
        objects_put_node(name, entries, bytes);
}

void account_add(struct account *a, const char *name, const int64_t counts[STATE_COUNTS])
{
    if (!a)
        return;
    tell(a, name, counts_entries(counts), counts_bytes(counts));
    a->entries -= counts_entries(counts);
    a->bytes -= counts_bytes(counts);
}

void account_end(struct account *a, const char *name, const struct hand *h)
{
    if (!a)
        return;
    tell(a, name, a->entries, a->bytes);
    if (a->out && fclose(a->out) == 0 && a->verbose)
        report_remark(h->options, h->headway->dst, "copied by several nodes", a->text);
    free(a->text);
    free(a);
}
