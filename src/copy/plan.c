/* SPDX-License-Identifier: MIT */
#include "copy/plan.h"
#include "base/arithmetic.h"
#include "base/filesystem.h"
#include "move/record.h"

#include <assert.h>
#include <fcntl.h>
#include <string.h>

/* What was measured on which file system: see bench/RESULTS.md. */
struct habit {
    const char *fs;
    const struct engine *warm;    /* for a source that is in the page cache, below PLAN_LARGE */
    const struct engine *large;   /* the same from there on */
    const struct engine *cold;    /* for a source that isn't in the page cache */
    const struct engine *to_disk; /* when the disk, not the cache, is what has to be quick */
    off_t direct_from;            /* bytes: the last two are quickest from here on */
    bool allocate;                /* reserving first makes it quicker, or at least not slower */
};

static const struct habit *habit_of(long fs)
{
    static const struct habit habits[] = {
        {"ext4", &engine_splice, &engine_read_write, &engine_direct_read, &engine_direct,
         FACTS_TINY, true},
        {"xfs", &engine_splice, &engine_read_write, &engine_direct_read, &engine_direct, FACTS_TINY,
         true},
        {"btrfs", &engine_mmap_read, &engine_mmap_read, &engine_direct_read, &engine_direct_read,
         FACTS_SMALL, true},
        {"tmpfs", &engine_read_write, &engine_read_write, &engine_read_write, &engine_read_write,
         FACTS_SMALL, false},
    };
    static const struct habit unknown = {"",
                                         &engine_read_write,
                                         &engine_read_write,
                                         &engine_read_write,
                                         &engine_read_write,
                                         FACTS_SMALL,
                                         true};
    for (size_t i = 0; i < COUNT_OF(habits); i++)
        if (strcmp(habits[i].fs, filesystem_of(fs)->name) == 0)
            return &habits[i];
    return &unknown;
}

const char *plan_in_place_why(const struct destination *dst, bool asked)
{
    const struct {
        bool applies;
        const char *why;
    } reasons[] = {
        {!inspect_is_regular(dst), "it is no regular file"},
        {asked, "--inplace was given"},
        {dst->exists && dst->dir_fd == AT_FDCWD, "its name is a link to an open file"},
        {dst->exists && dst->writable && dst->st.st_nlink > 1, "it has more than one hard link"},
        {dst->exists && dst->mount_point, "it is a mount point"},
        {dst->exists && !dst->dir_writable, "nothing can be created in its directory"},
        {dst->exists && dst->dir_appends, "nothing can be replaced in its directory"},
        {dst->exists && dst->writable && dst->foreign, "a new file can't be given its owner"},
    };
    for (size_t i = 0; i < COUNT_OF(reasons); i++)
        if (reasons[i].applies)
            return reasons[i].why;
    return NULL;
}

static void place(struct plan *plan, const struct destination *dst, bool asked)
{
    const char *why = plan_in_place_why(dst, asked);
    plan->in_place = why;
    plan->placement_why = why ? why : "it appears only when it is complete";
}

/* Holes are kept only where there is nothing: a device, or a stream, would keep what was there. */
static void choose_holes(struct plan *plan, const struct destination *dst,
                         const struct wishes *wishes, off_t data)
{
    bool can = inspect_is_regular(dst);
    plan->holes = wishes->sparse == WHEN_NEVER || !can ? HOLES_FILL
                  : wishes->sparse == WHEN_ALWAYS      ? HOLES_MAKE
                                                       : HOLES_KEEP;
    plan->holes_why = !can                          ? "the destination can have none"
                      : wishes->sparse != WHEN_AUTO ? "--sparse was given"
                      : data < plan->size           ? "the source has some"
                                                    : "the source has none";
    plan->data = plan->holes == HOLES_FILL ? plan->size : data;
}

static void add_engine(struct plan *plan, const struct engine *engine, const char *why)
{
    size_t count = 0;
    for (; plan->engines[count].engine; count++)
        if (plan->engines[count].engine == engine)
            return;
    assert(count < PLAN_MAX_ENGINES);
    plan->engines[count] = (struct candidate){engine, why};
}

/* Asking costs one call, so it is asked wherever it isn't known to be in vain. An engine that was
 * asked for shall move bytes. */
static void choose_reflink(struct plan *plan, const struct source *src,
                           const struct destination *dst, const struct wishes *wishes)
{
    bool may = plan->holes == HOLES_KEEP && S_ISREG(src->st.st_mode) && src->has_size &&
               src->fs == dst->fs && filesystem_of(dst->fs)->reflinks;
    if (wishes->reflink == WHEN_ALWAYS) {
        plan->reflink = REFLINK_MUST;
        plan->reflink_why = "--reflink=always was given";
    } else if (wishes->reflink == WHEN_AUTO && !wishes->engine && may) {
        plan->reflink = REFLINK_TRY;
        plan->reflink_why = "this file system may share extents, which is instant";
    }
}

