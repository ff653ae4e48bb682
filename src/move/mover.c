/* SPDX-License-Identifier: MIT */
#include "move/mover.h"
#include "base/arithmetic.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/signals.h"
#include "base/zeros.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

enum { ZEROS_BUFFER = 256 << 10, NS = 1000000000 };

static int be_polite(struct mover *m, struct chunk chunk)
{
    struct transfer *t = m->transfer;
    int rc = 0;
    if (m->drop_src)
        cache_drop_read(t->src_fd, chunk);
    if (m->drop_dst)
        rc = cache_follow(&m->wake, t->dst_fd, &chunk);
    else if (m->start_writing)
        cache_start_writing(t->dst_fd, chunk);
    if (rc < 0)
        t->failure = (struct failure){-rc, SIDE_DESTINATION, chunk.off, chunk.len};
    return rc;
}

/* --- moving data --- */

static int move_chunk(struct mover *m, struct chunk chunk)
{
    struct transfer *t = m->transfer;
    ssize_t n = t->engine->copy(t, chunk);
    if (n < 0)
        return (int)n;
    assert((size_t)n == chunk.len);
    return be_polite(m, chunk);
}

/* Moves what isn't zero, or else all, of up to ZEROS_BUFFER bytes at `off`. The bytes are read
 * twice, the second time by the engine, whichever that is; a source that has changed in between
 * can't be copied anyway. */
static int move_data_in(struct mover *m, off_t off, size_t len, bool all)
{
    struct transfer *t = m->transfer;
    ssize_t n = io_pread_full(t->src_fd, m->zeros_buffer, len, off);
    if (n < (ssize_t)len)
        return (int)engine_fail(t, SIDE_SOURCE, n < 0 ? off : off + n, n < 0 ? (int)-n : ENODATA);
    if (m->records)
        XXH3_128bits_update(m->digester.state, m->zeros_buffer, len);
    if (all)
        return move_chunk(m, (struct chunk){off, len});
    int rc = 0;
    for (size_t begin = 0, end; !rc && zeros_next_data(m->zeros_buffer, len, &begin, &end);
         begin = end)
        rc = move_chunk(m, (struct chunk){off + (off_t)begin, end - begin});
    return rc;
}

/* What an earlier run left there, but didn't finish, must be removed before a hole can be left. */
static int make_hole(const struct mover *m, struct chunk chunk)
{
    return m->used ? io_punch_hole(m->transfer->dst_fd, chunk.off, chunk.off + (off_t)chunk.len)
                   : 0;
}

static int move_without_zeros(struct mover *m, struct chunk chunk)
{
    if (!m->zeros_buffer && !(m->zeros_buffer = aligned_alloc(ZEROS_BLOCK, ZEROS_BUFFER)))
        return (int)engine_fail(m->transfer, SIDE_SOURCE, chunk.off, ENOMEM);
    int err = -make_hole(m, chunk);
    bool no_holes = err == EOPNOTSUPP || err == ENOSYS; /* zeros are written over it */
    if (err && !no_holes)
        return (int)engine_fail(m->transfer, SIDE_DESTINATION, chunk.off, err);
    int rc = 0;
    for (size_t done = 0; !rc && done < chunk.len; done += ZEROS_BUFFER)
        rc = move_data_in(m, chunk.off + (off_t)done, min_size(chunk.len - done, ZEROS_BUFFER),
                          no_holes);
    return rc;
}

/* An engine knows where it failed, but not how much was still to come. */
static void tell_length(struct transfer *t, struct chunk chunk)
{
    if (t->failure.len == 0)
        t->failure.len = (size_t)(chunk.off + (off_t)chunk.len - t->failure.off);
}

/* At a low rate a chunk would take long, and show no progress meanwhile. Its size must not depend
 * on the rate, because --resume goes on only with chunks of the same size. */
static size_t piece_at(uint64_t rate)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (rate == 0 || rate / 8 > SIZE_MAX)
        return SIZE_MAX;
    return rate / 8 > page ? round_down(rate / 8, page) : page;
}

/* Waits for what has been moved, as long as the rate asks. The bytes count only then: otherwise the
 * first pieces would make the rate look higher than it is. */
