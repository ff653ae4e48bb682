/* SPDX-License-Identifier: MIT */
#include "tree/proof.h"
#include "support.h"

static char hidden[NAME_ROOM];
static uint64_t inode;
static struct packing packing;
static const char *operands[] = {"src", "dst", NULL};
static const struct options options = {.operands = operands, .operand_count = 2};

static void prove(void)
{
    enter_scratch();
    cr_assert_eq(mkdir("src", 0755), 0);
    cr_assert_eq(mkdir("to", 0755), 0);
    cr_assert_eq(proof_make("to", hidden, &inode), 0);
    packing = (struct packing){0};
    proof_pack_sources(&packing, &options);
}

static void release(void)
{
    free(packing.bytes);
    leave_scratch();
}

TestSuite(proof, .init = prove, .fini = release, .timeout = 60);

static void assert_finds(const char *root, enum proof expected)
{
    bool same[2];
    struct unpacking u = {.at = packing.bytes, .end = packing.bytes + packing.len};
    cr_assert_eq(proof_look(root, hidden, inode, u, &options, same), expected);
    cr_assert(expected != PROOF_FOUND || (same[0] && same[1]));
}

Test(proof, who_sees_the_same_files_finds_it)
{
    assert_finds("to", PROOF_FOUND);
}

Test(proof, not_in_another_directory_nor_when_it_is_removed)
{
    assert_finds(".", PROOF_NO_DESTINATION);
    assert_finds("nowhere", PROOF_NO_DESTINATION);
    proof_remove("to", hidden);
    assert_finds("to", PROOF_NO_DESTINATION);
    cr_assert_eq(rmdir("to"), 0, "nothing is left");
}

Test(proof, nor_where_there_is_another_source)
{
    cr_assert_eq(rename("src", "old"), 0);
    assert_finds("to", PROOF_NO_SOURCE);
    cr_assert_eq(mkdir("src", 0755), 0);
    assert_finds("to", PROOF_NO_SOURCE);
}

Test(proof, a_source_that_somebody_changes_meanwhile_is_the_same)
{
    cr_assert_eq(mkdir("src/new", 0755), 0);
    assert_finds("to", PROOF_FOUND);
}

Test(proof, the_same_number_is_believed_only_where_it_is_one)
{
    bool same[2];
    struct unpacking u = {.at = packing.bytes, .end = packing.bytes + packing.len};
    cr_assert_eq(proof_look("to", hidden, inode + 1, u, &options, same), PROOF_FOUND);
    cr_assert(same[0] && !same[1]);
}

Test(proof, it_cannot_be_made_where_nothing_is)
{
    cr_assert_eq(proof_make("nowhere", hidden, &inode), -ENOENT);
}

Test(proof, who_tries_to_create_one_leaves_nothing)
{
    cr_assert_eq(proof_try("to"), 0);
    proof_remove("to", hidden);
    cr_assert_eq(rmdir("to"), 0, "nothing is left");
    cr_assert_eq(proof_try("to"), -ENOENT);
}
