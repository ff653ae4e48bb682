/* SPDX-License-Identifier: MIT */
#include "cluster/hashes.h"
#include "base/arithmetic.h"

/* Seconds between two times that what is copied is written to the disk: this much work is lost if
 * the job is killed. */
static const double interval = 2;

int hashes_init(struct hashes *h, struct records *records)
{
    *h = (struct hashes){.records = records};
    return ledger_init(&h->own, 1);
}

void hashes_release(struct hashes *h)
{
    ledger_release(&h->own);
}

bool hashes_begin(struct hashes *h, const struct announcement *a, bool leads)
{
    h->gathered = a->recorded && !a->verifies;
    h->handed_out = a->known;
    h->kept = a->kept;
    h->syncing = false;
    h->synced = 0;
    ledger_clear(&h->own);
    if (!a->recorded)
        return true;
    return h->records && (leads || records_reuse(h->records, a->extents.bytes, a->chunk_len));
}

off_t hashes_most(const struct announcement *a)
{
    return (off_t)a->chunk_len * HASHES_MOST;
}

const void *hashes_behind(struct hashes *h, struct message *m)
{
    size_t count;
    const struct record *list = h->handed_out && m->kind == MESSAGE_GRANT && m->len > 0
                                    ? records_of(h->records, m->off, m->len, &count)
                                    : NULL;
    m->size = list ? (uint32_t)(count * sizeof(*list)) : 0;
    return list;
}

/* Like its own workers' hashes, they go to the journal, if there is one. */
static void mark_told(struct record *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].state == RECORD_COPIED)
            list[i].state = RECORD_TOLD;
}

bool hashes_take_in(struct hashes *h, const struct message *m, const void *text)
{
    size_t count;
    if (!h->records || !records_take_in(h->records, m->off, m->len, text, m->size))
        return false;
    struct record *list = records_of(h->records, m->off, m->len, &count);
    mark_told(list, count);
    return true;
}

bool hashes_granted(struct hashes *h, const struct message *m, const void *text)
{
    if (h->handed_out && !records_take_in(h->records, m->off, m->len, text, m->size))
        return false;
    return !h->gathered || ledger_note(&h->own, 0, m->off, m->len) == 0;
}

/* --- reporting --- */

static void send_run(struct hashes *h, const struct hashes_sender *s, size_t first, size_t count,
                     off_t end)
{
    struct record *list = &h->records->list[first];
    off_t off = (off_t)(first * h->records->chunk_len);
    off_t len = min_off((off_t)(count * h->records->chunk_len), end - off);
    const struct message m = {.kind = MESSAGE_HASHES,
                              .round = s->round,
                              .off = off,
                              .len = len,
                              .size = (uint32_t)(count * sizeof(*list))};
    for (size_t i = 0; i < count; i++)
        if (list[i].state == RECORD_SYNCING)
            list[i].state = RECORD_COPIED;
    s->send(s->arg, &m, list);
    for (size_t i = 0; i < count; i++)
        list[i].state = RECORD_TOLD;
}

/* Sends the records of a stretch that have the state, or, if that is RECORD_STATES, all that
 * haven't been reported yet. */
static void send_stretch(struct hashes *h, const struct hashes_sender *s,
                         const struct stretch *stretch, enum record_state state)
{
    size_t count, run = 0, first = (size_t)stretch->off / h->records->chunk_len;
    const struct record *list = records_of(h->records, stretch->off, stretch->len, &count);
    for (size_t i = 0; list && i <= count; i++) {
        enum record_state its = i < count ? list[i].state : RECORD_TOLD;
        bool goes = state == RECORD_STATES ? its != RECORD_TOLD : its == state;
        if (run > 0 && (!goes || run == HASHES_MOST)) {
            send_run(h, s, first + i - run, run, stretch->off + stretch->len);
            run = 0;
        }
        run += goes;
    }
}

static void send_all(struct hashes *h, const struct hashes_sender *s, enum record_state state)
{
    for (size_t i = 0; i < h->own.count; i++)
        send_stretch(h, s, &h->own.list[i], state);
}

void hashes_tell(struct hashes *h, const struct hashes_sender *s)
{
    if (h->gathered)
        send_all(h, s, RECORD_STATES);
}

/* Are there any that the disk isn't known to have? */
static bool mark_syncing(struct hashes *h)
{
    bool any = false;
    for (size_t i = 0; i < h->own.count; i++) {
        size_t count;
        const struct stretch *s = &h->own.list[i];
        struct record *list = records_of(h->records, s->off, s->len, &count);
        for (size_t j = 0; list && j < count; j++)
            if (list[j].state == RECORD_COPIED) {
                list[j].state = RECORD_SYNCING;
                any = true;
            }
    }
    return any;
}

void hashes_look(struct hashes *h, struct grants *grants, double time,
                 const struct hashes_sender *s)
{
    if (!h->gathered || !h->kept || grants->synced != grants->sync_wanted)
        return;
    if (h->syncing) {
        send_all(h, s, RECORD_SYNCING);
        h->syncing = false;
    }
    if (time - h->synced < interval)
        return;
    h->synced = time;
    h->syncing = mark_syncing(h);
    if (h->syncing)
        grants->sync_wanted++;
}
