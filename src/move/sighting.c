/* SPDX-License-Identifier: MIT */
#include "move/sighting.h"
#include "base/arithmetic.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Everything is read below /proc/PID, held open: should the process end, and another get its
 * number, nothing of that one is seen. */

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

/* Its state is a letter (proc(5)), ' ' if it is gone; *parent its parent. */
static char process_state(int process, pid_t *parent)
{
    char text[512], state = ' ';
    int ppid = 0;
    read_file(process, "stat", text, sizeof(text));
    const char *behind_name = strrchr(text, ')'); /* which may have blanks and parentheses in it */
    if (!behind_name || sscanf(behind_name, ") %c %d", &state, &ppid) != 2)
        return ' ';
    *parent = ppid;
    return state;
}

/* --- the share --- */

struct share *sighting_share(void *bytes, size_t len)
{
    struct share *share = bytes;
    bool ours = len >= sizeof(*share) &&
                memcmp(share->magic, SHARE_MAGIC, sizeof(share->magic)) == 0 &&
                share->version == SHARE_VERSION &&
                share->count <= (len - sizeof(*share)) / sizeof(struct slot);
    if (!ours) {
        free(bytes);
        return NULL;
    }
    share->engine[sizeof(share->engine) - 1] = '\0';
    share->src[sizeof(share->src) - 1] = '\0';
    share->dst[sizeof(share->dst) - 1] = '\0';
    return share;
}

/* Read, not mapped: it may be cut short meanwhile. */
static struct share *read_share(int fd)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || st.st_size <= 0 || st.st_size > 1 << 20)
        return NULL;
    size_t line = _Alignof(struct share), room = round_up((size_t)st.st_size, line);
    void *bytes = aligned_alloc(line, room);
    if (!bytes)
        return NULL;
    ssize_t n = io_pread_full(fd, bytes, (size_t)st.st_size, 0);
    return sighting_share(bytes, n < 0 ? 0 : (size_t)n);
}

static bool is_share(int fds, const char *name)
{
    static const char link[] = "/memfd:" SHARE_MEMORY " ";
    char target[64];
    ssize_t len = readlinkat(fds, name, target, sizeof(target));
    return len >= (ssize_t)sizeof(link) - 1 && memcmp(target, link, sizeof(link) - 1) == 0;
}

/* Opens the directory of its descriptors; NULL if that isn't ours to look into. */
static DIR *open_descriptors(int process)
{
    int fd = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir)
        io_close(&fd);
    return dir;
}

static struct share *find_share(int process)
{
    DIR *dir = open_descriptors(process);
    struct share *share = NULL;
    for (struct dirent *e; dir && !share && (e = readdir(dir));) {
        if (!is_share(dirfd(dir), e->d_name))
            continue;
        int fd = openat(dirfd(dir), e->d_name, O_RDONLY | O_CLOEXEC);
        share = fd < 0 ? NULL : read_share(fd);
        io_close(&fd);
    }
    if (dir)
        closedir(dir);
    return share;
}

/* --- the process --- */

/* Does it run this very program? */
static bool is_mpcp(int process)
{
    struct stat its, ours;
    return process >= 0 && fstatat(process, "exe", &its, 0) == 0 &&
           stat("/proc/self/exe", &ours) == 0 && io_same_file(&its, &ours);
}

/* Workers, and the processes that copy small files, are their parents' business. */
static bool is_child_of_mpcp(pid_t parent)
{
    int fd = open_process(parent);
    bool is = is_mpcp(fd);
    io_close(&fd);
    return is;
}

static bool only_looks(int process)
{
    char text[4096];
    ssize_t len = read_file(process, "cmdline", text, sizeof(text));
    for (const char *arg = text; arg < text + len; arg += strlen(arg) + 1)
        if (strncmp(arg, "--status", 8) == 0)
            return true;
    return false;
}

static bool is_ours(int process)
{
    struct stat st;
    return fstat(process, &st) == 0 && st.st_uid == geteuid();
}

static void find_directory(int process, struct sighting *s)
{
    ssize_t len = readlinkat(process, "cwd", s->dir, sizeof(s->dir) - 1);
    s->dir[len < 0 ? 0 : len] = '\0';
}

/* Fills in *s if that process is copying. */
static bool look_at(pid_t pid, bool whosesoever, struct sighting *s)
{
    int process = open_process(pid);
    pid_t parent = 0;
    *s = (struct sighting){.pid = pid};
    if (process >= 0 && (whosesoever || is_ours(process)))
        s->share = find_share(process);
    bool silent = process >= 0 && !s->share && (whosesoever || is_ours(process)) &&
                  is_mpcp(process) && !only_looks(process);
    find_directory(process, s);
    char state = process < 0 ? ' ' : process_state(process, &parent);
    bool alive = state != ' ' && state != 'Z' && state != 'X';
    io_close(&process);
    s->stopped = state == 'T' || state == 't';
    if (alive && (s->share || (silent && !is_child_of_mpcp(parent))))
        return true;
    free(s->share);
    return false;
}

/* --- all of them --- */

static int by_pid(const void *a, const void *b)
{
    pid_t left = ((const struct sighting *)a)->pid, right = ((const struct sighting *)b)->pid;
    return (left > right) - (left < right);
}

static int add(struct sighting **list, int count, const struct sighting *s)
{
    struct sighting *more = realloc(*list, ((size_t)count + 1) * sizeof(**list));
    if (!more)
        return -ENOMEM;
    *list = more;
    more[count] = *s;
    return count + 1;
}

int sighting_all(pid_t only, struct sighting **sightings)
{
    struct sighting s;
    int count = 0;
    bool mounted = false; /* else not even this process is there */
    *sightings = NULL;
    DIR *proc = opendir("/proc");
    if (!proc)
        return -errno;
    for (struct dirent *e; count >= 0 && (e = readdir(proc));) {
        pid_t pid = (pid_t)atoi(e->d_name);
        mounted |= pid == getpid();
        if (pid > 0 && pid != getpid() && (!only || pid == only) && look_at(pid, only, &s))
            count = add(sightings, count, &s);
    }
    closedir(proc);
    if (count > 1)
        qsort(*sightings, (size_t)count, sizeof(s), by_pid);
    return count == 0 && !mounted ? -ENOENT : count;
}

void sighting_release(struct sighting *sightings, int count)
{
    for (int i = 0; i < count; i++)
        free(sightings[i].share);
    free(sightings);
}
