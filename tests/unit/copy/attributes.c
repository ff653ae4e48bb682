/* SPDX-License-Identifier: MIT */
#include "copy/attributes.h"
#include "refusing.h"
#include "support.h"

#include <linux/capability.h>
#include <stdint.h>
#include <sys/xattr.h>

enum {
    ALL = ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP | ATTRIBUTE_TIMESTAMPS | ATTRIBUTE_XATTR,
    SOMEONE = 12345,
};

static int from, to;
static struct attributes_lack lack;

/* Two empty files that differ in everything they can. */
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
    refusing = (struct refusing){0};
    lack = (struct attributes_lack){0};
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

/* Gives `to` the attributes of `st`, which is the source's, and those of `from`. */
static void give(const struct stat *st, unsigned which)
{
    const struct attributes a = {.src = from, .src_st = st, .which = which, .mode = -1};
    cr_assert_eq(attributes_give(&a, to, &lack), 0);
}

static void try_to_carry(unsigned which)
{
    struct stat st = status_of(from);
    give(&st, which);
}

static void carry(unsigned which)
{
    try_to_carry(which);
    cr_assert_eq(lack.which, 0);
}

static void adopt(void)
{
    struct attributes_kept kept;
    const struct attributes a = {.old = &kept, .mode = -1};
    cr_assert_eq(attributes_read(from, &kept), 0);
    cr_assert_eq(attributes_give(&a, to, &lack), 0);
    attributes_release(&kept);
    cr_assert_eq(lack.which, 0);
}

static void assert_lacks(const char *expected, int err)
{
    char text[ATTRIBUTES_ROOM];
    attributes_spell(lack.which, text);
    cr_assert_str_eq(text, expected);
    cr_assert_eq(lack.err, err, "%s", strerror(lack.err));
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
    carry(ATTRIBUTE_MODE);
    cr_assert_eq(mode_of(to), 0751);
}

Test(attributes, the_umask_does_not_cut_it)
{
    umask(077);
    carry(ATTRIBUTE_MODE);
    cr_assert_eq(mode_of(to), 0751);
}

Test(attributes, no_set_id_bit_is_carried_without_the_owner)
{
    cr_assert_eq(fchmod(from, 07751), 0);
    carry(ATTRIBUTE_MODE);
    cr_assert_eq(mode_of(to), 01751);
}

Test(attributes, set_id_bits_are_carried_with_the_owner)
{
    cr_assert_eq(fchmod(from, 06751), 0);
    carry(ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP);
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
        carry(cases[i].which);
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
    carry(ATTRIBUTE_OWNERSHIP);
    cr_assert_eq(status_of(to).st_uid, SOMEONE);
    cr_assert_eq(status_of(to).st_gid, SOMEONE + 1);
}

Test(attributes, the_owner_stays_unless_asked_for)
{
    need_root("gives files away");
    cr_assert_eq(fchown(from, SOMEONE, SOMEONE), 0);
    carry(ATTRIBUTE_MODE | ATTRIBUTE_TIMESTAMPS | ATTRIBUTE_XATTR);
    cr_assert_eq(status_of(to).st_uid, geteuid());
}

Test(attributes, a_user_who_cannot_give_a_file_away_keeps_it_without_set_id_bits)
{
    struct stat st = status_of(from);
    st.st_uid = st.st_gid = SOMEONE; /* as if it were another user's */
    st.st_mode = S_IFREG | 06755;
    if (geteuid() == 0) {
        cr_assert_eq(fchown(to, 65534, 65534), 0);
        cr_assert_eq(setegid(65534), 0);
        cr_assert_eq(seteuid(65534), 0);
    }
    give(&st, ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP);
    uid_t user = geteuid();
    cr_assert_eq(seteuid(getuid()), 0);
    cr_assert_eq(lack.which, 0);
    cr_assert_eq(status_of(to).st_uid, user);
    cr_assert_eq(mode_of(to), 0755);
}

Test(attributes, giving_the_owner_does_not_cost_the_set_id_bits)
{
    need_root("gives files away"); /* chown(2) clears them, so the mode must come later */
    cr_assert_eq(fchown(from, SOMEONE, SOMEONE), 0);
    cr_assert_eq(fchmod(from, 06755), 0);
    carry(ALL);
    cr_assert_eq(mode_of(to), 06755);
}

