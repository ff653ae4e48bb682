/* SPDX-License-Identifier: MIT */
#include "move/journal.h"
#include "base/extent.h"
#include "support.h"

#include <sys/file.h>

enum { CHUNK = 4096, CHUNKS = 10, SIZE = CHUNKS * CHUNK - 5, HEADER = 96, LINE = 32 };

TestSuite(journal, .init = enter_scratch, .fini = leave_scratch, .timeout = 60);

static const struct journal_subject subject = {.size = SIZE,
                                               .data = SIZE,
                                               .mtime_sec = 1234567890,
                                               .mtime_nsec = 987654321,
                                               .ctime_sec = 1234567891,
                                               .ctime_nsec = 987654322,
                                               .inode = 77,
                                               .chunk_len = CHUNK,
                                               .layout = 0x1234};

static XXH128_hash_t hash_of(uint64_t index)
{
    return XXH3_128bits(&index, sizeof(index));
}

struct opened {
    struct journal journal;
    struct records *records;
    enum journal_found found;
    size_t damaged;
    int rc;
};

static struct opened open_for(const struct journal_subject *what)
{
    struct opened o = {.records = records_create(SIZE, CHUNK)};
    o.rc = journal_open(&o.journal, AT_FDCWD, "dst", what, o.records, &o.found, &o.damaged);
    return o;
}

static void shut(struct opened *o)
{
    journal_close(&o->journal);
    records_destroy(o->records);
}

/* Leaves a journal of the first `count` chunks. */
static void leave_journal(uint64_t count)
{
    struct opened o = open_for(&subject);
    cr_assert_eq(o.rc, 0);
    for (uint64_t i = 0; i < count; i++)
        journal_append(&o.journal, i, hash_of(i));
    shut(&o);
}

static unsigned claimed(const struct records *records)
{
    unsigned count = 0;
    for (size_t i = 0; i < records->count; i++) {
        if (records->list[i].state != RECORD_CLAIMED)
            continue;
        cr_assert(XXH128_isEqual(records->list[i].hash, hash_of(i)));
        count++;
    }
    return count;
}

static void change_byte(off_t off)
{
    int fd = open(".dst.mpcp-journal", O_RDWR);
    unsigned char byte;
    cr_assert_eq(pread(fd, &byte, 1, off), 1);
    byte ^= 0x40;
    cr_assert_eq(pwrite(fd, &byte, 1, off), 1);
    close(fd);
}

Test(journal, a_new_one_claims_nothing)
{
    struct opened o = open_for(&subject);
    cr_assert_eq(o.rc, 0);
    cr_assert_eq(o.found, JOURNAL_NEW);
    cr_assert_eq(claimed(o.records), 0);
    shut(&o);
}

Test(journal, what_was_appended_is_found_again)
{
    leave_journal(7);
    struct opened o = open_for(&subject);
    cr_assert_eq(o.found, JOURNAL_USABLE);
    cr_assert_eq(o.damaged, 0);
    cr_assert_eq(claimed(o.records), 7);
    shut(&o);
}

Test(journal, a_chunk_that_was_copied_twice_counts_as_it_was_last)
{
    struct opened o = open_for(&subject);
    journal_append(&o.journal, 3, hash_of(99));
    journal_append(&o.journal, 3, hash_of(3));
    shut(&o);
    o = open_for(&subject);
    cr_assert_eq(claimed(o.records), 1);
    shut(&o);
}

Test(journal, one_of_another_state_of_the_source_claims_nothing)
{
    struct journal_subject others[8];
    for (size_t i = 0; i < LENGTH(others); i++)
        others[i] = subject;
    others[0].size++;
    others[1].data--;
    others[2].mtime_sec++;
    others[3].mtime_nsec--;
    others[4].inode++;
    others[5].layout++;
    others[6].ctime_sec++;
    others[7].ctime_nsec--;
    for (size_t i = 0; i < LENGTH(others); i++) {
        leave_journal(7);
        struct opened o = open_for(&others[i]);
        cr_assert_eq(o.rc, 0);
        cr_assert_eq(o.found, JOURNAL_CHANGED, "%zu", i);
        cr_assert_eq(claimed(o.records), 0);
        shut(&o);
        o = open_for(&others[i]);
        cr_assert_eq(o.found, JOURNAL_USABLE, "it has become one of the new state");
        cr_assert_eq(claimed(o.records), 0);
        shut(&o);
    }
}

Test(journal, one_of_other_chunks_is_told_from_one_of_another_source)
{
    struct journal_subject other = subject;
    other.chunk_len *= 2;
    leave_journal(7);
    struct opened o = open_for(&other);
    cr_assert_eq(o.found, JOURNAL_CHUNKS);
    cr_assert_eq(claimed(o.records), 0);
    shut(&o);
}

