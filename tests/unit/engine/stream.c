/* SPDX-License-Identifier: MIT */
#include "engine/engine.h"
#include "support.h"

#include <signal.h>

enum { CHUNK = 2 << 20 };

TestSuite(stream, .init = enter_scratch, .fini = leave_scratch, .timeout = 60);

static struct transfer a_stream(int src_fd, int dst_fd)
{
    const struct candidate only[] = {{&engine_stream, ""}, {0}};
    struct transfer t = {.chunk_len = CHUNK, .src_fd = src_fd, .dst_fd = dst_fd};
    cr_assert_eq(engine_prepare(&t, only), 0);
    return t;
}

/* Copies until the end; returns the bytes moved or -errno. */
static off_t copy_all(struct transfer *t)
{
    off_t off = 0;
    for (ssize_t n;; off += n) {
        n = t->engine->copy(t, (struct chunk){off, t->chunk_len});
        if (n <= 0)
            return n < 0 ? n : off;
    }
}

static void finish(struct transfer *t)
{
    engine_release(t);
    close(t->src_fd);
    close(t->dst_fd);
}

Test(stream, it_ends_at_the_end_of_file)
{
    static const size_t sizes[] = {0, 1, 256 << 10, (3 << 20) + 1};
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        struct transfer t = a_stream(make_file("src", sizes[i]), make_file("dst", 0));
        lseek(t.src_fd, 0, SEEK_SET);
        cr_assert_eq(copy_all(&t), (off_t)sizes[i]);
        cr_assert(same_bytes(t.src_fd, t.dst_fd, sizes[i]));
        finish(&t);
    }
}

Test(stream, what_a_pipe_gives_goes_out_at_once)
{
    int in[2], out[2];
    char text[16] = "";
    cr_assert_eq(pipe(in), 0);
    cr_assert_eq(pipe(out), 0);
    struct transfer t = a_stream(in[0], out[1]);
    cr_assert_eq(write(in[1], "word", 4), 4);
    cr_assert_eq(t.engine->copy(&t, (struct chunk){0, CHUNK}), 4);
    cr_assert_eq(read(out[0], text, sizeof(text)), 4);
    cr_assert_str_eq(text, "word");
    finish(&t);
}

Test(stream, a_write_that_fails_is_a_failure_of_the_destination)
{
    struct transfer t = a_stream(make_file("src", 1000), open("/dev/full", O_WRONLY));
    lseek(t.src_fd, 0, SEEK_SET);
    cr_assert_eq(t.engine->copy(&t, (struct chunk){5000, CHUNK}), -ENOSPC);
    cr_assert_eq(t.failure.err, ENOSPC);
    cr_assert_eq(t.failure.side, SIDE_DESTINATION);
    cr_assert_eq(t.failure.off, 5000);
    finish(&t);
}

Test(stream, a_reader_that_went_away_is_a_failure_of_the_destination)
{
    int out[2];
    signal(SIGPIPE, SIG_IGN);
    cr_assert_eq(pipe(out), 0);
    close(out[0]);
    struct transfer t = a_stream(make_file("src", 1000), out[1]);
    lseek(t.src_fd, 0, SEEK_SET);
    cr_assert_eq(copy_all(&t), -EPIPE);
    cr_assert_eq(t.failure.side, SIDE_DESTINATION);
    finish(&t);
}

Test(stream, a_read_that_fails_is_a_failure_of_the_source)
{
    struct transfer t = a_stream(open(".", O_RDONLY | O_DIRECTORY), make_file("dst", 0));
    cr_assert_eq(t.engine->copy(&t, (struct chunk){7, CHUNK}), -EISDIR);
    cr_assert_eq(t.failure.err, EISDIR);
    cr_assert_eq(t.failure.side, SIDE_SOURCE);
    cr_assert_eq(t.failure.off, 7);
    finish(&t);
}

/* --- what comes out of a pipe is spliced, where it can be --- */

static int a_pipe_with(const char *text)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
    close(ends[1]);
    return ends[0];
}

Test(stream, from_a_pipe_to_a_file)
{
    struct transfer t = a_stream(a_pipe_with("some words"), make_file("dst", 0));
    char text[32] = "";
    cr_assert_eq(copy_all(&t), 10);
    cr_assert_eq(pread(t.dst_fd, text, sizeof(text), 0), 10);
    cr_assert_str_eq(text, "some words");
    finish(&t);
}

Test(stream, where_splice_is_refused_bytes_are_read_and_written)
{
    int fd = make_file("dst", 0);
    cr_assert_eq(fcntl(fd, F_SETFL, O_APPEND), 0); /* splice doesn't accept such a file */
    struct transfer t = a_stream(a_pipe_with("some words"), fd);
    char text[32] = "";
    cr_assert_eq(copy_all(&t), 10);
    cr_assert_eq(pread(t.dst_fd, text, sizeof(text), 0), 10);
    cr_assert_str_eq(text, "some words");
    finish(&t);
}

Test(stream, a_full_device_is_a_failure_of_the_destination_with_a_pipe_too)
{
    struct transfer t = a_stream(a_pipe_with("some words"), open("/dev/full", O_WRONLY));
    cr_assert_eq(copy_all(&t), -ENOSPC);
    cr_assert_eq(t.failure.side, SIDE_DESTINATION);
    finish(&t);
}

Test(stream, a_pipe_gets_bytes_of_a_file_that_later_changes_do_not_reach)
{
    int out[2];
    char text[8] = "";
    cr_assert_eq(pipe(out), 0);
    int fd = make_file("src", 0);
    cr_assert_eq(pwrite(fd, "before", 6, 0), 6);
    struct transfer t = a_stream(fd, out[1]);
    cr_assert_eq(copy_all(&t), 6);
    cr_assert_eq(pwrite(fd, "AFTER!", 6, 0), 6);
    cr_assert_eq(read(out[0], text, sizeof(text)), 6);
    cr_assert_str_eq(text, "before");
    finish(&t);
}

Test(stream, zeros_become_holes_if_they_shall)
{
    enum { HOLE = 1 << 20 };
    const struct candidate only[] = {{&engine_stream, ""}, {0}};
    int src_fd = make_file("src", 8192);
    cr_assert_eq(ftruncate(src_fd, HOLE + 8192), 0);
    cr_assert_eq(pwrite(src_fd, "x", 1, HOLE), 1);
    lseek(src_fd, 0, SEEK_SET);
    struct transfer t = {.chunk_len = 4096, .skip_zeros = true};
    t.src_fd = src_fd;
    t.dst_fd = make_file("dst", 0);
    cr_assert_eq(engine_prepare(&t, only), 0);
    cr_assert_eq(copy_all(&t), HOLE + 8192);
    cr_assert(same_bytes(t.src_fd, t.dst_fd, HOLE + 8192));
    struct stat st;
    fstat(t.dst_fd, &st);
    cr_assert_eq(st.st_size, HOLE + 8192);
    cr_assert_lt(st.st_blocks * 512, HOLE / 2);
    finish(&t);
}
