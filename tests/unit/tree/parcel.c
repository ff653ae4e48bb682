/* SPDX-License-Identifier: MIT */
#include "tree/parcel.h"
#include "support.h"

static struct errand_step steps[] = {{"/path/to/src", "dst", {11, 12}, true},
                                     {"a b", "c", {0, 14}, false}};
static struct errand_item items[] = {{TASK_DIRECTORY, false, "dir", "dir"},
                                     {TASK_FILE, true, "large", "as"}};

static struct errand_text some(void)
{
    return (struct errand_text){.id = 77,
                                .bound = true,
                                .root = "where/to/",
                                .depth = 2,
                                .count = 2,
                                .steps = steps,
                                .items = items};
}

static struct unpacking opened(const struct packing *p)
{
    return (struct unpacking){.at = p->bytes, .end = p->bytes + p->len};
}

static bool arrives(const struct errand_text *sent)
{
    struct packing p = {0};
    struct errand_text text;
    errand_pack(&p, sent);
    struct unpacking u = opened(&p);
    bool good = errand_unpack(&u, &text);
    errand_text_release(&text);
    free(p.bytes);
    return good;
}

Test(parcel, an_errand_is_the_same_when_it_arrives)
{
    const struct errand_text sent = some();
    struct errand_text got;
    struct packing p = {0};
    errand_pack(&p, &sent);
    struct unpacking u = opened(&p);
    cr_assert(errand_unpack(&u, &got));
    cr_assert_eq(got.id, 77);
    cr_assert(got.bound);
    cr_assert_str_eq(got.root, "where/to/");
    cr_assert_eq(got.depth, 2);
    cr_assert_str_eq(got.steps[0].name, "/path/to/src");
    cr_assert_str_eq(got.steps[0].dst_name, "dst");
    cr_assert_eq(got.steps[0].inodes[1], 12);
    cr_assert(got.steps[0].made);
    cr_assert_str_eq(got.steps[1].name, "a b");
    cr_assert_not(got.steps[1].made);
    cr_assert_eq(got.count, 2);
    cr_assert_eq(got.items[1].kind, TASK_FILE);
    cr_assert(got.items[1].huge && !got.items[0].huge);
    cr_assert_str_eq(got.items[1].name, "large");
    cr_assert_str_eq(got.items[1].dst_name, "as");
    errand_text_release(&got);
    free(p.bytes);
}

Test(parcel, one_that_is_cut_anywhere_makes_no_sense)
{
    const struct errand_text sent = some();
    struct packing p = {0};
    errand_pack(&p, &sent);
    for (size_t cut = 0; cut < p.len; cut++) {
        struct errand_text text;
        char *copy = malloc(cut + 1);
        memcpy(copy, p.bytes, cut);
        struct unpacking u = {.at = copy, .end = copy + cut};
        cr_assert_not(errand_unpack(&u, &text), "%zu bytes", cut);
        errand_text_release(&text);
        free(copy);
    }
    free(p.bytes);
}

Test(parcel, nor_does_one_whose_names_lead_elsewhere)
{
    static const char *const names[] = {"", ".", "..", "a/b", "/"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct errand_text text = some();
        struct errand_step other[] = {steps[0], steps[1]};
        struct errand_item item = {TASK_DIRECTORY, false, names[i], "to"};
        other[1].dst_name = names[i];
        text.steps = other;
        cr_assert_not(arrives(&text), "a directory '%s'", names[i]);
        text = some();
        text.count = 1;
        text.items = &item;
        cr_assert_not(arrives(&text), "an entry '%s'", names[i]);
    }
}

Test(parcel, an_operand_may_be_any_path_and_go_to_where_it_is)
{
    struct errand_step step = {"../x/.", ".", {0}, false};
    struct errand_text text = some();
    text.steps = &step;
    text.depth = 1;
    cr_assert(arrives(&text));
    step.dst_name = "a/b";
    cr_assert_not(arrives(&text));
    step.dst_name = "";
    cr_assert_not(arrives(&text));
}

Test(parcel, nor_does_one_of_nothing)
{
    struct errand_text text = some();
    text.count = 0;
    cr_assert_not(arrives(&text));
    text = some();
    text.depth = 0;
    cr_assert_not(arrives(&text));
}

Test(parcel, a_name_has_no_nul_in_it_a_text_may)
{
    struct packing p = {0};
    size_t len;
    pack_text(&p, "a\0b", 3);
    struct unpacking u = opened(&p);
    cr_assert_eq(memcmp(unpack_text(&u, &len), "a\0b", 4), 0);
    cr_assert_eq(len, 3);
    cr_assert(unpacked_all(&u));
    u = opened(&p);
    cr_assert_str_eq(unpack_name(&u), "");
    cr_assert(u.failed);
    free(p.bytes);
}

Test(parcel, a_text_longer_than_its_parcel_is_none)
{
    struct packing p = {0};
    size_t len;
    pack_number(&p, UINT64_MAX);
    pack_number(&p, 0);
    struct unpacking u = opened(&p);
    cr_assert_str_eq(unpack_text(&u, &len), "");
    cr_assert(u.failed);
    cr_assert_eq(unpack_number(&u), 0);
    free(p.bytes);
}

Test(parcel, a_state_is_the_same_when_it_arrives_and_counts_nothing_negative)
{
    struct state sent = {.idle = 1, .length = 2, .received = 3, .answered = 4}, got;
    struct packing p = {0};
    sent.counts[0] = 5;
    sent.counts[STATE_COUNTS - 1] = INT64_MAX;
    state_pack(&p, &sent);
    struct unpacking u = opened(&p);
    cr_assert(state_unpack(&u, &got));
    cr_assert_eq(memcmp(&sent, &got, sizeof(sent)), 0);
    p.len = 0;
    sent.counts[1] = -1;
    state_pack(&p, &sent);
    u = opened(&p);
    cr_assert_not(state_unpack(&u, &got));
    free(p.bytes);
}
