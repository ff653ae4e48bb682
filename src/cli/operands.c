/* SPDX-License-Identifier: MIT */
#include "cli/operands.h"
#include "base/diag.h"
#include "base/io.h"
#include "cli/usage.h"
#include "copy/inspect.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int complain_count(const struct options *o, bool need_dest)
{
    if (o->operand_count == 0)
        usage_complain(diag_is_cp() ? "missing file operand"
                                    : "missing file operand (see mpcp --help)");
    else if (need_dest && o->operand_count == 1)
        usage_complain_word("missing destination file operand after ", o->operands[0], "",
                            " (see mpcp --help)");
    else
        usage_complain_word("extra operand ", o->operands[2], "", " (see mpcp --help)");
    return STATUS_USAGE;
}

static int complain_target(const struct options *o, const char *path, int err)
{
    diag_error(err, o->target_directory ? "target directory %s" : "target %s", path);
    return STATUS_FAILED;
}

/* 0, or why `path` isn't a directory that files can be copied into, as a positive errno. */
static int check_directory(const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return errno;
    return S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
}

/* "DIRECTORY/b" for a source "a/b" or "a/b/"; but "a/.." is copied into DIRECTORY itself. */
static char *name_below(const char *directory, const char *src)
{
    size_t end = strlen(src);
    while (end > 1 && src[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && src[start - 1] != '/')
        start--;
    size_t len = strlen(directory);
    const char *slash = len > 0 && directory[len - 1] == '/' ? "" : "/";
    char *name;
    if (end - start == 2 && strncmp(src + start, "..", 2) == 0)
        end--;
    if (asprintf(&name, "%s%s%.*s", directory, slash, (int)(end - start), src + start) < 0)
        return NULL;
    return name;
}

/* With --parents, the whole name. */
static char *whole_name_below(const char *directory, const char *src)
{
    size_t len = strlen(directory);
    char *name;
    src += strspn(src, "/");
    const char *slash = len > 0 && directory[len - 1] == '/' ? "" : "/";
    return asprintf(&name, "%s%s%s", directory, slash, src) < 0 ? NULL : name;
}

/* Words of the command line belong to the program, which may change them. */
static void strip_slashes(const char *word)
{
    for (size_t len = strlen(word); len > 1 && word[len - 1] == '/'; len--)
        ((char *)word)[len - 1] = '\0';
}

/* --- sources of one name --- */

static int compare_destinations(const void *a, const void *b)
{
    return strcmp(((const struct pair *)a)->dst, ((const struct pair *)b)->dst);
}

static void keep(void *pair)
{
    (void)pair; /* the tree only borrows the pairs */
}

/* The status of what is copied: of the link itself, or of what it leads to, unless that is
 * nowhere. */
static int look_at(const struct options *o, const char *path, struct stat *st)
{
    bool unsaid = o->follow == FOLLOW_UNSAID && o->rules.product != PRODUCT_HARD_LINK;
    bool link = o->follow == FOLLOW_NEVER || (unsaid && o->recursive);
    return !link && stat(path, st) == 0 ? 0 : lstat(path, st);
}

/* lstat(2) of the directory that has the file `path`. */
static bool look_at_directory(const char *path, struct stat *st)
{
    size_t len = strlen(path);
    while (len > 0 && path[len - 1] != '/')
        len--;
    while (len > 1 && path[len - 1] == '/')
        len--;
    char *directory = len > 0 ? strndup(path, len) : strdup(".");
    bool found = directory && lstat(directory, st) == 0;
    free(directory);
    return found;
}

/* Is one of them enough? It is with directories, and with one name of a file, unless the first copy
 * becomes a backup. */
static bool is_same_source(const struct options *o, const char *a, const char *b)
{
    struct stat left, right, left_dir, right_dir;
    if (look_at(o, a, &left) < 0 || look_at(o, b, &right) < 0 || !io_same_file(&left, &right))
        return false;
    if (S_ISDIR(left.st_mode))
        return o->recursive;
    return o->rules.backup == BACKUP_NONE && look_at_directory(a, &left_dir) &&
           look_at_directory(b, &right_dir) && io_same_file(&left_dir, &right_dir);
}

static bool is_given_before(const struct options *o, const struct pair *last, const char *src)
{
    for (; last; last = last->earlier)
        if (is_same_source(o, last->src, src))
            return true;
    return false;
}

static void warn_twice(const struct options *o, const char *src)
{
    struct stat st;
    bool directory = look_at(o, src, &st) == 0 && S_ISDIR(st.st_mode);
    if (!o->quiet)
        diag_error(0,
                   directory ? "warning: source directory %s specified more than once"
                             : "warning: source file %s specified more than once",
                   src);
}

/* --- pairs --- */

static int complain_memory(const char *src)
{
    diag_about(src, "cannot copy", strerror(ENOMEM));
    return STATUS_FAILED;
}

/* Adds a pair to the end of `pairs`, unless it is there already. `known` is a tree of the latest
 * pair for each destination. */
static int add_pair(const struct options *o, struct pair *pairs, int *count, struct pair pair,
                    void **known)
{
    struct pair *added = &pairs[*count];
    *added = pair;
    struct pair **last = pair.dst ? tsearch(added, known, compare_destinations) : NULL;
    if (last && *last != added && is_given_before(o, *last, pair.src)) {
        warn_twice(o, pair.src);
        free(pair.dst);
        return 0;
    }
    ++*count;
    if (!last) {
        free(pair.dst);
        added->dst = NULL;
        return complain_memory(pair.src);
    }
    if (*last && *last != added) {
        added->earlier = *last;
        (*last)->later = true;
        *last = added;
    }
    return 0;
}

static int pair_into_directory(const struct options *o, int sources, const char *directory,
                               struct pair *pairs, int *count)
{
    void *known = NULL;
    int status = STATUS_COPIED;
    for (int i = 0; i < sources && status != STATUS_USAGE; i++) {
        const char *src = o->operands[i];
        if (o->strip_trailing_slashes)
            strip_slashes(src);
        if (strcmp(src, STANDARD_STREAM) == 0) {
            diag_print("-: standard input has no name for a file in a directory: name the file");
            status = STATUS_USAGE;
        } else {
            struct pair pair = {.src = src,
                                .dst = o->parents ? whole_name_below(directory, src)
                                                  : name_below(directory, src)};
            status = options_worse_status(status, add_pair(o, pairs, count, pair, &known));
        }
    }
    tdestroy(known, keep);
    return status;
}

static int pair_one(const char *src, const char *dst, struct pair *pair, int *count)
{
    *count = 1;
    pair->src = src;
    if (asprintf(&pair->dst, "%s", dst) >=
        0) /* gcc's analyzer thinks that the result of strdup leaks */
        return STATUS_COPIED;
    pair->dst = NULL;
    return complain_memory(src);
}

int operands_pair(const struct options *o, struct pair **pairs, int *count)
{
    bool need_dest = !o->target_directory;
    int sources = o->operand_count - need_dest;
    *count = 0;
    *pairs = NULL;
    if (sources < 1 || (o->no_target_directory && o->operand_count != 2))
        return complain_count(o, need_dest);
    *pairs = calloc((size_t)sources, sizeof(**pairs));
    if (!*pairs)
        return complain_memory(o->operands[0]);

    const char *dest = need_dest ? o->operands[sources] : o->target_directory;
    int err = o->no_target_directory ? ENOTDIR : check_directory(dest);
    if (err != 0 && o->parents && need_dest && sources == 1) {
        usage_complain("with --parents, the destination must be a directory");
        return STATUS_USAGE;
    }
    if (err == 0)
        return pair_into_directory(o, sources, dest, *pairs, count);
    if (!need_dest || sources > 1)
        return complain_target(o, dest, err);
    return pair_one(o->operands[0], dest, *pairs, count);
}

void operands_release(struct pair *pairs, int count)
{
    for (int i = 0; i < count; i++)
        free(pairs[i].dst);
    free(pairs);
}
