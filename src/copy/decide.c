/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/complaint.h"
#include "base/filesystem.h"
#include "base/io.h"
#include "base/lock.h"
#include "base/process.h"
#include "base/signals.h"
#include "copy/room.h"
#include "copy/step.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

enum { ORPHAN_TRIES = 500 }; /* of 10 ms */

int step_open_source(struct copy *c)
{
    int rc = inspect_refuse_own_fifo(&c->src_at, &c->dst_at, &c->why);
    if (rc < 0)
        return rc;
    do /* waiting for a FIFO's writer may block */
        rc = inspect_source(&c->src_at, &c->src, &c->why);
    while (rc == -EINTR && step_waits(c));
    return rc;
}

int step_look_at_destination(struct copy *c)
{
    return inspect_destination(&c->dst_at, &c->src, &c->dst, &c->why);
}

/* --- one copy at a time --- */

/* Streams have no owner; small files are finished before another copy could do harm, if they are
 * staged. Two that write into one file at once would leave a mixture. */
static bool needs_lock(const struct copy *c)
{
    if (inspect_is_stream(&c->dst))
        return false;
    if (c->dst.exists && c->rules->existing >= EXISTING_KEEP) /* it won't be written to */
        return false;
    return c->rules->wishes.resume || !c->src.has_size || c->src.size >= FACTS_SMALL ||
           plan_in_place_why(&c->dst, c->rules->wishes.in_place);
}

static int try_lock(struct copy *c, pid_t *holder)
{
    const struct stat *st = c->dst.exists ? &c->dst.st : NULL;
    bool by_name = c->dst.dir_fd != AT_FDCWD && !(st && st->st_nlink > 1);
    c->lock = lock_take(c->dst.dir_fd, c->dst.name, by_name ? NULL : st, holder);
    return c->lock;
}

/* What was found out before waiting may no longer be true. A stream stays open: its writer would
 * take its closing for the end. */
static int look_again(struct copy *c)
{
    inspect_release_destination(&c->dst);
    if (c->src.fd > STDERR_FILENO && inspect_is_seekable(c->src.st.st_mode)) {
        inspect_close_source(&c->src);
        int rc = inspect_source(&c->src_at, &c->src, &c->why);
        if (rc < 0)
            return rc;
    }
    return inspect_destination(&c->dst_at, &c->src, &c->dst, &c->why);
}

static int end_waiting(struct copy *c)
{
    return c->rules->existing == EXISTING_HEEDED ? step_finish(c, OUTCOME_LOOK_AGAIN)
                                                 : look_again(c);
}

static int wait_for_lock(struct copy *c)
{
    pid_t holder;
    step_remark(c, "waiting", "another mpcp is copying to it");
    c->observer->phase(c->observer->arg, "waiting for another mpcp");
    while (try_lock(c, &holder) == -EBUSY)
        if (!step_pause(c))
            return -EINTR;
    return end_waiting(c);
}

/* If the holder was killed, its workers keep the lock until they are gone, too, which takes a
 * moment. */
static int wait_for_orphans(struct copy *c, pid_t *holder)
{
    const struct timespec interval = {.tv_nsec = 10000000};
    int rc = -EBUSY;
    for (int i = 0; i < ORPHAN_TRIES && rc == -EBUSY && *holder > 0; i++) {
        if (signals_fatal() || !process_is_dead(*holder))
            return -EBUSY;
        nanosleep(&interval, NULL);
        rc = try_lock(c, holder);
    }
    return rc;
}

/* A lock that can't be had for another reason is done without: it only keeps two copies from doing
 * the same. */
int step_lock(struct copy *c)
{
    pid_t holder;
    if (!needs_lock(c) || c->rules->dry_run || try_lock(c, &holder) != -EBUSY)
        return 0;
    if (wait_for_orphans(c, &holder) != -EBUSY)
        return end_waiting(c);
    if (c->rules->wait)
        return wait_for_lock(c);
    if (holder == 0)
        return complaint_make(&c->why, EBUSY, c->dst.path, "cannot copy",
                              "another mpcp is copying to it (--wait waits for it)");
    return complaint_make(&c->why, EBUSY, c->dst.path, "cannot copy",
                          "another mpcp (pid %d) is copying to it (--wait waits for it)",
                          (int)holder);
}

/* --- what the rules say --- */

/* If times were preserved, an earlier copy of the source got as much of them as the destination's
 * file system could keep. */
