/* SPDX-License-Identifier: MIT */
#include "cluster/message.h"
#include "support.h"

#include <sys/socket.h>

enum { PAGE = 4096 };

static struct extent list[] = {{0, 3 * PAGE, 0}, {10 * PAGE, PAGE, 3 * PAGE}};

static struct announcement some(void)
{
    return (struct announcement){.src = "a source",
                                 .dst = "dir/a destination",
                                 .hidden = ".dst.mpcp-1234",
                                 .size = 20 * PAGE,
                                 .mtime = {123456789, 987654321},
                                 .ctime = {223456789, 887654321},
                                 .chunk_len = 2 * PAGE,
                                 .recorded = true,
                                 .known = true,
                                 .used = true,
                                 .extents = {.list = list, .count = 2, .bytes = 4 * PAGE}};
}

Test(message, an_announcement_is_the_same_when_it_arrives)
{
    const struct announcement sent = some();
    struct announcement a;
    uint32_t size;
    char *text = message_pack(&sent, &size);
    cr_assert(message_unpack(text, size, &a));
    cr_assert_str_eq(a.src, sent.src);
    cr_assert_str_eq(a.dst, sent.dst);
    cr_assert_str_eq(a.hidden, sent.hidden);
    cr_assert_eq(a.size, sent.size);
    cr_assert_eq(a.mtime.tv_sec, sent.mtime.tv_sec);
    cr_assert_eq(a.mtime.tv_nsec, sent.mtime.tv_nsec);
    cr_assert_eq(a.ctime.tv_sec, sent.ctime.tv_sec);
    cr_assert_eq(a.ctime.tv_nsec, sent.ctime.tv_nsec);
    cr_assert_eq(a.chunk_len, sent.chunk_len);
    cr_assert(a.recorded && a.known && a.used && !a.verifies);
    cr_assert_eq(a.extents.count, 2);
    cr_assert_eq(a.extents.bytes, 4 * PAGE);
    cr_assert_eq(memcmp(a.extents.list, list, sizeof(list)), 0);
    extents_release(&a.extents);
    free(text);
}

Test(message, one_that_is_cut_anywhere_makes_no_sense)
{
    const struct announcement sent = some();
    struct announcement a;
    uint32_t size;
    char *text = message_pack(&sent, &size);
    for (uint32_t cut = 0; cut < size; cut++)
        cr_assert_not(message_unpack(text, cut, &a), "%u bytes", cut);
    cr_assert_not(message_unpack(NULL, 0, &a));
    free(text);
}

static void assert_refused(const struct announcement *sent, const char *what)
{
    struct announcement a;
    uint32_t size;
    char *text = message_pack(sent, &size);
    cr_assert_not(message_unpack(text, size, &a), "%s", what);
    free(text);
}

Test(message, nor_does_one_whose_extents_are_not_a_row)
{
    struct extent bad[2];
    struct announcement a = some();
    a.extents.list = bad;
    memcpy(bad, list, sizeof(bad));
    bad[1].off = 2 * PAGE;
    assert_refused(&a, "they overlap");
    memcpy(bad, list, sizeof(bad));
    bad[1].len = 11 * PAGE;
    assert_refused(&a, "beyond the end");
    memcpy(bad, list, sizeof(bad));
    bad[1].len = -PAGE;
    assert_refused(&a, "less than nothing");
    memcpy(bad, list, sizeof(bad));
    bad[1].data_off = 4 * PAGE;
    assert_refused(&a, "a gap in the row");
    memcpy(bad, list, sizeof(bad));
    a.extents.bytes++;
    assert_refused(&a, "another sum");
}

Test(message, nor_one_that_leads_out_of_the_directory)
{
    struct announcement a = some();
    strcpy(a.hidden, "../etc/passwd");
    assert_refused(&a, "a slash");
}

Test(message, a_letter_goes_through_a_socket_whole)
{
    int ends[2];
    struct letter letter;
    const struct message sent = {.kind = MESSAGE_PART, .round = 3, .done = 5, .size = 7};
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    cr_assert_eq(message_receive(ends[1], 0, &letter), 0);
    cr_assert_eq(message_send(ends[0], &sent, "1234567"), 0);
    cr_assert_eq(message_receive(ends[1], 0, &letter), 1);
    cr_assert_eq(memcmp(&letter.message, &sent, sizeof(sent)), 0);
    cr_assert_str_eq(letter.text, "1234567");
    free(letter.text);
}

Test(message, who_is_gone_says_nothing_any_more)
{
    int ends[2];
    struct letter letter;
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    close(ends[0]);
    cr_assert_eq(message_receive(ends[1], -1, &letter), -EPIPE);
    cr_assert_eq(message_send(ends[1], &letter.message, NULL), -EPIPE);
}

Test(message, a_head_that_makes_no_sense_is_refused)
{
    const struct message bad[] = {{.kind = MESSAGE_KINDS},
                                  {.size = MESSAGE_MOST + 1},
                                  {.off = -1},
                                  {.len = -1},
                                  {.done = -1},
                                  {.failed = 2}};
    cr_assert(message_is_sane(&(struct message){0}));
    for (size_t i = 0; i < LENGTH(bad); i++)
        cr_assert_not(message_is_sane(&bad[i]), "%zu", i);
}
