/* SPDX-License-Identifier: MIT */
#include "tree.h"
#include "base/arithmetic.h"
#include "base/signals.h"
#include "source.h"
#include "walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

static int count_entry(const struct place *place, void *argument, struct trouble *trouble)
{
    struct census *census = argument;
    if (S_ISREG(place->st->st_mode)) {
        census->files++;
        census->bytes += (uint64_t)place->st->st_size;
    } else if (S_ISDIR(place->st->st_mode)) {
        census->directories++;
    } else {
        census->others++;
    }
    return signals_fatal() ? trouble_note(trouble, EINTR, place->path) : 0;
}

int tree_count(const char *path, struct census *census, struct trouble *trouble)
{
    *census = (struct census){0};
    return walk(path, count_entry, NULL, census, trouble);
}

int tree_settle(const char *path, struct trouble *trouble)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int err = fd < 0 || syncfs(fd) < 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    return err ? trouble_note(trouble, err, path) : 0;
}

static int warm_entry(const struct place *place, void *argument, struct trouble *trouble)
{
    (void)argument;
    llistxattr(place->path, NULL, 0); /* some file systems have them in blocks of their own */
    if (signals_fatal())
        return trouble_note(trouble, EINTR, place->path);
    return S_ISREG(place->st->st_mode) ? source_warm(place->path, trouble) : 0;
}

int tree_warm(const char *path, struct trouble *trouble)
{
    return walk(path, warm_entry, NULL, NULL, trouble);
}

static int evict_entry(const struct place *place, void *argument, struct trouble *trouble)
{
    uint64_t *resident = argument, more = 0;
    if (signals_fatal())
        return trouble_note(trouble, EINTR, place->path);
    int err = S_ISREG(place->st->st_mode) ? source_evict(place->path, &more, trouble) : 0;
    *resident += more;
    return err;
}

int tree_evict(const char *path, uint64_t *resident, struct trouble *trouble)
{
    *resident = 0;
    return walk(path, evict_entry, NULL, resident, trouble);
}

/* --- comparison --- */

int tree_check_census(const char *dst, const struct census *census, const char *method,
                      struct trouble *trouble)
{
    struct census copy;
    int err = tree_count(dst, &copy, trouble);
    if (err)
        return err;
    const struct {
        const char *what;
        uint64_t copied, expected;
    } counts[] = {
        {"files", copy.files, census->files},
        {"directories", copy.directories, census->directories},
        {"links and special files", copy.others, census->others},
        {"bytes", copy.bytes, census->bytes},
    };
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        if (counts[i].copied != counts[i].expected)
            return trouble_say(trouble, EIO, "%s: the copy has %llu %s instead of %llu", method,
                               (unsigned long long)counts[i].copied, counts[i].what,
                               (unsigned long long)counts[i].expected);
    }
    return 0;
}

struct comparison {
    const char *dst, *method;
    struct shortfall *shortfall;
};

static int same_target(const char *src, const char *dst)
{
    char here[PATH_MAX], there[PATH_MAX];
    ssize_t len = readlink(src, here, sizeof(here));
    return len >= 0 && readlink(dst, there, sizeof(there)) == len &&
           memcmp(here, there, (size_t)len) == 0;
}

static bool is_special(const struct stat *st)
{
    return S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode);
}

static void look_for_shortfall(struct shortfall *shortfall, const struct stat *src,
                               const struct stat *dst)
{
    bool time = src->st_mtim.tv_sec != dst->st_mtim.tv_sec;
    shortfall->modes += src->st_mode != dst->st_mode;
    shortfall->owners += src->st_uid != dst->st_uid || src->st_gid != dst->st_gid;
    shortfall->times += time;
    shortfall->nanoseconds += !time && src->st_mtim.tv_nsec != dst->st_mtim.tv_nsec;
    shortfall->links += S_ISREG(src->st_mode) && src->st_nlink > 1 && dst->st_nlink == 1;
}

static int compare_entry(const struct place *place, void *argument, struct trouble *trouble)
{
    const struct comparison *comparison = argument;
    const char *method = comparison->method;
    char path[2 * PATH_MAX], what[PATH_MAX + 64];
    struct stat st;
    snprintf(path, sizeof(path), "%s%s", comparison->dst, place->below);
    snprintf(what, sizeof(what), "%s: %s", method, place->below);
    if (signals_fatal())
        return trouble_note(trouble, EINTR, method);
    if (lstat(path, &st) < 0)
        return trouble_say(trouble, EIO, "%s: not copied (%s)", what, strerror(errno));
    if ((st.st_mode ^ place->st->st_mode) & S_IFMT)
        return trouble_say(trouble, EIO, "%s: the copy is of another kind", what);
    if (S_ISLNK(st.st_mode) && !same_target(place->path, path))
        return trouble_say(trouble, EIO, "%s: the copy links to something else", what);
    if (is_special(&st) && st.st_rdev != place->st->st_rdev)
        return trouble_say(trouble, EIO, "%s: the copy is another device", what);
    look_for_shortfall(comparison->shortfall, place->st, &st);
    return S_ISREG(st.st_mode) ? source_compare(place->path, path, what, trouble) : 0;
}

int tree_compare(const char *src, const char *dst, const char *method, struct shortfall *shortfall,
                 struct trouble *trouble)
{
    struct comparison comparison = {dst, method, shortfall};
    *shortfall = (struct shortfall){0};
    return walk(src, compare_entry, NULL, &comparison, trouble);
}

const char *shortfall_text(const struct shortfall *shortfall, char *buf, size_t size)
{
    const struct {
        const char *what;
        uint64_t count;
    } lacks[] = {
        {"modes", shortfall->modes},      {"owners", shortfall->owners},
        {"times", shortfall->times},      {"nanoseconds of times", shortfall->nanoseconds},
        {"hard links", shortfall->links},
    };
    size_t len = 0;
    buf[0] = '\0';
    for (size_t i = 0; i < COUNT_OF(lacks) && len < size; i++) {
        if (lacks[i].count > 0)
            len += (size_t)snprintf(buf + len, size - len, "%s%s of %llu", len ? ", " : "",
                                    lacks[i].what, (unsigned long long)lacks[i].count);
    }
    return buf;
}
