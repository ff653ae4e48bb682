/* SPDX-License-Identifier: MIT */
#include "tree/twins.h"
#include "support.h"

static struct queue *queue;
static struct twins *twins;
static struct folder *a, *b;

static const struct file_id src = {1, 100}, dst = {2, 200};

static void make_twins(void)
{
    queue = queue_create();
    twins = twins_create(queue);
    cr_assert_not_null(twins);
    a = folder_create(queue, NULL, "a", NULL);
    b = folder_create(queue, NULL, "b", NULL);
}

static void destroy_twins(void)
{
    queue_destroy(queue);
}

TestSuite(twins, .init = make_twins, .fini = destroy_twins, .timeout = 60);

/* Claims `id` for a folder, with that outcome. */
static struct twin *claim(struct file_id id, struct folder *folder, struct task *task,
                          enum twin_claim expected)
{
    struct twin *twin = NULL;
    enum twin_claim got = twins_claim(twins, id, folder, task, &twin);
    cr_assert_eq(got, expected, "%d instead of %d", got, expected);
    return twin;
}

static struct task *task_in(struct folder *folder, const char *name)
{
    return queue_task(queue, TASK_TWIN, folder, name, name);
}

static unsigned count_pushed(void)
{
    unsigned count = 0;
    struct task *task;
    while (queue->length > 0 && (task = queue_take(queue, true))) {
        cr_assert_eq(task->kind, TASK_TWIN);
        queue_end(queue, task);
        count++;
    }
    return count;
}

Test(twins, the_first_is_copied_and_the_others_link_to_that)
{
    struct twin *twin = claim(src, a, NULL, TWIN_FIRST);
    twin_conclude(twins, twin, "d/a/name", NULL, dst, NULL);
    cr_assert_eq(claim(src, b, NULL, TWIN_LINK), twin);
    cr_assert_str_eq(twin->path, "d/a/name");
    cr_assert_str_eq(twin->name, "name");
    cr_assert_null(twin->place);
    cr_assert(file_id_equal(twin->dst, dst));
}

Test(twins, a_path_may_be_a_mere_name)
{
    struct twin *twin = claim(src, a, NULL, TWIN_FIRST);
    twin_conclude(twins, twin, "name", NULL, dst, NULL);
    cr_assert_str_eq(twin->name, "name");
}

Test(twins, files_are_told_apart_by_inode_and_device)
{
    claim(src, a, NULL, TWIN_FIRST);
    claim((struct file_id){src.dev + 1, src.ino}, a, NULL, TWIN_FIRST);
    claim((struct file_id){src.dev, src.ino + 1}, a, NULL, TWIN_FIRST);
}

Test(twins, who_comes_while_the_first_is_copied_waits)
{
    struct twin *twin = claim(src, a, NULL, TWIN_FIRST);
    struct task *task = task_in(b, "later"), *other = task_in(a, "too");
    claim(src, b, task, TWIN_WAITS);
    claim(src, a, other, TWIN_WAITS);
    cr_assert_eq(queue->length, 0);
    twin_conclude(twins, twin, "d/a/name", NULL, dst, NULL);
    cr_assert_eq(task->twin, twin);
    cr_assert_eq(count_pushed(), 2);
    claim(src, b, NULL, TWIN_LINK);
}

Test(twins, a_failure_makes_the_next_one_the_first)
{
    struct twin *twin = claim(src, a, NULL, TWIN_FIRST);
    claim(src, b, task_in(b, "later"), TWIN_WAITS);
    twin_conclude(twins, twin, NULL, NULL, (struct file_id){0}, NULL);
    cr_assert_eq(count_pushed(), 1);
    cr_assert_eq(claim(src, b, NULL, TWIN_FIRST), twin);
    claim(src, a, NULL, TWIN_WAITS);
    twin_conclude(twins, twin, "d/b/name", NULL, dst, NULL);
    claim(src, a, NULL, TWIN_LINK);
}

/* --- nests --- */

Test(twins, in_the_same_nest_a_name_is_enough_and_others_wait_for_the_nest)
{
    struct twin *nest = NULL, *twin = claim(src, a, NULL, TWIN_FIRST);
    twin_conclude(twins, twin, "d/a/name", NULL, dst, &nest);
    cr_assert_eq(nest, twin);
    claim(src, a, NULL, TWIN_NEST);
    claim(src, b, task_in(b, "later"), TWIN_WAITS);
    cr_assert_eq(queue->length, 0);
    twins_publish(twins, nest, true);
    cr_assert_eq(count_pushed(), 1);
    claim(src, a, NULL, TWIN_LINK);
}

