/* SPDX-License-Identifier: MIT */
#include "tree/tree.h"
#include "base/clock.h"
#include "base/cpus.h"
#include "base/diag.h"
#include "base/signals.h"
#include "cli/report.h"
#include "tree/backup.h"
#include "tree/crew.h"
#include "tree/directory.h"
#include "tree/nest.h"
#include "tree/settle.h"
#include "tree/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    WORTH = 32,     /* entries: with fewer, a tree is copied before processes are forked */
    LEAST_CREW = 4, /* processes that keep a disk busy, where there are fewer CPUs */
};

struct tree {
    struct hand hand; /* this process */
    struct progress progress;
    struct folder *outside; /* where the last operand was copied to */
    struct task *operands;  /* directories that are not in the queue yet, the last first */
};

bool tree_is_asked_for(const struct options *o)
{
    const struct copy_rules *r = &o->rules;
    return o->recursive || o->follow != FOLLOW_UNSAID || o->parents || o->copy_contents ||
           o->atomic || r->product != PRODUCT_COPY || r->backup != BACKUP_NONE ||
           r->remove_destination || r->attributes_only || r->preserve & ATTRIBUTE_LINKS;
}

/* --- working off the queue --- */

static void work(struct hand *h)
{
    struct task *task;
    while ((task = queue_take(h->queue, h->alone))) {
        walk_task(h, task);
        queue_end(h->queue, task);
    }
}

/* Is there enough for several? What is asked about, or limited in its rate, is done by one. */
static bool is_worth_a_crew(const struct tree *t)
{
    const struct options *o = t->hand.options;
    const struct queue *q = t->hand.queue;
    bool ordered = o->rules.existing == EXISTING_ASK || o->rules.wishes.rate > 0;
    return !ordered && o->rules.wishes.jobs != 1 && q->length > 1 &&
           t->hand.headway->entries >= WORTH && !q->stopped;
}

static unsigned crew_size(const struct options *o)
{
    unsigned cpus = cpus_usable();
    return o->rules.wishes.jobs > 0 ? o->rules.wishes.jobs : cpus > LEAST_CREW ? cpus : LEAST_CREW;
}

/* What has been pushed, and what comes of it. */
static void drain(struct tree *t)
{
    struct hand *h = &t->hand;
    struct task *task;
    bool can = true;
    queue_push(h->queue, t->operands); /* so that the first operand is the first to be taken */
    t->operands = NULL;
    while ((task = queue_take(h->queue, true))) {
        walk_task(h, task);
        queue_end(h->queue, task);
        if (can && is_worth_a_crew(t))
            can = crew_run(h, crew_size(h->options), work);
    }
}

/* --- operands --- */

/* "d/" of "d/name"; "" of "name". */
static char *prefix_of(const char *path, const char **name)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    size_t start = len;
    while (start > 0 && path[start - 1] != '/')
        start--;
    *name = path + start;
    return strndup(path, start);
}

/* What is known of where operands are copied to. */
static void note_outside(struct folder *f, const struct opened *o)
{
    struct stat st;
    if (fstat(o->fds[TREE_DESTINATION], &st) == 0)
        f->ids[TREE_DESTINATION] = file_id_of(&st);
}

static struct folder *enter_outside(struct tree *t, const char *prefix)
{
    struct hand *h = &t->hand;
    if (t->outside && strcmp(t->outside->dst_name, prefix) == 0)
        return t->outside;
    if (t->outside)
        settle(h, t->outside);
    t->outside = folder_create(h->queue, NULL, "", prefix);
    if (t->outside)
        t->outside->outside = true;
    return t->outside;
}

static void push_directory(struct tree *t, struct entry *e)
{
    struct queue *q = t->hand.queue;
    struct task *task = queue_task(q, TASK_DIRECTORY, e->in->folder, e->name, e->dst_name);
    if (!task) {
        entry_fail_src(e, ENOMEM, "cannot copy %s");
        entry_conclude(e, OUTCOME_FAILED);
        return;
    }
    t->hand.headway->unfinished++;
    folder_expect(q, e->in->folder, 1);
    task->next = t->operands;
    t->operands = task;
}

