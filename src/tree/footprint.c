/* SPDX-License-Identifier: MIT */
#include "tree/footprint.h"
#include "base/facts.h"
#include "base/filesystem.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <xxhash.h>

/* --- names --- */

#define CASEFOLD_FLAG 0x40000000 /* FS_CASEFOLD_FL, which <linux/fs.h> has only since 5.2 */

bool footprint_names_are_exact(const char *path)
{
    struct statfs fs;
    const char *slash = strrchr(path, '/');
    char *directory = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    int flags = 0, fd = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    free(directory);
    if (fd < 0)
        return false;
    bool exact = fstatfs(fd, &fs) == 0 && filesystem_of((long)fs.f_type)->exact_names;
    if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 && flags & CASEFOLD_FLAG)
        exact = false;
    close(fd);
    return exact;
}

/* No known file system takes a name made of these characters for another one, unless they differ
 * only in case. With other characters some do, in many ways: Unicode, short names (LONGNA~1.TXT),
 * streams (a:b). */
static bool is_plain_name(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)name[i] >= 0x80 || (!isalnum(name[i]) && !strchr("-_.+,=@#% ", name[i])))
            return false;
    return len > 0 && !strchr(". ", name[len - 1]);
}

/* A number for a name that doesn't exist yet, the same for names that differ only in case. If two
 * others get the same number, that does no harm: they only keep their order. */
static struct file_id id_of_name(const char *name)
{
    char folded[NAME_MAX + 1];
    size_t len = 0;
    for (; len < NAME_MAX && name[len]; len++)
        folded[len] = (char)(name[len] & ~0x20);
    return (struct file_id){.dev = (dev_t)-1, .ino = (ino_t)XXH3_64bits(folded, len)};
}

/* --- looking --- */

static void look_at_destination(const char *dst, bool exact_names, struct footprint *f)
{
    struct stat st;
    const char *name = strrchr(dst, '/') ? strrchr(dst, '/') + 1 : dst;
    if (lstat(dst, &st) == 0) {
        f->plain &= S_ISREG(st.st_mode) && st.st_nlink == 1;
        f->unknown |= S_ISLNK(st.st_mode) && stat(dst, &st) < 0;
        f->writes = file_id_of(&st);
        return;
    }
    f->unknown |= errno != ENOENT || (!exact_names && !is_plain_name(name));
    f->writes = id_of_name(name);
}

void footprint_look(const struct pair *pair, bool exact_names, struct footprint *f)
{
    struct stat st;
    *f = (struct footprint){.looked = true};
    if (!pair->dst)
        return;
    f->unknown = stat(pair->src, &st) < 0;
    if (f->unknown)
        return;
    f->reads = file_id_of(&st);
    f->size = S_ISREG(st.st_mode) ? st.st_size : 0;
    f->plain = S_ISREG(st.st_mode) && st.st_size < FACTS_SMALL && !pair->earlier && !pair->later;
    look_at_destination(pair->dst, exact_names, f);
}

/* --- comparing --- */

struct touch {
    struct file_id file;
    int index; /* of the footprint */
    bool writes;
};

static int compare_touches(const void *left, const void *right)
{
    const struct file_id *a = &((const struct touch *)left)->file;
    const struct file_id *b = &((const struct touch *)right)->file;
    if (a->ino != b->ino)
        return a->ino < b->ino ? -1 : 1;
    return a->dev < b->dev ? -1 : a->dev > b->dev;
}

/* If several touch something, and one of them writes it, none of these is alone. */
static void part_group(const struct touch *group, size_t count, struct footprint *list)
{
    bool written = false, several = false;
    for (size_t i = 0; i < count; i++) {
        written |= group[i].writes;
        several |= group[i].index != group[0].index;
    }
    for (size_t i = 0; i < count && written && several; i++)
        list[group[i].index].alone = false;
}

void footprints_compare(struct footprint *list, int count)
{
    struct touch *touches = calloc((size_t)count, 2 * sizeof(*touches));
    size_t n = 0;
    for (int i = 0; i < count; i++)
        list[i].alone = touches;
    for (int i = 0; touches && i < count; i++) {
        touches[n++] = (struct touch){list[i].reads, i, false};
        touches[n++] = (struct touch){list[i].writes, i, true};
    }
    if (n > 0)
        qsort(touches, n, sizeof(*touches), compare_touches);
    for (size_t start = 0, end; start < n; start = end) {
        for (end = start + 1; end < n && file_id_equal(touches[start].file, touches[end].file);)
            end++;
        part_group(touches + start, end - start, list);
    }
    free(touches);
}
