/* SPDX-License-Identifier: MIT */
#include "move/sighting.h"
#include "support.h"

#include <math.h>
#include <signal.h>
#include <sys/prctl.h>

TestSuite(sighting, .timeout = 60);

/* The bytes of a share as another process reads them, in memory of their own: a copy of 1000 bytes
 * by three workers, 10 seconds old at NOW, of which the third has ended. */
enum { SLOTS = 3, NOW = 1000 };

static struct share *bytes_of_share(size_t *len)
{
    *len = sizeof(struct share) + SLOTS * sizeof(struct slot);
    struct share *share = aligned_alloc(_Alignof(struct share), (*len + 63) / 64 * 64);
    memset(share, 0, *len);
    memcpy(share->magic, SHARE_MAGIC, sizeof(share->magic));
    share->version = SHARE_VERSION;
    share->count = SLOTS;
    share->size = 1000;
    share->start = NOW - 10;
    strcpy(share->engines[0], "read-write");
    strcpy(share->src, "src");
    strcpy(share->dst, "dst");
    for (int i = 0; i < SLOTS; i++) {
        share->slots[i].done = 100 * (i + 1);
        share->slots[i].kept = i == 0 ? 20 : 1000; /* the latter is more than it can be */
        share->slots[i].pid = i < 2 ? 4711 + i : 0;
    }
    return share;
}

/* Reads it after something was done to it. */
static struct sighted_copy *read_after(void (*change)(struct share *, size_t *len))
{
    size_t len;
    struct share *share = bytes_of_share(&len);
    if (change)
        change(share, &len);
    struct sighted_copy *copy = sighting_read(share, len, NOW);
    free(share);
    return copy;
}

static void of_nodes(struct share *share, size_t *len)
{
    (void)len;
    share->node = 1;
    share->nodes = 3;
    share->elsewhere = 250;
    strcpy(share->leader, "first");
}

Test(sighting, of_several_nodes_it_tells_which_one_it_is_and_how_far_all_are)
{
    struct sighted_copy *copy = read_after(of_nodes);
    cr_assert_not_null(copy);
    cr_assert_eq(copy->node, 1);
    cr_assert_eq(copy->nodes, 3);
    cr_assert_eq(copy->here, 600);
    cr_assert_eq(copy->done, 850);
    cr_assert_str_eq(copy->leader, "first");
    free(copy);
}

static void of_a_node_too_many(struct share *share, size_t *len)
{
    of_nodes(share, len);
    share->node = 3;
}

static void led_by_nobody(struct share *share, size_t *len)
{
    of_nodes(share, len);
    share->leader[0] = '\0';
}

static void of_less_than_nothing(struct share *share, size_t *len)
{
    of_nodes(share, len);
    share->elsewhere = -1;
}

static void of_others_that_are_ahead(struct share *share, size_t *len)
{
    of_nodes(share, len);
    share->elsewhere = 1000;
}

Test(sighting, but_not_what_cannot_be)
{
    cr_assert_null(read_after(of_a_node_too_many));
    cr_assert_null(read_after(led_by_nobody));
    cr_assert_null(read_after(of_less_than_nothing));
    struct sighted_copy *copy = read_after(of_others_that_are_ahead);
    cr_assert_eq(copy->done, 1000, "there are no more");
    free(copy);
}

Test(sighting, a_share_tells_of_its_copy)
{
    struct sighted_copy *copy = read_after(NULL);
    cr_assert_not_null(copy);
    cr_assert_eq(copy->phase, PHASE_COPYING);
    cr_assert_eq(copy->done, 600);
    cr_assert_eq(copy->kept, 20 + 200 + 300);
    cr_assert_eq(copy->size, 1000);
    cr_assert_float_eq(copy->elapsed, 10, 1e-6);
    cr_assert_str_eq(copy->engine, "read-write");
    cr_assert_str_eq(copy->src, "src");
    cr_assert_str_eq(copy->dst, "dst");
    cr_assert_eq(copy->count, 2, "one has ended");
    cr_assert_eq(copy->workers[1].number, 2);
    cr_assert_eq(copy->workers[1].pid, 4712);
    cr_assert_eq(copy->workers[1].done, 200);
    free(copy);
}

/* --- what can't be --- */

static void change_way(struct share *share, size_t *len)
{
    (void)len;
    strcpy(share->engines[TUNER_MAX_WAYS - 1], "direct");
    share->tuning.way = TUNER_MAX_WAYS - 1;
}

