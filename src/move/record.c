/* SPDX-License-Identifier: MIT */
#include "move/record.h"
#include "base/arithmetic.h"

#include <sys/mman.h>

static size_t records_bytes(size_t count)
{
    return sizeof(struct records) + count * sizeof(struct record);
}

struct records *records_create(off_t bytes, size_t chunk_len)
{
    size_t count = bytes < 0 ? RECORDS_MAX : units_for((size_t)bytes, chunk_len);
    struct records *records = mmap(NULL, records_bytes(count), PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (records == MAP_FAILED)
        return NULL;
    records->count = count;
    records->chunk_len = chunk_len;
    return records;
}

void records_destroy(struct records *records)
{
    if (records)
        munmap(records, records_bytes(records->count));
}

struct record *record_at(struct records *records, off_t off)
{
    size_t index = (size_t)off / records->chunk_len;
    return index < records->count ? &records->list[index] : NULL;
}

bool records_any(const struct records *records)
{
    for (size_t i = 0; i < records->count; i++)
        if (records->list[i].state != RECORD_NONE)
            return true;
    return false;
}

off_t records_kept(const struct records *records, off_t bytes)
{
    off_t kept = 0, len = (off_t)records->chunk_len;
    /* Those of a stream are many more than it needs, and only to look at them would allocate them.
     */
    for (size_t i = 0; i < records->count && (off_t)i * len < bytes; i++) {
        off_t left = bytes - (off_t)i * len;
        if (records->list[i].state == RECORD_KEPT)
            kept += min_off(left, len);
    }
    return kept;
}

void records_forget(struct records *records)
{
    for (size_t i = 0; i < records->count; i++)
        records->list[i].state = RECORD_NONE;
}
