/* SPDX-License-Identifier: MIT */
#include "copy/attributes.h"
#include "support.h"

#include <linux/capability.h>
#include <stdint.h>
#include <sys/xattr.h>

enum {
    ALL = ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP | ATTRIBUTE_TIMESTAMPS | ATTRIBUTE_XATTR,
    SOMEONE = 12345,
};

static int from, to;
static const char *what;

/* Two empty files, that differ in all they can. */
static void make_pair(void)
{
    static const struct timespec times[2] = {{1000000000, 123456789}, {1234567890, 987654321}};
    enter_scratch();
    umask(022);
    from = make_file("from", 0);
    to = make_file("to", 0);
    cr_assert_eq(fchmod(from, 0751), 0);
    cr_assert_eq(fchmod(to, 0600), 0);
    cr_assert_eq(futimens(from, times), 0);
    what = NULL;
}

static void remove_pair(void)
{
    close(from);
    close(to);
    leave_scratch();
}

TestSuite(attributes, .init = make_pair, .fini = remove_pair, .timeout = 60);

static struct stat status_of(int fd)
{
    struct stat st;
    cr_assert_eq(fstat(fd, &st), 0);
    return st;
}

static mode_t mode_of(int fd)
{
    return status_of(fd).st_mode & 07777;
}

static int carry(unsigned which)
{
    struct stat st = status_of(from);
    return attributes_carry(from, to, &st, which, &what);
}

static int adopt(void)
{
    struct stat st = status_of(from);
    return attributes_adopt(from, to, &st);
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static void need_root(const char *why)
{
    if (geteuid() != 0)
        SKIP("only root %s", why);
}

static void set_xattr(int fd, const char *name, const char *value)
{
    if (fsetxattr(fd, name, value, strlen(value), 0) < 0)
        SKIP("no %s can be set here: %s", name, strerror(errno));
}

static void assert_xattr(int fd, const char *name, const char *expected)
{
    char value[256] = "";
    ssize_t n = fgetxattr(fd, name, value, sizeof(value) - 1);
    cr_assert_eq(n, (ssize_t)strlen(expected), "%s", name);
    cr_assert_str_eq(value, expected);
}

static bool has_xattr(int fd, const char *name)
{
    return fgetxattr(fd, name, NULL, 0) >= 0;
}

/* --- mode --- */

Test(attributes, the_mode_is_carried)
{
    cr_assert_eq(carry(ATTRIBUTE_MODE), 0);
    cr_assert_eq(mode_of(to), 0751);
}

Test(attributes, the_umask_does_not_cut_it)
{
    umask(077);
    cr_assert_eq(carry(ATTRIBUTE_MODE), 0);
    cr_assert_eq(mode_of(to), 0751);
}

Test(attributes, no_set_id_bit_is_carried_without_the_owner)
{
    cr_assert_eq(fchmod(from, 07751), 0);
    cr_assert_eq(carry(ATTRIBUTE_MODE), 0);
    cr_assert_eq(mode_of(to), 01751);
}

Test(attributes, set_id_bits_are_carried_with_the_owner)
{
    cr_assert_eq(fchmod(from, 06751), 0);
    cr_assert_eq(carry(ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP), 0);
    cr_assert_eq(mode_of(to), 06751);
}

Test(attributes, what_is_not_asked_for_is_left_alone)
{
    static const struct {
        unsigned which;
        bool mode, times;
    } cases[] = {{0, false, false},
                 {ATTRIBUTE_MODE, true, false},
                 {ATTRIBUTE_TIMESTAMPS, false, true},
                 {ATTRIBUTE_OWNERSHIP, false, false},
                 {ATTRIBUTE_XATTR, false, false}};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        cr_assert_eq(fchmod(to, 0600), 0);
        cr_assert_eq(futimens(to, NULL), 0);
        cr_assert_eq(carry(cases[i].which), 0);
        struct stat st = status_of(to);
        cr_assert_eq(mode_of(to) == 0751, cases[i].mode, "case %zu", i);
        cr_assert_eq(st.st_mtim.tv_sec == 1234567890, cases[i].times, "case %zu", i);
    }
}

/* --- owner --- */

