/* SPDX-License-Identifier: MIT */
#include "copy/join.h"
#include "base/arithmetic.h"
#include "base/clock.h"
#include "base/complaint.h"
#include "base/cpus.h"
#include "base/filesystem.h"
#include "base/io.h"
#include "base/signals.h"
#include "copy/step.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What a file system says of names and sizes may be out of date: with sshfs by 20 s. */
enum { PATIENCE_S = 40, LOOKS_A_SECOND = 10 };

struct joining {
    struct copy copy;
    const struct announcement *announced;
};

static const struct announcement *announced_to(struct copy *c)
{
    return ((struct joining *)c)->announced;
}

/* Numbers of devices and inodes may differ from machine to machine. */
static bool is_announced_source(const struct source *src, const struct announcement *a)
{
    return src->size == a->size && clock_is_same(src->st.st_mtim, a->mtime) &&
           clock_is_same(src->st.st_ctim, a->ctime);
}

/* A file system that only one kernel has mounted is never out of date, even if others write to it
 * through that machine: what was announced is there, or never will be. */
static bool may_wait(struct copy *c, long fs, int *looks)
{
    const struct timespec pause = {.tv_nsec = 1000000000 / LOOKS_A_SECOND};
    bool may = ++*looks <= PATIENCE_S * LOOKS_A_SECOND && !c->grants->called_off &&
               !filesystem_of(fs)->local;
    if (may)
        nanosleep(&pause, NULL);
    return may && !signals_fatal();
}

static int end_early(const struct copy *c)
{
    return signals_fatal() ? -EINTR : c->grants->called_off ? -ECANCELED : 0;
}

/* The source is the one that the leader has opened, as far as its size and times show. */
static int open_same_source(struct copy *c)
{
    int rc, looks = 0;
    while (!(rc = inspect_source(&c->src_at, &c->src, &c->why)) &&
           !is_announced_source(&c->src, announced_to(c)) && may_wait(c, c->src.fs, &looks))
        inspect_close_source(&c->src);
    if (rc < 0 || end_early(c))
        return rc < 0 ? rc : end_early(c);
    if (c->src.fd >= 0 && is_announced_source(&c->src, announced_to(c)))
        return 0;
    return complaint_make(&c->why, ESTALE, c->src_at.path, "cannot copy",
                          "it isn't the file that other nodes see under this name");
}

/* The row of data is the leader's: the holes seen here may differ. */
static int take_extents(struct copy *c)
{
    const struct extents *from = &announced_to(c)->extents;
    size_t len = from->count * sizeof(*from->list);
    c->extents = *from;
    c->extents.list = malloc(len ? len : 1);
    if (!c->extents.list)
        return step_fail(c, -ENOMEM, c->src.path, "cannot find its data");
    memcpy(c->extents.list, from->list, len);
    return 0;
}

static int decide_alike(struct copy *c)
{
    const struct announcement *a = announced_to(c);
    struct wishes wishes = c->rules->wishes;
    wishes.nodes = c->rules->partners->nodes;
    wishes.chunk_len = a->chunk_len;
    c->facts = facts_gather(c->src.fd, c->src.size, c->src.st.st_dev);
    int rc = take_extents(c);
    if (rc < 0)
        return rc;
    c->plan = plan_make(&c->src, &c->dst, &wishes, &c->facts, c->extents.bytes);
    c->plan.chunk_len = a->chunk_len;
    c->plan.data = c->extents.bytes;
    c->records = a->recorded ? c->grants->records : NULL;
    if (c->plan.nodes < 2 || a->chunk_len % c->plan.page != 0 || (a->recorded && !c->records))
        return complaint_make(&c->why, EINVAL, c->dst.path, "cannot copy",
                              "this node would copy it in another way than the others");
    return 0;
}

/* Reading waits for the disk or the file server, and hashing for a CPU. */
static int decide_to_verify(struct copy *c)
{
    const struct announcement *a = announced_to(c);
    unsigned asked = c->rules->wishes.jobs;
    unsigned jobs = min_unsigned(asked > 0 ? asked : cpus_usable(), PLAN_MAX_JOBS);
    c->plan = (struct plan){.size = a->size,
                            .data = a->extents.bytes,
                            .page = (size_t)sysconf(_SC_PAGESIZE),
                            .chunk_len = a->chunk_len,
                            .jobs = jobs,
                            .most_jobs = jobs,
                            .blocks = jobs};
    c->records = c->grants->records;
    return take_extents(c);
}

/* --- the staged file --- */

