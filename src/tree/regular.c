/* SPDX-License-Identifier: MIT */
#include "tree/regular.h"
#include "base/arithmetic.h"
#include "base/clock.h"
#include "base/filesystem.h"
#include "base/io.h"
#include "cli/report.h"
#include "copy/small.h"
#include "move/follower.h"
#include "tree/existing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* --- small files --- */

/* The destination's directory decides what a new file in it has. */
static struct attributes_birth birth_in(const struct entry *e)
{
    const struct folder *f = e->in->folder;
    return (struct attributes_birth){.plain = f->plain, .uid = e->hand->uid, .gid = f->gid};
}

static bool may_reflink(const struct entry *e)
{
    const struct hand *h = e->hand;
    const struct folder *f = e->in->folder;
    bool refused =
        h->refusing[0] == e->src.st_dev && h->refusing[1] == f->ids[TREE_DESTINATION].dev;
    return f->reflinks && e->src.st_dev == f->ids[TREE_DESTINATION].dev && e->src.st_size > 0 &&
           h->options->rules.wishes.reflink == WHEN_AUTO && !refused;
}

static void note_refusal(struct entry *e)
{
    e->hand->refusing[0] = e->src.st_dev;
    e->hand->refusing[1] = e->in->folder->ids[TREE_DESTINATION].dev;
}

static void complain(const struct entry *e, const struct complaint *why, enum small_end end)
{
    char *sentence = complaint_sentence(why);
    hand_lack(e->hand, sentence ? sentence : "cannot copy: out of memory");
    e->hand->failing = end == SMALL_FAILED;
    free(sentence);
}

/* Other nodes find a file by its path, and do so where no process of the crew is asked to. */
static const struct partners *partners_for(const struct entry *e)
{
    const struct hand *h = e->hand;
    bool can = h->alone && !h->deserted && !e->in->folder->hidden;
    return can ? h->options->rules.partners : NULL;
}

/* A hidden tree isn't found again, and small files aren't worth a journal. */
static bool is_resumable(const struct entry *e)
{
    return e->hand->options->rules.wishes.resume && e->src.st_size >= REGULAR_LARGE &&
           !e->in->folder->hidden && existing_is_free_beside(e);
}

/* A hidden tree is synced as a whole. */
static struct copy_rules rules_for(const struct entry *e)
{
    struct copy_rules r = e->hand->options->rules;
    r.wishes.sync &= !e->in->folder->hidden || r.wishes.verify;
    r.wishes.resume = is_resumable(e);
    bool can_look_again = e->hand->options->rules.wait && S_ISREG(e->src.st_mode);
    r.existing = can_look_again ? EXISTING_HEEDED : EXISTING_REPLACE;
    r.update = false;
    r.wishes.alone = !e->hand->alone;
    if (e->src.st_size < REGULAR_LARGE) /* -j has set how many processes copy the tree */
        r.wishes.jobs = 0;
    r.partners = partners_for(e);
    r.wait |=
        !e->hand->alone; /* another process of the crew may write to a file with several names */
    return r;
}

struct paths {
    struct entry *e;
    char *of[2]; /* by side; NULL: nobody has asked */
};

static const char *path_of(void *arg, enum side side)
{
    struct paths *p = arg;
    bool src = side == SIDE_SOURCE;
    if (!p->of[side])
        p->of[side] = src ? entry_src_path(p->e) : entry_dst_path(p->e);
    return p->of[side] ? p->of[side] : p->e->name;
}

static int make_way(void *arg)
{
    struct paths *p = arg;
    return existing_back_up(p->e);
}

static void note_small(struct entry *e, const struct small_result *r, double start)
{
    if (r->refused)
        note_refusal(e);
    e->result.engine = e->result.last_engine = r->shared ? "reflink" : "read-write";
    e->result.bytes = r->bytes;
    e->result.checksum = r->checksum;
    e->result.blocks = 1;
    e->result.seconds = e->hand->options->json ? clock_seconds() - start : 0;
}

static enum small_end copy_small(struct entry *e, const struct copy_rules *rules, int fd)
{
    struct paths paths = {.e = e};
    struct small_result result;
    double start = e->hand->options->json ? clock_seconds() : 0;
    struct small s = {.src_fd = fd,
                      .st = &e->src,
                      .path = path_of,
                      .make_way = make_way,
                      .arg = &paths,
                      .dir_fd = e->in->fds[TREE_DESTINATION],
                      .name = e->dst_name,
                      .private = e->in->folder->hidden,
                      .displaces = e->displaces,
                      .reflink = may_reflink(e),
                      .birth = birth_in(e),
                      .buffer = e->hand->buffer,
                      .buffer_len = HAND_BUFFER};
    enum small_end end = small_copy(&s, rules, &result);
    note_small(e, &result, start);
    if (end == SMALL_LACKING || end == SMALL_FAILED)
        complain(e, &result.why, end);
    free(paths.of[SIDE_SOURCE]);
    free(paths.of[SIDE_DESTINATION]);
    return end;
}

