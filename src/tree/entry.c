/* SPDX-License-Identifier: MIT */
#include "tree/entry.h"
#include "base/arithmetic.h"
#include "base/diag.h"
#include "base/io.h"
#include "base/path.h"
#include "base/signals.h"
#include "cli/objects.h"
#include "cli/report.h"
#include "tree/existing.h"
#include "tree/regular.h"
#include "tree/special.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- what it is called --- */

char *entry_src_path(const struct entry *e)
{
    return folder_path(e->in->folder, TREE_SOURCE, e->name);
}

char *entry_dst_path(const struct entry *e)
{
    return folder_path(e->in->folder, TREE_DESTINATION, e->dst_name);
}

static bool fail(const struct entry *e, int err, const char *format, char *first, char *second)
{
    hand_fail(e->hand, err, format, first ? first : e->name, second ? second : e->name);
    free(first);
    free(second);
    return false;
}

bool entry_fail_src(const struct entry *e, int err, const char *format)
{
    return fail(e, err, format, entry_src_path(e), NULL);
}

bool entry_fail_dst(const struct entry *e, int err, const char *format)
{
    return fail(e, err, format, entry_dst_path(e), NULL);
}

bool entry_fail_both(const struct entry *e, int err, const char *format)
{
    return fail(e, err, format, entry_src_path(e), entry_dst_path(e));
}

bool entry_fail_turned(const struct entry *e, int err, const char *format)
{
    return fail(e, err, format, entry_dst_path(e), entry_src_path(e));
}

bool entry_is_same_name(const struct entry *e)
{
    struct stat src, dst;
    char *name;
    int fd = path_open_parent(e->in->fds[TREE_SOURCE], e->name, &name);
    if (fd < 0)
        return false;
    bool same = fstat(fd, &src) == 0 && fstat(e->in->fds[TREE_DESTINATION], &dst) == 0 &&
                file_id_equal(file_id_of(&src), file_id_of(&dst)) && strcmp(name, e->dst_name) == 0;
    close(fd);
    free(name);
    return same;
}

bool entry_replaces(const struct entry *e)
{
    const struct options *o = e->hand->options;
    bool unsaid = o->follow == FOLLOW_UNSAID && o->rules.product != PRODUCT_HARD_LINK;
    bool never = o->follow == FOLLOW_NEVER || (unsaid && o->recursive) ||
                 (o->follow == FOLLOW_OPERANDS && !entry_is_operand(e));
    return e->displaces ||
           (e->exists && never && !o->rules.attributes_only && !S_ISREG(e->src.st_mode));
}

/* --- what it is --- */

static bool follows(const struct hand *h, const struct opened *in)
{
    enum follow follow = h->options->follow;
    bool operand = in->folder->outside;
    bool by_default = follow == FOLLOW_UNSAID &&
                      (!h->options->recursive || h->options->rules.product == PRODUCT_HARD_LINK);
    return follow == FOLLOW_ALWAYS || by_default || (operand && follow == FOLLOW_OPERANDS);
}

struct entry entry_of(struct hand *h, struct opened *in, const char *name, const char *dst_name)
{
    return (struct entry){.hand = h,
                          .in = in,
                          .name = name,
                          .dst_name = dst_name,
                          .follow = follows(h, in),
                          .fd = -1};
}

/* A FIFO's writer might never come. */
int entry_open(const struct entry *e)
{
    const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    return openat(e->in->fds[TREE_SOURCE], e->name, flags | (e->follow ? 0 : O_NOFOLLOW));
}

int entry_appear(struct entry *e, bool replace, appear_maker *make, void *arg)
{
    if (replace && e->in->folder->appends)
        return -EPERM;
    int way = existing_back_up(e);
    if (way < 0)
        return way;
    bool there = replace && way == BACKUP_LINKED;
    return appear(e->in->fds[TREE_DESTINATION], e->dst_name, there, make, arg);
}

bool entry_look(struct entry *e, bool regular)
{
    int flags = e->follow ? 0 : AT_SYMLINK_NOFOLLOW;
    bool opens = regular && e->hand->options->rules.product == PRODUCT_COPY;
    e->fd = opens ? entry_open(e) : -1;
    if (e->fd >= 0 && fstat(e->fd, &e->src) == 0 && S_ISREG(e->src.st_mode))
        return true;
    entry_close(e);
    if (fstatat(e->in->fds[TREE_SOURCE], e->name, &e->src, flags) == 0)
        return true;
    entry_fail_src(e, errno, "cannot stat %s");
    entry_conclude(e, OUTCOME_FAILED);
    return false;
}

void entry_close(struct entry *e)
{
    io_close(&e->fd);
}

/* --- copying --- */

