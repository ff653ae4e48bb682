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

Test(record, those_of_a_range_are_of_whole_chunks)
{
    struct records *records = records_create(3 * CHUNK + 7, CHUNK);
    size_t count = 0;
    cr_assert_eq(records_of(records, CHUNK, 2 * CHUNK, &count), &records->list[1]);
    cr_assert_eq(count, 2);
    cr_assert_eq(records_of(records, 2 * CHUNK, CHUNK + 7, &count), &records->list[2]);
    cr_assert_eq(count, 2);
    cr_assert_null(records_of(records, 1, CHUNK, &count));
    cr_assert_null(records_of(records, -CHUNK, CHUNK, &count));
    cr_assert_null(records_of(records, 0, 0, &count));
    cr_assert_null(records_of(records, 0, CHUNK + 7, &count));
    cr_assert_null(records_of(records, 3 * CHUNK, 2 * CHUNK, &count));
    cr_assert_null(records_of(records, 4 * CHUNK, CHUNK, &count));
    cr_assert_null(records_of(records, 0, INT64_MAX, &count));
    records_destroy(records);
}

Test(record, what_another_process_says_is_taken_in_if_it_makes_sense)
{
    struct records *records = records_create(3 * CHUNK, CHUNK);
    struct record told[] = {{{1, 2}, RECORD_COPIED}, {{3, 4}, RECORD_KEPT}};
    cr_assert(records_take_in(records, CHUNK, 2 * CHUNK, told, sizeof(told)));
    cr_assert_eq(records->list[2].hash.high64, 4);
    cr_assert_eq(records->list[0].state, RECORD_NONE);
    cr_assert_not(records_take_in(records, CHUNK, CHUNK, told, sizeof(told)), "too many");
    cr_assert_not(records_take_in(records, 0, 3 * CHUNK, told, sizeof(told)), "too few");
    cr_assert_not(records_take_in(records, 2 * CHUNK, 2 * CHUNK, told, sizeof(told)), "beyond");
    told[1].state = RECORD_STATES;
    cr_assert_not(records_take_in(records, 0, 2 * CHUNK, told, sizeof(told)), "no state");
    cr_assert_eq(records->list[0].state, RECORD_NONE);
    records_destroy(records);
}

Test(record, they_serve_again_for_another_copy_if_there_is_room)
{
    struct records *records = records_create(3 * CHUNK, CHUNK);
    records->list[1].state = RECORD_COPIED;
    cr_assert(records_reuse(records, 4 * CHUNK, 2 * CHUNK));
    cr_assert_eq(records->count, 2);
    cr_assert_not(records_any(records));
    cr_assert_not(records_reuse(records, 4 * CHUNK, CHUNK));
    cr_assert(records_reuse(records, 3 * CHUNK, CHUNK));
    records_destroy(records);
}