bool plan_leaves_holes(const struct plan *plan)
{
    return plan->holes == HOLES_MAKE || plan->data < plan->size;
}

static bool is_small(const struct plan *plan)
{
    return plan->data < 2 * (off_t)PLAN_MIN_BLOCK;
}

/* Writing over what is there: its pages would first have to be read for a mapping. */
static bool overwrites(const struct plan *plan, const struct destination *dst)
{
    return plan->in_place && dst->exists && (S_ISBLK(dst->st.st_mode) || dst->st.st_size > 0);
}

static bool is_measured(long fs)
{
    return habit_of(fs)->fs[0];
}

static bool is_cold(const struct facts *facts)
{
    return facts->src_cached < 0.5;
}

/* Whether the page cache is to be left alone: at the user's wish, or because it can't hold it. */
static bool spares_cache(const struct plan *plan, const struct wishes *wishes,
                         const struct facts *facts)
{
    bool is_large = facts->memory > 0 && (uint64_t)plan->data > facts->memory / PLAN_MEMORY_PART;
    return wishes->cache == CACHE_DROP || (wishes->cache == CACHE_AUTO && is_large);
}

static void choose_engine_for_moving(struct plan *plan, const struct source *src,
                                     const struct destination *dst, const struct wishes *wishes,
                                     const struct facts *facts)
{
    const struct habit *habit = habit_of(dst->fs);
    bool direct_pays = plan->data >= habit->direct_from;
    const struct {
        bool applies;
        const struct engine *engine;
        const char *why;
    } reasons[] = {
        {plan->data < FACTS_TINY, &engine_read_write,
         "so small a file is quickest read and written"},
        {wishes->sync && direct_pays, habit->to_disk,
         "measured quickest for what must reach the disk"},
        {spares_cache(plan, wishes, facts) && direct_pays, habit->to_disk,
         "it is to stay out of the page cache"},
        {is_cold(facts) && direct_pays && habit_of(src->fs)->cold == &engine_direct_read,
         &engine_direct_read, "measured quickest for a source that isn't cached"},
        {overwrites(plan, dst), &engine_read_write,
         "a mapping would first read what is overwritten"},
        {plan_leaves_holes(plan), &engine_read_write, "a mapping might fill parts of holes"},
        {is_measured(dst->fs) && is_small(plan), &engine_splice,
         "measured quickest for files of this size"},
        {is_measured(dst->fs), plan->data < PLAN_LARGE ? habit->warm : habit->large,
         "measured quickest on this file system for files of this size"},
    };
    for (size_t i = 0; i < COUNT_OF(reasons); i++) {
        if (reasons[i].applies) {
            add_engine(plan, reasons[i].engine, reasons[i].why);
            break;
        }
    }
    add_engine(plan, &engine_read_write, "reading and writing always works");
}

/* A file system that compresses what is written doesn't compress what was reserved. A small file
 * fails as soon as it is written, and is written sooner without. */
static void choose_reserve(struct plan *plan, const struct destination *dst)
{
    const struct {
        bool applies;
        enum reserve reserve;
        const char *why;
    } reasons[] = {
        {plan->holes == HOLES_MAKE, RESERVE_NOTHING, "how much of it are zeros isn't known yet"},
        {dst->compresses && is_small(plan), RESERVE_NOTHING, "it is small"},
        {dst->compresses, RESERVE_NOTHING,
         "the file system may compress it, but not what is reserved"},
        {is_small(plan), RESERVE_LOOK, "it is small"},
        {!habit_of(dst->fs)->allocate, RESERVE_LOOK, "it is quicker without on this file system"},
        {true, RESERVE_ALLOCATE, "a full disk is found before anything is written"},
    };
    size_t i = 0;
    while (!reasons[i].applies)
        i++;
    plan->reserve = reasons[i].reserve;
    plan->reserve_why = reasons[i].why;
}

/* Extents that the server shares are copied by no one. */
static bool server_may_copy(const struct source *src, const struct destination *dst,
                            const struct wishes *wishes)
{
    return filesystem_of(dst->fs)->remote && src->fs == dst->fs && wishes->reflink != WHEN_NEVER &&
           wishes->sparse != WHEN_NEVER;
}

/* The best first; all that follow serve where those before can't. */
static void choose_engines(struct plan *plan, const struct source *src,
                           const struct destination *dst, const struct wishes *wishes,
                           const struct facts *facts)
{
    if (wishes->engine) {
        add_engine(plan, wishes->engine, "--engine was given");
        return;
    }
    if (server_may_copy(src, dst, wishes))
        add_engine(plan, &engine_copy_range, "the server may copy by itself");
    choose_engine_for_moving(plan, src, dst, wishes, facts);
}

