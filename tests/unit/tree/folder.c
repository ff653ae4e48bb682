/* SPDX-License-Identifier: MIT */
#include "tree/folder.h"
#include "support.h"

#include <dirent.h>

static struct queue *queue;
static struct openings openings;
static struct folder *outside; /* where operands go: the scratch directory */

/* Sources are below "s", copies below "d". */
static void make_ground(void)
{
    enter_scratch();
    cr_assert_eq(mkdir("s", 0755), 0);
    cr_assert_eq(mkdir("d", 0755), 0);
    queue = queue_create();
    cr_assert_not_null(queue);
    openings = (struct openings){0};
    outside = folder_create(queue, NULL, "", "");
    outside->outside = true;
}

static void remove_ground(void)
{
    openings_close(&openings);
    queue_destroy(queue);
    leave_scratch();
}

TestSuite(folder, .init = make_ground, .fini = remove_ground, .timeout = 60);

/* --- records --- */

static void assert_path(const struct folder *f, enum tree_side side, const char *name,
                        const char *expected)
{
    char *path = folder_path(f, side, name);
    cr_assert_str_eq(path, expected);
    free(path);
}

Test(folder, paths_are_those_that_the_user_knows)
{
    struct folder *top = folder_create(queue, outside, "s", "d");
    struct folder *below = folder_create(queue, top, "a", NULL);
    assert_path(below, TREE_SOURCE, "x", "s/a/x");
    assert_path(below, TREE_SOURCE, NULL, "s/a");
    assert_path(below, TREE_DESTINATION, "x", "d/a/x");
    assert_path(outside, TREE_SOURCE, "s", "s");
    assert_path(outside, TREE_DESTINATION, "d", "d");
}

Test(folder, operands_keep_the_slashes_that_were_written)
{
    struct folder *to = folder_create(queue, NULL, "", "../to/");
    struct folder *top = folder_create(queue, to, "/from/s/", "s");
    assert_path(top, TREE_SOURCE, "x", "/from/s/x");
    assert_path(top, TREE_DESTINATION, "x", "../to/s/x");
    struct folder *root = folder_create(queue, to, "/", "r");
    assert_path(root, TREE_SOURCE, "x", "/x");
}

Test(folder, a_nest_has_another_place_until_it_ends)
{
    struct folder *top = folder_create(queue, outside, "s", "d");
    struct folder *below = folder_create(queue, top, "a", NULL);
    cr_assert_eq(folder_begin_nest(queue, top, ".d.mpcp-1"), 0);
    assert_path(below, TREE_PLACE, "x", ".d.mpcp-1/a/x");
    assert_path(below, TREE_DESTINATION, "x", "d/a/x");
    folder_end_nest(queue, top);
    assert_path(below, TREE_PLACE, "x", "d/a/x");
}

Test(folder, all_nests_are_known)
{
    struct folder *f[4];
    for (int i = 0; i < 4; i++) {
        f[i] = folder_create(queue, outside, "s", "d");
        cr_assert_eq(folder_begin_nest(queue, f[i], "hidden"), 0);
    }
    folder_end_nest(queue, f[1]);
    folder_end_nest(queue, f[3]);
    cr_assert_eq(queue->nests, f[2]);
    folder_end_nest(queue, f[2]);
    cr_assert_eq(queue->nests, f[0]);
    folder_end_nest(queue, f[0]);
    cr_assert_null(queue->nests);
}

static void begin_and_end_nests(void)
{
    for (int i = 0; i < 3000; i++) {
        struct folder *f[3];
        for (int k = 0; k < 3; k++) {
            f[k] = folder_create(queue, outside, "s", "d");
            folder_begin_nest(queue, f[k], "hidden");
        }
        for (int k = 0; k < 3; k++) {
            folder_end_nest(queue, f[(i + k) % 3]);
            folder_destroy(queue, f[(i + k) % 3]);
        }
    }
}

Test(folder, nests_of_several_processes_do_not_get_lost)
{
    enum { PROCESSES = 4 };
    pid_t pids[PROCESSES];
    for (int i = 0; i < PROCESSES; i++)
        if ((pids[i] = fork()) == 0) {
            begin_and_end_nests();
            _exit(0);
        }
    for (int i = 0; i < PROCESSES; i++)
        cr_assert_eq(reap(pids[i]), 0);
    cr_assert_null(queue->nests);
}

Test(folder, the_last_to_settle_is_told)
{
    struct folder *f = folder_create(queue, outside, "s", "d");
    folder_expect(queue, f, 2);
    cr_assert_not(folder_settle(queue, f));
    cr_assert_not(folder_settle(queue, f));
    cr_assert(folder_settle(queue, f));
}

