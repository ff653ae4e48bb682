/* SPDX-License-Identifier: MIT */
#include "move/journal.h"
#include "base/arithmetic.h"
#include "base/extent.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "mpcp-jnl"
enum { VERSION = 2 };

/* As it lies on the disk; numbers are in the machine's own byte order, which the version shows. */
struct header {
    char magic[8];
    uint32_t version, size; /* of the header: bytes */
    struct journal_subject subject;
    XXH64_hash_t key; /* of all before */
};

struct line {
    uint64_t index; /* of the chunk */
    XXH128_hash_t hash;
    XXH64_hash_t check; /* of all before, seeded with the header's key */
};

XXH64_hash_t journal_layout(const struct extents *extents)
{
    return XXH3_64bits(extents->list, extents->count * sizeof(*extents->list));
}

static XXH64_hash_t check_of(const struct line *line, XXH64_hash_t key)
{
    return XXH3_64bits_withSeed(line, offsetof(struct line, check), key);
}

static struct header header_of(const struct journal_subject *subject)
{
    struct header h = {.magic = MAGIC, .version = VERSION, .size = sizeof(h), .subject = *subject};
    h.key = XXH3_64bits(&h, offsetof(struct header, key));
    return h;
}

static enum journal_found judge(const struct header *h, const struct journal_subject *subject)
{
    struct header right = header_of(&h->subject);
    if (memcmp(h->magic, right.magic, sizeof(h->magic)) == 0 && h->version != right.version)
        return JOURNAL_VERSION;
    if (memcmp(h, &right, sizeof(right)) != 0)
        return JOURNAL_DAMAGED;
    struct journal_subject its = h->subject;
    bool same_chunks = its.chunk_len == subject->chunk_len;
    its.chunk_len = subject->chunk_len;
    if (memcmp(&its, subject, sizeof(its)) != 0)
        return JOURNAL_CHANGED;
    return same_chunks ? JOURNAL_USABLE : JOURNAL_CHUNKS;
}

enum journal_found journal_parse(const void *bytes, size_t len,
                                 const struct journal_subject *subject, struct records *records,
                                 size_t *damaged)
{
    struct header h;
    struct line line;
    *damaged = 0;
    if (len < sizeof(h))
        return len == 0 ? JOURNAL_NEW : JOURNAL_DAMAGED;
    memcpy(&h, bytes, sizeof(h));
    enum journal_found found = judge(&h, subject);
    for (size_t at = sizeof(h); found == JOURNAL_USABLE && at < len; at += sizeof(line)) {
        size_t rest = min_size(len - at, sizeof(line));
        memcpy(&line, (const char *)bytes + at, rest);
        if (rest == sizeof(line) && line.check == check_of(&line, h.key) &&
            line.index < records->count)
            records->list[line.index] = (struct record){line.hash, RECORD_CLAIMED};
        else
            *damaged += rest;
    }
    return found;
}

/* A good journal has one line per chunk, and a few more for chunks that were copied twice. What is
 * too long to be one is read no further. */
static int read_all(int fd, const struct records *records, char **bytes, size_t *len)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    size_t most = sizeof(struct header) + 2 * (records->count + 1024) * sizeof(struct line);
    *len = min_size((size_t)st.st_size, most);
    *bytes = malloc(*len + 1);
    if (!*bytes)
        return -ENOMEM;
    ssize_t n = io_pread_full(fd, *bytes, *len, 0);
    *len = n < 0 ? 0 : (size_t)n;
    return n < 0 ? (int)n : 0;
}

/* Whoever removes a journal has locked it: one that has lost its name meanwhile is no longer the
 * journal. */
static int lock(const struct journal *j)
{
    if (flock(j->fd, LOCK_EX | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? -EBUSY : -errno;
    return io_check_name(j->fd, j->dir_fd, j->name);
}

int journal_start(struct journal *j, const struct journal_subject *subject)
{
    size_t written;
    struct header h = header_of(subject);
    j->key = h.key;
    if (ftruncate(j->fd, 0) < 0)
        return -errno;
    return io_write_full(j->fd, &h, sizeof(h), &written);
}

/* Damage at the end would put all lines after it out of step. */
static int cut_off(const struct journal *j, size_t len)
{
    size_t lines = (len - sizeof(struct header)) / sizeof(struct line);
    off_t good = (off_t)(sizeof(struct header) + lines * sizeof(struct line));
    return ftruncate(j->fd, good) < 0 ? -errno : 0;
}

static int take_up(struct journal *j, const struct journal_subject *subject,
                   struct records *records, enum journal_found *found, size_t *damaged)
{
    char *bytes = NULL;
    size_t len = 0;
    int rc = read_all(j->fd, records, &bytes, &len);
    if (!rc)
        *found = journal_parse(bytes, len, subject, records, damaged);
    free(bytes);
    if (rc < 0)
        return rc;
    j->key = header_of(subject).key;
    return *found == JOURNAL_USABLE ? cut_off(j, len) : journal_start(j, subject);
}

static bool is_empty(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && st.st_size == 0;
}

int journal_open(struct journal *j, int dir_fd, const char *name,
                 const struct journal_subject *subject, struct records *records,
                 enum journal_found *found, size_t *damaged)
{
    *j = (struct journal){.fd = -1, .dir_fd = dir_fd};
    name_hidden(j->name, name, "journal");
    j->fd = io_open_private(dir_fd, j->name, O_APPEND);
    if (j->fd < 0)
        return j->fd;
    int rc = lock(j);
    bool locked = rc == 0;
    if (locked)
        rc = take_up(j, subject, records, found, damaged);
    if (rc < 0 && locked && is_empty(j->fd)) /* for example of a full disk */
        journal_remove(j);
    else if (rc < 0)
        journal_close(j);
    return rc;
}

void journal_append(const struct journal *j, uint64_t index, XXH128_hash_t hash)
{
    size_t written;
    struct line line = {.index = index, .hash = hash};
    line.check = check_of(&line, j->key);
    io_write_full(j->fd, &line, sizeof(line), &written); /* at the end, in one piece: O_APPEND */
}

int journal_remove(struct journal *j)
{
    int rc = j->fd >= 0 && unlinkat(j->dir_fd, j->name, 0) < 0 && errno != ENOENT ? -errno : 0;
    journal_close(j);
    return rc;
}

void journal_close(struct journal *j)
{
    io_close(&j->fd);
}
