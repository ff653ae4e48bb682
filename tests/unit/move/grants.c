/* SPDX-License-Identifier: MIT */
#include "move/grants.h"
#include "support.h"

#include <signal.h>
#include <time.h>

enum { PAGE = 4096 };

static struct grants *new_grants(void)
{
    struct grants *g = grants_create(false);
    cr_assert(g);
    grants_begin(g);
    return g;
}

static void no_pause(void *arg)
{
    (void)arg;
}

Test(grants, what_is_given_is_claimed_in_order)
{
    struct grants *g = new_grants();
    struct chunk chunk;
    grants_give(g, 100 * PAGE, 2 * PAGE);
    grants_give(g, 500 * PAGE, PAGE);
    cr_assert_eq(grants_left(g), 3 * PAGE);
    static const off_t expected[] = {100 * PAGE, 101 * PAGE, 500 * PAGE};
    for (size_t i = 0; i < LENGTH(expected); i++) {
        cr_assert_eq(grants_try(g, PAGE, &chunk), CLAIM_MADE);
        cr_assert_eq(chunk.off, expected[i]);
        cr_assert_eq(chunk.len, PAGE);
    }
    cr_assert_eq(grants_left(g), 0);
    grants_destroy(g);
}

Test(grants, a_chunk_ends_where_a_grant_does)
{
    struct grants *g = new_grants();
    struct chunk chunk;
    grants_give(g, 0, 3 * PAGE + 17);
    grants_give(g, 100 * PAGE, PAGE);
    grants_try(g, 2 * PAGE, &chunk);
    cr_assert_eq(grants_try(g, 2 * PAGE, &chunk), CLAIM_MADE);
    cr_assert_eq(chunk.off, 2 * PAGE);
    cr_assert_eq(chunk.len, PAGE + 17);
    grants_try(g, 2 * PAGE, &chunk);
    cr_assert_eq(chunk.off, 100 * PAGE);
    grants_destroy(g);
}

Test(grants, there_may_be_more_later_unless_it_was_the_last)
{
    struct grants *g = new_grants();
    struct chunk chunk;
    cr_assert_eq(grants_try(g, PAGE, &chunk), CLAIM_LATER);
    grants_give(g, 0, PAGE);
    g->last = true;
    cr_assert_eq(grants_try(g, PAGE, &chunk), CLAIM_MADE);
    cr_assert_eq(grants_try(g, PAGE, &chunk), CLAIM_ENDED);
    grants_destroy(g);
}

Test(grants, what_is_called_off_is_not_begun)
{
    struct grants *g = new_grants();
    struct chunk chunk;
    grants_give(g, 0, PAGE);
    g->called_off = true;
    cr_assert_eq(grants_try(g, PAGE, &chunk), CLAIM_ENDED);
    grants_destroy(g);
}

Test(grants, there_is_room_again_when_they_are_begun)
{
    struct grants *g = new_grants();
    struct chunk chunk;
    for (int i = 0; i < GRANTS_ROOM; i++) {
        cr_assert(grants_have_room(g));
        grants_give(g, i * 10 * PAGE, PAGE);
    }
    cr_assert_not(grants_have_room(g));
    grants_try(g, PAGE, &chunk);
    cr_assert(grants_have_room(g));
    for (int i = 1; i < 100; i++) { /* the ring is used again and again */
        grants_give(g, (GRANTS_ROOM + i - 1) * 10 * PAGE, PAGE);
        cr_assert_not(grants_have_room(g));
        cr_assert_eq(grants_try(g, PAGE, &chunk), CLAIM_MADE);
        cr_assert_eq(chunk.off, i * 10 * PAGE);
    }
    grants_destroy(g);
}

Test(grants, a_new_copy_begins_with_none)
{
    struct grants *g = new_grants();
    struct chunk chunk;
    grants_give(g, 0, PAGE);
    g->last = g->called_off = true;
    grants_begin(g);
    cr_assert_eq(grants_left(g), 0);
    cr_assert_eq(grants_try(g, PAGE, &chunk), CLAIM_LATER);
    grants_destroy(g);
}

Test(grants, who_waits_is_woken_by_what_is_given)
{
    struct grants *g = new_grants();
    struct chunk chunk;
    if (fork() == 0) {
        const struct timespec moment = {.tv_nsec = 20000000};
        nanosleep(&moment, NULL);
        grants_give(g, 7 * PAGE, PAGE);
        _exit(0);
    }
    cr_assert(grants_claim(g, PAGE, &chunk, no_pause, NULL));
    cr_assert_eq(chunk.off, 7 * PAGE);
    wait(NULL);
    grants_destroy(g);
}

/* --- many at once --- */

enum { CLAIMERS = 4, CHUNKS = 40000 };

static _Noreturn void claim_all(struct grants *g, _Atomic unsigned char *seen)
{
    struct chunk chunk;
    while (grants_claim(g, 3 * PAGE, &chunk, no_pause, NULL))
        for (size_t done = 0; done < chunk.len; done += PAGE)
            seen[(chunk.off + (off_t)done) / PAGE]++;
    _exit(0);
}

/* Grants of one to seven pages, whose order has nothing to do with where they are. */
static void give_all(struct grants *g)
{
    for (off_t off = 0; off < CHUNKS; off += 7) {
        off_t len = CHUNKS - off < 7 ? CHUNKS - off : 7, first = 1 + off % 6;
        while (!grants_have_room(g))
            sched_yield();
        if (len > first) {
            grants_give(g, (off + first) * PAGE, (len - first) * PAGE);
            len = first;
        }
        while (!grants_have_room(g))
            sched_yield();
        grants_give(g, off * PAGE, len * PAGE);
    }
    g->last = true;
}

Test(grants, many_claim_every_page_once)
{
    struct grants *g = new_grants();
    _Atomic unsigned char *seen =
        mmap(NULL, CHUNKS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < CLAIMERS; i++)
        if (fork() == 0)
            claim_all(g, seen);
    give_all(g);
    for (int i = 0, status; i < CLAIMERS; i++)
        cr_assert(wait(&status) > 0 && status == 0);
    for (int i = 0; i < CHUNKS; i++)
        cr_assert_eq(seen[i], 1, "page %d: %u times", i, seen[i]);
    grants_destroy(g);
}