Test(sighting, the_engine_is_the_one_that_is_at_work_now)
{
    struct sighted_copy *copy = read_after(change_way);
    cr_assert_str_eq(copy->engine, "direct");
    free(copy);
}

#define CHANGE(name, action)                                                                       \
    static void name(struct share *s, size_t *len)                                                 \
    {                                                                                              \
        (void)s, (void)len;                                                                        \
        action;                                                                                    \
    }

CHANGE(other_magic, s->magic[0] ^= 1)
CHANGE(other_version, s->version++)
CHANGE(no_slots, s->count = 0)
CHANGE(more_slots_than_there_are, s->count++)
CHANGE(very_many_slots, s->count = UINT32_MAX)
CHANGE(cut_short, *len = sizeof(*s) - 1)
CHANGE(cut_in_a_slot, *len -= 1)
CHANGE(empty, *len = 0)
CHANGE(phase_beyond, s->phase = PHASE_VERIFYING + 1)
CHANGE(phase_negative, s->phase = (enum phase) - 1)
CHANGE(size_negative, s->size = -2)
CHANGE(size_most_negative, s->size = INT64_MIN)
CHANGE(size_too_small, s->size = 599)
CHANGE(not_begun, s->start = 0)
CHANGE(start_negative, s->start = -1)
CHANGE(start_infinite, s->start = INFINITY)
CHANGE(start_nan, s->start = NAN)
CHANGE(done_negative, s->slots[1].done = -1)
CHANGE(done_negative_but_not_its_sum, s->slots[1].done = -300)
CHANGE(kept_negative, s->slots[1].kept = -1)
CHANGE(done_most_negative, s->slots[1].done = INT64_MIN)
CHANGE(sum_of_done_overflows, s->size = INT64_MAX; s->slots[0].done = s->slots[1].done = INT64_MAX)
CHANGE(sum_without_size_overflows, s->size = -1; s->slots[0].done = s->slots[1].done = INT64_MAX)
CHANGE(pid_negative, s->slots[0].pid = -1)
CHANGE(engine_missing, s->engines[0][0] = '\0')
CHANGE(engine_unprintable, strcpy(s->engines[0], "\033[31mred"))
CHANGE(engine_no_ascii, strcpy(s->engines[0], "\303\244"))
CHANGE(engine_capital, strcpy(s->engines[0], "Engine"))
CHANGE(engine_without_end, memset(s->engines[0], 'x', sizeof(s->engines[0])))
CHANGE(way_beyond, s->tuning.way = TUNER_MAX_WAYS)
CHANGE(way_without_engine, s->tuning.way = 1)
CHANGE(source_missing, s->src[0] = '\0')
CHANGE(source_without_end, memset(s->src, 'x', sizeof(s->src)))
CHANGE(destination_without_end, memset(s->dst, 'x', sizeof(s->dst)))

Test(sighting, what_cannot_be_is_none)
{
    static const struct {
        const char *what;
        void (*change)(struct share *, size_t *);
    } cases[] = {
#define CASE(name) {#name, name}
        CASE(other_magic),
        CASE(other_version),
        CASE(no_slots),
        CASE(more_slots_than_there_are),
        CASE(very_many_slots),
        CASE(cut_short),
        CASE(cut_in_a_slot),
        CASE(empty),
        CASE(phase_beyond),
        CASE(phase_negative),
        CASE(size_negative),
        CASE(size_most_negative),
        CASE(size_too_small),
        CASE(not_begun),
        CASE(start_negative),
        CASE(start_infinite),
        CASE(start_nan),
        CASE(done_negative),
        CASE(done_negative_but_not_its_sum),
        CASE(kept_negative),
        CASE(done_most_negative),
        CASE(sum_of_done_overflows),
        CASE(sum_without_size_overflows),
        CASE(pid_negative),
        CASE(engine_missing),
        CASE(engine_unprintable),
        CASE(engine_no_ascii),
        CASE(engine_capital),
        CASE(engine_without_end),
        CASE(way_beyond),
        CASE(way_without_engine),
        CASE(source_missing),
        CASE(source_without_end),
        CASE(destination_without_end),
    };
    for (size_t i = 0; i < LENGTH(cases); i++)
        cr_assert_null(read_after(cases[i].change), "%s", cases[i].what);
}

/* --- what is rare, but can be --- */