/* --- times --- */

Test(attributes, times_are_carried_to_the_nanosecond)
{
    struct stat st = status_of(from);
    if (st.st_mtim.tv_nsec != 987654321)
        SKIP("this file system keeps no nanoseconds");
    carry(ATTRIBUTE_TIMESTAMPS);
    cr_assert(same_time(status_of(to).st_mtim, st.st_mtim));
    cr_assert(same_time(status_of(to).st_atim, st.st_atim));
}

Test(attributes, times_are_those_that_the_source_had_when_it_was_opened)
{
    struct stat st = status_of(from);
    cr_assert_eq(futimens(from, NULL), 0); /* somebody reads and writes it meanwhile */
    give(&st, ATTRIBUTE_TIMESTAMPS);
    cr_assert(same_time(status_of(to).st_mtim, st.st_mtim));
    cr_assert(same_time(status_of(to).st_atim, st.st_atim));
}

Test(attributes, times_come_last)
{
    struct stat st = status_of(from);
    set_xattr(from, "user.test", "value");
    give(&st, ALL);
    cr_assert(same_time(status_of(to).st_mtim, st.st_mtim));
    cr_assert(same_time(status_of(to).st_atim, st.st_atim));
}

/* --- extended attributes --- */

Test(attributes, user_attributes_are_carried)
{
    set_xattr(from, "user.test", "value");
    set_xattr(from, "user.empty", "");
    set_xattr(from, "user.\303\244 b", "another");
    carry(ATTRIBUTE_XATTR);
    assert_xattr(to, "user.test", "value");
    assert_xattr(to, "user.empty", "");
    assert_xattr(to, "user.\303\244 b", "another");
}

Test(attributes, they_are_not_carried_unasked)
{
    set_xattr(from, "user.test", "value");
    carry(ALL & ~ATTRIBUTE_XATTR);
    cr_assert_not(has_xattr(to, "user.test"));
}

Test(attributes, a_file_without_any_gives_none)
{
    carry(ATTRIBUTE_XATTR);
    cr_assert_not(has_xattr(to, "user.test"));
}

/* A file that can't have user attributes: /proc doesn't keep any. */
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
    try_to_carry(ATTRIBUTE_XATTR);
    assert_lacks("extended attributes", lack.err);
}

Test(attributes, it_is_left_out_if_that_is_tolerated)
{
    set_xattr(from, "user.test", "value");
    to = open_without_attributes();
    carry(ATTRIBUTE_XATTR | ATTRIBUTE_TOLERANT);
}

Test(attributes, what_is_no_matter_of_the_file_system_is_never_tolerated)
{
    static const int errors[] = {ENOSPC, EDQUOT, EIO, ERANGE, E2BIG, EPERM, EACCES};
    set_xattr(from, "user.test", "value");
    for (size_t i = 0; i < LENGTH(errors); i++) {
        refusing.xattr = errors[i];
        try_to_carry(ATTRIBUTE_XATTR | ATTRIBUTE_TOLERANT);
        assert_lacks("extended attributes", errors[i]);
    }
    refusing.xattr = ENOSYS;
    carry(ATTRIBUTE_XATTR | ATTRIBUTE_TOLERANT);
}

Test(attributes, the_others_are_carried_if_one_is_refused)
{
    static const char *const names[] = {"user.a", "user.b", "user.c"};
    for (size_t i = 0; i < LENGTH(names); i++)
        set_xattr(from, names[i], "value");
    for (size_t i = 0; i < 2 * LENGTH(names); i++) {
        const char *one = names[i / 2];
        for (size_t k = 0; k < LENGTH(names); k++)
            fremovexattr(to, names[k]);
        refusing.xattr = ENOSPC;
        refusing.one = one;
        try_to_carry(ATTRIBUTE_XATTR | (i % 2 ? ATTRIBUTE_TOLERANT : 0));
        assert_lacks("extended attributes", ENOSPC);
        for (size_t k = 0; k < LENGTH(names); k++)
            cr_assert_eq(has_xattr(to, names[k]), names[k] != one, "%s, refused is %s", names[k],
                         one);
    }
}

