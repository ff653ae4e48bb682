/* SPDX-License-Identifier: MIT */
#include "base/cache.h"
#include "base/complaint.h"
#include "base/io.h"
#include "copy/room.h"
#include "copy/step.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

static struct journal_subject subject_of(const struct copy *c)
{
    const struct stat *st = &c->src.st;
    return (struct journal_subject){.size = (uint64_t)c->plan.size,
                                    .data = (uint64_t)c->plan.data,
                                    .mtime_sec = st->st_mtim.tv_sec,
                                    .mtime_nsec = st->st_mtim.tv_nsec,
                                    .ctime_sec = st->st_ctim.tv_sec,
                                    .ctime_nsec = st->st_ctim.tv_nsec,
                                    .inode = st->st_ino,
                                    .chunk_len = c->plan.chunk_len,
                                    .layout = journal_layout(&c->extents)};
}

/* Nothing of an earlier run can be used. */
static int start_over(struct copy *c)
{
    struct journal_subject subject = subject_of(c);
    records_forget(c->records);
    c->used = false;
    int rc = stage_empty(&c->stage);
    if (rc < 0)
        return step_fail(c, rc, c->dst.path, "cannot truncate");
    rc = c->journal.fd >= 0 ? journal_start(&c->journal, &subject) : 0;
    return rc < 0 ? step_fail(c, rc, c->dst.path, "cannot write its journal") : 0;
}

static void say_what_was_found(const struct copy *c, enum journal_found found, size_t damaged)
{
    static const char *const why_not[] = {
        [JOURNAL_CHANGED] = "the source has changed since, so the copy starts over",
        [JOURNAL_CHUNKS] = "its chunks were of another size, so the copy starts over",
        [JOURNAL_VERSION] = "its journal is of another version of mpcp, so the copy starts over",
        [JOURNAL_DAMAGED] = "its journal is damaged, so the copy starts over"};
    char text[64];
    if (why_not[found])
        step_warn(c, "cannot resume", why_not[found]);
    if (damaged > 0) {
        snprintf(text, sizeof(text), "%zu bytes of it are invalid, and are ignored", damaged);
        step_warn(c, "its journal is damaged", text);
    }
}

/* From here on, the cache holds what the disk has. */
int step_look_at_medium(struct copy *c)
{
    int rc = cache_drop_written(c->stage.fd, (struct chunk){0, 0});
    if (rc < 0)
        return step_fail_disk(c, rc);
    c->medium = cache_open_medium(c->stage.fd);
    return c->medium < 0 ? step_fail(c, c->medium, c->dst.path, "cannot read what is copied of it")
                         : 0;
}

/* The journal's lock keeps others from the staged file, too; but that was opened before, and
 * whoever had the lock then may have published it. Returns 0 or -errno, like journal_open. */
static int lock_both(struct copy *c, const struct journal_subject *subject,
                     enum journal_found *found, size_t *damaged)
{
    int opened =
        journal_open(&c->journal, c->dst.dir_fd, c->dst.name, subject, c->records, found, damaged);
    if (opened < 0 && opened != -EPERM)
        return opened;
    int rc = io_check_name(c->stage.fd, c->dst.dir_fd, c->stage.hidden);
    if (rc == -EBUSY) /* without the file that it is about */
        journal_remove(&c->journal);
    return rc < 0 ? rc : opened;
}

/* The journal says nothing about them, and nothing will be written there. Where none can be
 * punched, it is believed that nobody else has written there, either. */
static int clear_holes(const struct copy *c)
{
    int rc = room_clear(c->stage.fd, &c->extents, c->plan.size);
    return rc == -EOPNOTSUPP || rc == -ENOSYS ? 0 : rc;
}

static int open_journal(struct copy *c)
{
    struct journal_subject subject = subject_of(c);
    enum journal_found found = JOURNAL_NEW;
    size_t damaged = 0;
    int rc = lock_both(c, &subject, &found, &damaged);
    if (rc == -EBUSY)
        return complaint_make(
            &c->why, EBUSY, c->dst.path, "cannot copy",
            "another mpcp is copying to it, in another container or on another machine");
    if (rc == -EPERM) {
        step_warn(c, "cannot resume", "what has its journal's name isn't this user's alone");
        c->stage.keep = false;
        return start_over(c);
    }
    if (rc < 0 && !c->used)
        step_forget(c);
    if (rc < 0)
        return step_fail(c, rc, c->dst.path, "cannot open its journal");
    say_what_was_found(c, found, damaged);
    if (found != JOURNAL_USABLE || !c->used)
        return start_over(c);
    rc = clear_holes(c);
    return rc == -EINTR ? rc : rc < 0 ? start_over(c) : step_look_at_medium(c);
}

/* Better to find out now than when everything is copied. */
static int check_readable(struct copy *c)
{
    int fd = io_reopen(c->stage.fd, O_RDONLY);
    if (fd >= 0) {
        io_close(&fd); /* nothing was written through it */
        return 0;
    }
    return fd == -ENOENT ? complaint_make(&c->why, ENOENT, c->dst.path, "cannot verify",
                                          "it can't be read back, because /proc is not mounted")
                         : step_fail(c, fd, c->dst.path, "cannot verify: it can't be opened again");
}

/* Where several nodes copy, the process that speaks with the others must see them. */
static struct records *have_records(const struct copy *c)
{
    struct records *shared = step_shared_records(c);
    if (c->plan.nodes < 2)
        return records_create(c->plan.data, c->plan.chunk_len);
    errno = ENOMEM;
    return shared && records_reuse(shared, c->plan.data, c->plan.chunk_len) ? shared : NULL;
}

int step_take_up(struct copy *c)
{
    const struct wishes *wishes = &c->rules->wishes;
    if (!wishes->verify && !c->stage.keep)
        return 0;
    int rc = wishes->verify ? check_readable(c) : 0;
    if (rc < 0)
        return rc;
    c->records = have_records(c);
    if (!c->records)
        return step_fail(c, -errno, c->src.path, "cannot keep its hashes in memory");
    return c->stage.keep ? open_journal(c) : 0;
}

/* Not often, because all records are looked at. */
void step_note_told(struct copy *c)
{
    for (size_t i = 0; c->journal.fd >= 0 && i < c->records->count; i++) {
        struct record *record = &c->records->list[i];
        if (record->state != RECORD_TOLD)
            continue;
        journal_append(&c->journal, i, record->hash);
        record->state = RECORD_COPIED;
    }
}
