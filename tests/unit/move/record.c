/* SPDX-License-Identifier: MIT */
#include "move/record.h"
#include "support.h"

TestSuite(record, .timeout = 60);

enum { CHUNK = 1000 };

Test(record, there_is_one_for_every_chunk_and_none_behind)
{
    struct records *records = records_create(3 * CHUNK + 1, CHUNK);
    cr_assert_eq(records->count, 4);
    cr_assert_eq(record_at(records, 0), &records->list[0]);
    cr_assert_eq(record_at(records, CHUNK - 1), &records->list[0]);
    cr_assert_eq(record_at(records, 3 * CHUNK), &records->list[3]);
    cr_assert_null(record_at(records, 4 * CHUNK));
    records_destroy(records);
}

Test(record, nothing_is_known_at_first)
{
    struct records *records = records_create(2 * CHUNK, CHUNK);
    cr_assert_eq(records->list[0].state, RECORD_NONE);
    cr_assert_eq(records->list[1].state, RECORD_NONE);
    cr_assert_eq(records_kept(records, 2 * CHUNK), 0);
    records_destroy(records);
}

Test(record, what_was_kept_is_counted_the_last_chunk_as_long_as_it_is)
{
    struct records *records = records_create(2 * CHUNK + 7, CHUNK);
    records->list[0].state = RECORD_COPIED;
    records->list[1].state = RECORD_KEPT;
    cr_assert_eq(records_kept(records, 2 * CHUNK + 7), CHUNK);
    records->list[2].state = RECORD_KEPT;
    cr_assert_eq(records_kept(records, 2 * CHUNK + 7), CHUNK + 7);
    records_forget(records);
    cr_assert_eq(records_kept(records, 2 * CHUNK + 7), 0);
    records_destroy(records);
}

Test(record, a_worker_and_its_parent_see_the_same)
{
    struct records *records = records_create(CHUNK, CHUNK);
    pid_t pid = fork();
    if (pid == 0) {
        records->list[0].state = RECORD_COPIED;
        _exit(0);
    }
    cr_assert_eq(waitpid(pid, NULL, 0), pid);
    cr_assert_eq(records->list[0].state, RECORD_COPIED);
    records_destroy(records);
}

Test(record, a_stream_has_as_many_as_there_can_be)
{
    struct records *records = records_create(-1, CHUNK);
    cr_assert_eq(records->count, RECORDS_MAX);
    cr_assert_not_null(record_at(records, (off_t)CHUNK * RECORDS_MAX - 1));
    cr_assert_null(record_at(records, (off_t)CHUNK * RECORDS_MAX));
    records_destroy(records);
}

Test(record, destroying_none_is_fine)
{
    records_destroy(NULL);
}