Test(attributes, only_a_label_of_a_security_module_is_passed_over)
{
    static const struct {
        const char *name;
        bool label;
    } cases[] = {{"security.selinux", true},     {"security.SMACK64", true},
                 {"security.SMACK64EXEC", true}, {"security.apparmor", true},
                 {"security.ima", true},         {"security.evm", true},
                 {"security.capability", false}, {"security.test", false},
                 {"security.imax", false},       {"user.selinux", false}};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        refusing.listed = cases[i].name;
        refusing.xattr = EPERM;
        try_to_carry(ATTRIBUTE_XATTR);
        cr_assert_eq(lack.which, cases[i].label ? 0 : ATTRIBUTE_XATTR, "%s", cases[i].name);
    }
}

Test(attributes, a_source_that_can_have_none_is_no_failure)
{
    from = open_without_attributes();
    carry(ATTRIBUTE_XATTR);
}

/* --- ACLs, in the kernel's binary form --- */

static const char access_acl[] = "system.posix_acl_access";

struct kernel_acl {
    uint32_t version;
    struct {
        uint16_t tag, permissions;
        uint32_t id;
    } entries[5];
};

enum { OWNER = 0x01, USER = 0x02, GROUP = 0x04, MASK = 0x10, OTHER = 0x20 };

static void set_these(int fd, unsigned user, unsigned group, unsigned mask, unsigned other)
{
    const struct kernel_acl acl = {2,
                                   {{OWNER, 6, UINT32_MAX},
                                    {USER, (uint16_t)user, SOMEONE},
                                    {GROUP, (uint16_t)group, UINT32_MAX},
                                    {MASK, (uint16_t)mask, UINT32_MAX},
                                    {OTHER, (uint16_t)other, UINT32_MAX}}};
    if (syscall(SYS_fsetxattr, fd, access_acl, &acl, sizeof(acl), 0) < 0)
        SKIP("no ACL can be set here: %s", strerror(errno));
}

static void set_acl(int fd)
{
    set_these(fd, 4, 4, 4, 0);
}

/* What users may do: one who is named, if any is, one of the group, and another one. */
struct rights {
    unsigned named, group, other;
};

static struct rights rights_of(int fd)
{
    struct kernel_acl acl;
    mode_t mode = mode_of(fd);
    if (fgetxattr(fd, access_acl, &acl, sizeof(acl)) < (ssize_t)sizeof(acl))
        return (struct rights){mode & 7, mode >> 3 & 7, mode & 7};
    unsigned mask = acl.entries[3].permissions;
    return (struct rights){acl.entries[1].permissions & mask, acl.entries[2].permissions & mask,
                           acl.entries[4].permissions};
}

Test(attributes, an_acl_is_carried_with_the_mode)
{
    set_these(from, 6, 0, 6, 0);
    carry(ATTRIBUTE_MODE);
    struct rights rights = rights_of(to);
    cr_assert(has_xattr(to, access_acl));
    cr_assert_eq(rights.named, 6);
    cr_assert_eq(rights.group, 0);
    cr_assert_eq(mode_of(to), mode_of(from));
}

Test(attributes, an_acl_is_no_extended_attribute)
{
    set_acl(from);
    carry(ATTRIBUTE_XATTR);
    cr_assert_not(has_xattr(to, access_acl));
    cr_assert_eq(mode_of(to), 0600);
}

Test(attributes, set_id_bits_come_along_with_an_acl)
{
    need_root("may set any group's");
    set_acl(from);
    cr_assert_eq(fchmod(from, 06640), 0);
    carry(ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP);
    cr_assert_eq(mode_of(to), 06640);
}

Test(attributes, an_acl_that_a_directory_gave_makes_way_for_the_mode)
{
    set_acl(to);
    carry(ATTRIBUTE_MODE);
    cr_assert_not(has_xattr(to, access_acl));
    cr_assert_eq(mode_of(to), 0751);
}

