/* SPDX-License-Identifier: MIT */
#include "tree/operand.h"
#include "base/clock.h"
#include "cli/objects.h"
#include "cli/report.h"
#include "tree/directory.h"
#include "tree/drain.h"
#include "tree/entry.h"
#include "tree/nest.h"
#include "tree/settle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- what is copied --- */

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

/* What is known of the directory where operands are copied to. */
static void note_outside(struct folder *f, const struct opened *o)
{
    struct stat st;
    if (f->ids[TREE_DESTINATION].ino) /* it was noted for an earlier operand */
        return;
    if (fstat(o->fds[TREE_DESTINATION], &st) == 0)
        f->ids[TREE_DESTINATION] = file_id_of(&st);
    f->appends = folder_appends(o->fds[TREE_DESTINATION]);
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

static void work_off(struct tree *t)
{
    queue_push(t->hand.queue, t->operands); /* so that the first operand is the first to be taken */
    t->operands = NULL;
    drain(&t->hand);
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

/* What exists already can't appear all at once. */
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

/* "a/." goes into the very directory that later operands go into, and comes after those before it,
 * and before these. */
static void walk_operand(struct tree *t, struct entry *e)
{
    bool shared = strcmp(e->dst_name, ".") == 0 || strcmp(e->dst_name, "..") == 0;
    if (shared)
        work_off(t);
    if (can_be_atomic(e))
        push_directory(t, e);
    else
        entry_conclude(e, OUTCOME_FAILED);
    if (shared)
        work_off(t);
}

/* What an earlier operand has become isn't replaced by a later one, nor written through. */
static bool overwrites_made(const struct entry *e)
{
    const struct copy_rules *r = &e->hand->options->rules;
    struct stat st;
    int dir_fd = e->in->fds[TREE_DESTINATION];
    if (r->backup == BACKUP_NUMBERED || r->existing == EXISTING_KEEP ||
        fstatat(dir_fd, e->dst_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || S_ISDIR(st.st_mode))
        return false;
    if (r->update && !clock_is_later(e->src.st_mtim, st.st_mtim)) /* then it stays anyway */
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

/* The status of what is copied: of the link itself, or of what it leads to. */
static int look_at_source(const struct tree *t, const char *src, struct stat *st)
{
    const struct options *o = t->hand.options;
    bool link = o->follow == FOLLOW_NEVER || (o->follow == FOLLOW_UNSAID && o->recursive);
    return fstatat(AT_FDCWD, src, st, link ? AT_SYMLINK_NOFOLLOW : 0);
}

/* An operand that failed with what was said, before it became an entry of any folder. */
static void conclude_pair(struct tree *t, const struct pair *pair)
{
    struct stat st;
    struct copy_result result = {.outcome = OUTCOME_FAILED};
    bool known = look_at_source(t, pair->src, &st) == 0;
    hand_conclude(&t->hand, known ? objects_kind(st.st_mode) : KIND_UNKNOWN, pair->src, pair->dst,
                  &result, (struct rest){0});
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

/* Opens the directory that operands are copied to; NULL: it couldn't be opened, which has been
 * reported. */
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

/* Only a directory can be called "name/". */
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

/* The slashes after a name aren't part of it. */
static void copy_to(struct tree *t, struct pair *pair)
{
    const char *name;
    if (!*pair->dst) { /* nothing has an empty name, least of all the working directory */
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
bool operand_has_parents(const struct pair *pair)
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

/* Makes the directory of that name in the destination, into which what follows is copied. NULL: it
 * couldn't be made, which has been reported. */
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

/* What existed before stays as it is, if nothing is copied into it. */
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

void operand_copy(struct tree *t, struct pair *pair)
{
    if (!pair->dst) {
        t->hand.tally->failed = true;
        return;
    }
    hand_find(&t->hand, 1, 0);
    t->hand.operand = pair->src;
    if (pair->earlier) /* into the same directory: as if they were copied one after the other */
        work_off(t);
    if (t->hand.options->parents)
        copy_with_parents(t, pair);
    else if (has_fitting_name(t, pair))
        copy_to(t, pair);
}

void operands_finish(struct tree *t)
{
    t->hand.operand = NULL;
    t->hand.headway->unfinished--;
    work_off(t);
    if (t->outside)
        settle(&t->hand, t->outside);
    nest_discard_all(&t->hand); /* left by what was interrupted, or by a process that was killed */
}