Test(attributes, root_gives_the_owner)
{
    need_root("gives files away");
    cr_assert_eq(fchown(from, SOMEONE, SOMEONE + 1), 0);
    cr_assert_eq(carry(ATTRIBUTE_OWNERSHIP), 0);
    cr_assert_eq(status_of(to).st_uid, SOMEONE);
    cr_assert_eq(status_of(to).st_gid, SOMEONE + 1);
}

Test(attributes, the_owner_stays_unless_asked_for)
{
    need_root("gives files away");
    cr_assert_eq(fchown(from, SOMEONE, SOMEONE), 0);
    cr_assert_eq(carry(ATTRIBUTE_MODE | ATTRIBUTE_TIMESTAMPS | ATTRIBUTE_XATTR), 0);
    cr_assert_eq(status_of(to).st_uid, geteuid());
}

Test(attributes, a_user_who_cannot_give_a_file_away_keeps_it_without_set_id_bits)
{
    struct stat st = status_of(from);
    st.st_uid = st.st_gid = SOMEONE; /* as if it were another's */
    st.st_mode = S_IFREG | 06755;
    if (geteuid() == 0) {
        cr_assert_eq(fchown(to, 65534, 65534), 0);
        cr_assert_eq(setegid(65534), 0);
        cr_assert_eq(seteuid(65534), 0);
    }
    int rc = attributes_carry(from, to, &st, ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP, &what);
    uid_t user = geteuid();
    cr_assert_eq(seteuid(getuid()), 0);
    cr_assert_eq(rc, 0);
    cr_assert_eq(status_of(to).st_uid, user);
    cr_assert_eq(mode_of(to), 0755);
}

Test(attributes, giving_the_owner_does_not_cost_the_set_id_bits)
{
    need_root("gives files away"); /* chown(2) clears them, so the mode must come later */
    cr_assert_eq(fchown(from, SOMEONE, SOMEONE), 0);
    cr_assert_eq(fchmod(from, 06755), 0);
    cr_assert_eq(carry(ALL), 0);
    cr_assert_eq(mode_of(to), 06755);
}

/* --- times --- */

Test(attributes, times_are_carried_to_the_nanosecond)
{
    struct stat st = status_of(from);
    if (st.st_mtim.tv_nsec != 987654321)
        SKIP("this file system keeps no nanoseconds");
    cr_assert_eq(carry(ATTRIBUTE_TIMESTAMPS), 0);
    cr_assert(same_time(status_of(to).st_mtim, st.st_mtim));
    cr_assert(same_time(status_of(to).st_atim, st.st_atim));
}

Test(attributes, times_are_those_that_the_source_had_when_it_was_opened)
{
    struct stat st = status_of(from);
    cr_assert_eq(futimens(from, NULL), 0); /* somebody reads and writes it meanwhile */
    cr_assert_eq(attributes_carry(from, to, &st, ATTRIBUTE_TIMESTAMPS, &what), 0);
    cr_assert(same_time(status_of(to).st_mtim, st.st_mtim));
    cr_assert(same_time(status_of(to).st_atim, st.st_atim));
}

Test(attributes, times_come_last)
{
    struct stat st = status_of(from);
    set_xattr(from, "user.test", "value");
    cr_assert_eq(attributes_carry(from, to, &st, ALL, &what), 0);
    cr_assert(same_time(status_of(to).st_mtim, st.st_mtim));
    cr_assert(same_time(status_of(to).st_atim, st.st_atim));
}

/* --- extended attributes --- */

Test(attributes, user_attributes_are_carried)
{
    set_xattr(from, "user.test", "value");
    set_xattr(from, "user.empty", "");
    set_xattr(from, "user.\303\244 b", "another");
    cr_assert_eq(carry(ATTRIBUTE_XATTR), 0);
    assert_xattr(to, "user.test", "value");
    assert_xattr(to, "user.empty", "");
    assert_xattr(to, "user.\303\244 b", "another");
}

Test(attributes, they_are_not_carried_unasked)
{
    set_xattr(from, "user.test", "value");
    cr_assert_eq(carry(ALL & ~ATTRIBUTE_XATTR), 0);
    cr_assert_not(has_xattr(to, "user.test"));
}

Test(attributes, a_file_without_any_gives_none)
{
    cr_assert_eq(carry(ATTRIBUTE_XATTR), 0);
    cr_assert_not(has_xattr(to, "user.test"));
}