CHANGE(size_unknown, s->size = -1)
CHANGE(size_just_right, s->size = 600)
CHANGE(clock_ahead, s->start = NOW + 1e9)
CHANGE(longest_names, memset(s->src, 'x', PATH_MAX - 1); memset(s->dst, '\377', PATH_MAX - 1))

Test(sighting, what_can_be_is_taken)
{
    void (*const changes[])(struct share *, size_t *) = {size_unknown, size_just_right, clock_ahead,
                                                         longest_names};
    for (size_t i = 0; i < LENGTH(changes); i++) {
        struct sighted_copy *copy = read_after(changes[i]);
        cr_assert_not_null(copy, "case %zu", i);
        cr_assert_eq(copy->done, 600);
        cr_assert_geq(copy->elapsed, 0);
        free(copy);
    }
}

Test(sighting, a_copy_whose_clock_is_ahead_has_just_begun)
{
    struct sighted_copy *copy = read_after(clock_ahead);
    cr_assert_eq(copy->elapsed, 0);
    free(copy);
}

/* --- trees --- */

static struct sighted_tree *read_tree_after(void (*change)(struct headway *, size_t *len))
{
    struct headway *h = headway_create("src", 3, "dst");
    size_t len = sizeof(*h);
    h->start = NOW - 10;
    h->jobs = 4;
    h->unfinished = 7;
    h->entries = 5;
    h->found = 20;
    h->bytes = 600;
    h->size = 1000;
    h->unmoved = 500;
    if (change)
        change(h, &len);
    struct sighted_tree *tree = sighting_read_tree(h, len, NOW);
    headway_destroy(h);
    return tree;
}

Test(sighting, a_headway_tells_of_its_tree)
{
    struct sighted_tree *tree = read_tree_after(NULL);
    cr_assert_not_null(tree);
    cr_assert(tree->counting);
    cr_assert_eq(tree->entries, 5);
    cr_assert_eq(tree->found, 20);
    cr_assert_eq(tree->done, 600);
    cr_assert_eq(tree->unmoved, 500);
    cr_assert_eq(tree->size, 1000);
    cr_assert_eq(tree->jobs, 4);
    cr_assert_eq(tree->more, 2);
    cr_assert_float_eq(tree->elapsed, 10, 1e-6);
    cr_assert_str_eq(tree->src, "src");
    cr_assert_str_eq(tree->dst, "dst");
    free(tree);
}

#define CHANGE_TREE(name, action)                                                                  \
    static void name(struct headway *h, size_t *len)                                               \
    {                                                                                              \
        (void)h, (void)len;                                                                        \
        action;                                                                                    \
    }

CHANGE_TREE(tree_other_magic, h->magic[0] ^= 1)
CHANGE_TREE(tree_other_version, h->version++)
CHANGE_TREE(tree_cut_short, *len -= 1)
CHANGE_TREE(tree_empty, *len = 0)
CHANGE_TREE(tree_too_long, *len += 1)
CHANGE_TREE(tree_without_source, h->sources = 0)
CHANGE_TREE(tree_not_begun, h->start = 0)
CHANGE_TREE(tree_start_negative, h->start = -1)
CHANGE_TREE(tree_start_infinite, h->start = INFINITY)
CHANGE_TREE(tree_start_nan, h->start = NAN)
CHANGE_TREE(tree_by_nobody, h->jobs = 0)
CHANGE_TREE(tree_entries_negative, h->entries = -1)
CHANGE_TREE(tree_found_negative, h->found = INT64_MIN)
CHANGE_TREE(tree_bytes_negative, h->bytes = -1)
CHANGE_TREE(tree_size_negative, h->size = -1)
CHANGE_TREE(tree_unmoved_negative, h->unmoved = -1)
CHANGE_TREE(tree_unmoved_least, h->unmoved = INT64_MIN)
CHANGE_TREE(tree_source_missing, h->src[0] = '\0')
CHANGE_TREE(tree_source_without_end, memset(h->src, 'x', sizeof(h->src)))
CHANGE_TREE(tree_destination_without_end, memset(h->dst, 'x', sizeof(h->dst)))

