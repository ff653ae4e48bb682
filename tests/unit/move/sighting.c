/* SPDX-License-Identifier: MIT */
#include "move/sighting.h"
#include "support.h"

TestSuite(sighting, .timeout = 60);

/* The bytes of a share as another process reads them, in memory of their own. */
static struct share *bytes_of(unsigned count, size_t *len)
{
    struct share *share = share_create(count, true);
    struct stat st;
    cr_assert_eq(fstat(share->fd, &st), 0);
    *len = (size_t)st.st_size;
    void *bytes = aligned_alloc(_Alignof(struct share), (*len + 63) / 64 * 64);
    memcpy(bytes, share, *len);
    share_destroy(share);
    return bytes;
}

Test(sighting, a_share_is_known_as_one)
{
    size_t len;
    struct share *share = bytes_of(3, &len);
    cr_assert_eq(sighting_share(share, len), share);
    cr_assert_eq(share->count, 3);
    free(share);
}

Test(sighting, a_share_of_another_version_is_none)
{
    size_t len;
    struct share *share = bytes_of(3, &len);
    share->version++;
    cr_assert_null(sighting_share(share, len));
}

Test(sighting, other_memory_is_none)
{
    size_t len;
    struct share *share = bytes_of(3, &len);
    share->magic[0] ^= 1;
    cr_assert_null(sighting_share(share, len));
}

Test(sighting, a_share_that_says_it_has_more_slots_than_it_has_is_none)
{
    size_t len;
    struct share *share = bytes_of(3, &len);
    share->count = 4;
    cr_assert_null(sighting_share(share, len));
}

Test(sighting, one_that_is_cut_short_is_none)
{
    size_t len;
    struct share *share = bytes_of(3, &len);
    cr_assert_null(sighting_share(share, sizeof(*share) - 1));
}

Test(sighting, names_without_an_end_get_one)
{
    size_t len;
    struct share *share = bytes_of(1, &len);
    memset(share->src, 'x', sizeof(share->src));
    memset(share->engine, 'x', sizeof(share->engine));
    cr_assert_eq(sighting_share(share, len), share);
    cr_assert_eq(strlen(share->src), sizeof(share->src) - 1);
    cr_assert_eq(strlen(share->engine), sizeof(share->engine) - 1);
    free(share);
}

/* A child with a share stands for a copy. */
static pid_t a_copy(int *ready)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct share *share = share_create(2, true);
        share_begin(share, PHASE_COPYING, 1000, 1);
        share->slots[0].done = 10;
        cr_assert_eq(write(ends[1], "r", 1), 1);
        for (;;)
            pause();
    }
    char byte;
    cr_assert_eq(read(ends[0], &byte, 1), 1);
    *ready = ends[0];
    return pid;
}

Test(sighting, a_process_with_a_share_is_found_while_it_lives)
{
    int ready;
    struct sighting *all;
    pid_t pid = a_copy(&ready);
    int count = sighting_all(pid, &all);
    cr_assert_eq(count, 1);
    cr_assert_eq(all[0].pid, pid);
    cr_assert_not(all[0].stopped);
    cr_assert_eq(share_done(all[0].share), 10);
    sighting_release(all, count);
    kill(pid, SIGSTOP);
    cr_assert_eq(waitpid(pid, NULL, WUNTRACED), pid);
    count = sighting_all(pid, &all);
    cr_assert_eq(count, 1);
    cr_assert(all[0].stopped);
    sighting_release(all, count);
    kill(pid, SIGKILL); /* a zombie from now on */
    siginfo_t info;
    cr_assert_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    cr_assert_eq(sighting_all(pid, &all), 0);
    sighting_release(all, 0);
    waitpid(pid, NULL, 0);
}