static bool is_newer(const struct copy *c)
{
    struct timespec src = c->src.st.st_mtim, dst = c->dst.st.st_mtim;
    if (c->rules->preserve & ATTRIBUTE_TIMESTAMPS)
        src = attributes_cut_time(src, &c->dst.st, filesystem_of(c->dst.fs)->even_seconds);
    return clock_is_later(src, dst);
}

/* A destination that can't be written to is replaced, if that is wanted and possible. */
static int check_force(struct copy *c)
{
    const struct destination *dst = &c->dst;
    int rc = inspect_check_replaceable(dst);
    bool wanted = c->rules->force && !c->rules->wishes.in_place;
    if (wanted && rc == 0)
        return 0;
    if (wanted)
        complaint_as_cp(&c->why, -rc, "cannot remove %s", dst->path);
    else
        inspect_refuse_creation(dst, dst->refusal ? dst->refusal : EPERM, &c->why);
    if (dst->fixed)
        complaint_add(&c->why, " (%s)", dst->fixed);
    else if (rc == 0 && !c->rules->wishes.in_place)
        complaint_add(&c->why, " (--force replaces it anyway)");
    return -EACCES;
}

/* With --force, a new file takes the name that was given, even if it is a link's, as with cp. */
static int heed_rights(struct copy *c)
{
    if (c->dst.writable && !c->dst.fixed)
        return 0;
    int rc = !c->dst.fixed || c->rules->force ? inspect_take_link(&c->src, &c->dst, &c->why) : 0;
    if (rc < 0)
        return rc;
    return check_force(c);
}

int step_heed_existing(struct copy *c)
{
    if (!c->dst.exists)
        return 0;
    if (c->rules->existing == EXISTING_KEEP && !c->dst.standard)
        return step_finish(c, OUTCOME_SKIPPED);
    if (inspect_refuse_same(&c->src, &c->dst, &c->why) < 0)
        return -EINVAL;
    if (c->dst.standard)
        return 0;
    if (c->rules->update && !is_newer(c))
        return step_finish(c, OUTCOME_SKIPPED);
    if (c->rules->existing == EXISTING_FAIL)
        return complaint_as_cp_alone(&c->why, EEXIST, "not replacing %s", c->dst.path);
    if (c->rules->existing == EXISTING_ASK && !c->rules->dry_run &&
        !c->observer->confirm(c->observer->arg, c->dst.path))
        return signals_fatal() ? -EINTR : step_finish(c, OUTCOME_DECLINED);
    return heed_rights(c);
}

/* The share of the source's data that is cached: its holes aren't, and need not be. */
static double cached_data(const struct copy *c)
{
    double cached = c->facts.src_cached * (double)c->src.size;
    bool streams = !c->src.has_size; /* none of it can be anywhere else */
    if (streams || filesystem_of(c->src.fs)->in_memory || cached >= (double)c->extents.bytes)
        return 1;
    return cached / (double)c->extents.bytes;
}

/* Waiting for a FIFO's writer, for the lock or for an answer doesn't count as copying. */
int step_survey(struct copy *c)
{
    c->start = clock_seconds();
    const struct source *src = &c->src;
    c->facts = facts_gather(src->has_size ? src->fd : -1, src->size, src->st.st_dev);
    int rc = inspect_data(src, c->rules->wishes.sparse != WHEN_NEVER, c->facts.page, &c->extents);
    c->facts.src_cached = cached_data(c);
    return rc < 0 ? step_fail(c, rc, src->path, "cannot find its data") : 0;
}

/* --- the plan --- */

static int fill_holes(struct copy *c)
{
    extents_release(&c->extents);
    int rc = extents_whole(c->src.size, &c->extents);
    return rc < 0 ? step_fail(c, rc, c->src.path, "cannot find its data") : 0;
}

/* Is the source what an earlier run has left beside the destination? This run would begin by
 * emptying it. */
