/* SPDX-License-Identifier: MIT */
/* What several unit tests share: files in a directory of their own. */
#pragma once

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EACH(i, array) (size_t i = 0; i < sizeof(array) / sizeof(array[0]); i++)

static char support_dir[64];

/* Makes an empty directory, the current one from then on. For Test(..., .init = enter_scratch). */
static inline void enter_scratch(void)
{
    /* Not in /tmp, which may be a tmpfs: there is less that works there. */
    strcpy(support_dir, "/var/tmp/mpcp-unit-XXXXXX");
    cr_assert_not_null(mkdtemp(support_dir));
    cr_assert_eq(chdir(support_dir), 0);
}

static inline void leave_scratch(void)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", support_dir);
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(system(command), 0);
}

/* Creates a file of `size` bytes, no two pages of which are equal, and returns it open for both. */
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
