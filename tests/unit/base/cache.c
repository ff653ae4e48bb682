/* SPDX-License-Identifier: MIT */
#include "base/cache.h"
#include "support.h"

#include <sys/vfs.h>

/* Chunks of huge pages: the cache drops no part of one. */
enum { PAGE = 4096, CHUNK = 2 << 20, SIZE = 12 * CHUNK };

TestSuite(cache, .init = enter_scratch, .fini = leave_scratch, .timeout = 60);

/* On a file system in memory the cache is all there is. */
static void need_a_disk(int fd)
{
    struct statfs fs;
    cr_assert_eq(fstatfs(fd, &fs), 0);
    if (fs.f_type == 0x01021994 || fs.f_type == (long)0x858458f6)
        SKIP("the test's directory is in memory");
}

/* It looks for code at the beginning of what is mapped, and so has that in the cache. */
static void need_no_valgrind(void)
{
    const char *preload = getenv("LD_PRELOAD");
    if (preload && strstr(preload, "/vgpreload_"))
        SKIP("valgrind reads what is mapped");
}

static int a_file(void)
{
    int fd = make_file("file", SIZE);
    need_a_disk(fd);
    return fd;
}

static long cached(int fd)
{
    return cache_count(fd, (struct chunk){0, SIZE});
}

Test(cache, what_was_written_is_cached)
{
    int fd = a_file();
    cr_assert_eq(cached(fd), SIZE / PAGE);
    cr_assert_eq(cache_count(fd, (struct chunk){CHUNK, CHUNK}), CHUNK / PAGE);
    close(fd);
}

Test(cache, what_is_dropped_after_writing_is_not)
{
    need_no_valgrind();
    int fd = a_file();
    cache_drop_written(fd, (struct chunk){0, CHUNK});
    cr_assert_eq(cache_count(fd, (struct chunk){0, CHUNK}), 0);
    cr_assert_eq(cached(fd), (SIZE - CHUNK) / PAGE);
    cache_drop_written(fd, (struct chunk){0, 0}); /* all of it */
    cr_assert_eq(cached(fd), 0);
    close(fd);
}

Test(cache, what_is_dropped_after_reading_is_not)
{
    int fd = a_file();
    cr_assert_eq(fsync(fd), 0);
    cache_drop_read(fd, (struct chunk){CHUNK, CHUNK});
    cr_assert_eq(cached(fd), (SIZE - CHUNK) / PAGE);
    close(fd);
}

Test(cache, what_one_follows_is_dropped_some_chunks_behind)
{
    need_no_valgrind();
    struct cache_wake wake = {.count = 0};
    int fd = a_file();
    for (off_t i = 0; i < SIZE / CHUNK; i++)
        cr_assert_eq(cache_follow(&wake, fd, &(struct chunk){i * CHUNK, CHUNK}), 0);
    cr_assert_leq(cached(fd), CACHE_WAKE * CHUNK / PAGE);
    close(fd);
}

Test(cache, writing_back_what_has_no_disk_is_no_error)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(cache_write_back(ends[1], (struct chunk){0, 0}), 0);
}

Test(cache, a_file_that_is_not_open_is_one)
{
    cr_assert_eq(cache_write_back(-1, (struct chunk){0, 0}), -EBADF);
}
