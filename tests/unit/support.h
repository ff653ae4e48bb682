/* SPDX-License-Identifier: MIT */
/* What several unit tests share: files in a directory of their own, small file systems, children.
 */
#pragma once

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static char support_dir[512];

/* Makes an empty directory, the current one from then on. For Test(..., .init = enter_scratch). */
static inline void enter_scratch(void)
{
    const char *parent = getenv("MPCP_TEST_DIR"); /* where tests/run sees what is left behind */
    snprintf(support_dir, sizeof(support_dir), "%s/mpcp-unit-XXXXXX", parent ? parent : "/tmp");
    cr_assert_not_null(mkdtemp(support_dir));
    cr_assert_eq(chdir(support_dir), 0);
}

/* From within each directory, as some paths are longer than the kernel accepts. */
static inline void remove_tree(char *top)
{
    FTS *fts = fts_open((char *[]){top, NULL}, FTS_PHYSICAL, NULL);
    for (FTSENT *entry; (entry = fts_read(fts));)
        cr_assert(entry->fts_info == FTS_D || remove(entry->fts_accpath) == 0);
    fts_close(fts);
}

static inline void leave_scratch(void)
{
    if (!*support_dir)
        return;
    umount2("small", MNT_DETACH); /* if there is one, see mount_small */
    cr_assert_eq(chdir("/"), 0);
    remove_tree(support_dir);
    *support_dir = '\0';
}

/* Ends the test as skipped, for the reason given as to printf. Criterion then calls no .fini. */
#define SKIP(...)                                                                                  \
    do {                                                                                           \
        char reason[256];                                                                          \
        snprintf(reason, sizeof(reason), __VA_ARGS__); /* before errno is lost */                  \
        leave_scratch();                                                                           \
        cr_skip_test("%s", reason);                                                                \
    } while (0)

/* Is it a file system of its own, of no more than 1 MiB? Only such a one is filled. */
static inline bool is_small_mount(const char *path)
{
    struct stat inside, outside;
    struct statvfs fs;
    return stat(path, &inside) == 0 && stat(".", &outside) == 0 &&
           inside.st_dev != outside.st_dev && statvfs(path, &fs) == 0 && fs.f_blocks > 0 &&
           fs.f_blocks * fs.f_frsize <= 1 << 20;
}

/* Mounts an empty tmpfs of 1 MiB as "small", where no other process sees it, or skips the test. */
static inline void mount_small(void)
{
    if (geteuid() != 0)
        SKIP("only root can mount a small file system");
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mkdir("small", 0755) < 0 || mount("small", "small", "tmpfs", 0, "size=1m") < 0 ||
        !is_small_mount("small"))
        SKIP("this root may not mount a small file system");
}

/* Creates a file of `size` bytes, no two pages of which are equal, and returns it open for reading
 * and writing. */
static inline int make_file(const char *name, size_t size)
{
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    cr_assert_geq(fd, 0);
    unsigned char *bytes = malloc(size + 1);
    unsigned state = 1;
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)((state = state * 1103515245u + 12345u) >> 16);
    cr_assert_eq(write(fd, bytes, size), (ssize_t)size);
    free(bytes);
    return fd;
}

/* Do the first `size` bytes of two files agree? */
static inline bool same_bytes(int a, int b, size_t size)
{
    char *x = malloc(size + 1), *y = malloc(size + 1);
    bool same = pread(a, x, size, 0) == (ssize_t)size && pread(b, y, size, 0) == (ssize_t)size &&
                memcmp(x, y, size) == 0;
    free(x);
    free(y);
    return same;
}

/* Memory full of zeros that children share. */
static inline void *shared_memory(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(memory, MAP_FAILED);
    return memory;
}

/* Waits for a child, and returns its wait status. */
static inline int reap(pid_t pid)
{
    int status = -1;
    cr_assert_gt(pid, 0, "a child could not be forked");
    cr_assert_eq(TEMP_FAILURE_RETRY(waitpid(pid, &status, 0)), pid);
    return status;
}