Test(sighting, a_tree_that_cannot_be_is_none)
{
    static const struct {
        const char *what;
        void (*change)(struct headway *, size_t *);
    } cases[] = {
        CASE(tree_other_magic),        CASE(tree_other_version),
        CASE(tree_cut_short),          CASE(tree_empty),
        CASE(tree_too_long),           CASE(tree_without_source),
        CASE(tree_not_begun),          CASE(tree_start_negative),
        CASE(tree_start_infinite),     CASE(tree_start_nan),
        CASE(tree_by_nobody),          CASE(tree_entries_negative),
        CASE(tree_found_negative),     CASE(tree_bytes_negative),
        CASE(tree_size_negative),      CASE(tree_source_missing),
        CASE(tree_unmoved_negative),   CASE(tree_unmoved_least),
        CASE(tree_source_without_end), CASE(tree_destination_without_end),
    };
    for (size_t i = 0; i < LENGTH(cases); i++)
        cr_assert_null(read_tree_after(cases[i].change), "%s", cases[i].what);
}

CHANGE_TREE(tree_figures_of_other_moments, h->entries = 21; h->bytes = 2000; h->unmoved = 3000;
            h->unfinished = 0)

Test(sighting, no_more_of_a_tree_is_done_than_was_found)
{
    struct sighted_tree *tree = read_tree_after(tree_figures_of_other_moments);
    cr_assert_not_null(tree);
    cr_assert_not(tree->counting);
    cr_assert_eq(tree->entries, 20);
    cr_assert_eq(tree->done, 1000);
    cr_assert_eq(tree->unmoved, 1000);
    free(tree);
}

/* --- processes --- */

/* Starts a child that does something, and is alive until it is killed. */
static pid_t a_child(void (*action)(void))
{
    int ends[2];
    char byte;
    cr_assert_eq(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* whatever happens to the test */
        action();
        cr_assert_eq(write(ends[1], "r", 1), 1);
        for (;;)
            pause();
    }
    close(ends[1]);
    cr_assert_eq(read(ends[0], &byte, 1), 1, "the child couldn't do it");
    close(ends[0]);
    return pid;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    reap(pid);
}

/* It stands for a copy. */
static void share_something(void)
{
    struct share *share = share_create(2, 2, true);
    strcpy(share->engines[0], "mmap");
    strcpy(share->src, "src");
    strcpy(share->dst, "dst");
    share_begin(share, PHASE_COPYING, 1000, 1);
    share->slots[0].done = 10;
}

Test(sighting, a_process_with_a_share_is_found_while_it_lives)
{
    struct sightings all;
    pid_t pid = a_child(share_something);
    cr_assert_eq(sightings_find(&all, pid), 0);
    cr_assert_eq(all.count, 1);
    cr_assert_eq(all.foreign, 0);
    cr_assert_eq(all.list[0].pid, pid);
    cr_assert_not(all.list[0].stopped);
    cr_assert_eq(all.list[0].copy->done, 10);
    sightings_release(&all);
    kill(pid, SIGSTOP);
    cr_assert_eq(waitpid(pid, NULL, WUNTRACED), pid);
    cr_assert_eq(sightings_find(&all, pid), 0);
    cr_assert_eq(all.count, 1);
    cr_assert(all.list[0].stopped);
    sightings_release(&all);
    kill(pid, SIGKILL); /* a zombie from now on */
    siginfo_t info;
    cr_assert_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    cr_assert_eq(sightings_find(&all, pid), 0);
    cr_assert_eq(all.count, 0);
    sightings_release(&all);
    reap(pid);
}

static void share_nothing_and_something(void)
{
    share_create(1, 1, true); /* has begun nothing */
    share_something();
}

Test(sighting, the_first_share_that_makes_sense_counts)
{
    struct sightings all;
    pid_t pid = a_child(share_nothing_and_something);
    cr_assert_eq(sightings_find(&all, pid), 0);
    cr_assert_eq(all.count, 1);
    cr_assert_not_null(all.list[0].copy);
    sightings_release(&all);
    end(pid);
}

/* A FIFO that nobody writes to, on a file system that is mounted nowhere, so that its name begins
 * there. */
static void pretend_memory(void)
{
    cr_assert_eq(mkfifo("small/memfd:" SHARE_MEMORY " x", 0600), 0);
    cr_assert_geq(open("small/memfd:" SHARE_MEMORY " x", O_RDONLY | O_NONBLOCK), 0);
    cr_assert_eq(umount2("small", MNT_DETACH), 0);
}

Test(sighting, what_only_bears_the_name_of_a_share_is_not_opened, .init = enter_scratch,
     .fini = leave_scratch, .timeout = 10)
{
    struct sightings all;
    mount_small();
    pid_t pid = a_child(pretend_memory);
    cr_assert_eq(sightings_find(&all, pid), 0);
    cr_assert_eq(all.count, 0);
    sightings_release(&all);
    end(pid);
}
