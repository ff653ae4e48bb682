/* SPDX-License-Identifier: MIT */
#include "move/record.h"
#include "base/arithmetic.h"

#include <string.h>
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
    records->room = count;
    return records;
}

void records_destroy(struct records *records)
{
    if (records)
        munmap(records, records_bytes(records->room));
}

bool records_reuse(struct records *records, off_t bytes, size_t chunk_len)
{
    size_t count = units_for((size_t)bytes, chunk_len);
    if (count > records->room)
        return false;
    records_forget(records);
    records->count = count;
    records->chunk_len = chunk_len;
    return true;
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
    /* Those of a stream are many more than it needs, and merely looking at them would allocate
     * them. */
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

struct record *records_of(struct records *records, off_t off, off_t len, size_t *count)
{
    size_t first = (size_t)off / records->chunk_len;
    if (off < 0 || len <= 0 || (size_t)off % records->chunk_len != 0 || first >= records->count)
        return NULL;
    size_t left = records->count - first, rest = (size_t)len % records->chunk_len;
    *count = (size_t)len / records->chunk_len + (rest > 0);
    bool whole = rest == 0 || *count == left; /* the last chunk of all may be shorter */
    return whole && *count <= left ? &records->list[first] : NULL;
}

bool records_take_in(struct records *records, off_t off, off_t len, const void *bytes, size_t size)
{
    size_t count;
    struct record one, *list = records_of(records, off, len, &count);
    if (!list || size != count * sizeof(one))
        return false;
    for (size_t i = 0; i < count; i++) {
        memcpy(&one, (const char *)bytes + i * sizeof(one), sizeof(one));
        if ((unsigned)one.state >= RECORD_STATES)
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(&one, (const char *)bytes + i * sizeof(one), sizeof(one));
        list[i].hash = one.hash;
        list[i].state = one.state; /* last, for those who look at it meanwhile */
    }
    return true;
}
