/* SPDX-License-Identifier: MIT */
#include "walk.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH = 512 }; /* directories open at once */

struct level {
    DIR *dir;
    size_t len; /* of its path */
};

struct walk {
    char path[PATH_MAX];
    size_t root; /* how many bytes of it are the root's */
    struct level levels[DEPTH];
    size_t depth;
    walk_visit *enter, *leave;
    void *argument;
    struct trouble *trouble;
};

static int visit(struct walk *walk, walk_visit *how)
{
    struct stat st;
    if (lstat(walk->path, &st) < 0)
        return trouble_note(walk->trouble, errno, walk->path);
    const struct place place = {walk->path, walk->path + walk->root, &st};
    int err = how ? how(&place, walk->argument, walk->trouble) : 0;
    return err ? err : S_ISDIR(st.st_mode);
}

/* Visits what the path names, and goes into it if it is a directory. */
static int arrive(struct walk *walk, size_t len)
{
    int is_directory = visit(walk, walk->enter);
    if (is_directory <= 0)
        return is_directory;
    if (walk->depth == DEPTH)
        return trouble_note(walk->trouble, ENAMETOOLONG, walk->path);
    DIR *dir = opendir(walk->path);
    if (!dir)
        return trouble_note(walk->trouble, errno, walk->path);
    walk->levels[walk->depth++] = (struct level){dir, len};
    return 0;
}

static int depart(struct walk *walk)
{
    const struct level *level = &walk->levels[--walk->depth];
    closedir(level->dir);
    walk->path[level->len] = '\0';
    int err = walk->leave ? visit(walk, walk->leave) : 0;
    return err < 0 ? err : 0;
}

/* One entry of the innermost directory, or the way out of it. */
static int step(struct walk *walk)
{
    const struct level *level = &walk->levels[walk->depth - 1];
    errno = 0;
    const struct dirent *entry = readdir(level->dir);
    if (!entry && errno)
        return trouble_note(walk->trouble, errno, walk->path);
    if (!entry)
        return depart(walk);
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
        return 0;
    size_t room = sizeof(walk->path) - level->len;
    int len = snprintf(walk->path + level->len, room, "/%s", entry->d_name);
    if (len < 0 || (size_t)len >= room)
        return trouble_note(walk->trouble, ENAMETOOLONG, walk->path);
    return arrive(walk, level->len + (size_t)len);
}

int walk(const char *root, walk_visit *enter, walk_visit *leave, void *argument,
         struct trouble *trouble)
{
    struct walk walk = {.root = strlen(root),
                        .enter = enter,
                        .leave = leave,
                        .argument = argument,
                        .trouble = trouble};
    if (walk.root >= sizeof(walk.path))
        return trouble_note(trouble, ENAMETOOLONG, root);
    strcpy(walk.path, root);
    int err = arrive(&walk, walk.root);
    while (!err && walk.depth > 0)
        err = step(&walk);
    while (walk.depth > 0)
        closedir(walk.levels[--walk.depth].dir);
    return err;
}

/* Nothing can be removed from a directory that its owner may not write to. */
static int unlink_entry(const struct place *place, void *argument, struct trouble *trouble)
{
    (void)argument;
    if (S_ISDIR(place->st->st_mode)) {
        if ((place->st->st_mode & S_IRWXU) != S_IRWXU)
            chmod(place->path, S_IRWXU);
        return 0;
    }
    return unlink(place->path) < 0 ? trouble_note(trouble, errno, place->path) : 0;
}

/* Some file systems skip entries of a directory while others are removed from it: what is left is
 * found by walking once more. */
static int remove_directory(const struct place *place, void *argument, struct trouble *trouble)
{
    bool *again = argument;
    if (rmdir(place->path) == 0)
        return 0;
    if (errno != ENOTEMPTY)
        return trouble_note(trouble, errno, place->path);
    *again = true;
    return 0;
}

int walk_remove(const char *root, struct trouble *trouble)
{
    enum { TRIES = 10 };
    for (int i = 0; i < TRIES; i++) {
        bool again = false;
        int err = walk(root, unlink_entry, remove_directory, &again, trouble);
        if (err || !again)
            return err;
    }
    return trouble_note(trouble, ENOTEMPTY, root);
}
