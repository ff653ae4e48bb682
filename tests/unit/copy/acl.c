/* SPDX-License-Identifier: MIT */
#include "copy/acl.h"
#include "support.h"

#include <stdint.h>

enum { OWNER = 0x01, USER = 0x02, GROUP_OWNER = 0x04, GROUP = 0x08, MASK = 0x10, OTHER = 0x20 };

/* An ACL in the kernel's format. */
struct acl {
    uint32_t version;
    struct {
        uint16_t tag, permissions;
        uint32_t id;
    } entries[6];
};

/* What remains of 0777 without such an ACL; entries of tag 0 are left out. */
static mode_t narrowed(const struct acl *acl)
{
    size_t count = 0;
    while (count < LENGTH(acl->entries) && acl->entries[count].tag)
        count++;
    return acl_narrow(acl, offsetof(struct acl, entries) + count * sizeof(acl->entries[0]), 0777);
}

Test(acl, nobody_may_do_without_it_what_it_denies)
{
    static const struct {
        struct acl acl;
        mode_t mode;
    } cases[] = {
        {{2, {{OWNER, 6}, {GROUP_OWNER, 4}, {OTHER, 0}}}, 0747},
        {{2, {{OWNER, 6}, {USER, 7}, {GROUP_OWNER, 0}, {MASK, 7}, {OTHER, 0}}}, 0707},
        {{2, {{OWNER, 6}, {USER, 7}, {GROUP_OWNER, 7}, {MASK, 4}, {OTHER, 0}}}, 0744},
        {{2, {{OWNER, 6}, {USER, 0}, {GROUP_OWNER, 7}, {MASK, 7}, {OTHER, 7}}}, 0700},
        {{2, {{OWNER, 6}, {GROUP_OWNER, 7}, {GROUP, 1}, {MASK, 7}, {OTHER, 7}}}, 0771},
        {{2, {{OWNER, 6}, {USER, 6}, {USER, 5}, {GROUP_OWNER, 7}, {MASK, 7}, {OTHER, 7}}}, 0744},
    };
    for (size_t i = 0; i < LENGTH(cases); i++)
        cr_assert_eq(narrowed(&cases[i].acl), cases[i].mode, "case %zu: %o", i,
                     narrowed(&cases[i].acl));
}

Test(acl, what_makes_no_sense_leaves_the_owners_rights)
{
    static const struct acl other = {3, {{OWNER, 6}, {GROUP_OWNER, 7}, {OTHER, 7}}};
    cr_assert_eq(acl_narrow(&other, sizeof(other), 0777), 0700);
    cr_assert_eq(acl_narrow(&other, 3, 0777), 0700);
    cr_assert_eq(acl_narrow(NULL, 0, 0777), 0700);
}

static int shown(const struct acl *acl, size_t entries)
{
    return acl_mode(acl, offsetof(struct acl, entries) + entries * sizeof(acl->entries[0]));
}

Test(acl, the_mode_that_goes_with_it_has_the_mask_for_the_group)
{
    static const struct acl few = {2, {{OWNER, 6}, {GROUP_OWNER, 4}, {OTHER, 1}}};
    static const struct acl many = {
        2, {{OWNER, 7}, {USER, 7}, {GROUP_OWNER, 1}, {GROUP, 7}, {MASK, 6}, {OTHER, 0}}};
    cr_assert_eq(shown(&few, 3), 0641);
    cr_assert_eq(shown(&many, 6), 0760);
}

Test(acl, what_makes_no_sense_goes_with_no_mode)
{
    static const struct acl other = {3, {{OWNER, 6}, {GROUP_OWNER, 4}, {OTHER, 0}}};
    static const struct acl partial = {2, {{OWNER, 6}, {GROUP_OWNER, 4}}};
    cr_assert_eq(shown(&other, 3), -1);
    cr_assert_eq(shown(&partial, 2), -1);
    cr_assert_eq(acl_mode(&partial, 3), -1);
}
