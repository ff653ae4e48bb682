/* SPDX-License-Identifier: MIT */
#include "cli/operands.h"
#include "base/complaint.h"
#include "base/diag.h"
#include "cli/options.h"
#include "copy/inspect.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int complain_count(int count, bool need_dest)
{
    if (count == 0)
        diag_print("no SOURCE: takes SOURCE DEST, or SOURCE... DIRECTORY (see mpcp --help)");
    else if (need_dest && count == 1)
        diag_print("no DEST: takes SOURCE DEST, or SOURCE... DIRECTORY (see mpcp --help)");
    else
        diag_print("-T: takes one SOURCE and one DEST");
    return STATUS_USAGE;
}

static int complain_target(const char *path, int err)
{
    struct complaint why;
    complaint_make(&why, err, path, "cannot copy into it", "%s",
                   err == ENOENT ? "there is no such directory" : strerror(err));
    char *sentence = complaint_sentence(&why);
    diag_print("%s", sentence ? sentence : path);
    free(sentence);
    return STATUS_FAILED;
}

/* 0, or why `path` is no directory that files can be copied into, as a positive errno. */
static int check_directory(const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return errno;
    return S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
}

/* "DIRECTORY/b" for a source "a/b" or "a/b/". */
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
    if (asprintf(&name, "%s%s%.*s", directory, slash, (int)(end - start), src + start) < 0)
        return NULL;
    return name;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void keep(void *name)
{
    (void)name; /* the tree only borrows the names */
}

/* Refuses sources of equal names, of which all but the last would be lost. */
static int pair_into_directory(const char **operands, int count, const char *directory,
                               struct pair *pairs)
{
    void *seen = NULL;
    int rc = 0;
    for (int i = 0; i < count; i++) {
        pairs[i].src = operands[i];
        if (strcmp(operands[i], STANDARD_STREAM) == 0) {
            diag_print("-: standard input has no name to get in a directory: name the file");
            rc = STATUS_USAGE;
            break;
        }
        pairs[i].dst = name_below(directory, operands[i]);
        char **known = pairs[i].dst ? tsearch(pairs[i].dst, &seen, compare_names) : NULL;
        if (known && *known == pairs[i].dst)
            continue;
        diag_print("%s: cannot copy: an earlier source gets the same name in the directory",
                   operands[i]);
        free(pairs[i].dst);
        pairs[i].dst = NULL;
    }
    tdestroy(seen, keep);
    return rc;
}

int operands_pair(const char **operands, int operand_count, const char *directory,
                  bool never_directory, struct pair **pairs, int *count)
{
    bool need_dest = !directory;
    *count = 0;
    *pairs = NULL;
    if (operand_count < 1 + need_dest || (never_directory && operand_count != 2))
        return complain_count(operand_count, need_dest);
    *count = operand_count - need_dest;
    *pairs = calloc((size_t)*count, sizeof(**pairs));
    if (!*pairs)
        return complain_target(operands[0], ENOMEM);

    const char *dest = directory ? directory : operands[operand_count - 1];
    int err = never_directory ? ENOTDIR : check_directory(dest);
    if (err == 0)
        return pair_into_directory(operands, *count, dest, *pairs);
    if (directory || *count > 1)
        return complain_target(dest, err);
    (*pairs)[0] = (struct pair){.src = operands[0], .dst = strdup(dest)};
    return 0;
}

void operands_release(struct pair *pairs, int count)
{
    for (int i = 0; i < count; i++)
        free(pairs[i].dst);
    free(pairs);
}