Test(attributes, where_no_acl_can_be_had_the_mode_is_narrowed)
{
    set_these(from, 6, 0, 6, 4);
    refusing.acl = EOPNOTSUPP;
    try_to_carry(ATTRIBUTE_MODE);
    assert_lacks("the ACL", EOPNOTSUPP);
    cr_assert_eq(mode_of(to), 0604);
}

Test(attributes, an_acl_that_is_stored_but_not_heeded_is_taken_away_and_the_mode_narrowed)
{
    static const struct {
        unsigned user, group, mask, other;
        mode_t before, after;
    } cases[] = {{4, 0, 4, 0, 0600, 0600}, {4, 0, 4, 0, 0640, 0600}, {0, 4, 4, 4, 0644, 0600},
                 {6, 4, 6, 0, 0660, 0640}, {0, 0, 0, 4, 0600, 0600}, {0, 0, 0, 4, 0604, 0600}};
    set_xattr(to, "user.acl", "");
    for (size_t i = 0; i < LENGTH(cases); i++) {
        set_these(from, cases[i].user, cases[i].group, cases[i].mask, cases[i].other);
        fremovexattr(to, "user.acl");
        cr_assert_eq(fchmod(to, cases[i].before), 0);
        refusing.unheeded = to;
        try_to_carry(ATTRIBUTE_MODE);
        assert_lacks("the ACL", EOPNOTSUPP);
        cr_assert_eq(mode_of(to), cases[i].after, "case %zu: %o", i, mode_of(to));
        cr_assert_not(has_xattr(to, "user.acl"));
    }
}

Test(attributes, a_replacement_has_the_acl_that_is_not_heeded_and_the_mode_of_the_old_file)
{
    set_xattr(to, "user.acl", "");
    fremovexattr(to, "user.acl");
    set_these(from, 4, 0, 4, 0);
    struct attributes_kept kept;
    const struct attributes a = {.old = &kept, .mode = -1};
    cr_assert_eq(attributes_read(from, &kept), 0);
    kept.st.st_mode = S_IFREG | 0604;
    refusing.unheeded = to;
    cr_assert_eq(attributes_give(&a, to, &lack), 0);
    attributes_release(&kept);
    cr_assert(has_xattr(to, "user.acl"));
    cr_assert_eq(mode_of(to), 0604);
}

static int mode_of_new(int src, int fresh, int mode)
{
    cr_assert_eq(attributes_mode_of_new(src, fresh, &mode), 0);
    return mode;
}

Test(attributes, a_new_file_without_acl_does_not_take_the_mask_for_the_groups_right)
{
    set_these(from, 6, 4, 6, 0);
    cr_assert_eq(mode_of_new(from, to, 0660), 0640);
    cr_assert_eq(mode_of_new(from, to, 0600), 0600);
    set_acl(to);
    cr_assert_eq(mode_of_new(from, to, 0660), 0660, "its own mask is cut by it");
    cr_assert_eq(fremovexattr(to, access_acl), 0);
    cr_assert_eq(mode_of_new(to, from, 0660), 0660);
}

Test(attributes, an_acl_that_cannot_be_read_gives_nobody_anything)
{
    int mode = 0664;
    refusing.reading = EIO;
    cr_assert_eq(attributes_mode_of_new(from, to, &mode), -EIO);
    cr_assert_eq(mode, 0600);
    try_to_carry(ATTRIBUTE_MODE);
    assert_lacks("the ACL", EIO);
    cr_assert_eq(mode_of(to), 0700);
}

/* --- what can't be carried --- */