Test(twins, while_the_first_of_a_nest_is_copied_its_name_leads_nowhere)
{
    claim(src, a, NULL, TWIN_FIRST);
    claim(src, a, NULL, TWIN_WAITS);
}

Test(twins, all_of_a_nest_are_published)
{
    enum { MANY = 10 };
    struct twin *nest = NULL;
    for (ino_t ino = 1; ino <= MANY; ino++) {
        struct file_id id = {1, ino};
        twin_conclude(twins, claim(id, a, NULL, TWIN_FIRST), "d/a/name", NULL, dst, &nest);
        claim(id, b, task_in(b, "later"), TWIN_WAITS);
    }
    twins_publish(twins, nest, true);
    cr_assert_eq(count_pushed(), MANY);
}

Test(twins, a_nest_that_is_gone_makes_the_next_ones_the_first)
{
    struct twin *nest = NULL, *twin = claim(src, a, NULL, TWIN_FIRST);
    twin_conclude(twins, twin, "d/a/name", "d/.a.mpcp-1/name", dst, &nest);
    claim(src, b, task_in(b, "later"), TWIN_WAITS);
    twins_publish(twins, nest, false);
    cr_assert_eq(count_pushed(), 1);
    claim(src, b, NULL, TWIN_FIRST);
    cr_assert_null(twin->path);
    cr_assert_null(twin->place);
}

Test(twins, where_it_is_now_is_known_beside_what_it_will_be_called)
{
    struct twin *twin = claim(src, a, NULL, TWIN_FIRST);
    twin_conclude(twins, twin, "d/a/name", ".d.mpcp-1/a/name", dst, NULL);
    claim(src, b, NULL, TWIN_LINK);
    cr_assert_str_eq(twin->path, "d/a/name");
    cr_assert_str_eq(twin->place, ".d.mpcp-1/a/name");
    cr_assert_str_eq(twin->name, "name");
}

/* --- many --- */

static struct file_id numbered(unsigned i)
{
    return (struct file_id){i % 3, i / 3 + 1};
}

Test(twins, many_are_found_again_however_the_table_grows)
{
    enum { MANY = 10000 };
    struct twin **all = calloc(MANY, sizeof(*all));
    for (unsigned i = 0; i < MANY; i++) {
        all[i] = claim(numbered(i), a, NULL, TWIN_FIRST);
        twin_conclude(twins, all[i], "d/a/name", NULL, (struct file_id){9, i}, NULL);
    }
    for (unsigned i = 0; i < MANY; i++) {
        cr_assert_eq(claim(numbered(i), b, NULL, TWIN_LINK), all[i]);
        cr_assert_eq(all[i]->dst.ino, i);
    }
    free(all);
}

/* Out of several processes exactly one is the first. */
Test(twins, of_several_processes_one_is_the_first)
{
    enum { PROCESSES = 4, FILES = 3000 };
    unsigned(*firsts)[FILES] = shared_memory(PROCESSES * sizeof(*firsts));
    pid_t pids[PROCESSES];
    for (int p = 0; p < PROCESSES; p++)
        if ((pids[p] = fork()) == 0) {
            struct twin *twin;
            for (unsigned i = 0; i < FILES; i++)
                firsts[p][i] = twins_claim(twins, numbered(i), a, NULL, &twin) == TWIN_FIRST;
            _exit(0);
        }
    for (int p = 0; p < PROCESSES; p++)
        cr_assert_eq(reap(pids[p]), 0);
    for (unsigned i = 0; i < FILES; i++)
        cr_assert_eq(firsts[0][i] + firsts[1][i] + firsts[2][i] + firsts[3][i], 1);
}

Test(twins, nothing_is_claimed_of_what_is_broken)
{
    struct twin *twin;
    queue->broken = true;
    cr_assert_eq(twins_claim(twins, src, a, NULL, &twin), TWIN_NO_MEMORY);
    cr_assert_null(twin);
}

Test(twins, of_who_was_killed_others_make_the_first_copy)
{
    struct file_id other = {1, 101};
    struct twin *whole = claim(other, a, NULL, TWIN_FIRST);
    twin_conclude(twins, whole, "d/a/whole", NULL, dst, NULL);
    claim(src, a, NULL, TWIN_FIRST);
    claim(src, b, task_in(b, "name"), TWIN_WAITS);
    twins_abandon(twins);
    cr_assert_eq(count_pushed(), 1);
    claim(src, b, NULL, TWIN_FIRST);
    claim(other, b, NULL, TWIN_LINK);
}
