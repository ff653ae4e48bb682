/* SPDX-License-Identifier: MIT */
#include "move/sighting.h"
#include "base/arithmetic.h"
#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Everything is read below /proc/PID, which is held open: should the process end and its number be
 * given to another one, nothing of that one is seen. */

static int open_process(pid_t pid)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static ssize_t read_file(int dir_fd, const char *name, char *text, size_t room)
{
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : io_pread_full(fd, text, room - 1, 0);
    io_close(&fd);
    text[n < 0 ? 0 : n] = '\0';
    return n;
}

/* What /proc/PID/status says of it (proc(5)). */
struct process {
    char state; /* a letter; ' ' if it is gone */
    pid_t parent;
    uid_t user;
};

/* The first line is the name that the process has given itself; the kernel escapes newlines in
 * it. */
static struct process inspect_process(int dir)
{
    char text[1024];
    struct process p = {.state = ' '};
    int parent;
    unsigned user;
    read_file(dir, "status", text, sizeof(text));
    const char *state = strstr(text, "\nState:"), *ppid = strstr(text, "\nPPid:"),
               *uid = strstr(text, "\nUid:");
    bool known = state && ppid && uid && sscanf(ppid, "\nPPid: %d", &parent) == 1 &&
                 sscanf(uid, "\nUid: %*u %u", &user) == 1 && /* the effective one */
                 sscanf(state, "\nState: %c", &p.state) == 1;
    return known ? (struct process){p.state, parent, user} : (struct process){.state = ' '};
}

/* --- the share --- */

/* Our own engines have names that need no quoting anywhere. */
static bool is_engine(const char *name, size_t room)
{
    size_t len = strnlen(name, room);
    return len > 0 && len < room && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static bool is_text(const char *text, size_t room)
{
    return *text && memchr(text, '\0', room);
}

static bool is_share(const struct share *s, size_t len)
{
    return len >= sizeof(*s) && memcmp(s->magic, SHARE_MAGIC, sizeof(s->magic)) == 0 &&
           s->version == SHARE_VERSION && s->count > 0 &&
           s->count <= (len - sizeof(*s)) / sizeof(struct slot);
}

static bool has_nodes(const struct share *s)
{
    return s->nodes < 2 || (s->node < s->nodes && is_text(s->leader, sizeof(s->leader)));
}

/* The start is 0 until there is a phase. A copy whose clock is ahead of ours, as in a time
 * namespace, has just begun. */
static bool has_begun(const struct share *s)
{
    return s->start > 0 && isfinite(s->start) && (unsigned)s->phase <= PHASE_VERIFYING &&
           s->size >= -1 && s->tuning.way < TUNER_MAX_WAYS &&
           is_engine(s->engines[s->tuning.way], SHARE_ENGINE) && has_nodes(s) &&
           is_text(s->src, sizeof(s->src)) && is_text(s->dst, sizeof(s->dst));
}

/* Returns false if what the workers say is impossible. */
static bool read_workers(const struct share *s, struct sighted_copy *copy)
{
    off_t left = copy->size < 0 ? INT64_MAX : copy->size;
    off_t elsewhere = copy->nodes > 1 ? s->elsewhere : 0;
    if (elsewhere < 0)
        return false;
    for (unsigned i = 0; i < s->count; i++) {
        off_t kept = s->slots[i].kept, done = s->slots[i].done; /* in this order they grow */
        pid_t pid = s->slots[i].pid;
        if (pid < 0 || done < 0 || done > left || kept < 0)
            return false;
        left -= done;
        copy->done += done;
        copy->kept += min_off(kept, done);
        if (pid > 0)
            copy->workers[copy->count++] = (struct sighted_worker){i + 1, pid, done};
    }
    copy->here = copy->done;
    copy->done +=
        min_off(elsewhere, left); /* what is said of other nodes may be of a moment later */
    return true;
}

struct sighted_copy *sighting_read(const void *bytes, size_t len, double now)
{
    const struct share *s = bytes;
    if (!is_share(s, len) || !has_begun(s))
        return NULL;
    struct sighted_copy *copy = calloc(1, sizeof(*copy) + s->count * sizeof(*copy->workers));
    if (!copy)
        return NULL;
    copy->phase = s->phase;
    copy->size = s->size;
    copy->elapsed = s->start < now ? now - s->start : 0;
    strcpy(copy->engine, s->engines[s->tuning.way]);
    strcpy(copy->src, s->src);
    strcpy(copy->dst, s->dst);
    copy->node = s->node;
    copy->nodes = s->nodes > 1 ? s->nodes : 1;
    if (copy->nodes > 1)
        strcpy(copy->leader, s->leader);
    if (read_workers(s, copy))
        return copy;
    free(copy);
    return NULL;
}

/* --- the headway of a tree --- */

static bool is_headway(const struct headway *h, size_t len)
{
    return len == sizeof(*h) && memcmp(h->magic, HEADWAY_MAGIC, sizeof(h->magic)) == 0 &&
           h->version == HEADWAY_VERSION && h->sources > 0 && h->start > 0 && isfinite(h->start) &&
           h->jobs > 0 && h->entries >= 0 && h->found >= 0 && h->bytes >= 0 && h->size >= 0 &&
           h->unmoved >= 0 && is_text(h->src, sizeof(h->src)) && is_text(h->dst, sizeof(h->dst));
}

static int64_t at_most(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* As several processes count, its figures aren't of one moment. */
struct sighted_tree *sighting_read_tree(const void *bytes, size_t len, double now)
{
    const struct headway *h = bytes;
    struct sighted_tree *tree = is_headway(h, len) ? calloc(1, sizeof(*tree)) : NULL;
    if (!tree)
        return NULL;
    tree->counting = h->unfinished > 0;
    tree->found = h->found;
    tree->entries = at_most(h->entries, h->found);
    tree->size = h->size;
    tree->done = at_most(h->bytes, h->size);
    tree->unmoved = at_most(h->unmoved, tree->done);
    tree->elapsed = h->start < now ? now - h->start : 0;
    tree->jobs = h->jobs;
    tree->more = h->sources - 1;
    strcpy(tree->src, h->src);
    strcpy(tree->dst, h->dst);
    return tree;
}

/* --- memory of other processes --- */

/* Read, not mapped: it may be cut short meanwhile, and what was checked must not change. Returns
 * memory, aligned for both; NULL: there is nothing. */
static void *read_memory(int fd, size_t *len)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || st.st_size <= 0 || st.st_size > 1 << 20)
        return NULL;
    size_t line = _Alignof(struct share), room = round_up((size_t)st.st_size, line);
    void *bytes = aligned_alloc(line, room);
    ssize_t n = bytes ? io_pread_full(fd, bytes, (size_t)st.st_size, 0) : 0;
    *len = n < 0 ? 0 : (size_t)n;
    return bytes;
}