Test(attributes, whatever_is_refused_the_others_are_carried)
{
    static const struct {
        struct refusing refusing;
        const char *lack;
        mode_t mode;
        bool times, xattr;
    } cases[] = {
        {{.owner = EPERM}, "the owner", 0751, true, true},
        {{.mode = EIO}, "the mode", 0600, true, true},
        {{.xattr = ENOSPC}, "extended attributes", 0751, true, false},
        {{.times = EPERM}, "the times", 0751, false, true},
        {{.owner = EPERM, .xattr = EIO, .mode = EIO, .times = EIO},
         "the owner, extended attributes, the mode and the times",
         0600,
         false,
         false},
    };
    struct stat st = status_of(from);
    need_root("is told that the owner can't be given");
    set_xattr(from, "user.test", "value");
    st.st_uid = SOMEONE;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        to = make_file("to", 0);
        cr_assert_eq(fchown(to, 0, 0), 0);
        cr_assert_eq(fchmod(to, 0600), 0);
        fremovexattr(to, "user.test");
        refusing = cases[i].refusing;
        give(&st, ALL);
        refusing = (struct refusing){0};
        int err = cases[i].refusing.owner ? EPERM : lack.err;
        assert_lacks(cases[i].lack, err);
        cr_assert_eq(mode_of(to), cases[i].mode, "case %zu: %o", i, mode_of(to));
        cr_assert_eq(status_of(to).st_mtim.tv_sec == 1234567890, cases[i].times, "case %zu", i);
        cr_assert_eq(has_xattr(to, "user.test"), cases[i].xattr, "case %zu", i);
        close(to);
    }
    to = make_file("to", 0);
}

Test(attributes, what_only_seems_to_be_given_is_lacking)
{
    struct stat st = status_of(from);
    need_root("gives files away");
    st.st_uid = SOMEONE;
    refusing.deaf = true;
    give(&st, ALL);
    assert_lacks("the owner and the mode", EOPNOTSUPP);
    cr_assert_eq(status_of(to).st_mtim.tv_sec, 1234567890);
    st.st_uid = 0;
    st.st_mode = S_IFREG | 04600;
    give(&st, ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP);
    assert_lacks("the mode", EOPNOTSUPP);
    st.st_mode = S_IFREG | 0600;
    give(&st, ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP);
    cr_assert_eq(lack.which, 0);
}

Test(attributes, a_new_file_where_all_have_the_same_mode_lacks_nothing)
{
    const struct attributes a = {.mode = 0644};
    refusing.deaf = true;
    cr_assert_eq(attributes_give(&a, to, &lack), 0);
    cr_assert_eq(lack.which, 0);
}

Test(attributes, an_owner_that_only_seems_to_be_kept_is_a_failure)
{
    struct attributes_kept kept;
    const struct attributes a = {.old = &kept, .mode = -1};
    cr_assert_eq(attributes_read(from, &kept), 0);
    kept.st.st_uid = SOMEONE;
    refusing.deaf = true;
    cr_assert_eq(attributes_give(&a, to, &lack), geteuid() == 0 ? -EOPNOTSUPP : -EPERM);
    attributes_release(&kept);
}

Test(attributes, a_user_who_may_not_give_files_away_is_not_told_that_it_was_in_vain)
{
    struct stat st = status_of(from);
    need_root("becomes somebody else");
    cr_assert_eq(fchown(to, 65534, 65534), 0);
    st.st_mode = status_of(to).st_mode;
    refusing.deaf = true;
    cr_assert_eq(seteuid(65534), 0);
    give(&st, ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP);
    cr_assert_eq(seteuid(0), 0);
    cr_assert_eq(lack.which, 0);
}

Test(attributes, a_set_id_bit_that_is_left_out_for_want_of_the_right_is_not_missed)
{
    struct stat st = status_of(from);
    need_root("becomes somebody else");
    cr_assert_eq(fchown(to, 65534, SOMEONE), 0);
    st.st_uid = 65534;
    st.st_gid = SOMEONE; /* a group that the user isn't in */
    st.st_mode = S_IFREG | 02755;
    cr_assert_eq(setegid(65534), 0);
    cr_assert_eq(seteuid(65534), 0);
    give(&st, ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP);
    cr_assert_eq(seteuid(0), 0);
    cr_assert_eq(lack.which, 0);
    cr_assert_eq(mode_of(to), 0755);
}

Test(attributes, the_wrong_owner_gets_no_special_bits)
{
    struct stat st = status_of(from);
    need_root("is told that the owner can't be given");
    st.st_uid = SOMEONE;
    st.st_mode = S_IFREG | 07755;
    refusing.owner = EINVAL;
    give(&st, ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP);
    assert_lacks("the owner", EINVAL);
    cr_assert_eq(mode_of(to), 0755);
}

/* --- while it is done, in place, where others can open it --- */

static struct rights before, after;
static unsigned watched;

