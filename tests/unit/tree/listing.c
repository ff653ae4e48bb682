/* SPDX-License-Identifier: MIT */
#include "tree/listing.h"
#include "support.h"

TestSuite(listing, .init = enter_scratch, .fini = leave_scratch, .timeout = 60);

static int dir_fd;

static struct listing *list(void)
{
    dir_fd = open(".", O_RDONLY | O_DIRECTORY);
    struct listing *l = listing_open(dir_fd);
    cr_assert_not_null(l);
    return l;
}

static void end(struct listing *l)
{
    listing_close(l);
    cr_assert_geq(fcntl(dir_fd, F_GETFD), 0, "it stays open");
    close(dir_fd);
}

static void touch(const char *name)
{
    close(open(name, O_WRONLY | O_CREAT, 0644));
}

Test(listing, an_empty_directory_has_no_names)
{
    struct listing *l = list();
    cr_assert_eq(listing_read(l), 0);
    cr_assert_eq(listing_read(l), 0);
    end(l);
}

Test(listing, names_have_their_types_but_dots)
{
    touch("file");
    cr_assert_eq(mkdir("directory", 0755), 0);
    cr_assert_eq(symlink("x", "link"), 0);
    touch("...");
    struct listing *l = list();
    cr_assert_eq(listing_read(l), 4);
    for (size_t i = 0; i < l->count; i++) {
        const char *name = l->list[i].name;
        unsigned char type = *name == 'd' ? DT_DIR : *name == 'l' ? DT_LNK : DT_REG;
        cr_assert(l->list[i].type == type || l->list[i].type == DT_UNKNOWN, "%s", name);
    }
    end(l);
}

static void assert_in_order(const struct listing *l)
{
    for (size_t i = 1; i < l->count; i++)
        cr_assert_lt(l->list[i - 1].ino, l->list[i].ino);
}

/* Names "0…0N" of that length, of which each must be listed once, in batches of at most `most`. */
static void assert_lists(unsigned count, int length, size_t most)
{
    char name[256];
    bool *seen = calloc(count, sizeof(*seen));
    for (unsigned i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "%0*u", length, i);
        touch(name);
    }
    struct listing *l = list();
    unsigned found = 0, batches = 0;
    for (ssize_t n; (n = listing_read(l)) > 0; batches++) {
        cr_assert_eq((size_t)n, l->count);
        cr_assert_leq(l->count, most);
        assert_in_order(l);
        for (size_t i = 0; i < l->count; i++, found++) {
            unsigned number = (unsigned)strtoul(l->list[i].name, NULL, 10);
            cr_assert_eq(strlen(l->list[i].name), (size_t)length);
            cr_assert_not(seen[number], "%u twice", number);
            seen[number] = true;
        }
    }
    end(l);
    free(seen);
    cr_assert_eq(found, count);
    cr_assert_gt(batches, 1);
}

Test(listing, many_names_come_in_batches_each_in_the_order_of_inodes)
{
    assert_lists(10000, 5, LISTING_MOST);
}

Test(listing, long_names_come_in_smaller_ones)
{
    assert_lists(3000, 255, LISTING_ROOM / 256);
}

Test(listing, what_is_open_as_a_mere_path_cannot_be_read)
{
    int fd = open(".", O_PATH | O_DIRECTORY);
    cr_assert_null(listing_open(fd));
    cr_assert_eq(errno, EACCES);
    close(fd);
}

Test(listing, what_is_no_directory_cannot_be_read)
{
    touch("file");
    int fd = open("file", O_RDONLY);
    cr_assert_null(listing_open(fd));
    cr_assert_eq(errno, ENOTDIR);
    close(fd);
    cr_assert_null(listing_open(9999));
}

/* Opening "." would take the right to search it. */
Test(listing, the_right_to_search_it_is_not_needed)
{
    cr_assert_eq(mkdir("d", 0700), 0);
    touch("d/file");
    if (geteuid() == 0) {
        cr_assert_eq(chmod(".", 0755), 0);
        cr_assert_eq(chown("d", 65534, 65534), 0);
        cr_assert_eq(seteuid(65534), 0);
    }
    cr_assert_eq(chmod("d", 0400), 0);
    dir_fd = open("d", O_RDONLY | O_DIRECTORY);
    struct listing *l = listing_open(dir_fd);
    cr_assert_not_null(l);
    cr_assert_eq(listing_read(l), 1);
    end(l);
    cr_assert_eq(chmod("d", 0700), 0);
    if (getuid() == 0)
        cr_assert_eq(seteuid(0), 0);
}

Test(listing, one_that_is_not_read_to_its_end_can_be_closed)
{
    touch("a"), touch("b");
    end(list());
}