/* A file that can't have user attributes: /proc's belong to no file system that keeps any. */
static int open_without_attributes(void)
{
    int fd = open("/proc/self/comm", O_RDWR);
    if (fd < 0 || fsetxattr(fd, "user.test", "", 0, 0) == 0)
        SKIP("there is no file without extended attributes");
    return fd;
}

Test(attributes, what_the_destination_cannot_hold_is_a_failure_that_is_named)
{
    set_xattr(from, "user.test", "value");
    to = open_without_attributes();
    cr_assert_lt(carry(ATTRIBUTE_XATTR), 0);
    cr_assert_str_eq(what, "extended attributes");
}

Test(attributes, it_is_left_out_if_that_is_tolerated)
{
    set_xattr(from, "user.test", "value");
    to = open_without_attributes();
    cr_assert_eq(carry(ATTRIBUTE_XATTR | ATTRIBUTE_TOLERANT), 0);
}

Test(attributes, a_source_that_can_have_none_is_no_failure)
{
    from = open_without_attributes();
    cr_assert_eq(carry(ATTRIBUTE_XATTR), 0);
}

/* --- ACLs, in the kernel's binary form --- */

static void set_acl(int fd, uint32_t user)
{
    struct {
        uint32_t version;
        struct {
            uint16_t tag, permissions;
            uint32_t id;
        } entries[5];
    } acl = {2,
             {{0x01, 6, UINT32_MAX},
              {0x02, 4, user},
              {0x04, 4, UINT32_MAX},
              {0x10, 4, UINT32_MAX},
              {0x20, 0, UINT32_MAX}}};
    if (fsetxattr(fd, "system.posix_acl_access", &acl, sizeof(acl), 0) < 0)
        SKIP("no ACL can be set here: %s", strerror(errno));
}

Test(attributes, an_acl_is_carried_with_them)
{
    set_acl(from, SOMEONE);
    cr_assert_eq(carry(ATTRIBUTE_MODE | ATTRIBUTE_XATTR), 0);
    cr_assert(has_xattr(to, "system.posix_acl_access"));
    cr_assert_eq(mode_of(to), mode_of(from));
}

Test(attributes, an_acl_that_a_directory_gave_makes_way_for_the_mode)
{
    set_acl(to, SOMEONE);
    cr_assert_eq(carry(ATTRIBUTE_MODE), 0);
    cr_assert_not(has_xattr(to, "system.posix_acl_access"));
    cr_assert_eq(mode_of(to), 0751);
}

/* --- what a file that replaces another takes over from it --- */

Test(attributes, a_replacement_has_the_attributes_of_the_old_file)
{
    set_xattr(from, "user.test", "value");
    set_acl(to, SOMEONE);
    cr_assert_eq(adopt(), 0);
    assert_xattr(to, "user.test", "value");
    cr_assert_not(has_xattr(to, "system.posix_acl_access"));
}

Test(attributes, a_replacement_has_the_acl_of_the_old_file)
{
    set_acl(from, SOMEONE);
    cr_assert_eq(adopt(), 0);
    cr_assert(has_xattr(to, "system.posix_acl_access"));
}

Test(attributes, a_replacement_belongs_to_the_old_files_owner)
{
    need_root("gives files away");
    cr_assert_eq(fchown(from, SOMEONE, SOMEONE), 0);
    cr_assert_eq(adopt(), 0);
    cr_assert_eq(status_of(to).st_uid, SOMEONE);
}

Test(attributes, a_replacement_does_not_inherit_capabilities)
{
    struct vfs_cap_data capabilities = {.magic_etc = VFS_CAP_REVISION_2};
    capabilities.data[0].permitted = 1u << CAP_NET_RAW;
    if (fsetxattr(from, "security.capability", &capabilities, sizeof(capabilities), 0) < 0)
        SKIP("no capabilities can be set here: %s", strerror(errno));
    cr_assert_eq(adopt(), 0);
    cr_assert_not(has_xattr(to, "security.capability"));
    cr_assert_eq(carry(ATTRIBUTE_XATTR), 0);
    cr_assert(has_xattr(to, "security.capability"), "but a copy that was asked for does");
}