static void assert_no_more(const char *who, unsigned now, unsigned once, unsigned then)
{
    cr_assert_eq(now & ~(once | then), 0, "%s may %o, who may %o before and %o after", who, now,
                 once, then);
}

static void watch_rights(int fd)
{
    struct rights now = rights_of(fd);
    assert_no_more("one who is named", now.named, before.named, after.named);
    assert_no_more("the group", now.group, before.group, after.group);
    assert_no_more("another", now.other, before.other, after.other);
    cr_assert(mode_of(fd) < 01000 || status_of(fd).st_uid == status_of(from).st_uid,
              "it is still the wrong owner's");
    watched++;
}

static void set_kind(int fd, int kind)
{
    static const mode_t modes[] = {0600, 0664, 0606, 04755};
    fremovexattr(fd, access_acl);
    cr_assert_eq(fchmod(fd, modes[kind % 4]), 0);
    if (kind == 4)
        set_these(fd, 6, 0, 6, 4);
    if (kind == 5)
        set_these(fd, 0, 6, 6, 4);
}

Test(attributes, at_no_moment_may_anybody_open_it_who_may_neither_before_nor_after)
{
    need_root("gives files away");
    for (int i = 0; i < 6 * 6 * 2; i++) {
        refusing.watch = NULL;
        cr_assert_eq(fchown(from, i % 2 ? SOMEONE + 1 : 0, i % 2 ? SOMEONE + 2 : 0), 0);
        cr_assert_eq(fchown(to, 0, 0), 0);
        set_kind(from, i / 2 % 6);
        set_kind(to, i / 2 / 6);
        before = rights_of(to);
        after = rights_of(from);
        refusing.watch = i / 2 / 6 % 4 == 3 ? NULL : watch_rights; /* set-id before is so first */
        carry(ALL);
    }
    cr_assert_gt(watched, 0);
}

/* --- times that a file system keeps less exactly --- */

Test(attributes, a_time_is_cut_as_those_of_the_file_show)
{
    static const struct {
        long atime, mtime, ctime, in, out;
        bool even;
    } cases[] = {
        {0, 0, 0, 987654321, 0, false},
        {0, 0, 1, 987654321, 987654321, false},
        {500000000, 0, 0, 987654321, 900000000, false},
        {100, 0, 0, 987654321, 987654300, false},
        {123456789, 0, 987654320, 987654321, 987654321, false},
        {0, 0, 0, 987654321, 0, true},
        {0, 0, 120000000, 987654321, 0, true},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const struct stat st = {.st_atim.tv_nsec = cases[i].atime,
                                .st_mtim.tv_nsec = cases[i].mtime,
                                .st_ctim.tv_nsec = cases[i].ctime};
        struct timespec t = {1234567891, cases[i].in};
        t = attributes_cut_time(t, &st, cases[i].even);
        cr_assert_eq(t.tv_nsec, cases[i].out, "case %zu: %ld", i, t.tv_nsec);
        cr_assert_eq(t.tv_sec, cases[i].even ? 1234567890 : 1234567891, "case %zu", i);
    }
}

/* --- what a file that replaces another takes over from it --- */

Test(attributes, a_replacement_has_the_attributes_of_the_old_file)
{
    set_xattr(from, "user.test", "value");
    set_acl(to);
    adopt();
    assert_xattr(to, "user.test", "value");
    cr_assert_not(has_xattr(to, "system.posix_acl_access"));
}

Test(attributes, a_replacement_has_the_acl_of_the_old_file)
{
    set_acl(from);
    adopt();
    cr_assert(has_xattr(to, "system.posix_acl_access"));
}

Test(attributes, a_replacement_belongs_to_the_old_files_owner)
{
    need_root("gives files away");
    cr_assert_eq(fchown(from, SOMEONE, SOMEONE), 0);
    adopt();
    cr_assert_eq(status_of(to).st_uid, SOMEONE);
}

