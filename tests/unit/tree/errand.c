/* SPDX-License-Identifier: MIT */
#include "tree/errand.h"
#include "support.h"

static struct queue *here, *there; /* two nodes */
static struct headway *headway;
static struct hand hand;     /* of the latter */
static struct folder *below; /* here, two directories down */

static const struct errand_view same = {{true, true}};

static void make_nodes(void)
{
    here = queue_create();
    there = queue_create();
    headway = headway_create("", 0, "");
    cr_assert(here && there && headway);
    hand = (struct hand){.queue = there, .headway = headway};
    struct folder *outside = folder_create(here, NULL, "", "to/");
    struct folder *top = folder_create(here, outside, "/from/src", "src");
    below = folder_create(here, top, "a", "b");
    outside->outside = true;
    top->ids[0] = (struct file_id){1, 10};
    top->ids[1] = (struct file_id){2, 20};
    below->ids[0] = (struct file_id){1, 11};
    below->ids[1] = (struct file_id){2, 21};
    below->made = true;
}

static void destroy_nodes(void)
{
    headway_destroy(headway);
    queue_destroy(here);
    queue_destroy(there);
}

TestSuite(errand, .init = make_nodes, .fini = destroy_nodes, .timeout = 60);

static struct task *two_tasks(void)
{
    struct task *list = queue_task(here, TASK_DIRECTORY, below, "dir", "dir");
    list->next = queue_task(here, TASK_FILE, below, "file", "file");
    return list;
}

/* Has the other node do them. */
static void send_over(const struct errand_view *view)
{
    struct packing p = {0};
    struct errand_text text;
    errand_describe(&p, 5, false, two_tasks(), view);
    cr_assert_not(p.failed);
    struct unpacking u = {.at = p.bytes, .end = p.bytes + p.len};
    cr_assert(errand_unpack(&u, &text));
    cr_assert(errand_accept(&hand, 3, &text, &same));
    errand_text_release(&text);
    free(p.bytes);
}

static void assert_path(const struct folder *f, enum tree_side side, const char *expected)
{
    char *path = folder_path(f, side, NULL);
    cr_assert_str_eq(path, expected);
    free(path);
}

Test(errand, the_other_node_has_the_tasks_under_the_same_paths)
{
    send_over(&same);
    struct task *task = queue_take(there, false);
    const struct folder *f = task->folder;
    assert_path(f, TREE_SOURCE, "/from/src/a");
    assert_path(f, TREE_DESTINATION, "to/src/b");
    cr_assert(f->foreign && f->made && !f->met && !f->parent->made);
    cr_assert(f->parent->parent->outside && !f->parent->parent->parent);
    cr_assert_eq(f->ids[0].ino, 11);
    cr_assert_eq(f->ids[1].ino, 21);
    cr_assert_eq(f->parent->ids[1].ino, 20);
    cr_assert_eq(f->pending, 2);
    cr_assert_eq(there->length, 1);
    cr_assert_eq(headway->unfinished, 2, "the one there is at first, and a directory");
}

Test(errand, numbers_that_differ_are_not_told)
{
    send_over(&(struct errand_view){{false, true}});
    const struct folder *f = queue_take(there, false)->folder;
    cr_assert_eq(f->ids[0].ino, 0);
    cr_assert_eq(f->ids[1].ino, 21);
}

Test(errand, its_end_is_told_once)
{
    send_over(&same);
    struct folder *f = queue_take(there, false)->folder;
    cr_assert_null(errand_take_ended(there));
    errand_end(there, f);
    errand_end(there, f);
    struct errand *ended = errand_take_ended(there);
    cr_assert_not_null(ended);
    cr_assert_eq(ended->id, 5);
    cr_assert_eq(ended->from, 3);
    cr_assert_null(ended->next);
    errand_forget(there, ended);
    cr_assert_null(errand_take_ended(there));
}

Test(errand, what_is_open_to_others_fits)
{
    struct task *task = two_tasks();
    cr_assert(errand_fits(NULL, task));
    task->bound = true;
    cr_assert_not(errand_fits(NULL, task), "further names are for the first node");
    task->bound = false;
    task->huge = true;
    cr_assert_not(errand_fits(NULL, task), "all CPUs of the first node");
    task->huge = false;
    below->hidden = true;
    cr_assert_not(errand_fits(NULL, task), "it has another name");
    below->hidden = false;
    below->ids[0].dev = 99;
    cr_assert_not(errand_fits(NULL, task), "what is mounted here may not be mounted there");
    below->ids[0].dev = 1;
    task->folder = below->parent->parent;
    cr_assert_not(errand_fits(NULL, task), "an operand");
}

Test(errand, what_is_very_deep_stays)
{
    struct folder *f = below;
    for (int i = 0; i < 200; i++) {
        f = folder_create(here, f, "x", NULL);
        f->ids[0].dev = 1;
        f->ids[1].dev = 2;
    }
    cr_assert_not(errand_fits(NULL, queue_task(here, TASK_DIRECTORY, f, "y", "y")));
}
