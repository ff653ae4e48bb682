/* SPDX-License-Identifier: MIT */
#include "move/share.h"
#include "support.h"

enum { PAGE = 4096, CHUNK = 2 * PAGE };

static struct share *new_share(off_t size, unsigned count)
{
    struct share *share = share_create(count, count, true);
    share_begin(share, PHASE_COPYING, size, PAGE);
    return share;
}

Test(share, a_worker_claims_its_own_block_first)
{
    struct share *share = new_share(8 * PAGE, 2);
    struct chunk chunk;
    cr_assert(share_claim(share, 1, CHUNK, &chunk));
    cr_assert_eq(chunk.off, 4 * PAGE);
    cr_assert_eq(chunk.len, CHUNK);
    cr_assert(share_claim(share, 0, CHUNK, &chunk));
    cr_assert_eq(chunk.off, 0);
    share_destroy(share);
}

Test(share, a_block_is_claimed_in_ascending_order)
{
    struct share *share = new_share(8 * PAGE, 2);
    struct chunk chunk;
    for (int i = 0; i < 4; i++) {
        cr_assert(share_claim(share, 0, PAGE, &chunk));
        cr_assert_eq(chunk.off, i * PAGE);
    }
    share_destroy(share);
}

Test(share, the_last_chunk_of_a_block_is_shorter)
{
    struct share *share = new_share(PAGE + 17, 1);
    struct chunk chunk;
    cr_assert(share_claim(share, 0, PAGE, &chunk));
    cr_assert(share_claim(share, 0, PAGE, &chunk));
    cr_assert_eq(chunk.off, PAGE);
    cr_assert_eq(chunk.len, 17);
    cr_assert_not(share_claim(share, 0, PAGE, &chunk));
    share_destroy(share);
}

Test(share, a_chunk_never_reaches_into_the_next_block)
{
    struct share *share = new_share(6 * PAGE, 2);
    struct chunk chunk;
    cr_assert(share_claim(share, 0, CHUNK, &chunk));
    cr_assert(share_claim(share, 0, CHUNK, &chunk));
    cr_assert_eq(chunk.off, 2 * PAGE);
    cr_assert_eq(chunk.len, PAGE);
    share_destroy(share);
}

Test(share, an_idle_worker_claims_from_the_fullest_block)
{
    struct share *share = new_share(9 * PAGE, 3);
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
    struct share *share = new_share(0, 1);
    struct chunk chunk;
    cr_assert_not(share_claim(share, 0, CHUNK, &chunk));
    cr_assert_eq(share_done(share), 0);
    share_destroy(share);
}

Test(share, offsets_of_huge_files_keep_all_their_bits)
{
    const off_t size = (1LL << 50) + 7;
    struct share *share = new_share(size, 1024);
    off_t last = block_at(size, 1024, 1023, PAGE).off;
    struct chunk chunk;
    cr_assert(share_claim(share, 1023, CHUNK, &chunk));
    cr_assert_eq(chunk.off, last);
    cr_assert_gt(last, 1LL << 49);
    share_destroy(share);
}

Test(share, what_all_workers_have_done_is_summed)
{
    struct share *share = new_share(8 * PAGE, 3);
    share->slots[0].done = PAGE;
    share->slots[1].done = 3 * PAGE;
    share->slots[2].done = 1LL << 40;
    cr_assert_eq(share_done(share), 4 * PAGE + (1LL << 40));
    share_destroy(share);
}

Test(share, slots_do_not_share_cache_lines)
{
    struct share *share = new_share(8 * PAGE, 2);
    cr_assert_eq((uintptr_t)&share->slots[0] % 64, 0);
    cr_assert_eq(sizeof(struct slot) % 64, 0);
    share_destroy(share);
}

/* Counts how often each page was claimed by this worker; a chunk starts on a page. */
static void claim_all(struct share *share, unsigned self, size_t len, _Atomic int *claims)
{
    struct chunk chunk;
    while (share_claim(share, self, len, &chunk)) {
        for (size_t page = 0; page * PAGE < chunk.len; page++)
            claims[(size_t)chunk.off / PAGE + page]++;
        share->slots[self].done += (off_t)chunk.len;
    }
}

static void assert_each_once(const _Atomic int *claims, size_t pages)
{
    for (size_t page = 0; page < pages; page++)
        cr_assert_eq(claims[page], 1, "page %zu was claimed %d times", page, claims[page]);
}

Test(share, whoever_claims_covers_the_whole_file_once)
{
    static const struct {
        off_t size;
        unsigned count, self;
        size_t len;
    } cases[] = {
        {1, 1, 0, PAGE},
        {PAGE - 1, 1, 0, CHUNK},
        {PAGE + 1, 1, 0, PAGE},
        {100 * PAGE + 1, 3, 2, CHUNK},
        {100 * PAGE + 1, 7, 0, 3 * PAGE},
        {100 * PAGE - 1, 64, 63, 64 * PAGE},
        {1000 * PAGE, 1000, 500, PAGE},
        {(2 << 20) * 33LL + 5, 4, 1, 2 << 20},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        size_t pages = (size_t)(cases[i].size + PAGE - 1) / PAGE;
        _Atomic int *claims = calloc(pages, sizeof(*claims));
        struct share *share = new_share(cases[i].size, cases[i].count);
        claim_all(share, cases[i].self, cases[i].len, claims);
        assert_each_once(claims, pages);
        cr_assert_eq(share_done(share), cases[i].size);
        share_destroy(share);
        free(claims);
    }
}

