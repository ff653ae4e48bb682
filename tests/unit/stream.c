/* SPDX-License-Identifier: MIT */
#include "engine/engine.h"
#include "support.h"

#include <signal.h>

enum { CHUNK = 2 << 20 };

TestSuite(stream, .init = enter_scratch, .fini = leave_scratch, .timeout = 60);

static struct transfer a_stream(int src_fd, int dst_fd)
{
    struct transfer t = {
        .chunk_len = CHUNK, .engine = &engine_stream, .src_fd = src_fd, .dst_fd = dst_fd};
    cr_assert_eq(engine_prepare(&t, false), 0);
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