static bool is_left_over(const struct copy *c, const char *what)
{
    char hidden[NAME_ROOM];
    struct stat st;
    name_hidden(hidden, c->dst.name, what);
    return fstatat(c->dst.dir_fd, hidden, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           io_same_file(&st, &c->src.st);
}

static int check_resumable(struct copy *c)
{
    if (c->plan.in_place)
        return complaint_make(&c->why, EINVAL, c->dst.path, "cannot resume",
                              "it is written in place: %s", c->plan.placement_why);
    if (c->plan.size < 0 && !inspect_is_empty(&c->src))
        return complaint_make(&c->why, EINVAL, c->src.path, "cannot resume",
                              "it is a stream, which has no middle to go on from");
    if (c->dst.dir_appends)
        return complaint_make(&c->why, EPERM, c->dst.path, "cannot resume",
                              "nothing can be renamed in its directory");
    if (is_left_over(c, "partial") || is_left_over(c, "journal"))
        return complaint_make(&c->why, EINVAL, c->src.path, "cannot copy",
                              "it is where --resume would build the copy");
    return 0;
}

static int check_reflinkable(struct copy *c)
{
    bool src = S_ISREG(c->src.st.st_mode) && !c->src.standard;
    if (src && inspect_is_regular(&c->dst))
        return 0;
    complaint_as_cp_alone(&c->why, EINVAL, "failed to clone %s from %s", c->dst.path, c->src.path);
    complaint_add(&c->why, ": the %s is a stream or a device", src ? "destination" : "source");
    return -EINVAL;
}

/* Whether copy_file_range(2) shares extents is the file system's choice alone. */
static int check_unshared(struct copy *c)
{
    const struct wishes *wishes = &c->rules->wishes;
    bool may_share = c->plan.engines[0].engine == &engine_copy_range && c->src.fs == c->dst.fs &&
                     filesystem_of(c->dst.fs)->reflinks;
    if (!may_share || (wishes->reflink != WHEN_NEVER && wishes->sparse != WHEN_NEVER))
        return 0;
    return complaint_make(
        &c->why, EINVAL, c->dst.path, "cannot copy",
        "engine copy-range may share extents on this file system, which %s rules out",
        wishes->reflink == WHEN_NEVER ? "--reflink=never" : "--sparse=never");
}

/* What is impossible is refused before anything is written. */
static int check_wishes(struct copy *c)
{
    const struct wishes *wishes = &c->rules->wishes;
    int rc = c->plan.reflink == REFLINK_MUST ? check_reflinkable(c) : check_unshared(c);
    if (rc < 0)
        return rc;
    if (wishes->verify && inspect_is_stream(&c->dst))
        return complaint_make(&c->why, EINVAL, c->dst.path, "cannot verify",
                              "what is written to it can't be read back");
    return wishes->resume ? check_resumable(c) : 0;
}

/* What staging and reserving would find out: --dry-run says no where the copy would fail at
 * once. */
static int check_possible(struct copy *c)
{
    bool created = !c->plan.in_place || !c->dst.exists;
    if (created && faccessat(c->dst.dir_fd, ".", W_OK | X_OK, AT_EACCESS) < 0)
        return inspect_refuse_creation(&c->dst, errno, &c->why);
    if (c->plan.reserve == RESERVE_NOTHING || c->plan.reflink != REFLINK_NO)
        return 0;
    off_t held = c->plan.in_place ? (off_t)c->dst.st.st_blocks * 512 : 0;
    int rc = room_look(c->dst.dir_fd, c->plan.data - held);
    return rc < 0 ? step_fail_room(c, rc) : 0;
}

static int end_dry_run(struct copy *c)
{
    bool named = c->dst.dir_fd != AT_FDCWD && inspect_is_regular(&c->dst);
    int rc = named ? check_possible(c) : 0;
    return rc < 0 ? rc : step_finish(c, OUTCOME_PLANNED);
}

int step_decide(struct copy *c)
{
    struct wishes wishes = c->rules->wishes;
    wishes.nodes = step_nodes(c);
    c->plan = plan_make(&c->src, &c->dst, &wishes, &c->facts, c->extents.bytes);
    c->observer->planned(c->observer->arg, &c->src, &c->dst, &c->facts, &c->plan);
    int rc = check_wishes(c);
    if (!rc && c->plan.holes == HOLES_FILL && c->extents.bytes < c->src.size)
        rc = fill_holes(c);
    if (rc < 0)
        return rc;
    if (c->plan.size >= 0 && c->plan.jobs < c->rules->wishes.jobs)
        step_remark(c, "fewer jobs than asked for", c->plan.jobs_why);
    if (c->plan.nodes < wishes.nodes)
        step_remark(c, "copied by one node alone", c->plan.nodes_why);
    return c->rules->dry_run ? end_dry_run(c) : 0;
}