static bool copy_kind(struct entry *e)
{
    const struct options *o = e->hand->options;
    bool as_regular = o->copy_contents && !S_ISLNK(e->src.st_mode);
    if (o->rules.product != PRODUCT_COPY)
        return special_link(e);
    if (S_ISREG(e->src.st_mode) || as_regular)
        return regular_copy(e);
    return special_copy(e);
}

void entry_announce(const struct entry *e)
{
    if (!e->hand->options->verbose)
        return;
    char *src = entry_src_path(e), *dst = entry_dst_path(e);
    const char *name = e->backup.text;
    char *backup = name ? folder_path(e->in->folder, TREE_DESTINATION, name) : NULL;
    if (src && dst)
        report_entry(e->hand->options, src, dst, backup);
    free(src);
    free(dst);
    free(backup);
}

static bool link_or_fail(struct entry *e)
{
    int rc = special_twin(e);
    e->result.checksum = e->twin->checksum;
    if (rc == 0)
        return true;
    char *path = entry_dst_path(e);
    hand_fail(e->hand, -rc, "cannot create hard link %s to %s", path ? path : e->dst_name,
              e->twin->path);
    free(path);
    return false;
}

/* With --dry-run: would it be copied? Only files are looked at, where there is the directory. */
static bool rehearse(struct entry *e)
{
    const struct copy_rules *r = &e->hand->options->rules;
    bool looks = S_ISREG(e->src.st_mode) && r->product == PRODUCT_COPY && !r->attributes_only &&
                 !e->further && !e->in->folder->dry;
    e->result.outcome = OUTCOME_PLANNED;
    if (looks)
        return regular_copy(e);
    bool can = !S_ISREG(e->src.st_mode) || e->fd >= 0 ||
               faccessat(e->in->fds[TREE_SOURCE], e->name, R_OK, AT_EACCESS) == 0;
    return can || entry_fail_src(e, errno, "cannot open %s for reading");
}

/* With --resume, an earlier run has copied it, and its line is still missing. */
static bool wants_sum_of_kept(const struct entry *e)
{
    const struct copy_rules *r = &e->hand->options->rules;
    return r->wishes.checksum && !r->dry_run && !e->kept && existing_is_whole(e);
}

/* After a wait: is there a backup to be made that nobody was told of? */
static bool is_news(const struct entry *e)
{
    return e->backup.text && (!e->told || strcmp(e->backup.text, e->told) != 0);
}

/* What is at the destination decides whether it is copied. Returns true also if it stays as it
 * is. */
static bool heed_and_copy(struct entry *e, bool (*copy)(struct entry *))
{
    static const enum outcome outcomes[] = {[HEED_GO] = OUTCOME_COPIED,
                                            [HEED_SKIP] = OUTCOME_SKIPPED,
                                            [HEED_REFRESH] = OUTCOME_SKIPPED,
                                            [HEED_REFUSE] = OUTCOME_FAILED,
                                            [HEED_DECLINE] = OUTCOME_DECLINED};
    enum heed heed = existing_heed(e);
    if (heed == HEED_SKIP && e->further && !e->kept) /* as with cp, even if it is newer */
        return link_or_fail(e);
    e->result.outcome = outcomes[heed];
    if ((heed == HEED_SKIP || heed == HEED_REFRESH) && wants_sum_of_kept(e) && !regular_sum(e)) {
        e->result.outcome = OUTCOME_FAILED;
        return false;
    }
    if (heed == HEED_REFRESH)
        return regular_refresh(e);
    if (heed != HEED_GO)
        return heed == HEED_SKIP;
    if (e->waited == 0 || is_news(e))
        entry_announce(e);
    bool done = e->hand->options->rules.dry_run ? rehearse(e) : copy(e);
    if (!done)
        existing_restore(e);
    return done;
}

static void forget_backup(struct entry *e)
{
    free(e->told);
    e->told = e->backup.text;
    e->backup = (struct backup_name){0};
    e->backed_up = false;
}

/* With --wait, what another mpcp has made is treated as if it had been there before. */
static bool copy_heeding(struct entry *e, bool (*copy)(struct entry *))
{
    for (;;) {
        unsigned before = e->waited;
        bool done = heed_and_copy(e, copy);
        if (e->waited == before)
            return done;
        forget_backup(e);
        e->displaces = false;
    }
}

/* --- further names of one file --- */

bool entry_may_have_twins(const struct entry *e)
{
    const struct copy_rules *r = &e->hand->options->rules;
    return r->preserve & ATTRIBUTE_LINKS && r->product != PRODUCT_HARD_LINK &&
           (e->src.st_nlink > 1 || e->follow);
}