/* --- large files --- */

/* The tree's own line has said everything. */
static struct options quieter(const struct entry *e)
{
    struct options o = *e->hand->options;
    o.rules = rules_for(e);
    o.verbose = o.explain && o.verbose;
    return o;
}

/* A report of one file, whose progress is shown by the tree's. */
struct part {
    struct report report; /* the first, so that it is found where the report is */
    struct entry *e;
    bool counts; /* bytes are being copied; otherwise they are flushed, or verified */
};

/* Bytes count as they are copied, but no more than it had when it was found. */
static void tick(void *arg, off_t done, off_t size)
{
    struct part *part = arg;
    struct entry *e = part->e;
    off_t now = min_off(done, entry_size(e));
    (void)size;
    if (part->counts && now > e->counted) {
        e->hand->headway->bytes += now - e->counted;
        e->counted = now;
    }
    hand_show(e->hand);
}

static void kept(void *arg, off_t bytes)
{
    struct part *part = arg;
    struct entry *e = part->e;
    off_t now = min_off(bytes, entry_size(e));
    if (part->counts && now > e->unmoved) {
        e->hand->headway->unmoved += now - e->unmoved;
        e->unmoved = now;
    }
}

static int make_way_for_part(void *arg)
{
    struct part *part = arg;
    return existing_back_up(part->e);
}

static void phase(void *arg, const char *name)
{
    struct part *part = arg;
    struct progress *p = part->e->hand->progress;
    part->counts = !name;
    if (p && (!name || entry_size(part->e) >= REGULAR_LARGE)) /* else it flickers */
        progress_enter_within(p, name);
}

static struct copy_observer start_part(struct part *part, struct entry *e,
                                       const struct options *options)
{
    *part = (struct part){.e = e};
    report_start_part(&part->report, options, e->hand->progress);
    struct copy_observer observer = report_observer(&part->report);
    observer.tick = tick;
    observer.kept = kept;
    observer.phase = phase;
    observer.make_way = make_way_for_part;
    return observer;
}

/* The outcome is that of the entry. */
static bool end_part(struct part *part, const char *src, const char *dst)
{
    struct entry *e = part->e;
    struct copy_result *result = &e->result;
    bool done = result->outcome < OUTCOME_FAILED;
    phase(part, NULL);
    report_end(&part->report, src, dst, result);
    if (result->outcome == OUTCOME_FAILED || result->error)
        hand_note(e->hand, result->error ? result->error : "cannot copy: out of memory");
    copy_release_result(result);
    e->hand->tally->failed |= !done;
    return done;
}

/* Nothing is copied yet. */
static bool wait_was_over(struct part *part)
{
    phase(part, NULL);
    part->e->waited++;
    part->e->result = (struct copy_result){.outcome = OUTCOME_COPIED};
    return false;
}

static bool copy_fully(struct entry *e)
{
    struct options o = quieter(e);
    struct part part;
    char *src = entry_src_path(e), *dst = entry_dst_path(e);
    struct location from = {.dir_fd = e->in->fds[TREE_SOURCE],
                            .name = e->name,
                            .path = src,
                            .no_follow = !e->follow,
                            .awaited = !S_ISREG(e->src.st_mode)};
    /* Where only this copy makes anything, a link of that name was made for another name, in
     * different case. */
    bool own = e->in->folder->made;
    struct location to = {.dir_fd = e->in->fds[TREE_DESTINATION],
                          .name = e->dst_name,
                          .path = dst,
                          .no_follow = own,
                          .displaced = e->displaces};
    bool done = false;
    if (src && dst) {
        struct copy_observer observer = start_part(&part, e, &o);
        copy_file(&from, &to, &o.rules, &observer, &e->result);
        done = e->result.outcome == OUTCOME_LOOK_AGAIN ? wait_was_over(&part)
                                                       : end_part(&part, src, dst);
    } else {
        entry_fail_src(e, ENOMEM, "cannot copy %s");
    }
    free(src);
    free(dst);
    return done;
}

/* --- attributes alone --- */

struct emptiness {
    const struct entry *e;
    int fd; /* the new file's */
};