static void settle(struct mover *m)
{
    if (m->owed == 0)
        return;
    for (int64_t until = pace_pay(m->pace, m->owed); pace_sleep(until);)
        meter_count(m->meter, 0);
    meter_count(m->meter, m->owed);
    m->owed = 0;
}

static int move_piece(struct mover *m, struct chunk piece)
{
    if (signals_fatal())
        return (int)engine_fail(m->transfer, SIDE_SOURCE, piece.off, EINTR);
    int rc = m->skip_zeros ? move_without_zeros(m, piece) : move_chunk(m, piece);
    if (rc < 0)
        tell_length(m->transfer, piece);
    else
        m->owed = piece.len;
    return rc;
}

/* Moves `len` bytes of the row of data that the extents make. The last piece is left to be settled
 * later: what is copied goes to the journal first. */
static int move_data(struct mover *m, off_t data_off, size_t len)
{
    int rc = 0;
    for (size_t done = 0; !rc && done < len;) {
        size_t most = min_size(len - done, m->piece);
        struct chunk piece = extents_at(m->extents, data_off + (off_t)done, most);
        settle(m);
        rc = move_piece(m, piece);
        done += piece.len;
    }
    return rc;
}

/* --- recording it --- */

/* Has an earlier run copied this chunk, and did it reach the disk? What is cached is no proof: the
 * kernel keeps pages that couldn't be written, and reports that only once. */
static bool is_kept(struct mover *m, struct record *record, off_t data_off, size_t len)
{
    XXH128_hash_t hash;
    off_t off;
    if (record->state != RECORD_CLAIMED)
        return false;
    int rc = digest_data(&m->digester, m->medium, m->extents, data_off, len, &hash, &off);
    record->state = !rc && XXH128_isEqual(hash, record->hash) ? RECORD_KEPT : RECORD_NONE;
    return record->state == RECORD_KEPT;
}

/* Hashes the bytes in passing if the engine has them in memory, or move_data_in, which looks for
 * zeros among them. Where they stay in the kernel, they are read once more. */
static int move_and_hash(struct mover *m, off_t data_off, size_t len, XXH128_hash_t *hash)
{
    off_t off;
    if (!m->skip_zeros && !m->transfer->hasher) {
        int rc =
            digest_data(&m->digester, m->transfer->src_fd, m->extents, data_off, len, hash, &off);
        return rc < 0 ? (int)engine_fail(m->transfer, SIDE_SOURCE, off, -rc)
                      : move_data(m, data_off, len);
    }
    XXH3_128bits_reset(m->digester.state);
    int rc = move_data(m, data_off, len);
    *hash = XXH3_128bits_digest(m->digester.state);
    return rc;
}

static int move_and_record(struct mover *m, struct record *record, off_t data_off, size_t len)
{
    int rc = move_and_hash(m, data_off, len, &record->hash);
    if (rc < 0)
        return rc;
    record->state = RECORD_COPIED;
    if (m->journal)
        journal_append(m->journal, (uint64_t)data_off / m->records->chunk_len, record->hash);
    return 0;
}

/* --- the work --- */

/* Moves it in the way that seems best at the moment, and reports what that has cost. */
static int move_by_best_way(struct mover *m, struct record *record, off_t data_off, size_t len)
{
    unsigned way = m->way_count > 1 ? m->tuning->way : 0;
    double start = m->way_count > 1 ? clock_seconds() : 0;
    m->transfer = &m->ways[way];
    int rc = record ? move_and_record(m, record, data_off, len) : move_data(m, data_off, len);
    if (rc < 0)
        m->failure = m->transfer->failure;
    else if (m->way_count > 1)
        tuning_learn(m->tuning, way, (clock_seconds() - start) * NS / (double)len);
    return rc;
}

static ssize_t move_row(void *arg, off_t data_off, size_t len, const struct meter *meter)
{
    struct mover *m = arg;
    struct record *record = m->records ? record_at(m->records, data_off) : NULL;
    m->meter = meter;
    if (record && is_kept(m, record, data_off, len)) {
        meter_count_kept(meter, len);
        return (ssize_t)len;
    }
    int rc = move_by_best_way(m, record, data_off, len);
    settle(m);
    return rc < 0 ? rc : (ssize_t)len;
}