Test(folder, records_are_used_again_and_yet_others)
{
    struct folder *f = folder_create(queue, outside, "s", "d");
    unsigned long serial = f->serial;
    folder_destroy(queue, f);
    cr_assert_eq(folder_create(queue, outside, "s", "d"), f);
    cr_assert_neq(f->serial, serial);
}

/* --- directories --- */

static struct file_id id_of(int fd)
{
    struct stat st;
    cr_assert_eq(fstat(fd, &st), 0);
    return file_id_of(&st);
}

static int below(int fd, const char *name)
{
    cr_assert(mkdirat(fd, name, 0755) == 0 || errno == EEXIST);
    int dir = folder_open_directory(fd, name, false);
    cr_assert_geq(dir, 0);
    return dir;
}

/* A directory of both trees, created, with its record, open. */
static struct opened *enter(struct folder *parent, int src_dir, int dst_dir, const char *name,
                            const char *dst_name)
{
    struct folder *f = folder_create(queue, parent, name, dst_name);
    int src = below(src_dir, name), dst = below(dst_dir, dst_name ? dst_name : name);
    f->ids[TREE_SOURCE] = id_of(src);
    f->ids[TREE_DESTINATION] = id_of(dst);
    return opening_enter(&openings, f, src, dst);
}

static struct folder *make_top(void)
{
    struct opened *o = enter(outside, AT_FDCWD, AT_FDCWD, "s", "d");
    opening_release(o);
    return o->folder;
}

static struct folder *make_below(struct folder *parent, const char *name)
{
    struct opened *in = opening_take(&openings, parent);
    cr_assert_not_null(in);
    struct opened *o = enter(parent, in->fds[0], in->fds[1], name, NULL);
    opening_release(o);
    opening_release(in);
    return o->folder;
}

static void assert_opens(struct folder *f)
{
    struct opened *o = opening_take(&openings, f);
    cr_assert_not_null(o, "%s", strerror(errno));
    for (int side = 0; side < 2 && f->parent; side++)
        cr_assert(file_id_equal(id_of(o->fds[side]), f->ids[side]));
    opening_release(o);
}

static void assert_does_not_open(struct folder *f, int err)
{
    openings_close(&openings);
    cr_assert_null(opening_take(&openings, f));
    cr_assert_eq(errno, err, "%s", strerror(errno));
}

