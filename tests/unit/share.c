/* SPDX-License-Identifier: MIT */
#include "share.h"

#include <criterion/criterion.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, CHUNK = 2 * PAGE };

Test(share, a_worker_claims_its_own_block_first)
{
    struct share *share = share_create(8 * PAGE, 2, PAGE);
    struct chunk chunk;
    cr_assert(share_claim(share, 1, CHUNK, &chunk));
    cr_assert_eq(chunk.off, 4 * PAGE);
    cr_assert_eq(chunk.len, CHUNK);
    cr_assert(share_claim(share, 0, CHUNK, &chunk));
    cr_assert_eq(chunk.off, 0);
    share_destroy(share);
}

Test(share, the_last_chunk_of_a_block_is_shorter)
{
    struct share *share = share_create(PAGE + 17, 1, PAGE);
    struct chunk chunk;
    cr_assert(share_claim(share, 0, PAGE, &chunk));
    cr_assert(share_claim(share, 0, PAGE, &chunk));
    cr_assert_eq(chunk.off, PAGE);
    cr_assert_eq(chunk.len, 17);
    cr_assert_not(share_claim(share, 0, PAGE, &chunk));
    share_destroy(share);
}

Test(share, an_idle_worker_claims_from_the_fullest_block)
{
    struct share *share = share_create(9 * PAGE, 3, PAGE);
    struct chunk chunk;
    for (int i = 0; i < 3; i++)
        cr_assert(share_claim(share, 0, PAGE, &chunk));
    cr_assert(share_claim(share, 1, PAGE, &chunk));
    cr_assert(share_claim(share, 0, PAGE, &chunk));
    cr_assert_eq(chunk.off, 6 * PAGE, "block 2 is the fullest");
    share_destroy(share);
}

Test(share, nothing_is_left_of_an_empty_file)
{
    struct share *share = share_create(0, 1, PAGE);
    struct chunk chunk;
    cr_assert_not(share_claim(share, 0, CHUNK, &chunk));
    cr_assert_eq(share_done(share), 0);
    share_destroy(share);
}

Test(share, what_all_workers_have_done_is_summed)
{
    struct share *share = share_create(8 * PAGE, 2, PAGE);
    share->slots[0].done = PAGE;
    share->slots[1].done = 3 * PAGE;
    cr_assert_eq(share_done(share), 4 * PAGE);
    share_destroy(share);
}

/* Counts in `claims` how often each page was claimed by this worker. */
static void claim_all(struct share *share, unsigned self, _Atomic int *claims)
{
    struct chunk chunk;
    while (share_claim(share, self, CHUNK, &chunk))
        for (size_t page = 0; page < chunk.len / PAGE; page++)
            claims[(size_t)chunk.off / PAGE + page]++;
}

Test(share, several_processes_claim_every_byte_exactly_once, .timeout = 60)
{
    enum { WORKERS = 5, PAGES = 20000 };
    struct share *share = share_create((off_t)PAGES * PAGE, WORKERS, PAGE);
    _Atomic int *claims = mmap(NULL, PAGES * sizeof(*claims), PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (unsigned i = 0; i < WORKERS; i++) {
        if (fork() == 0) {
            claim_all(share, i, claims);
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        ;
    for (int page = 0; page < PAGES; page++)
        cr_assert_eq(claims[page], 1, "page %d was claimed %d times", page, claims[page]);
    share_destroy(share);
}
