/* SPDX-License-Identifier: MIT */
#include "recipe.h"
#include "source.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KIB ((uint64_t)1024)
#define MIB (1024 * KIB)

enum {
    FAN = 10, /* directories in a directory, so that a thousand are nested three deep */
    LINKED_OF =
        50 /* one in this many files is a hard link, and one has a symbolic link beside it */
};

const struct recipe recipes[] = {
    {"small", "100,000 files of 4 KiB in 1,000 directories", .directories = 1000, .files = 100000,
     .smallest = 4 * KIB, .largest = 4 * KIB},
    {"flat", "20,000 files of 4 KiB in one directory", .files = 20000, .smallest = 4 * KIB,
     .largest = 4 * KIB},
    {"mixed", "20,000 files of up to 64 KiB, links, and 6 files of 512 MiB", .directories = 500,
     .files = 20000, .largest = 64 * KIB, .links = true, .large_files = 6, .large_size = 512 * MIB},
    {0},
};

const struct recipe *recipe_find(const char *name)
{
    for (const struct recipe *r = recipes; r->name; r++) {
        if (strcmp(r->name, name) == 0)
            return r;
    }
    return NULL;
}

const char *recipe_names(char buf[RECIPE_NAMES])
{
    size_t len = 0;
    buf[0] = '\0';
    for (const struct recipe *r = recipes; r->name && len < RECIPE_NAMES; r++)
        len += (size_t)snprintf(buf + len, RECIPE_NAMES - len, "%s%s", len ? ", " : "", r->name);
    return buf;
}

static uint64_t scaled(uint64_t count, double scale)
{
    uint64_t result = (uint64_t)llround((double)count * scale);
    return count > 0 && result == 0 ? 1 : result;
}

struct recipe recipe_scale(const struct recipe *recipe, double scale)
{
    struct recipe result = *recipe;
    result.directories = scaled(recipe->directories, scale);
    result.files = scaled(recipe->files, scale);
    result.large_size = scaled(recipe->large_size, scale);
    return result;
}

uint64_t recipe_room(const struct recipe *recipe)
{
    const uint64_t block =
        4 * KIB; /* a directory takes one, and the end of each file half of one on average */
    return recipe->files * (recipe->largest + block) + recipe->directories * block +
           recipe->large_files * recipe->large_size;
}

/* --- the tree --- */

/* "/d1/d12": directory 12 lies in directory 1, like all from 11 to 20; directory 0 is the root. */
static const char *directory_path(uint64_t directory, char buf[PATH_MAX])
{
    char *start = buf + PATH_MAX - 1;
    *start = '\0';
    for (; directory > 0; directory = (directory - 1) / FAN) {
        char name[32];
        int len = snprintf(name, sizeof(name), "/d%llu", (unsigned long long)directory);
        start -= len;
        memcpy(start, name, (size_t)len);
    }
    return memmove(buf, start, strlen(start) + 1);
}

const char *recipe_directory(const struct recipe *recipe, uint64_t number, char buf[PATH_MAX])
{
    assert(number < recipe->files);
    uint64_t directory = recipe->directories ? 1 + number * recipe->directories / recipe->files : 0;
    return directory_path(directory, buf);
}

uint64_t recipe_size(const struct recipe *recipe, struct prng *prng)
{
    if (recipe->smallest == recipe->largest)
        return recipe->smallest;
    uint64_t bound = 2;
    for (uint64_t left = prng_below(prng, (uint64_t)log2((double)recipe->largest)); left > 0;
         left--)
        bound *= 2;
    uint64_t size = prng_below(prng, bound);
    return size > recipe->smallest ? size : recipe->smallest;
}

/* --- making it --- */

struct making {
    const struct recipe *recipe;
    const char *root;
    struct prng prng;        /* of the sizes */
    char path[2 * PATH_MAX]; /* of the file that is made */
    char last[2 * PATH_MAX]; /* of the one before it */
    struct trouble *trouble;
};

static int make_directories(struct making *making)
{
    char below[PATH_MAX];
    for (uint64_t i = 0; i <= making->recipe->directories; i++) {
        snprintf(making->path, sizeof(making->path), "%s%s", making->root,
                 directory_path(i, below));
        if (mkdir(making->path, 0755) < 0)
            return trouble_note(making->trouble, errno, making->path);
    }
    return 0;
}

/* Beside the file, with a relative name. */
static int make_symlink(struct making *making)
{
    char path[sizeof(making->path) + 8];
    snprintf(path, sizeof(path), "%s.link", making->path);
    if (symlink(strrchr(making->path, '/') + 1, path) < 0)
        return trouble_note(making->trouble, errno, path);
    return 0;
}

static int make_file(struct making *making, uint64_t number)
{
    char below[PATH_MAX];
    uint64_t turn = making->recipe->links ? number % LINKED_OF : 0;
    strcpy(making->last, making->path);
    snprintf(making->path, sizeof(making->path), "%s%s/f%llu", making->root,
             recipe_directory(making->recipe, number, below), (unsigned long long)number);
    if (turn == LINKED_OF / 2 && link(making->last, making->path) < 0)
        return trouble_note(making->trouble, errno, making->path);
    if (turn == LINKED_OF / 2)
        return 0;
    int err =
        source_write(making->path, recipe_size(making->recipe, &making->prng), making->trouble);
    return !err && turn == LINKED_OF - 1 ? make_symlink(making) : err;
}

static int make_large(struct making *making, uint64_t number)
{
    snprintf(making->path, sizeof(making->path), "%s/large%llu", making->root,
             (unsigned long long)number);
    return source_write(making->path, making->recipe->large_size, making->trouble);
}

int recipe_make(const struct recipe *recipe, const char *path, struct trouble *trouble)
{
    struct making making = {.recipe = recipe, .root = path, .trouble = trouble};
    prng_seed(&making.prng, 0);
    int err = make_directories(&making);
    for (uint64_t i = 0; i < recipe->files && !err; i++)
        err = make_file(&making, i);
    for (uint64_t i = 0; i < recipe->large_files && !err; i++)
        err = make_large(&making, i);
    return err;
}
