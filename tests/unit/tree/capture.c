/* SPDX-License-Identifier: MIT */
#include "tree/capture.h"
#include "support.h"

static char said[2][100];

static void take(void *arg, int stream, const char *line, size_t len)
{
    (void)arg;
    strncat(said[stream], line, len);
    strcat(said[stream], "|");
}

Test(capture, what_is_printed_meanwhile_is_handed_over_line_by_line)
{
    struct capture capture;
    capture_begin(&capture);
    printf("one\ntwo\n");
    fprintf(stderr, "three\n");
    capture_end(&capture, take, NULL);
    cr_assert_str_eq(said[0], "one\n|two\n|");
    cr_assert_str_eq(said[1], "three\n|");
}

Test(capture, and_nothing_before_or_after_it)
{
    struct capture capture;
    fflush(stdout);
    capture_begin(&capture);
    capture_end(&capture, take, NULL);
    fprintf(stderr, "# this is none of it\n");
    cr_assert_str_eq(said[0], "");
    cr_assert_str_eq(said[1], "");
}