Test(attributes, a_replacement_does_not_inherit_capabilities)
{
    struct vfs_cap_data capabilities = {.magic_etc = VFS_CAP_REVISION_2};
    capabilities.data[0].permitted = 1u << CAP_NET_RAW;
    if (fsetxattr(from, "security.capability", &capabilities, sizeof(capabilities), 0) < 0)
        SKIP("no capabilities can be set here: %s", strerror(errno));
    adopt();
    cr_assert_not(has_xattr(to, "security.capability"));
    carry(ATTRIBUTE_XATTR);
    cr_assert(has_xattr(to, "security.capability"), "but a copy that was asked for does");
}

/* --- new files --- */

/* `to` as it was created; what is known of it may differ. */
static void give_new(unsigned which, int mode, bool plain)
{
    struct stat st = status_of(from);
    const struct attributes a = {.src = from, .src_st = &st, .which = which, .mode = mode};
    const struct attributes_birth birth = {plain, geteuid(), getegid()};
    cr_assert_eq(attributes_give_new(&a, to, &birth, &lack), 0);
}

Test(attributes, a_new_file_gets_all_that_a_common_source_has)
{
    give_new(ALL, -1, true);
    cr_assert_eq(lack.which, 0);
    cr_assert_eq(mode_of(to), 0751);
    cr_assert_eq(status_of(to).st_mtim.tv_nsec, status_of(from).st_mtim.tv_nsec);
    cr_assert_eq(status_of(to).st_atim.tv_sec, 1000000000);
}

Test(attributes, a_new_file_gets_only_what_is_asked_for)
{
    give_new(0, -1, true);
    cr_assert_eq(mode_of(to), 0600);
    give_new(ATTRIBUTE_TIMESTAMPS, -1, true);
    cr_assert_eq(mode_of(to), 0600);
    cr_assert_eq(status_of(to).st_mtim.tv_sec, 1234567890);
    give_new(0, 0640, true);
    cr_assert_eq(mode_of(to), 0640);
    give_new(ATTRIBUTE_MODE, 0640, true);
    cr_assert_eq(mode_of(to), 0751);
}

Test(attributes, a_new_file_gets_its_owner_and_then_its_special_bits)
{
    need_root("gives files away");
    cr_assert_eq(fchown(from, SOMEONE, SOMEONE + 1), 0);
    cr_assert_eq(fchmod(from, 06751), 0);
    give_new(ALL, -1, true);
    cr_assert_eq(status_of(to).st_uid, SOMEONE);
    cr_assert_eq(status_of(to).st_gid, SOMEONE + 1);
    cr_assert_eq(mode_of(to), 06751);
    to = make_file("other", 0);
    give_new(ATTRIBUTE_MODE, -1, true);
    cr_assert_eq(mode_of(to), 0751, "without the owner they would lend other rights");
}

Test(attributes, a_new_file_that_is_not_given_away_has_no_special_bits)
{
    need_root("is told that the owner can't be given");
    cr_assert_eq(fchown(from, SOMEONE, SOMEONE), 0);
    cr_assert_eq(fchmod(from, 06751), 0);
    refusing.owner = EINVAL;
    give_new(ALL, -1, true);
    assert_lacks("the owner", EINVAL);
    cr_assert_eq(mode_of(to), 0751);
}

Test(attributes, what_an_uncommon_source_has_a_new_file_gets)
{
    set_xattr(from, "user.test", "value");
    give_new(ALL, -1, true);
    assert_xattr(to, "user.test", "value");
    cr_assert_eq(mode_of(to), 0751);
}

Test(attributes, a_new_file_gets_the_acl_of_its_source)
{
    set_acl(from);
    give_new(ALL, -1, true);
    cr_assert(has_xattr(to, "system.posix_acl_access"));
}

Test(attributes, what_a_new_file_has_inherited_does_not_stay)
{
    set_acl(to);
    give_new(ALL, -1, false);
    cr_assert_not(has_xattr(to, "system.posix_acl_access"));
    cr_assert_eq(mode_of(to), 0751);
}

Test(attributes, what_a_new_file_cannot_have_is_lacking)
{
    refusing.mode = EIO;
    give_new(ALL, -1, true);
    assert_lacks("the mode", EIO);
    cr_assert_eq(status_of(to).st_mtim.tv_sec, 1234567890);
    refusing = (struct refusing){.times = EROFS};
    give_new(ALL, -1, true);
    assert_lacks("the times", EROFS);
}