static int create_empty(void *arg, int dir_fd, const char *name)
{
    struct emptiness *new = arg;
    const struct copy_rules *r = &new->e->hand->options->rules;
    mode_t mode = r->preserve & ATTRIBUTE_MODE      ? 0600
                  : r->no_preserve & ATTRIBUTE_MODE ? 0666
                                                    : new->e->src.st_mode & 0777;
    new->fd = openat(dir_fd, name, O_WRONLY | O_CLOEXEC | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    return new->fd < 0 ? -errno : 0;
}

static int create_or_open(struct entry *e)
{
    struct emptiness new = {e, -1};
    int dir_fd = e->in->fds[TREE_DESTINATION];
    if (e->exists) {
        int fd = openat(dir_fd, e->dst_name, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        return fd < 0 ? -errno : fd;
    }
    int rc = entry_appear(e, e->displaces, create_empty, &new);
    if (rc < 0)
        io_close(&new.fd);
    return rc < 0 ? rc : new.fd;
}

static bool give_attributes(struct entry *e, int src, int dst)
{
    struct attributes a = {
        .src = src, .src_st = &e->src, .which = e->hand->options->rules.preserve, .mode = -1};
    struct attributes_lack lack;
    char what[ATTRIBUTES_ROOM];
    int rc = attributes_give(&a, dst, &lack);
    if (rc < 0)
        return entry_fail_dst(e, -rc, "cannot set the mode of %s");
    if (!lack.which)
        return true;
    attributes_spell(lack.which, what);
    char *path = entry_dst_path(e);
    struct complaint why;
    complaint_make(&why, 0, path ? path : e->dst_name, "cannot preserve some of its attributes",
                   "%s", what);
    complain(e, &why, SMALL_LACKING);
    free(path);
    return true;
}

static bool copy_attributes(struct entry *e, int src)
{
    int dst = create_or_open(e);
    if (dst < 0)
        return entry_fail_dst(e, -dst, "cannot create regular file %s");
    bool done = give_attributes(e, src, dst);
    int rc = io_close(&dst);
    return rc == 0 ? done : entry_fail_dst(e, -rc, "failed to close %s");
}

/* --- which --- */

/* What it is now, rather than what it was when it was looked at. */
static bool open_source(struct entry *e)
{
    e->fd = entry_open(e);
    if (e->fd < 0)
        return entry_fail_src(e, errno, "cannot open %s for reading");
    if (fstat(e->fd, &e->src) < 0)
        return entry_fail_src(e, errno, "cannot stat %s");
    if (S_ISREG(e->src.st_mode))
        return true;
    return entry_fail_src(e, 0, "skipping file %s, as it was replaced while being copied");
}

bool regular_refresh(struct entry *e)
{
    struct stat st;
    if (e->fd < 0 && !open_source(e))
        return false;
    int dst = attributes_open(e->in->fds[TREE_DESTINATION], e->dst_name);
    if (dst < 0)
        return entry_fail_dst(e, -dst, "cannot open %s");
    bool same = fstat(dst, &st) == 0 && file_id_equal(file_id_of(&st), file_id_of(&e->dst));
    bool done = same && give_attributes(e, e->fd, dst);
    close(dst);
    return same ? done : entry_fail_dst(e, ESTALE, "cannot set the attributes of %s");
}

static void show(void *arg)
{
    struct entry *e = arg;
    hand_show(e->hand);
}

bool regular_sum(struct entry *e)
{
    struct ending ending = {.kind = ENDED_FAILED, .failure.err = ENOMEM};
    if (e->fd < 0 && !open_source(e))
        return false;
    struct follower f = {
        .fd = e->fd, .size = e->src.st_size, .kind = e->hand->options->rules.wishes.checksum};
    if (follower_prepare(&f) == 0)
        ending = follower_finish(&f, (struct ticker){show, e}, &e->result.checksum);
    follower_release(&f);
    if (ending.kind == ENDED_FAILED)
        entry_fail_src(e, ending.failure.err, "error reading %s");
    return ending.kind == ENDED_WELL;
}

bool regular_copy(struct entry *e)
{
    const struct options *o = e->hand->options;
    struct copy_rules rules = rules_for(e);
    if (!S_ISREG(e->src.st_mode)) /* to be read as if it were a regular file */
        return copy_fully(e);
    if (e->fd < 0 && !open_source(e))
        return false;
    if (rules.attributes_only)
        return copy_attributes(e, e->fd);
    bool simple = !e->exists && !(e->displaces && e->in->folder->appends);
    bool small = simple && e->src.st_size < REGULAR_LARGE && !o->explain &&
                 small_is_possible(&e->src, &rules);
    enum small_end end = small ? copy_small(e, &rules, e->fd) : SMALL_TAKEN;
    return end == SMALL_TAKEN ? copy_fully(e) : end != SMALL_FAILED;
}
