/* SPDX-License-Identifier: MIT */
#include "cluster/hashes.h"
#include "support.h"

enum { CHUNK = 4096, CHUNKS = 10 };

static const struct announcement recorded = {
    .chunk_len = CHUNK, .recorded = true, .extents = {.bytes = CHUNKS * CHUNK - 7}};
static const struct announcement verified = {.chunk_len = CHUNK,
                                             .recorded = true,
                                             .known = true,
                                             .verifies = true,
                                             .extents = {.bytes = CHUNKS * CHUNK - 7}};

struct node {
    struct hashes hashes;
    struct records *records;
};

static struct node new_node(const struct announcement *a, bool leads)
{
    struct node n = {.records = records_create(-1, 1)};
    cr_assert_eq(hashes_init(&n.hashes, n.records), 0);
    if (leads)
        cr_assert(records_reuse(n.records, a->extents.bytes, a->chunk_len));
    cr_assert(hashes_begin(&n.hashes, a, leads));
    return n;
}

static void release(struct node *n)
{
    hashes_release(&n->hashes);
    records_destroy(n->records);
}

static void record(struct node *n, size_t index, uint64_t hash)
{
    n->records->list[index] = (struct record){{hash, ~hash}, RECORD_COPIED};
}

/* What is sent arrives at once. */
static void send_to(void *arg, const struct message *m, const void *text)
{
    cr_assert_eq(m->kind, MESSAGE_HASHES);
    cr_assert_eq(m->round, 3);
    cr_assert(hashes_take_in(&((struct node *)arg)->hashes, m, text));
}

Test(hashes, what_a_node_was_granted_and_has_copied_it_tells)
{
    struct node first = new_node(&recorded, true), other = new_node(&recorded, false);
    const struct message grant = {.kind = MESSAGE_GRANT, .off = 3 * CHUNK, .len = 2 * CHUNK},
                         last = {.kind = MESSAGE_GRANT, .off = 9 * CHUNK, .len = CHUNK - 7};
    cr_assert(hashes_granted(&other.hashes, &grant, NULL));
    cr_assert(hashes_granted(&other.hashes, &last, NULL));
    for (size_t i = 0; i < CHUNKS; i++)
        record(&other, i, 100 + i);
    hashes_tell(&other.hashes, &(struct hashes_sender){3, send_to, &first});
    for (size_t i = 0; i < CHUNKS; i++) {
        bool its = i == 3 || i == 4 || i == 9;
        cr_assert_eq(first.records->list[i].state, its ? RECORD_TOLD : RECORD_NONE, "%zu", i);
        cr_assert(!its || first.records->list[i].hash.low64 == 100 + i);
    }
    release(&first);
    release(&other);
}

static size_t told(const struct node *n)
{
    size_t count = 0;
    for (size_t i = 0; i < CHUNKS; i++)
        count += n->records->list[i].state == RECORD_TOLD;
    return count;
}

Test(hashes, where_a_journal_is_kept_they_are_told_as_soon_as_the_disk_has_the_chunks)
{
    struct announcement kept = recorded;
    kept.kept = true;
    struct node first = new_node(&kept, true), other = new_node(&kept, false);
    struct grants *grants = grants_create(false);
    const struct hashes_sender sender = {3, send_to, &first};
    const struct message grant = {.kind = MESSAGE_GRANT, .off = 2 * CHUNK, .len = 4 * CHUNK};
    cr_assert(hashes_granted(&other.hashes, &grant, NULL));
    hashes_look(&other.hashes, grants, 100, &sender);
    cr_assert_eq(grants->sync_wanted, 0, "nothing is copied yet");
    record(&other, 2, 102);
    record(&other, 4, 104);
    hashes_look(&other.hashes, grants, 200, &sender);
    cr_assert_eq(grants->sync_wanted, 1);
    record(&other, 3, 103); /* after that */
    hashes_look(&other.hashes, grants, 300, &sender);
    cr_assert_eq(told(&first), 0);
    grants->synced = 1;
    hashes_look(&other.hashes, grants, 400, &sender);
    cr_assert_eq(told(&first), 2);
    cr_assert_eq(first.records->list[3].state, RECORD_NONE);
    cr_assert_eq(first.records->list[4].hash.low64, 104);
    cr_assert_eq(grants->sync_wanted, 2);
    for (size_t i = 0; i < CHUNKS; i++)
        first.records->list[i].state = RECORD_NONE;
    record(&other, 5, 105);
    hashes_tell(&other.hashes, &sender);
    cr_assert_eq(told(&first), 2, "no more than was new");
    cr_assert_eq(first.records->list[5].state, RECORD_TOLD);
    grants_destroy(grants);
    release(&first);
    release(&other);
}

Test(hashes, who_verifies_is_handed_those_of_what_is_granted)
{
    struct node first = new_node(&verified, true), other = new_node(&verified, false);
    struct message grant = {.kind = MESSAGE_GRANT, .off = 2 * CHUNK, .len = 3 * CHUNK};
    for (size_t i = 0; i < CHUNKS; i++)
        record(&first, i, 100 + i);
    const void *text = hashes_behind(&first.hashes, &grant);
    cr_assert_not_null(text);
    cr_assert(hashes_granted(&other.hashes, &grant, text));
    for (size_t i = 0; i < CHUNKS; i++)
        cr_assert_eq(other.records->list[i].hash.low64, i >= 2 && i < 5 ? 100 + i : 0);
    release(&first);
    release(&other);
}

Test(hashes, without_them_what_is_granted_makes_no_sense_there)
{
    struct node other = new_node(&verified, false);
    struct message grant = {.kind = MESSAGE_GRANT, .off = 0, .len = CHUNK};
    cr_assert_not(hashes_granted(&other.hashes, &grant, NULL));
    release(&other);
}

Test(hashes, of_a_copy_that_is_not_recorded_nothing_is_told)
{
    const struct announcement plain = {.chunk_len = CHUNK, .extents = {.bytes = CHUNK}};
    struct hashes h;
    struct message grant = {.kind = MESSAGE_GRANT, .len = CHUNK};
    hashes_init(&h, NULL);
    cr_assert(hashes_begin(&h, &plain, false));
    cr_assert_null(hashes_behind(&h, &grant));
    cr_assert(hashes_granted(&h, &grant, NULL));
    hashes_tell(&h, &(struct hashes_sender){3, send_to, NULL});
    cr_assert_not(hashes_take_in(&h, &grant, NULL));
    cr_assert_not(hashes_begin(&h, &recorded, false), "there is no room");
    hashes_release(&h);
}

Test(hashes, the_longest_grant_has_no_more_than_a_message_holds)
{
    size_t chunks = (size_t)hashes_most(&recorded) / CHUNK;
    cr_assert_leq(chunks * sizeof(struct record), MESSAGE_MOST);
}
