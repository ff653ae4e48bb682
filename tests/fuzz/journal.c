/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a journal: what is read from it is exactly what an independent, slower reading of
 * the format gives. Each input is also read with all of its checksums corrected: nobody can guess
 * them, but a forger can compute them.
 */
#include "move/journal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SUBJECT = 16, KEY = SUBJECT + 72, HEADER = KEY + 8, LINE = 32, CHECK = LINE - 8 };
enum { CHUNKS = 16 }; /* of the source; journals may name others */

_Static_assert(sizeof(struct journal_subject) == KEY - SUBJECT, "the format has changed");

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static uint64_t number_at(const uint8_t *bytes)
{
    uint64_t number;
    memcpy(&number, bytes, sizeof(number));
    return number;
}

static bool is_header(const uint8_t *bytes, size_t len)
{
    static const uint8_t start[SUBJECT] = {'m', 'p', 'c', 'p', '-', 'j', 'n', 'l', 2, 0, 0, 0, 96};
    return len >= HEADER && memcmp(bytes, start, sizeof(start)) == 0 &&
           number_at(bytes + KEY) == XXH3_64bits(bytes, KEY);
}

static bool is_of_another_version(const uint8_t *bytes, size_t len)
{
    static const uint8_t own[4] = {2};
    return len >= HEADER && memcmp(bytes, "mpcp-jnl", 8) == 0 && memcmp(bytes + 8, own, 4) != 0;
}

static bool is_line(const uint8_t *line, const uint8_t *header)
{
    return number_at(line + CHECK) == XXH3_64bits_withSeed(line, CHECK, number_at(header + KEY)) &&
           number_at(line) < CHUNKS;
}

static enum journal_found expected(const uint8_t *bytes, size_t len,
                                   const struct journal_subject *subject)
{
    struct journal_subject its;
    if (len == 0)
        return JOURNAL_NEW;
    if (is_of_another_version(bytes, len))
        return JOURNAL_VERSION;
    if (!is_header(bytes, len))
        return JOURNAL_DAMAGED;
    memcpy(&its, bytes + SUBJECT, sizeof(its));
    if (its.size != subject->size || its.data != subject->data ||
        its.mtime_sec != subject->mtime_sec || its.mtime_nsec != subject->mtime_nsec ||
        its.ctime_sec != subject->ctime_sec || its.ctime_nsec != subject->ctime_nsec ||
        its.inode != subject->inode || its.layout != subject->layout)
        return JOURNAL_CHANGED;
    return its.chunk_len == subject->chunk_len ? JOURNAL_USABLE : JOURNAL_CHUNKS;
}

/* The last good line of a chunk within the file, or NULL. */
static const uint8_t *last_line_of(uint64_t index, const uint8_t *bytes, size_t len)
{
    const uint8_t *last = NULL;
    for (size_t at = HEADER; at + LINE <= len; at += LINE)
        if (is_line(bytes + at, bytes) && number_at(bytes + at) == index)
            last = bytes + at;
    return last;
}

static size_t good_bytes(const uint8_t *bytes, size_t len)
{
    size_t good = HEADER;
    for (size_t at = HEADER; at + LINE <= len; at += LINE)
        good += is_line(bytes + at, bytes) ? LINE : 0;
    return good;
}

static void check_claims(const struct records *records, bool usable, const uint8_t *bytes,
                         size_t len)
{
    for (size_t i = 0; i < CHUNKS; i++) {
        const struct record *record = &records->list[i];
        const uint8_t *line = usable ? last_line_of(i, bytes, len) : NULL;
        assert(record->state == (line ? RECORD_CLAIMED : RECORD_NONE));
        assert(!line || memcmp(&record->hash, line + 8, sizeof(record->hash)) == 0);
    }
}

static void check(const uint8_t *bytes, size_t len, const struct journal_subject *subject)
{
    /* From malloc, so that a sanitizer notices what lies beyond the end. */
    struct records *records = calloc(1, sizeof(*records) + CHUNKS * sizeof(*records->list));
    size_t damaged = SIZE_MAX;
    assert(records);
    records->count = CHUNKS;
    records->chunk_len = 4096;
    enum journal_found found = journal_parse(bytes, len, subject, records, &damaged);
    bool usable = found == JOURNAL_USABLE;
    assert(found == expected(bytes, len, subject));
    assert(damaged == (usable ? len - good_bytes(bytes, len) : 0));
    check_claims(records, usable, bytes, len);
    free(records);
}

/* As the journal of the copy that it claims to be for, and of others. */
static void check_for_several(const uint8_t *bytes, size_t len)
{
    struct journal_subject subject = {.size = CHUNKS * 4096};
    check(bytes, len, &subject);
    if (len < HEADER)
        return;
    memcpy(&subject, bytes + SUBJECT, sizeof(subject));
    check(bytes, len, &subject);
    subject.chunk_len++;
    check(bytes, len, &subject);
    subject.layout++;
    check(bytes, len, &subject);
}

static void forge(uint8_t *bytes, size_t len)
{
    if (len < HEADER)
        return;
    uint64_t key = XXH3_64bits(bytes, KEY);
    memcpy(bytes + KEY, &key, sizeof(key));
    for (size_t at = HEADER; at + LINE <= len; at += LINE) {
        uint64_t right = XXH3_64bits_withSeed(bytes + at, CHECK, key);
        memcpy(bytes + at + CHECK, &right, sizeof(right));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    uint8_t *copy = calloc(1, len ? len : 1);
    assert(copy);
    if (len > 0) /* data may be NULL then */
        memcpy(copy, data, len);
    check_for_several(copy, len);
    forge(copy, len);
    check_for_several(copy, len);
    free(copy);
    return 0;
}