/* Stays within one chunk of the records; a new chunk begins a new hash. */
static int begin_record(struct mover *m, off_t off, size_t *len)
{
    size_t begun = (size_t)off % m->records->chunk_len;
    if (!record_at(m->records, off)) /* more than 8 TiB of chunks of 2 MiB */
        return (int)engine_fail(m->transfer, SIDE_SOURCE, off, EFBIG);
    if (begun == 0)
        XXH3_128bits_reset(m->digester.state);
    *len = m->records->chunk_len - begun;
    return 0;
}

static ssize_t move_some(struct mover *m, off_t off, size_t len)
{
    struct transfer *t = m->transfer;
    int rc = m->records ? begin_record(m, off, &len) : 0;
    if (rc < 0)
        return rc;
    ssize_t n = t->engine->copy(t, (struct chunk){.off = off, .len = min_size(len, m->piece)});
    if (n <= 0)
        return n;
    if (m->records)
        *record_at(m->records, off) =
            (struct record){XXH3_128bits_digest(m->digester.state), RECORD_COPIED};
    rc = be_polite(m, (struct chunk){.off = off, .len = (size_t)n});
    return rc < 0 ? rc : n;
}

static void leave_checksum(struct mover *m)
{
    struct checksum sum = summer_end(&m->summer);
    follower_leave(m->follower, &sum);
}

static ssize_t move_stream(void *arg, off_t off, size_t len, const struct meter *meter)
{
    struct mover *m = arg;
    m->meter = meter;
    m->transfer = m->ways;
    ssize_t n = move_some(m, off, len);
    if (n < 0)
        m->failure = m->transfer->failure;
    if (n == 0 && m->follower)
        leave_checksum(m);
    m->owed = n > 0 ? (size_t)n : 0;
    settle(m);
    return n;
}

/* An engine sees all bytes; but where zeros are left out before it gets any, only that of a stream
 * does. */
static bool engine_sees_all(const struct mover *m, const struct engine *engine)
{
    return engine->sees && (!m->skip_zeros || engine->split == SPLIT_STREAM);
}

static bool is_stream(const struct mover *m)
{
    return m->ways->engine->split == SPLIT_STREAM;
}

/* What has a size is read once more by the follower. */
static int prepare_checksum(struct mover *m)
{
    if (!m->follower || !is_stream(m))
        return 0;
    m->ways->summer = &m->summer;
    return summer_init(&m->summer, m->follower->kind);
}

int mover_prepare(struct mover *m)
{
    int rc = prepare_checksum(m);
    if (!m->records)
        return rc;
    if (!rc)
        rc = digester_init(&m->digester);
    for (unsigned i = 0; !rc && i < m->way_count; i++)
        if (engine_sees_all(m, m->ways[i].engine))
            m->ways[i].hasher = m->digester.state;
    return rc;
}

/* Whole pages, as with all chunks. */
static size_t trial_len(size_t chunk_len)
{
    return round_up(chunk_len / TUNER_TRIAL_PART, (size_t)sysconf(_SC_PAGESIZE));
}

struct work mover_work(struct mover *m)
{
    bool stream = is_stream(m);
    m->piece = piece_at(m->pace->rate);
    return (struct work){.step = stream ? move_stream : move_row,
                         .arg = m,
                         .failure = &m->failure,
                         .chunk_len = m->ways->chunk_len,
                         .tuning = m->way_count > 1 && !m->records ? m->tuning : NULL,
                         .trial_len = trial_len(m->ways->chunk_len),
                         .in_order = stream,
                         .follower = stream ? NULL : m->follower};
}

void mover_release(struct mover *m)
{
    for (unsigned i = 0; i < m->way_count; i++)
        m->ways[i].hasher = NULL;
    m->ways->summer = NULL;
    digester_release(&m->digester);
    summer_release(&m->summer);
    free(m->zeros_buffer);
    m->zeros_buffer = NULL;
}