/* Is this descriptor's link that of a memfd of this name? */
static bool is_called(const char *link, const char *name)
{
    static const char prefix[] = "/memfd:";
    size_t len = strlen(name);
    return strncmp(link, prefix, sizeof(prefix) - 1) == 0 &&
           strncmp(link + sizeof(prefix) - 1, name, len) == 0 &&
           link[sizeof(prefix) - 1 + len] == ' ';
}

/* Which file `name` of another process is, or, if that is "", what dir_fd was opened on with
 * O_PATH. Its file system, which may be one that the other user has made, isn't asked: it might
 * never answer. */
static bool identify(int dir_fd, const char *name, struct stat *st)
{
    struct statx its;
    if (statx(dir_fd, name, AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, &its) < 0)
        return false;
    *st = (struct stat){.st_dev = makedev(its.stx_dev_major, its.stx_dev_minor),
                        .st_ino = its.stx_ino};
    return true;
}

/* Is it where the kernel keeps such memory? */
static bool is_memory(int path_fd)
{
    struct stat its, ours;
    int fd = memfd_create("mpcp", MFD_CLOEXEC);
    bool is = fd >= 0 && fstat(fd, &ours) == 0 && identify(path_fd, "", &its) &&
              its.st_dev == ours.st_dev;
    io_close(&fd);
    return is;
}

/* A file of such a name may be a FIFO, or be on a file system that never answers: only memory is
 * opened. */
static void *open_and_read(int fds, const char *name, size_t *len)
{
    int path_fd = openat(fds, name, O_PATH | O_CLOEXEC);
    int fd = path_fd >= 0 && is_memory(path_fd) ? io_reopen(path_fd, O_RDONLY) : -1;
    void *bytes = fd >= 0 ? read_memory(fd, len) : NULL;
    io_close(&path_fd);
    io_close(&fd);
    return bytes;
}

static void read_descriptor(int fds, const char *name, struct sighting *s)
{
    char link[64] = "";
    size_t len;
    if (readlinkat(fds, name, link, sizeof(link) - 1) < 0)
        return;
    bool share = !s->copy && is_called(link, SHARE_MEMORY);
    bool tree = !s->tree && is_called(link, HEADWAY_MEMORY);
    void *bytes = share || tree ? open_and_read(fds, name, &len) : NULL;
    if (bytes && share)
        s->copy = sighting_read(bytes, len, clock_seconds());
    else if (bytes)
        s->tree = sighting_read_tree(bytes, len, clock_seconds());
    free(bytes);
}

/* *hidden becomes true if its descriptors aren't ours to look at. */
static void find_copy(int process, struct sighting *s, bool *hidden)
{
    int fd = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *hidden = fd < 0 && (errno == EACCES || errno == EPERM);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        io_close(&fd);
        return;
    }
    for (struct dirent *e; (e = readdir(dir));)
        read_descriptor(dirfd(dir), e->d_name, s);
    closedir(dir);
}

