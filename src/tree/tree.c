/* SPDX-License-Identifier: MIT */
#include "tree/tree.h"
#include "base/cpus.h"
#include "base/diag.h"
#include "base/signals.h"
#include "tree/crew.h"
#include "tree/directory.h"
#include "tree/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
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
           t->hand.tally->entries >= WORTH && !q->stopped;
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
    while ((task = queue_take(h->queue, true))) {
        walk_task(h, task);
        queue_end(h->queue, task);
        if (can && is_worth_a_crew(t))
            can = crew_run(h, crew_size(h->options), work, &t->progress);
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
        directory_settle(h, t->outside);
    t->outside = folder_create(h->queue, NULL, "", prefix);
    return t->outside;
}

static void push_directory(struct tree *t, const struct entry *e)
{
    struct queue *q = t->hand.queue;
    struct task *task = queue_task(q, TASK_DIRECTORY, e->in->folder, e->name, e->dst_name);
    if (!task) {
        entry_fail_src(e, ENOMEM, "cannot copy %s");
        return;
    }
    folder_expect(q, e->in->folder, 1);
    queue_push(q, task);
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
    if (S_ISREG(e->src.st_mode) && S_ISLNK(st.st_mode))
        entry_fail_both(e, 0, "will not copy %s through just-created symlink %s");
    else
        entry_fail_turned(e, 0, "will not overwrite just-created %s with %s");
    return true;
}

static void copy_operand(struct tree *t, struct opened *in, struct pair *pair, const char *dst_name)
{
    struct entry e = entry_of(&t->hand, in, pair->src, dst_name);
    bool earlier = pair->earlier && pair->earlier->made;
    pair->made = earlier;
    if (!entry_look(&e, false))
        return;
    if (S_ISDIR(e.src.st_mode) && t->hand.options->recursive)
        push_directory(t, &e);
    else if (S_ISDIR(e.src.st_mode))
        entry_fail_src(&e, 0, "-r not specified; omitting directory %s");
    else if (!earlier || !overwrites_made(&e))
        pair->made |= entry_copy(&e);
    entry_close(&e);
}

/* `dst` without the slashes behind it, which a name can't have. */
static void copy_into(struct tree *t, struct pair *pair)
{
    const char *name;
    char *prefix = prefix_of(pair->dst, &name), *bare = prefix ? strdup(name) : NULL;
    struct folder *outside = bare ? enter_outside(t, prefix) : NULL;
    struct opened *in = outside ? opening_take(&t->hand.openings, outside) : NULL;
    if (in) {
        bare[strcspn(bare, "/")] = '\0';
        note_outside(outside, in);
        copy_operand(t, in, pair, *bare ? bare : ".");
        opening_release(in);
    } else {
        hand_fail(&t->hand, errno, "cannot create %s", pair->dst);
    }
    free(prefix);
    free(bare);
}

static void copy_pair(struct tree *t, struct pair *pair)
{
    if (!pair->dst) {
        t->hand.tally->failed = true;
        return;
    }
    if (pair->earlier) /* into the same directory: as if one were copied after the other */
        drain(t);
    copy_into(t, pair);
}

/* --- all of it --- */

static bool prepare(struct tree *t, const struct options *o)
{
    struct hand *h = &t->hand;
    *t = (struct tree){.hand = {.options = o, .alone = true}};
    h->mask = umask(0);
    umask(h->mask);
    h->uid = geteuid();
    h->gid = getegid();
    h->queue = queue_create();
    if (!h->queue)
        return false;
    h->tally = arena_get(h->queue->arena, sizeof(*h->tally));
    h->twins = twins_create(h->queue);
    h->buffer = malloc(HAND_BUFFER);
    return h->tally && h->twins && h->buffer;
}

static void copy_all(struct tree *t, struct pair *pairs, int count)
{
    const struct options *o = t->hand.options;
    progress_start(&t->progress, !o->quiet && o->progress != WHEN_NEVER,
                   o->progress == WHEN_ALWAYS);
    for (int i = 0; i < count && !signals_fatal(); i++)
        copy_pair(t, &pairs[i]);
    drain(t);
    if (t->outside)
        directory_settle(&t->hand, t->outside);
    directory_discard_all(&t->hand); /* of what was interrupted, or of a process that was killed */
    progress_end(&t->progress);
}

static void release(struct tree *t)
{
    openings_close(&t->hand.openings);
    free(t->hand.buffer);
    queue_destroy(t->hand.queue);
}

int tree_run(struct pair *pairs, int count, const struct options *o)
{
    struct tree *t = malloc(sizeof(*t));
    bool ready = t && prepare(t, o), failed = true;
    if (ready) {
        copy_all(t, pairs, count);
        failed = t->hand.tally->failed || t->hand.queue->stopped;
    } else {
        diag_print("cannot copy: out of memory");
    }
    if (t)
        release(t);
    free(t);
    return failed ? STATUS_FAILED : STATUS_COPIED;
}