/* The workers start together, so that they meet at the ends of the blocks. */
Test(share, several_processes_claim_every_byte_exactly_once, .timeout = 60)
{
    enum { WORKERS = 5, PAGES = 100001, SIZE = PAGES * PAGE - 17 };
    struct share *share = new_share(SIZE, WORKERS);
    _Atomic int *claims = shared_memory((PAGES + 1) * sizeof(*claims)), *ready = &claims[PAGES];
    pid_t pids[WORKERS];
    for (unsigned i = 0; i < WORKERS; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            for (++*ready; *ready < WORKERS;)
                sched_yield();
            claim_all(share, i, i % 2 ? PAGE : CHUNK, claims);
            _exit(0);
        }
    }
    for (unsigned i = 0; i < WORKERS; i++)
        cr_assert_eq(reap(pids[i]), 0);
    assert_each_once(claims, PAGES);
    cr_assert_eq(share_done(share), SIZE);
    share_destroy(share);
}

Test(share, a_slow_workers_block_is_finished_by_its_siblings, .timeout = 60)
{
    enum { PAGES = 1000 };
    struct share *share = new_share((off_t)PAGES * PAGE, 2);
    _Atomic int *claims = shared_memory(PAGES * sizeof(*claims));
    pid_t pid = fork();
    if (pid == 0) {
        claim_all(share, 1, PAGE, claims);
        _exit(0);
    }
    cr_assert_eq(reap(pid), 0);
    assert_each_once(claims, PAGES);
    struct chunk chunk;
    cr_assert_not(share_claim(share, 0, PAGE, &chunk));
    share_destroy(share);
}

Test(share, a_new_phase_begins_anew)
{
    struct share *share = new_share(8 * PAGE, 2);
    struct chunk chunk;
    while (share_claim(share, 0, CHUNK, &chunk))
        share->slots[0].done += (off_t)chunk.len;
    share_begin(share, PHASE_VERIFYING, 4 * PAGE, PAGE);
    cr_assert_eq(share_done(share), 0);
    cr_assert_eq(share->size, 4 * PAGE);
    cr_assert(share_claim(share, 1, CHUNK, &chunk));
    cr_assert_eq(chunk.off, 2 * PAGE);
    share_destroy(share);
}

Test(share, blocks_of_whole_chunks_begin_at_multiples_of_them)
{
    static const off_t units[] = {PAGE, 3 * PAGE, 1 << 20, 3 << 20, 32 << 20};
    for (size_t i = 0; i < LENGTH(units); i++) {
        struct share *share = share_create(7, 7, false);
        share_begin(share, PHASE_COPYING, (1LL << 30) + 5, (size_t)units[i]);
        for (unsigned s = 0; s < share->count; s++)
            cr_assert_eq(share->slots[s].next % units[i], 0, "block %u of %lld", s,
                         (long long)units[i]);
        share_destroy(share);
    }
}

static bool knows_seals(void)
{
    int fd = memfd_create("sealed", MFD_ALLOW_SEALING);
    bool knows = fd >= 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE) == 0;
    close(fd);
    return knows;
}

Test(share, nobody_who_looks_at_it_can_change_it)
{
    struct share *share = new_share(8 * PAGE, 2);
    int fd = io_reopen(share->fd, O_RDWR);
    if (fd < 0 || !knows_seals())
        SKIP("this kernel knows no memory that others can't write to");
    cr_assert_eq(pwrite(fd, "x", 1, 0), -1);
    cr_assert_eq(ftruncate(fd, 0), -1);
    cr_assert_eq(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
    close(fd);
    share->slots[0].done = 1; /* nor is the process that works with it hindered */
    pid_t pid = fork();
    if (pid == 0) {
        share->slots[1].done = 1;
        _exit(0);
    }
    reap(pid);
    cr_assert_eq(share_done(share), 2);
    share_destroy(share);
}

Test(share, its_front_is_where_the_first_byte_is_that_nobody_has_claimed)
{
    struct share *share = new_share(8 * PAGE, 2);
    struct chunk chunk;
    cr_assert_eq(share_front(share), 0);
    cr_assert(share_claim(share, 1, CHUNK, &chunk));
    cr_assert_eq(share_front(share), 0);
    cr_assert(share_claim(share, 0, CHUNK, &chunk));
    cr_assert_eq(share_front(share), CHUNK);
    cr_assert(share_claim(share, 0, CHUNK, &chunk));
    cr_assert_eq(share_front(share), 4 * PAGE + CHUNK); /* the second block was begun, too */
    while (share_claim(share, 0, CHUNK, &chunk))
        ;
    cr_assert_eq(share_front(share), 8 * PAGE);
    share_destroy(share);
}
