/* SPDX-License-Identifier: MIT */
#include "base/cache.h"
#include "base/complaint.h"
#include "base/io.h"
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

/* Nothing of an earlier run is of use. */
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
        [JOURNAL_DAMAGED] = "its journal is damaged, so the copy starts over"};
    char text[64];
    if (why_not[found])
        step_warn(c, "cannot resume", why_not[found]);
    if (damaged > 0) {
        snprintf(text, sizeof(text), "%zu bytes of it make no sense, and are ignored", damaged);
        step_warn(c, "its journal is damaged", text);
    }
}

/* From here on, what is cached of it is what the disk has. */
static int look_at_medium(struct copy *c)
{
    int rc = cache_drop_written(c->stage.fd, (struct chunk){0, 0});
    if (rc < 0)
        return step_fail_disk(c, rc);
    c->medium = cache_open_medium(c->stage.fd);
    return c->medium < 0 ? step_fail(c, c->medium, c->dst.path, "cannot read what is copied of it")
                         : 0;
}

/* The journal's lock keeps others from the staged file, too; but that was opened before, and
 * whoever had the lock then may have published it. Returns 0 or -errno, as journal_open. */
static int lock_both(struct copy *c, const struct journal_subject *subject,
                     enum journal_found *found, size_t *damaged)
{
    int opened =
        journal_open(&c->journal, c->dst.dir_fd, c->dst.name, subject, c->records, found, damaged);
    if (opened < 0 && opened != -EPERM)
        return opened;
    int rc = io_check_name(c->stage.fd, c->dst.dir_fd, c->stage.hidden);
    if (rc == -EBUSY) /* with nothing that it is about */
        journal_remove(&c->journal);
    return rc < 0 ? rc : opened;
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
        step_warn(c, "cannot resume", "what is where its journal would be isn't this user's alone");
        c->stage.keep = false;
        return start_over(c);
    }
    if (rc < 0 && !c->used)
        step_forget(c);
    if (rc < 0)
        return step_fail(c, rc, c->dst.path, "cannot open its journal");
    say_what_was_found(c, found, damaged);
    return found == JOURNAL_USABLE && c->used ? look_at_medium(c) : start_over(c);
}

/* Better known now than when all is copied. */
static int check_readable(struct copy *c)
{
    int fd = io_reopen(c->stage.fd, O_RDONLY);
    if (fd >= 0) {
        io_close(&fd); /* nothing was written through it */
        return 0;
    }
    return fd == -ENOENT ? complaint_make(&c->why, ENOENT, c->dst.path, "cannot verify",
                                          "it can't be read back, for /proc is not mounted")
                         : step_fail(c, fd, c->dst.path, "cannot verify: it can't be opened again");
}

int step_take_up(struct copy *c)
{
    const struct wishes *wishes = &c->rules->wishes;
    if (!wishes->verify && !c->stage.keep)
        return 0;
    int rc = wishes->verify ? check_readable(c) : 0;
    if (rc < 0)
        return rc;
    c->records = records_create(c->plan.data, c->plan.chunk_len);
    if (!c->records)
        return step_fail(c, -errno, c->src.path, "cannot keep its hashes in memory");
    return c->stage.keep ? open_journal(c) : 0;
}