static int count_descriptors(void)
{
    int count = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

Test(folder, what_is_open_is_not_opened_again)
{
    struct folder *top = make_top();
    int before = count_descriptors();
    assert_opens(top);
    cr_assert_eq(rename("s", "elsewhere"), 0);
    assert_opens(top);
    cr_assert_eq(count_descriptors(), before);
}

Test(folder, what_is_closed_is_found_again)
{
    struct folder *top = make_top(), *a = make_below(top, "a"), *b = make_below(a, "b");
    openings_close(&openings);
    assert_opens(b);
    openings_close(&openings);
    assert_opens(outside);
    assert_opens(top);
}

Test(folder, a_nest_is_found_by_its_hidden_name)
{
    struct folder *top = make_top();
    cr_assert_eq(folder_begin_nest(queue, top, ".hidden"), 0);
    cr_assert_eq(rename("d", ".hidden"), 0);
    openings_close(&openings);
    assert_opens(top);
    folder_end_nest(queue, top);
    assert_does_not_open(top, ENOENT);
}

static void go_deep(struct folder **chain, size_t depth)
{
    chain[0] = make_top();
    for (size_t i = 1; i < depth; i++)
        chain[i] = make_below(chain[i - 1], "some-longer-name-so-that-the-path-is-long");
}

/* More than can be kept open, and the path is longer than the kernel accepts. */
Test(folder, depth_does_not_matter)
{
    enum { DEPTH = 500 };
    struct folder *chain[DEPTH];
    int before = count_descriptors();
    go_deep(chain, DEPTH);
    cr_assert_leq(count_descriptors(), before + 2 * OPENED_MOST);
    openings_close(&openings);
    cr_assert_eq(count_descriptors(), before);
    assert_opens(chain[DEPTH - 1]);
    assert_opens(chain[DEPTH / 2]);
    assert_opens(chain[1]);
    cr_assert_leq(count_descriptors(), before + 2 * OPENED_MOST);
}

/* What is above is found from what is below, and not from the top. */
Test(folder, the_way_up_leads_there_whatever_becomes_of_the_names)
{
    enum { DEPTH = 4 * OPENED_MOST };
    struct folder *chain[DEPTH];
    go_deep(chain, DEPTH);
    cr_assert_eq(rename("s", "s2"), 0);
    cr_assert_eq(rename("d", "d2"), 0);
    for (size_t i = DEPTH; i-- > 1;)
        assert_opens(chain[i]);
}

Test(folder, descriptors_of_a_record_that_is_used_again_are_not_its_own)
{
    struct folder *top = make_top(), *a = make_below(top, "a");
    folder_destroy(queue, a);
    struct folder *b = folder_create(queue, top, "b", NULL);
    cr_assert_eq(b, a);
    cr_assert_null(opening_take(&openings, b));
    cr_assert_eq(errno, ENOENT);
}

/* --- what others do meanwhile --- */

static struct folder *make_victim(void)
{
    struct folder *top = make_top(), *a = make_below(top, "a");
    make_below(a, "b");
    cr_assert_eq(mkdir("other", 0755), 0);
    cr_assert_eq(mkdir("other/b", 0755), 0);
    return a;
}

Test(folder, a_source_that_becomes_a_link_is_not_followed)
{
    struct folder *a = make_victim();
    cr_assert_eq(rename("s/a", "s/was-a"), 0);
    cr_assert_eq(symlink("../other", "s/a"), 0);
    assert_does_not_open(a, ESTALE);
}

Test(folder, a_destination_that_becomes_a_link_is_not_followed)
{
    struct folder *a = make_victim();
    cr_assert_eq(rename("d/a", "d/was-a"), 0);
    cr_assert_eq(symlink("../other", "d/a"), 0);
    assert_does_not_open(a, ESTALE);
}

Test(folder, nor_is_one_on_the_way)
{
    struct folder *a = make_victim(), *b = make_below(a, "b");
    cr_assert_eq(rename("d/a", "d/was-a"), 0);
    cr_assert_eq(symlink("../other", "d/a"), 0);
    assert_does_not_open(b, ESTALE);
}

Test(folder, another_directory_of_the_name_is_another)
{
    struct folder *a = make_victim();
    cr_assert_eq(rename("d/a", "d/was-a"), 0);
    cr_assert_eq(mkdir("d/a", 0755), 0);
    assert_does_not_open(a, ESTALE);
}

Test(folder, what_is_no_directory_any_more_is_not_opened)
{
    struct folder *a = make_victim();
    cr_assert_eq(rename("d/a", "d/was-a"), 0);
    cr_assert_eq(mkfifo("d/a", 0600), 0);
    assert_does_not_open(a, ENOTDIR);
}

/* Only the lower one is open, and isn't where it was. */
Test(folder, the_way_up_from_what_was_moved_is_not_believed)
{
    struct folder *top = make_top(), *a = make_below(top, "a"), *b = make_below(a, "b");
    int src = open("s/a/b", O_RDONLY), dst = open("d/a/b", O_RDONLY);
    openings_close(&openings);
    opening_release(opening_enter(&openings, b, src, dst));
    cr_assert_eq(mkdir("other", 0755), 0);
    cr_assert_eq(rename("d/a/b", "other/b"), 0);
    struct opened *o = opening_take(&openings, a);
    cr_assert(!o || file_id_equal(id_of(o->fds[TREE_DESTINATION]), a->ids[TREE_DESTINATION]));
}

/* --- opening one --- */

Test(folder, links_are_followed_only_if_asked_for)
{
    cr_assert_eq(symlink("s", "link"), 0);
    cr_assert_eq(folder_open_directory(AT_FDCWD, "link", false), -ENOTDIR);
    int fd = folder_open_directory(AT_FDCWD, "link", true);
    cr_assert_geq(fd, 0);
    close(fd);
}

Test(folder, what_may_not_be_read_is_opened_as_a_mere_path)
{
    if (geteuid() == 0) {
        cr_assert_eq(chmod(".", 0755), 0);
        cr_assert_eq(chown("s", 65534, 65534), 0);
        cr_assert_eq(seteuid(65534), 0);
    }
    cr_assert_eq(chmod("s", 0300), 0);
    int fd = folder_open_directory(AT_FDCWD, "s", false);
    cr_assert_geq(fd, 0);
    cr_assert(fcntl(fd, F_GETFL) & O_PATH);
    close(fd);
    cr_assert_eq(chmod("s", 0755), 0);
    if (getuid() == 0)
        cr_assert_eq(seteuid(0), 0);
}
