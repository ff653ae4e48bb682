/* SPDX-License-Identifier: MIT */
#include "tree/counts.h"

#include <assert.h>

enum {
    OUTCOMES = 0,
    KINDS = OUTCOMES + (int)OUTCOME_COUNT,
    BYTES = KINDS + (int)KIND_COUNT,
    FAILED,
    DONE_ENTRIES,
    FOUND_ENTRIES,
    DONE_BYTES,
    FOUND_BYTES,
    UNMOVED_BYTES,
    KEPT,
    SKIPPED,
    ALL
};

static_assert((int)ALL <= (int)STATE_COUNTS, "there must be room for all");

void counts_gather(const struct hand *h, int64_t counts[STATE_COUNTS])
{
    for (int i = 0; i < OUTCOME_COUNT; i++)
        counts[OUTCOMES + i] = h->tally->outcomes[i];
    for (int i = 0; i < KIND_COUNT; i++)
        counts[KINDS + i] = h->tally->kinds[i];
    counts[BYTES] = h->tally->bytes;
    counts[KEPT] = h->tally->kept;
    counts[SKIPPED] = h->tally->skipped;
    counts[FAILED] = h->tally->failed;
    counts[DONE_ENTRIES] = h->headway->entries;
    counts[FOUND_ENTRIES] = h->headway->found;
    counts[DONE_BYTES] = h->headway->bytes;
    counts[FOUND_BYTES] = h->headway->size;
    counts[UNMOVED_BYTES] = h->headway->unmoved;
}

void counts_add(struct hand *h, const int64_t counts[STATE_COUNTS],
                const int64_t before[STATE_COUNTS])
{
    int64_t more[ALL];
    for (int i = 0; i < ALL; i++)
        more[i] = (int64_t)((uint64_t)counts[i] - (uint64_t)before[i]);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        h->tally->outcomes[i] += more[OUTCOMES + i];
    for (int i = 0; i < KIND_COUNT; i++)
        h->tally->kinds[i] += more[KINDS + i];
    h->tally->bytes += more[BYTES];
    h->tally->kept += more[KEPT];
    h->tally->skipped += more[SKIPPED];
    h->tally->failed |= counts[FAILED] != 0;
    h->headway->found += more[FOUND_ENTRIES];
    h->headway->size += more[FOUND_BYTES];
    h->headway->entries += more[DONE_ENTRIES];
    h->headway->unmoved += more[UNMOVED_BYTES];
    h->headway->bytes += more[DONE_BYTES];
}

int64_t counts_entries(const int64_t counts[STATE_COUNTS])
{
    return counts[DONE_ENTRIES];
}

int64_t counts_bytes(const int64_t counts[STATE_COUNTS])
{
    return counts[BYTES];
}