/* Direct I/O keeps as many requests under way as there are workers: that follows the disk, not the
 * CPUs, and so does reading from it. */
static unsigned jobs_for(const struct plan *plan, const struct facts *facts)
{
    bool disk = is_cold(facts) || plan->start_writing || plan->drop_dst;
    unsigned jobs = disk && facts->cpus < PLAN_DISK_JOBS ? PLAN_DISK_JOBS : facts->cpus;
    return jobs < PLAN_MAX_JOBS ? jobs : PLAN_MAX_JOBS;
}

static void choose_jobs(struct plan *plan, unsigned asked, const struct facts *facts)
{
    unsigned most = jobs_for(plan, facts);
    off_t worth = plan->data / PLAN_MIN_BLOCK;
    if (asked > 0) {
        plan->jobs =
            block_count(plan->data, asked < PLAN_MAX_JOBS ? asked : PLAN_MAX_JOBS, plan->page);
        plan->jobs_why =
            plan->jobs < asked ? "more can't be used for this file" : "--jobs was given";
    } else if (is_small(plan)) {
        plan->jobs = 0;
        plan->jobs_why = "so small a file is copied sooner than a process is forked";
    } else if (facts->src_spins && is_cold(facts)) {
        plan->jobs = 1;
        plan->jobs_why = "a rotating disk is quickest when it is read in order";
    } else {
        plan->jobs = worth < (off_t)most ? (unsigned)worth : most;
        plan->jobs_why = plan->jobs < most    ? "a smaller block isn't worth a process"
                         : most > facts->cpus ? "that many keep a disk busy"
                                              : "as many CPUs may be used";
    }
    plan->blocks = plan->jobs > 0 ? plan->jobs : 1;
}

/* A source that was in the cache before belongs to someone's working set, and stays. */
static void choose_cache(struct plan *plan, const struct wishes *wishes, const struct facts *facts)
{
    plan->start_writing = wishes->sync;
    plan->drop_dst = spares_cache(plan, wishes, facts);
    plan->drop_src = plan->drop_dst && (wishes->cache == CACHE_DROP || is_cold(facts));
    plan->cache_why = wishes->cache != CACHE_AUTO ? "--cache was given"
                      : plan->drop_dst            ? "so large a file would push others out of it"
                      : wishes->sync              ? "it isn't what --fsync waits for"
                                                  : "there is memory enough";
}

/* A regular file of size 0 that is read to its end just in case is no work for a worker; some files
 * of /proc take nothing from another process. */
static void plan_stream(struct plan *plan, const struct source *src, const struct destination *dst)
{
    bool made_up = filesystem_of(dst->fs)->made_up;
    plan->size = plan->data = -1;
    add_engine(plan, &engine_stream, "source or destination has no size, so it is copied in order");
    plan->blocks = 1;
    plan->jobs = made_up || inspect_is_empty(src) ? 0 : 1;
    plan->jobs_why = "a stream has one end";
}

/* With a limit, chunks so small that their comings are hardly seen: eight a second. Where each is
 * recorded, no more than there may be records; where they shall be found again, always the same. */
static size_t chunk_len(const struct wishes *wishes, size_t page, off_t size)
{
    size_t len = wishes->chunk_len ? wishes->chunk_len : PLAN_DEFAULT_CHUNK;
    if (wishes->rate > 0 && wishes->rate / 8 < len && !wishes->resume)
        len = wishes->rate / 8 + 1;
    if ((wishes->verify || wishes->resume) && (size_t)size / RECORDS_MAX > len)
        len = (size_t)size / RECORDS_MAX + 1;
    return round_up(len, page);
}

struct plan plan_make(const struct source *src, const struct destination *dst,
                      const struct wishes *wishes, const struct facts *facts, off_t data)
{
    struct plan plan = {.size = src->size, .page = facts->page, .rate = wishes->rate};
    place(&plan, dst, wishes->in_place);
    plan.chunk_len = chunk_len(wishes, facts->page, src->size);
    choose_holes(&plan, dst, wishes, data);
    choose_cache(&plan, wishes, facts);
    choose_reflink(&plan, src, dst, wishes);
    if (inspect_is_in_order(src, dst) && plan.reflink != REFLINK_MUST) {
        plan_stream(&plan, src, dst);
    } else {
        choose_reserve(&plan, dst);
        choose_engines(&plan, src, dst, wishes, facts);
        choose_jobs(&plan, wishes->jobs, facts);
    }
    return plan;
}