/* What is there already can't appear all at once. */
static bool can_be_atomic(const struct entry *e)
{
    struct stat st;
    if (!e->hand->options->atomic ||
        fstatat(e->in->fds[TREE_DESTINATION], e->dst_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
        !S_ISDIR(st.st_mode))
        return true;
    return entry_fail_dst(
        e, 0, "--atomic: %s exists already: only a new directory can appear all at once");
}

/* "a/." goes into the very directory that later operands do, and comes after those before it, and
 * before these. */
static void walk_operand(struct tree *t, struct entry *e)
{
    bool shared = strcmp(e->dst_name, ".") == 0 || strcmp(e->dst_name, "..") == 0;
    if (shared)
        drain(t);
    if (can_be_atomic(e))
        push_directory(t, e);
    else
        entry_conclude(e, OUTCOME_FAILED);
    if (shared)
        drain(t);
}

static bool is_later(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

/* What an earlier operand has become isn't lost for a later one, nor written through. */
static bool overwrites_made(const struct entry *e)
{
    const struct copy_rules *r = &e->hand->options->rules;
    struct stat st;
    int dir_fd = e->in->fds[TREE_DESTINATION];
    if (r->backup == BACKUP_NUMBERED || r->existing == EXISTING_KEEP ||
        fstatat(dir_fd, e->dst_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || S_ISDIR(st.st_mode))
        return false;
    if (r->update && !is_later(e->src.st_mtim, st.st_mtim)) /* then it stays anyway */
        return false;
    if (r->product == PRODUCT_HARD_LINK && file_id_equal(file_id_of(&e->src), file_id_of(&st)))
        return false;
    if (S_ISREG(e->src.st_mode) && S_ISLNK(st.st_mode))
        entry_fail_both(e, 0, "will not copy %s through just-created symlink %s");
    else
        entry_fail_turned(e, 0, "will not overwrite just-created %s with %s");
    return true;
}

static bool is_omitted(const struct entry *e)
{
    if (!S_ISDIR(e->src.st_mode))
        return false;
    entry_fail_src(e, 0, "-r not specified; omitting directory %s");
    return true;
}

static void copy_operand(struct tree *t, struct opened *in, struct pair *pair, const char *name,
                         const char *dst_name)
{
    struct entry e = entry_of(&t->hand, in, name, dst_name);
    bool earlier = pair->earlier && pair->earlier->made;
    pair->made = earlier;
    if (!entry_look(&e, false))
        return;
    hand_find(&t->hand, 0, entry_size(&e));
    if (S_ISDIR(e.src.st_mode) && t->hand.options->recursive)
        walk_operand(t, &e);
    else if (is_omitted(&e) || (earlier && overwrites_made(&e)))
        entry_conclude(&e, OUTCOME_FAILED);
    else
        pair->made |= entry_copy(&e);
    entry_close(&e);
}

/* --- where operands go --- */

/* What is copied: the link itself, or what it leads to. */
static int look_at_source(const struct tree *t, const char *src, struct stat *st)
{
    const struct options *o = t->hand.options;
    bool link = o->follow == FOLLOW_NEVER || (o->follow == FOLLOW_UNSAID && o->recursive);
    return fstatat(AT_FDCWD, src, st, link ? AT_SYMLINK_NOFOLLOW : 0);
}

/* An operand that failed with what was said, before it was an entry of anything. */
static void conclude_pair(struct tree *t, const struct pair *pair)
{
    struct stat st;
    struct copy_result result = {.outcome = OUTCOME_FAILED};
    bool known = look_at_source(t, pair->src, &st) == 0;
    hand_conclude(&t->hand, known ? report_kind(st.st_mode) : KIND_UNKNOWN, pair->src, pair->dst,
                  &result, 0);
}

static void say_outside(struct tree *t, int err, const struct pair *pair)
{
    struct stat st;
    if (look_at_source(t, pair->src, &st) < 0) {
        hand_fail(&t->hand, errno, "cannot stat %s", pair->src);
        return;
    }
    bool directory = S_ISDIR(st.st_mode);
    if (directory && !t->hand.options->recursive) {
        hand_fail(&t->hand, 0, "-r not specified; omitting directory %s", pair->src);
        return;
    }
    if (t->hand.options->verbose && !directory && err == ENOENT) /* as if it had been tried */
        report_entry(t->hand.options, pair->src, pair->dst, NULL);
    hand_fail(&t->hand, err,
              err == ENOTDIR ? "cannot stat %s"
              : directory    ? "cannot create directory %s"
                             : "cannot create regular file %s",
              pair->dst);
}

static void fail_outside(struct tree *t, int err, const struct pair *pair)
{
    say_outside(t, err, pair);
    conclude_pair(t, pair);
}

/* Opens the directory that operands are copied to; NULL: it couldn't be, which has been said. */
static struct opened *open_outside(struct tree *t, const char *prefix, const struct pair *pair)
{
    struct folder *outside = enter_outside(t, prefix);
    struct opened *in = outside ? opening_take(&t->hand.openings, outside) : NULL;
    if (in)
        note_outside(outside, in);
    else
        fail_outside(t, outside ? errno : ENOMEM, pair);
    return in;
}

/* "name/" is a directory's name alone. */
static bool has_fitting_name(struct tree *t, const struct pair *pair)
{
    struct stat src, dst;
    size_t len = strlen(pair->dst);
    if (len == 0 || pair->dst[len - 1] != '/' || look_at_source(t, pair->src, &src) < 0 ||
        S_ISDIR(src.st_mode) || stat(pair->dst, &dst) == 0)
        return true;
    int err = errno;
    if (err == ENOENT && t->hand.options->verbose)
        report_entry(t->hand.options, pair->src, pair->dst, NULL);
    hand_fail(&t->hand, err == ENOENT ? ENOTDIR : err,
              err == ENOENT ? "cannot create regular file %s" : "cannot stat %s", pair->dst);
    conclude_pair(t, pair);
    return false;
}

/* The slashes behind a name are none of it. */
static void copy_to(struct tree *t, struct pair *pair)
{
    const char *name;
    if (!*pair->dst) { /* nothing is called so, least of all the working directory */
        fail_outside(t, ENOENT, pair);
        return;
    }
    char *prefix = prefix_of(pair->dst, &name), *bare = prefix ? strdup(name) : NULL;
    struct opened *in = bare ? open_outside(t, prefix, pair) : NULL;
    if (in) {
        bare[strcspn(bare, "/")] = '\0';
        copy_operand(t, in, pair, pair->src, *bare ? bare : ".");
        opening_release(in);
    }
    free(prefix);
    free(bare);
}

/* --- --parents --- */

/* Do all directories on the way exist? Then they stay as they are, as with cp. */
static bool has_parents(const struct pair *pair)
{
    struct stat st;
    const char *name;
    char *prefix = prefix_of(pair->dst, &name);
    bool there = prefix && stat(*prefix ? prefix : ".", &st) == 0 && S_ISDIR(st.st_mode);
    free(prefix);
    return there;
}

static void leave(struct tree *t, struct opened *in)
{
    struct folder *f = in->folder;
    opening_release(in);
    if (f->parent)
        settle(&t->hand, f);
}

/* Makes the directory of that name in the destination, and has what follows copied into that. NULL:
 * it couldn't be, which has been said. */
static struct opened *enter_parent(struct tree *t, struct opened *in, const char *name)
{
    struct entry e = entry_of(&t->hand, in, name, name + strspn(name, "/"));
    e.follow = true;
    e.passing = true;
    struct opened *below = directory_begin(&e);
    if (!below)
        return NULL;
    hand_find(&t->hand, 1, 0);
    below->folder->outside = true;
    folder_expect(t->hand.queue, in->folder, 1);
    bool named = nest_publish(&t->hand, below);
    settle_note(&t->hand, below->folder);
    if (named)
        return below;
    nest_discard(&t->hand, below->folder);
    leave(t, below);
    return NULL;
}

/* Cuts the first name, with the slashes before it, off *path; NULL: it is the last. */
static char *next_parent(char **path)
{
    char *name = *path, *end = name + strspn(name, "/");
    end += strcspn(end, "/");
    if (end[strspn(end, "/")] == '\0')
        return NULL;
    *path = end + strspn(end, "/");
    *end = '\0';
    return name;
}

/* What was there stays as it is, where nothing is copied into it. */
static void pass(struct folder *f)
{
    for (; f; f = f->parent)
        f->passed = true;
}

/* `path` is taken apart. */
static void copy_below(struct tree *t, struct opened *in, struct pair *pair, char *path)
{
    for (char *name; in && (name = next_parent(&path));) {
        struct opened *below = enter_parent(t, in, name);
        if (below)
            below->folder->passed = pair->way_exists;
        else
            pass(in->folder);
        leave(t, in);
        in = below;
    }
    if (!in) {
        conclude_pair(t, pair);
        return;
    }
    const char *name = path + strspn(path, "/");
    char *dst_name = strndup(name, strcspn(name, "/"));
    if (dst_name)
        copy_operand(t, in, pair, path, *dst_name ? dst_name : ".");
    free(dst_name);
    leave(t, in);
}

/* The destination ends with the source's name. */
static void copy_with_parents(struct tree *t, struct pair *pair)
{
    size_t len = strlen(pair->dst) - strlen(pair->src + strspn(pair->src, "/"));
    char *prefix = strndup(pair->dst, len), *path = strdup(pair->src);
    struct opened *in = prefix && path ? open_outside(t, prefix, pair) : NULL;
    if (in)
        copy_below(t, in, pair, path);
    free(prefix);
    free(path);
}

static void copy_pair(struct tree *t, struct pair *pair)
{
    if (!pair->dst) {
        t->hand.tally->failed = true;
        return;
    }
    hand_find(&t->hand, 1, 0);
    if (pair->earlier) /* into the same directory: as if one were copied after the other */
        drain(t);
    if (t->hand.options->parents)
        copy_with_parents(t, pair);
    else if (has_fitting_name(t, pair))
        copy_to(t, pair);
}

/* --- all of it --- */

/* How many directories may be open, where few files may. */
static size_t openings_affordable(void)
{
    enum { OTHERS = 14, LEAST = 4 }; /* descriptors; directories */
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= OTHERS + 2 * OPENED_MOST)
        return OPENED_MOST;
    return limit.rlim_cur < OTHERS + 2 * LEAST ? LEAST : (limit.rlim_cur - OTHERS) / 2;
}

/* What --status shows: where all goes, and how far it is. */
static struct headway *begin_headway(const struct options *o, const struct pair *pairs, int count)
{
    const char *directory =
        o->target_directory ? o->target_directory : o->operands[o->operand_count - 1];
    const char *to = count == 1 && pairs->dst ? pairs->dst : directory;
    return headway_create(count > 0 ? pairs->src : "", (unsigned)count, to);
}

static bool prepare(struct tree *t, const struct options *o, const struct pair *pairs, int count)
{
    struct hand *h = &t->hand;
    *t = (struct tree){.hand = {.options = o, .alone = true}};
    h->progress = &t->progress;
    h->mask = umask(0);
    umask(h->mask);
    h->openings.most = openings_affordable();
    h->uid = geteuid();
    h->gid = getegid();
    h->queue = queue_create();
    if (!h->queue)
        return false;
    h->tally = arena_get(h->queue->arena, sizeof(*h->tally));
    h->twins = twins_create(h->queue);
    h->headway = begin_headway(o, pairs, count);
    h->buffer = malloc(HAND_BUFFER);
    return h->tally && h->twins && h->headway && h->buffer;
}

static void copy_all(struct tree *t, struct pair *pairs, int count)
{
    const struct options *o = t->hand.options;
    for (int i = 0; i < count; i++) /* what one operand makes is no old way of another */
        pairs[i].way_exists = o->parents && pairs[i].dst && has_parents(&pairs[i]);
    progress_start(&t->progress, !o->quiet && o->progress != WHEN_NEVER,
                   o->progress == WHEN_ALWAYS);
    for (int i = 0; i < count && !signals_fatal(); i++)
        copy_pair(t, &pairs[i]);
    t->hand.headway->unfinished--;
    drain(t);
    if (t->outside)
        settle(&t->hand, t->outside);
    nest_discard_all(&t->hand); /* of what was interrupted, or of a process that was killed */
    progress_end(&t->progress);
}

static void release(struct tree *t)
{
    openings_close(&t->hand.openings);
    free(t->hand.buffer);
    headway_destroy(t->hand.headway);
    queue_destroy(t->hand.queue);
}

static void tell_total(const struct tree *t, bool failed)
{
    const struct tally *tally = t->hand.tally;
    struct total total = {.outcome = signals_fatal()                  ? OUTCOME_INTERRUPTED
                                     : failed                         ? OUTCOME_FAILED
                                     : t->hand.options->rules.dry_run ? OUTCOME_PLANNED
                                                                      : OUTCOME_COPIED,
                          .bytes = tally->bytes,
                          .seconds = clock_seconds() - t->hand.headway->start,
                          .jobs = tally->jobs};
    for (int i = 0; i < OUTCOME_COUNT; i++)
        total.outcomes[i] = tally->outcomes[i];
    for (int i = 0; i < KIND_COUNT; i++)
        total.kinds[i] = tally->kinds[i];
    report_total(&total);
}

/* Forced, a file that is copied onto itself with a backup becomes its own backup, as with cp. */
static bool is_own_backup(const struct options *o)
{
    struct stat st;
    return o->rules.force && o->rules.backup != BACKUP_NONE && o->operand_count == 2 &&
           strcmp(o->operands[0], o->operands[1]) == 0 && stat(o->operands[0], &st) == 0 &&
           S_ISREG(st.st_mode);
}

/* Has it copied to its backup's name instead; if none can be had, copying it will tell. */
static void turn_into_backup(struct pair *pair, struct copy_rules *r)
{
    char *backup = backup_path(pair->src, r->backup, r->backup_suffix);
    if (!backup)
        return;
    free(pair->dst);
    pair->dst = backup;
    r->backup = BACKUP_NONE;
}

int tree_run(struct pair *pairs, int count, const struct options *options)
{
    struct tree *t = malloc(sizeof(*t));
    struct options own = *options, *o = &own;
    if (count == 1 && is_own_backup(o))
        turn_into_backup(pairs, &own.rules);
    bool ready = t && prepare(t, o, pairs, count), failed = true;
    if (ready) {
        copy_all(t, pairs, count);
        failed = t->hand.tally->failed || t->hand.queue->stopped;
        if (o->json && count > 0)
            tell_total(t, failed);
    } else {
        diag_print("cannot copy: out of memory");
    }
    if (t)
        release(t);
    free(t);
    return failed ? STATUS_FAILED : STATUS_COPIED;
}