/* When the byte there has been changed. The version is the number behind the magic. */
static enum journal_found found_without(off_t off)
{
    return off >= HEADER          ? JOURNAL_USABLE
           : off >= 8 && off < 12 ? JOURNAL_VERSION
                                  : JOURNAL_DAMAGED;
}

Test(journal, a_changed_byte_anywhere_costs_its_record_and_no_other)
{
    for (off_t off = 0; off < HEADER + 7 * LINE; off++) {
        unlink(".dst.mpcp-journal");
        leave_journal(7);
        change_byte(off);
        struct opened o = open_for(&subject);
        cr_assert_eq(o.rc, 0);
        cr_assert_eq(o.found, found_without(off), "byte %d", (int)off);
        cr_assert_eq(o.damaged, off < HEADER ? 0 : LINE);
        cr_assert_eq(claimed(o.records), off < HEADER ? 0 : 6);
        shut(&o);
    }
}

Test(journal, one_cut_short_has_what_is_whole_and_can_be_appended_to)
{
    for (off_t len = 1; len < HEADER + 7 * LINE; len += 3) {
        unlink(".dst.mpcp-journal");
        leave_journal(7);
        cr_assert_eq(truncate(".dst.mpcp-journal", len), 0);
        struct opened o = open_for(&subject);
        unsigned whole = len < HEADER ? 0 : (unsigned)((len - HEADER) / LINE);
        cr_assert_eq(claimed(o.records), whole, "cut to %d", (int)len);
        journal_append(&o.journal, 8, hash_of(8));
        shut(&o);
        o = open_for(&subject);
        cr_assert_eq(o.damaged, 0);
        cr_assert_eq(claimed(o.records), whole + 1);
        shut(&o);
    }
}

Test(journal, records_of_another_journal_count_for_nothing)
{
    struct journal_subject other = subject;
    other.inode++;
    leave_journal(2);
    char line[LINE];
    int fd = open(".dst.mpcp-journal", O_RDONLY);
    cr_assert_eq(pread(fd, line, LINE, HEADER), LINE);
    close(fd);
    unlink(".dst.mpcp-journal");
    struct opened o = open_for(&other);
    cr_assert_eq(write(o.journal.fd, line, LINE), LINE);
    shut(&o);
    o = open_for(&other);
    cr_assert_eq(o.found, JOURNAL_USABLE);
    cr_assert_eq(o.damaged, LINE);
    cr_assert_eq(claimed(o.records), 0);
    shut(&o);
}

Test(journal, a_record_of_a_chunk_that_there_is_not_is_damage)
{
    struct opened o = open_for(&subject);
    journal_append(&o.journal, CHUNKS, hash_of(CHUNKS));
    journal_append(&o.journal, UINT64_MAX, hash_of(CHUNKS));
    shut(&o);
    o = open_for(&subject);
    cr_assert_eq(o.damaged, 2 * LINE);
    shut(&o);
}

Test(journal, only_one_process_has_it_open)
{
    struct opened first = open_for(&subject), second = open_for(&subject);
    cr_assert_eq(second.rc, -EBUSY);
    shut(&second);
    shut(&first);
    struct opened third = open_for(&subject);
    cr_assert_eq(third.rc, 0);
    shut(&third);
}

Test(journal, what_isnt_ones_own_plain_file_is_not_touched)
{
    cr_assert_eq(symlink("victim", ".dst.mpcp-journal"), 0);
    struct opened o = open_for(&subject);
    cr_assert_eq(o.rc, -EPERM, "a link that leads nowhere");
    cr_assert_eq(access("victim", F_OK), -1);
    shut(&o);
    close(make_file("victim", 10));
    o = open_for(&subject);
    cr_assert_eq(o.rc, -EPERM, "a link to a file");
    shut(&o);
    unlink(".dst.mpcp-journal");
    cr_assert_eq(link("victim", ".dst.mpcp-journal"), 0);
    o = open_for(&subject);
    cr_assert_eq(o.rc, -EPERM, "a second name of a file");
    shut(&o);
    unlink(".dst.mpcp-journal");
    cr_assert_eq(mkfifo(".dst.mpcp-journal", 0600), 0);
    o = open_for(&subject);
    cr_assert_eq(o.rc, -EPERM, "a FIFO");
    shut(&o);
}

Test(journal, what_others_may_write_to_is_not_trusted)
{
    leave_journal(7);
    cr_assert_eq(chmod(".dst.mpcp-journal", 0666), 0);
    struct opened o = open_for(&subject);
    cr_assert_eq(o.rc, -EPERM);
    shut(&o);
}

Test(journal, the_layout_tells_extents_apart)
{
    struct extent list[] = {{0, 4096, 0}, {8192, 4096, 4096}};
    struct extents two = {.list = list, .count = 2, .bytes = 8192},
                   one = {.list = list, .count = 1, .bytes = 4096};
    XXH64_hash_t before = journal_layout(&two);
    cr_assert_neq(before, journal_layout(&one));
    list[1].off += 4096;
    cr_assert_neq(before, journal_layout(&two));
}