/* --- the process --- */

/* Does it run this very program? */
static bool is_mpcp(int process)
{
    struct stat its, ours;
    return process >= 0 && identify(process, "exe", &its) && stat("/proc/self/exe", &ours) == 0 &&
           io_same_file(&its, &ours);
}

static bool only_looks(int process)
{
    char text[1024];
    ssize_t len = read_file(process, "cmdline", text, sizeof(text));
    for (const char *arg = text; arg < text + len; arg += strlen(arg) + 1)
        if (strncmp(arg, "--status", 8) == 0)
            return true;
    return false;
}

/* Anybody can read the name of a process, even of a stranger's. */
static bool is_called_mpcp(int process)
{
    char its[32], ours[32];
    int self = open_process(getpid());
    bool is = read_file(process, "comm", its, sizeof(its)) > 0 &&
              read_file(self, "comm", ours, sizeof(ours)) > 0 && strcmp(its, ours) == 0;
    io_close(&self);
    return is;
}

static bool parent_is(pid_t parent, bool (*what)(int process))
{
    int fd = open_process(parent);
    bool is = what(fd);
    io_close(&fd);
    return is;
}

static void release(struct sighting *s)
{
    free(s->dir);
    free(s->tree);
    free(s->copy);
}

static char *directory_of(int process)
{
    char *dir = malloc(PATH_MAX);
    ssize_t len = dir ? readlinkat(process, "cwd", dir, PATH_MAX - 1) : -1;
    if (len < 0) {
        free(dir);
        return NULL;
    }
    dir[len] = '\0';
    return dir;
}

/* Workers, and the processes that copy a tree, are left to their parents. */
static bool seems_to_copy(int process, pid_t parent, bool (*is_one)(int process))
{
    return is_one(process) && !only_looks(process) && !parent_is(parent, is_one);
}

/* Does it report a copy that is its own, or that was asked for? The processes that copy large files
 * of a tree report these. */
static bool tells(const struct process *p, const struct sighting *s, bool asked)
{
    return (s->tree || s->copy) && (asked || !parent_is(p->parent, is_mpcp));
}

/* Fills in *s if that process is copying, and returns true. */
static bool look_into(int process, const struct process *p, bool asked, struct sighting *s,
                      bool *hidden)
{
    find_copy(process, s, hidden);
    s->stopped = p->state == 'T' || p->state == 't';
    if (!tells(p, s, asked) && (*hidden || !seems_to_copy(process, p->parent, is_mpcp))) {
        release(s);
        return false;
    }
    s->dir = directory_of(process);
    return true;
}

/* The same for the process of that number; counts it if it is foreign. */
static bool look_at(pid_t pid, bool whosesoever, struct sighting *s, int *foreign)
{
    int process = open_process(pid);
    *s = (struct sighting){.pid = pid};
    const struct process p = inspect_process(process);
    bool alive = p.state != ' ' && p.state != 'Z' && p.state != 'X';
    bool hidden = alive, found = false;
    if (alive && (whosesoever || p.user == geteuid()))
        found = look_into(process, &p, whosesoever, s, &hidden);
    if (hidden && (whosesoever || seems_to_copy(process, p.parent, is_called_mpcp)))
        ++*foreign;
    io_close(&process);
    return found;
}

/* --- all of them --- */

static int by_pid(const void *a, const void *b)
{
    pid_t left = ((const struct sighting *)a)->pid, right = ((const struct sighting *)b)->pid;
    return (left > right) - (left < right);
}

static int add(struct sightings *all, struct sighting *s)
{
    struct sighting *more = reallocarray(all->list, (size_t)all->count + 1, sizeof(*all->list));
    if (!more) {
        release(s);
        return -ENOMEM;
    }
    all->list = more;
    all->list[all->count++] = *s;
    return 0;
}

int sightings_find(struct sightings *all, pid_t only)
{
    struct sighting s;
    int rc = 0;
    bool mounted = false; /* otherwise not even this process is there */
    *all = (struct sightings){0};
    DIR *proc = opendir("/proc");
    if (!proc)
        return -errno;
    for (struct dirent *e; !rc && (e = readdir(proc));) {
        pid_t pid = (pid_t)atoi(e->d_name);
        mounted |= pid == getpid();
        if (pid > 0 && pid != getpid() && (!only || pid == only) &&
            look_at(pid, only, &s, &all->foreign))
            rc = add(all, &s);
    }
    closedir(proc);
    if (all->count > 1)
        qsort(all->list, (size_t)all->count, sizeof(s), by_pid);
    return !rc && !mounted ? -ENOENT : rc;
}

void sightings_release(struct sightings *all)
{
    for (int i = 0; i < all->count; i++)
        release(&all->list[i]);
    free(all->list);
}