static void conclude_first(struct entry *e, bool done)
{
    struct stat st;
    int dir_fd = e->in->fds[TREE_DESTINATION];
    bool there = fstatat(dir_fd, e->dst_name, &st, AT_SYMLINK_NOFOLLOW) == 0;
    if (done && !there && !e->hand->options->rules.dry_run)
        entry_fail_dst(e, errno, "cannot stat %s");
    done = done && there;
    char *path = done ? entry_dst_path(e) : NULL;
    char *place =
        done && e->in->folder->hidden ? folder_path(e->in->folder, TREE_PLACE, e->dst_name) : NULL;
    struct file_id id = path ? file_id_of(&st) : (struct file_id){0};
    e->twin->checksum = e->result.checksum; /* nobody else looks at it before */
    twin_conclude(e->hand->twins, e->twin, path, place, id, e->nest);
    free(path);
    free(place);
}

static bool copy_first(struct entry *e)
{
    bool done = copy_heeding(e, copy_kind);
    conclude_first(e, done && !e->kept);
    return done;
}

/* If it can't be linked to, for example because it has too many names, it is copied once more,
 * which is reported. */
static bool link_or_copy(struct entry *e)
{
    int rc = special_twin(e);
    if (rc == 0)
        e->result.checksum = e->twin->checksum;
    if (rc == 0 || !copy_kind(e))
        return rc == 0;
    char *path = entry_dst_path(e);
    hand_fail(e->hand, -rc, "copied %s, as it cannot be a hard link to %s",
              path ? path : e->dst_name, e->twin->path);
    free(path);
    return true;
}

/* Whoever makes the first copy will push it; the folder waits for that. NULL: no memory. */
static struct task *prepare_waiting(struct entry *e)
{
    struct queue *q = e->hand->queue;
    struct task *task = queue_task(q, TASK_TWIN, e->in->folder, e->name, e->dst_name);
    if (task)
        folder_expect(q, e->in->folder, 1);
    return task;
}

static void forget_waiting(struct entry *e, struct task *task)
{
    folder_settle(e->hand->queue, e->in->folder); /* never the last: this entry is still pending */
    queue_forget(e->hand->queue, task);
}

static bool copy_claimed(struct entry *e, enum twin_claim claim)
{
    if (claim == TWIN_FIRST)
        return copy_first(e);
    if (claim == TWIN_NO_MEMORY)
        return entry_fail_src(e, ENOMEM, "cannot copy %s");
    e->further = true;
    return copy_heeding(e, link_or_copy);
}

static bool copy_twin(struct entry *e)
{
    struct task *task = e->nest ? NULL : prepare_waiting(e);
    if (!task && !e->nest)
        return entry_fail_src(e, ENOMEM, "cannot copy %s");
    enum twin_claim claim =
        twins_claim(e->hand->twins, file_id_of(&e->src), e->in->folder, task, &e->twin);
    e->waits = claim == TWIN_WAITS;
    e->later = e->waits && !task;
    if (e->waits)
        return true;
    if (task)
        forget_waiting(e, task);
    return copy_claimed(e, claim);
}

/* --- its end --- */

off_t entry_size(const struct entry *e)
{
    const struct copy_rules *r = &e->hand->options->rules;
    bool counts = S_ISREG(e->src.st_mode) && r->product == PRODUCT_COPY && !r->attributes_only;
    return counts ? e->src.st_size : 0;
}

/* Whatever has come of it, it is done with; holes, and what failed, weren't copied. */
static struct rest rest_of(const struct entry *e)
{
    off_t size = entry_size(e), moved = min_off(e->result.bytes - e->result.kept, size);
    off_t unmoved = size - moved - e->unmoved;
    return (struct rest){.done = size - e->counted, .unmoved = unmoved > 0 ? unmoved : 0};
}

void entry_conclude(struct entry *e, enum outcome outcome)
{
    bool json = e->hand->options->json;
    bool summed = outcome < OUTCOME_PLANNED && e->result.checksum.kind;
    char *src = json ? entry_src_path(e) : NULL, *dst = json || summed ? entry_dst_path(e) : NULL;
    e->result.outcome = outcome;
    if (summed)
        checksums_add(e->hand->options->checksums, &e->result.checksum, dst);
    hand_conclude(e->hand, objects_kind(e->src.st_mode), src ? src : e->name,
                  dst ? dst : e->dst_name, &e->result, rest_of(e));
    free(src);
    free(dst);
}

/* A failure of which nothing was said means that it was asked to stop. */
static enum outcome outcome_of(const struct entry *e, bool done)
{
    if (done || e->result.outcome != OUTCOME_COPIED)
        return e->result.outcome;
    return signals_fatal() && !e->hand->failing ? OUTCOME_INTERRUPTED : OUTCOME_FAILED;
}

bool entry_copy(struct entry *e)
{
    bool done = entry_may_have_twins(e) ? copy_twin(e) : copy_heeding(e, copy_kind);
    forget_backup(e);
    free(e->told);
    e->told = NULL;
    if (!e->waits)
        entry_conclude(e, outcome_of(e, done));
    return done;
}
