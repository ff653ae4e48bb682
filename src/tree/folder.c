/* SPDX-License-Identifier: MIT */
#include "tree/folder.h"
#include "base/io.h"
#include "base/name.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- records --- */

static size_t record_len(const char *name, const char *dst_name)
{
    return sizeof(struct folder) + strlen(name) + 1 + strlen(dst_name) + 1;
}

struct folder *folder_create(struct queue *q, struct folder *parent, const char *name,
                             const char *dst_name)
{
    const char *to = dst_name ? dst_name : name;
    queue_lock(q);
    struct folder *f = q->broken ? NULL : arena_get(q->arena, record_len(name, to));
    if (f)
        f->serial = ++q->serials;
    queue_unlock(q);
    if (!f)
        return NULL;
    f->parent = parent;
    f->pending = 1;
    f->dst_name = stpcpy(f->name, name) + 1;
    strcpy(f->dst_name, to);
    return f;
}

void folder_expect(struct queue *q, struct folder *f, unsigned count)
{
    queue_lock(q);
    f->pending += count;
    queue_unlock(q);
}

bool folder_settle(struct queue *q, struct folder *f)
{
    queue_lock(q);
    assert(f->pending > 0 || q->broken);
    bool last = --f->pending == 0;
    queue_unlock(q);
    return last;
}

static void put_said(struct queue *q, struct folder *f)
{
    if (f->said)
        arena_put(q->arena, f->said, strlen(f->said) + 1);
    f->said = NULL;
}

void folder_say(struct queue *q, struct folder *f, const char *sentences)
{
    size_t old = f->said ? strlen(f->said) + 1 : 0;
    queue_lock(q);
    char *said = q->broken ? NULL : arena_get(q->arena, old + strlen(sentences) + 1);
    if (said) {
        sprintf(said, "%s%s%s", old ? f->said : "", old ? "\n" : "", sentences);
        put_said(q, f);
        f->said = said;
    }
    queue_unlock(q);
}

void folder_destroy(struct queue *q, struct folder *f)
{
    queue_lock(q);
    size_t len = record_len(f->name, f->dst_name);
    f->serial = 0;
    if (!q->broken) {
        put_said(q, f);
        arena_put(q->arena, f, len);
    }
    queue_unlock(q);
}

/* --- nests --- */

enum { NEXT, BEFORE };

int folder_begin_nest(struct queue *q, struct folder *f, const char *hidden_name)
{
    queue_lock(q);
    f->hidden_name = q->broken ? NULL : arena_get(q->arena, NAME_ROOM);
    f->nest = f->hidden_name;
    if (f->nest) {
        strcpy(f->hidden_name, hidden_name);
        f->other_nests[NEXT] = q->nests;
        if (q->nests)
            q->nests->other_nests[BEFORE] = f;
        q->nests = f;
    }
    queue_unlock(q);
    return f->nest ? 0 : -ENOMEM;
}

void folder_end_nest(struct queue *q, struct folder *f)
{
    queue_lock(q);
    struct folder *next = f->other_nests[NEXT], *before = f->other_nests[BEFORE];
    f->nest = false;
    if (!q->broken)
        arena_put(q->arena, f->hidden_name, NAME_ROOM);
    if (next)
        next->other_nests[BEFORE] = before;
    if (before)
        before->other_nests[NEXT] = next;
    else
        q->nests = next;
    queue_unlock(q);
}

struct folder *folder_find_nest(struct queue *q, const struct folder *parent, const char *dst_name)
{
    queue_lock(q);
    struct folder *f = q->broken ? NULL : q->nests;
    while (f && (f->parent != parent || strcmp(f->dst_name, dst_name) != 0))
        f = f->other_nests[NEXT];
    queue_unlock(q);
    return f;
}

/* --- names --- */

static const char *own_name(const struct folder *f, enum tree_side side)
{
    if (side == TREE_PLACE && f->nest)
        return f->hidden_name;
    return side == TREE_SOURCE ? f->name : f->dst_name;
}

/* Puts `part` before what begins at `at`, with a slash between them if there is none. */
static char *prepend(char *at, const char *part, bool slash)
{
    size_t len = strlen(part);
    while (slash && len > 1 && part[len - 1] == '/' && part[len - 2] == '/')
        len--;
    if (slash && len > 0 && part[len - 1] != '/')
        *--at = '/';
    at -= len;
    memcpy(at, part, len); /* NOLINT(bugprone-not-null-terminated-result): more follows */
    return at;
}

char *folder_path(const struct folder *folder, enum tree_side side, const char *name)
{
    size_t len = name ? strlen(name) + 1 : 1;
    for (const struct folder *f = folder; f; f = f->parent)
        len += strlen(own_name(f, side)) + 1;
    char *path = malloc(len);
    if (!path)
        return NULL;
    char *at = path + len - 1;
    *at = '\0';
    bool slash = false;
    if (name)
        at = prepend(at, name, false), slash = true;
    for (const struct folder *f = folder; f; f = f->parent, slash = true)
        at = prepend(at, own_name(f, side), slash);
    memmove(path, at, strlen(at) + 1);
    return path;
}

/* --- open ones --- */

static void drop(struct opened *o)
{
    for (int side = 0; side < 2; side++)
        if (o->fds[side] >= 0)
            close(o->fds[side]);
    if (o->lock > 0)
        close(o->lock);
    *o = (struct opened){0};
}