/* In a directory that anybody may write to, any name that can be foreseen may be taken. */
static bool is_same_directory(const struct copy *c, const char *witness)
{
    struct stat st;
    return !*witness || fstatat(c->dst.dir_fd, witness, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static int open_staged(struct copy *c)
{
    const struct announcement *a = announced_to(c);
    struct stat st = {0};
    if (!is_same_directory(c, a->witness))
        return -ENOENT;
    int fd = openat(c->dst.dir_fd, a->hidden, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    int rc = fd < 0 || fstat(fd, &st) < 0 ? -errno : 0;
    if (!rc && (!S_ISREG(st.st_mode) || st.st_nlink > 1))
        rc = -EPERM;
    if (!rc && st.st_size != a->size)
        rc = -ESTALE;
    if (rc < 0)
        io_close(&fd);
    c->stage = (struct stage){
        .kind = STAGE_JOINED, .fd = fd, .dir_fd = c->dst.dir_fd, .mode = -1, .keep = true};
    return rc;
}

static bool may_be_late(int rc)
{
    return rc == -ENOENT || rc == -ESTALE;
}

static int open_same_staged(struct copy *c)
{
    int rc, looks = 0;
    while ((rc = open_staged(c)) < 0 && may_be_late(rc) && may_wait(c, c->dst.fs, &looks))
        ;
    if (rc < 0 && end_early(c))
        return end_early(c);
    if (may_be_late(rc))
        return complaint_make(&c->why, -rc, c->dst.path, "cannot copy",
                              "what other nodes write there isn't seen here: its directory must "
                              "be on a file system that all nodes share");
    return rc < 0 ? step_fail(c, rc, c->dst.path, "cannot open what other nodes build of it") : 0;
}

/* What an earlier run has left of the granted ranges is kept if it is right. */
static int take_up_alike(struct copy *c)
{
    c->used = announced_to(c)->used;
    return announced_to(c)->known ? step_look_at_medium(c) : 0;
}

/* A write that fails late must be reported now, or nobody would learn of it. */
static int hand_over(struct copy *c)
{
    int rc = c->sync_failed ? c->sync_failed : stage_sync(&c->stage);
    int closed = io_close(&c->stage.fd);
    rc = rc < 0 ? rc : closed;
    return rc < 0 ? step_fail_disk(c, rc) : 0;
}

/* --- what it does --- */

static int (*const copying[])(struct copy *) = {
    open_same_source,
    step_look_at_destination,
    decide_alike,
    open_same_staged,
    take_up_alike,
    step_prepare,
    step_move,
    hand_over,
    NULL,
};

/* The source no longer matters here, and may have changed, if that is allowed. */
static int (*const verifying[])(struct copy *) = {
    step_look_at_destination, decide_to_verify, open_same_staged, step_verify_part, NULL,
};

static int take_steps(struct copy *c)
{
    int (*const *step)(struct copy *) = announced_to(c)->verifies ? verifying : copying;
    int rc = 0;
    for (; !rc && *step; step++)
        rc = end_early(c) ? end_early(c) : (*step)(c);
    return rc;
}

/* --- the part --- */

static bool no_confirm(void *arg, const char *dst)
{
    (void)arg, (void)dst;
    return false;
}

static void no_plan(void *arg, const struct source *src, const struct destination *dst,
                    const struct facts *facts, const struct plan *plan)
{
    (void)arg, (void)src, (void)dst, (void)facts, (void)plan;
}

static void no_tick(void *arg, off_t done, off_t size)
{
    (void)arg, (void)done, (void)size;
}

static void nothing_kept(void *arg, off_t bytes)
{
    (void)arg, (void)bytes;
}

static void no_phase(void *arg, const char *name)
{
    (void)arg, (void)name;
}

static void no_word(void *arg, const char *dst, const char *what, const char *why)
{
    (void)arg, (void)dst, (void)what, (void)why;
}

/* Only the leader prints anything. */
static const struct copy_observer nobody = {.confirm = no_confirm,
                                            .planned = no_plan,
                                            .tick = no_tick,
                                            .kept = nothing_kept,
                                            .phase = no_phase,
                                            .remark = no_word,
                                            .warn = no_word};

static void begin(struct joining *j, const struct announcement *a, const struct copy_rules *rules,
                  struct copy_result *result)
{
    j->announced = a;
    j->copy = (struct copy){.src_at = location_of(a->src),
                            .dst_at = location_of(a->dst),
                            .rules = rules,
                            .observer = &nobody,
                            .result = result,
                            .joins = true,
                            .leader = a->leader,
                            .grants = rules->partners->grants,
                            .src = {.fd = -1},
                            .dst = {.dir_fd = AT_FDCWD},
                            .lock = -1,
                            .stage = {.fd = -1, .keep = true},
                            .witness = {.fd = -1},
                            .medium = -1,
                            .journal = {.fd = -1}};
}

static char *reason(struct copy *c, int rc)
{
    if (rc == 0 || rc == -ECANCELED)
        return NULL;
    if (rc == -EINTR)
        complaint_make(&c->why, EINTR, c->dst_at.path, "cannot copy", "it was asked to stop");
    step_name_node(c);
    return complaint_sentence(&c->why);
}

enum part_end copy_join(const struct announcement *a, const struct copy_rules *rules,
                        const struct partners *partners, char **sentence)
{
    struct joining *j = malloc(sizeof(*j));
    struct copy_rules own = *rules;
    struct copy_result result = {0};
    *sentence = NULL;
    if (!j)
        return PART_FAILED;
    own.partners = partners;
    begin(j, a, &own, &result);
    int rc = take_steps(&j->copy);
    *sentence = reason(&j->copy, rc);
    enum part_end end = rc == 0 ? PART_WELL : j->copy.stage.keep ? PART_FAILED : PART_SPOILT;
    step_release(&j->copy);
    free(j);
    return end;
}
