/* SPDX-License-Identifier: MIT */
#include "copy/orphan.h"
#include "base/io.h"
#include "base/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#define PATTERN "%08" PRIx32 "-%08" PRIx32 "-%016" PRIx64
enum { TAG_LEN = 8 + 1 + 8 + 1 + 16 };

/* Its name, when it was started, and the name space of its processes: pids mean something only
 * there. */
static uint32_t this_machine(void)
{
    struct {
        char name[72], boot[40];
        ino_t pids;
    } told = {{0}, {0}, 0};
    struct stat st;
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, told.boot, sizeof(told.boot) - 1) <= 0 ||
        stat("/proc/self/ns/pid", &st) < 0)
        st.st_ino = (ino_t)time(NULL); /* nobody's, then */
    told.pids = st.st_ino;
    if (gethostname(told.name, sizeof(told.name) - 1) < 0)
        told.name[0] = '\0';
    io_close(&fd);
    return (uint32_t)XXH3_64bits(&told, sizeof(told));
}

int orphan_make_name(char hidden[NAME_ROOM], const char *name)
{
    char tag[TAG_LEN + 1];
    uint64_t chance;
    if (getrandom(&chance, sizeof(chance), 0) < 0)
        return -errno;
    snprintf(tag, sizeof(tag), PATTERN, this_machine(), (uint32_t)getpid(), chance);
    name_hidden(hidden, name, tag);
    return 0;
}

/* Whose file has this name? */
static bool parse(const char *tag, uint32_t *machine, pid_t *pid)
{
    uint32_t number;
    uint64_t chance;
    char again[TAG_LEN + 1];
    if (sscanf(tag, "%8" SCNx32 "-%8" SCNx32 "-%16" SCNx64, machine, &number, &chance) != 3)
        return false;
    snprintf(again, sizeof(again), PATTERN, *machine, number, chance);
    *pid = (pid_t)number;
    return *pid > 0 && strcmp(again, tag) == 0;
}

static bool is_gone(uint32_t machine, pid_t pid, const struct stat *st)
{
    return (machine == this_machine() && process_is_dead(pid)) ||
           time(NULL) - st->st_mtim.tv_sec > ORPHAN_AGE;
}

static void look_at(int dir_fd, const char *name, const char *tag)
{
    uint32_t machine;
    pid_t pid;
    struct stat st;
    if (!parse(tag, &machine, &pid) || fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return;
    if (S_ISREG(st.st_mode) && st.st_uid == geteuid() && is_gone(machine, pid, &st))
        unlinkat(dir_fd, name, 0);
}

void orphan_sweep(int dir_fd, const char *name)
{
    char pattern[NAME_ROOM], any[TAG_LEN + 1];
    memset(any, '-', TAG_LEN);
    any[TAG_LEN] = '\0';
    name_hidden(pattern, name, any);
    size_t before = strlen(pattern) - TAG_LEN;
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    if (!directory) {
        io_close(&fd);
        return;
    }
    for (const struct dirent *e; (e = readdir(directory));)
        if (strlen(e->d_name) == before + TAG_LEN && strncmp(e->d_name, pattern, before) == 0)
            look_at(dir_fd, e->d_name, e->d_name + before);
    closedir(directory);
}