/* Of those that nobody uses, the one that was used longest ago. */
static struct opened *find_free(struct openings *all)
{
    struct opened *oldest = NULL;
    size_t most = all->most ? all->most : OPENED_MOST;
    for (struct opened *o = all->list; o < all->list + most; o++)
        if (o->pins == 0 && (!oldest || o->used < oldest->used))
            oldest = o;
    assert(oldest); /* far fewer are in use at a time */
    if (oldest->folder)
        drop(oldest);
    return oldest;
}

static struct opened *use(struct openings *all, struct opened *o)
{
    o->used = ++all->clock;
    o->pins++;
    return o;
}

struct opened *opening_enter(struct openings *all, struct folder *folder, int src_fd, int dst_fd)
{
    struct opened *o = find_free(all);
    *o = (struct opened){.folder = folder, .serial = folder->serial, .fds = {src_fd, dst_fd}};
    return use(all, o);
}

static bool is_valid(const struct opened *o)
{
    return o->folder && o->folder->serial == o->serial;
}

static struct opened *find(struct openings *all, const struct folder *folder)
{
    for (struct opened *o = all->list; o < all->list + OPENED_MOST; o++)
        if (is_valid(o) && o->folder == folder)
            return o;
    return NULL;
}

/* One directly below it, from which ".." leads to it. */
static struct opened *find_child(struct openings *all, const struct folder *folder)
{
    for (struct opened *o = all->list; o < all->list + OPENED_MOST; o++)
        if (is_valid(o) && o->folder->parent == folder)
            return o;
    return NULL;
}

int folder_open_directory(int dir_fd, const char *name, bool follow)
{
    const int flags = O_DIRECTORY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW);
    int fd = openat(dir_fd, name, O_RDONLY | flags);
    if (fd < 0 && errno == EACCES)
        fd = openat(dir_fd, name, O_PATH | flags);
    return fd < 0 ? -errno : fd;
}

/* Opens `name`, which must be the very directory `id`. */
static int open_known(int dir_fd, const char *name, bool follow, struct file_id id)
{
    struct stat st;
    int fd = folder_open_directory(dir_fd, name, follow);
    if (fd < 0)
        return fd;
    int rc = fstat(fd, &st) < 0 ? -errno : file_id_equal(file_id_of(&st), id) ? 0 : -ESTALE;
    if (rc < 0)
        close(fd);
    return rc < 0 ? rc : fd;
}

/* Keeps two descriptors, or the error that there is instead: -errno. */
static struct opened *keep(struct openings *all, struct folder *f, int src_fd, int dst_fd)
{
    bool has_src = src_fd >= 0 || src_fd == AT_FDCWD;
    if (has_src && dst_fd >= 0)
        return opening_enter(all, f, src_fd, dst_fd);
    if (has_src && f->dry)
        return opening_enter(all, f, src_fd, -1);
    int err = has_src ? -dst_fd : -src_fd;
    struct opened half = {.fds = {src_fd, dst_fd}};
    drop(&half);
    errno = err;
    return NULL;
}

/* Where operands are copied to: only a path is known. */
static struct opened *open_outside(struct openings *all, struct folder *f)
{
    int fd = folder_open_directory(AT_FDCWD, *f->dst_name ? f->dst_name : ".", true);
    return keep(all, f, AT_FDCWD, fd);
}

static struct opened *open_below(struct openings *all, struct folder *f,
                                 const struct opened *parent)
{
    const char *to = f->nest ? f->hidden_name : f->dst_name;
    int src = open_known(parent->fds[TREE_SOURCE], f->name, true, f->ids[TREE_SOURCE]);
    int dst = f->dry
                  ? -ENOENT
                  : open_known(parent->fds[TREE_DESTINATION], to, true, f->ids[TREE_DESTINATION]);
    return keep(all, f, src, dst);
}

static struct opened *open_above(struct openings *all, struct folder *f, const struct opened *child)
{
    int src = open_known(child->fds[TREE_SOURCE], "..", false, f->ids[TREE_SOURCE]);
    int dst = f->dry
                  ? -ENOENT
                  : open_known(child->fds[TREE_DESTINATION], "..", false, f->ids[TREE_DESTINATION]);
    return keep(all, f, src, dst);
}

/* Opens it from wherever is near: its own entry, one below, one above. */
static struct opened *open_near(struct openings *all, struct folder *f)
{
    struct opened *o = find(all, f), *child = o ? NULL : find_child(all, f);
    if (o)
        return use(all, o);
    if (child && f->parent)
        o = open_above(all, f, child);
    if (!o && !f->parent)
        o = open_outside(all, f);
    return o;
}

/* The first of `f` and those above it that is near, opened; *depth is how many are below it. */
static struct opened *open_nearest(struct openings *all, struct folder *f, size_t *depth)
{
    struct opened *o = NULL;
    for (*depth = 0; f && !(o = open_near(all, f)); f = f->parent)
        ++*depth;
    return o;
}

static struct folder *ancestor(struct folder *f, size_t up)
{
    while (up-- > 0)
        f = f->parent;
    return f;
}

struct opened *opening_take(struct openings *all, struct folder *folder)
{
    size_t depth;
    struct opened *o = open_nearest(all, folder, &depth);
    while (o && depth-- > 0) {
        struct opened *below = open_below(all, ancestor(folder, depth), o);
        opening_release(o);
        o = below;
    }
    return o;
}

void opening_release(struct opened *o)
{
    assert(o->pins > 0);
    o->pins--;
}

void openings_close(struct openings *all)
{
    for (struct opened *o = all->list; o < all->list + OPENED_MOST; o++)
        if (o->folder)
            drop(o);
}

bool folder_appends(int fd)
{
    struct statx more;
    return statx(fd, "", AT_EMPTY_PATH, 0, &more) == 0 && more.stx_attributes & STATX_ATTR_APPEND;
}
