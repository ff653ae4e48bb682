/* SPDX-License-Identifier: MIT */
#include "base/io.h"
#include "base/signals.h"
#include "support.h"

#include <signal.h>
#include <sys/resource.h>

enum { PIPE_ROOM = 64 << 10, LARGE = 1 << 20 };

TestSuite(io, .init = enter_scratch, .fini = leave_scratch, .timeout = 60);

/* --- at offsets --- */

Test(io, pread_full_reads_what_is_there_and_stops_at_the_end)
{
    static const struct {
        off_t off;
        size_t len;
        ssize_t read;
    } cases[] = {
        {0, 0, 0},     {0, 1000, 1000}, {0, 1001, 1000}, {0, LARGE, 1000},
        {990, 10, 10}, {990, 1000, 10}, {1000, 10, 0},   {1 << 30, 10, 0},
    };
    static char buf[LARGE];
    int fd = make_file("file", 1000);
    for (size_t i = 0; i < LENGTH(cases); i++)
        cr_assert_eq(io_pread_full(fd, buf, cases[i].len, cases[i].off), cases[i].read, "case %zu",
                     i);
    close(fd);
}

Test(io, pread_full_puts_bytes_in_their_place)
{
    char all[1000], some[100];
    int fd = make_file("file", sizeof(all));
    io_pread_full(fd, all, sizeof(all), 0);
    cr_assert_eq(io_pread_full(fd, some, sizeof(some), 123), 100);
    cr_assert_arr_eq(some, all + 123, sizeof(some));
    close(fd);
}

Test(io, pread_full_tells_why_it_failed)
{
    char byte;
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(io_pread_full(ends[0], &byte, 1, 0), -ESPIPE);
    cr_assert_eq(io_pread_full(-1, &byte, 1, 0), -EBADF);
}

Test(io, pwrite_full_continues_a_short_count_and_tells_how_far_it_came)
{
    static const char bytes[5000] = "content";
    struct rlimit limit = {3000, RLIM_INFINITY};
    size_t written;
    int fd = make_file("file", 0);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    cr_assert_eq(io_pwrite_full(fd, bytes, sizeof(bytes), 0, &written), -EFBIG);
    cr_assert_eq(written, 3000); /* the first call's short count */
    cr_assert_eq(io_pwrite_full(fd, bytes, 100, 200, &written), 0);
    cr_assert_eq(written, 100);
    close(fd);
}

Test(io, pwrite_full_writes_at_the_offset)
{
    size_t written = 99;
    char text[8] = "";
    int fd = make_file("file", 0);
    cr_assert_eq(io_pwrite_full(fd, "word", 4, (1LL << 32) + 5, &written), 0);
    cr_assert_eq(written, 4);
    cr_assert_eq(pread(fd, text, sizeof(text), (1LL << 32) + 5), 4);
    cr_assert_str_eq(text, "word");
    cr_assert_eq(io_pwrite_full(fd, "word", 0, 0, &written), 0);
    cr_assert_eq(written, 0);
    close(fd);
}

/* --- in order --- */

/* A child that after a while slowly reads everything from the pipe, and checks the count. */
static pid_t fork_reader(const int ends[2], size_t expected)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    static char buf[PIPE_ROOM];
    size_t total = 0;
    close(ends[1]);
    usleep(300000);
    for (ssize_t n; (n = read(ends[0], buf, sizeof(buf))) != 0; usleep(20000))
        total += n > 0 ? (size_t)n : 0;
    _exit(total == expected ? 0 : 1);
}

Test(io, write_full_continues_what_a_tick_cuts_short)
{
    static const char bytes[LARGE];
    int ends[2];
    size_t written;
    cr_assert_eq(pipe(ends), 0);
    pid_t reader = fork_reader(ends, LARGE);
    signals_install();
    signals_tick(true); /* interrupts something that takes 0.6 s every 0.1 s */
    int rc = io_write_full(ends[1], bytes, LARGE, &written);
    signals_tick(false);
    close(ends[1]);
    cr_assert_eq(rc, 0);
    cr_assert_eq(written, LARGE);
    cr_assert_eq(reap(reader), 0);
}

Test(io, write_full_ends_at_a_signal_that_asks_to_stop)
{
    static const char bytes[LARGE];
    int ends[2];
    size_t written;
    cr_assert_eq(pipe(ends), 0);
    signals_install();
    pid_t pid = fork();
    if (pid == 0) {
        usleep(200000);
        _exit(kill(getppid(), SIGTERM));
    }
    cr_assert_eq(io_write_full(ends[1], bytes, LARGE, &written), -EINTR);
    cr_assert_eq(written, (size_t)fcntl(ends[1], F_GETPIPE_SZ));
    cr_assert_eq(reap(pid), 0);
}

Test(io, write_full_tells_how_far_it_came)
{
    static const char bytes[LARGE];
    int ends[2];
    size_t written;
    cr_assert_eq(pipe2(ends, O_NONBLOCK), 0);
    cr_assert_eq(io_write_full(ends[1], bytes, LARGE, &written), -EAGAIN);
    cr_assert_eq(written, (size_t)fcntl(ends[1], F_GETPIPE_SZ));
}

Test(io, write_full_tells_that_the_reader_went_away)
{
    int ends[2];
    size_t written;
    signals_install(); /* which ignores SIGPIPE */
    cr_assert_eq(pipe(ends), 0);
    close(ends[0]);
    cr_assert_eq(io_write_full(ends[1], "word", 4, &written), -EPIPE);
    cr_assert_eq(written, 0);
}

Test(io, read_some_takes_what_there_is)
{
    int ends[2];
    char text[16] = "";
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(write(ends[1], "word", 4), 4);
    cr_assert_eq(io_read_some(ends[0], text, sizeof(text)), 4);
    cr_assert_str_eq(text, "word");
    close(ends[1]);
    cr_assert_eq(io_read_some(ends[0], text, sizeof(text)), 0);
}

/* A child that after `us` microseconds sends `sig`, if any, and then writes a word to the pipe. */
static pid_t fork_writer(int fd, unsigned us, int sig)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    usleep(us);
    if (sig)
        kill(getppid(), sig);
    usleep(us);
    _exit(write(fd, "word", 4) == 4 ? 0 : 1);
}

Test(io, read_some_waits_on_after_a_tick_and_a_status_request)
{
    int ends[2];
    char text[16] = "";
    cr_assert_eq(pipe(ends), 0);
    signals_install();
    signals_tick(true);
    pid_t writer = fork_writer(ends[1], 150000, SIGUSR1);
    ssize_t n = io_read_some(ends[0], text, sizeof(text));
    signals_tick(false);
    cr_assert_eq(n, 4);
    cr_assert_eq(reap(writer), 0);
    cr_assert(signals_take_status_request());
}

Test(io, read_some_ends_at_a_signal_that_asks_to_stop)
{
    int ends[2];
    char text[16];
    cr_assert_eq(pipe(ends), 0);
    signals_install();
    pid_t writer = fork_writer(ends[1], 500000, SIGTERM);
    ssize_t n = io_read_some(ends[0], text, sizeof(text));
    kill(writer, SIGKILL);
    reap(writer);
    cr_assert_eq(n, -EINTR);
    cr_assert_eq(signals_fatal(), SIGTERM);
}

/* --- closing --- */

Test(io, close_forgets_the_descriptor_and_takes_none_twice)
{
    int fd = make_file("file", 0), same = fd;
    cr_assert_eq(io_close(&fd), 0);
    cr_assert_eq(fd, -1);
    cr_assert_eq(fcntl(same, F_GETFD), -1);
    cr_assert_eq(io_close(&fd), 0);
    cr_assert_eq(io_close(&same), -EBADF);
}

Test(io, flush_leaves_the_descriptor_open)
{
    int fd = make_file("file", 10), bad = -1;
    cr_assert_eq(io_flush(fd), 0);
    cr_assert_geq(fcntl(fd, F_GETFD), 0);
    cr_assert_eq(io_flush(bad), -EBADF);
    close(fd);
}

/* --- the descriptors 0, 1 and 2 --- */

/* Closes the descriptors whose bits are set in `closed`, and occupies them. Returns 0 if afterwards
 * none of these can be used as before, and the others can. Called in a child. */
static int occupy(unsigned closed)
{
    char byte = 0;
    dup2(open("file", O_RDWR), 0);
    dup2(0, 1);
    dup2(0, 2);
    for (int fd = 0; fd <= 2; fd++)
        if (closed & 1u << fd)
            close(fd);
    if (io_occupy_standard_fds() != 0)
        return 1;
    for (int fd = 0; fd <= 2; fd++) {
        ssize_t n = fd == 0 ? read(0, &byte, 1) : write(fd, &byte, 1);
        if ((closed & 1u << fd) ? n != -1 || errno != EBADF : n != 1)
            return 2 + fd;
    }
    return open("file", O_RDWR) > 2 ? 0 : 5;
}

Test(io, closed_standard_descriptors_are_taken_so_that_using_them_fails)
{
    close(make_file("file", 100));
    for (unsigned closed = 0; closed < 8; closed++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(occupy(closed));
        int status = reap(pid);
        cr_assert(WIFEXITED(status));
        cr_assert_eq(WEXITSTATUS(status), 0, "with %u closed: %d", closed, WEXITSTATUS(status));
    }
}

Test(io, pread_pages_reads_up_to_an_odd_end)
{
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    static _Alignas(IO_PAGE) char buf[4 * IO_PAGE];
    memset(buf, 'a', sizeof(buf));
    cr_assert_eq(write(fd, buf, 2 * IO_PAGE + 5), 2 * IO_PAGE + 5);
    int direct = open("file", O_RDONLY | O_DIRECT);
    if (direct < 0)
        direct = open("file", O_RDONLY);
    cr_assert_eq(io_pread_pages(direct, buf, 2 * IO_PAGE + 5, 0), 2 * IO_PAGE + 5);
    cr_assert_eq(io_pread_pages(direct, buf, 7, IO_PAGE), 7);
    cr_assert_eq(io_pread_pages(direct, buf, IO_PAGE, 2 * IO_PAGE), 5);
    cr_assert_eq(io_pread_pages(direct, buf, 1, 3 * IO_PAGE), 0);
    cr_assert_eq(io_pread_pages(-1, buf, 1, 0), -EBADF);
    close(direct);
    close(fd);
}

static void create(const char *name)
{
    int fd = open(name, O_CREAT | O_EXCL | O_WRONLY, 0600);
    cr_assert_geq(fd, 0);
    close(fd);
}

Test(io, rename_replaces_only_if_it_is_to)
{
    struct stat old, now;
    create("from");
    create("to");
    cr_assert_eq(stat("from", &old), 0);
    cr_assert_eq(io_rename(AT_FDCWD, "from", "to", false), -EEXIST);
    cr_assert_eq(access("from", F_OK), 0);
    cr_assert_eq(io_rename(AT_FDCWD, "from", "to", true), 0);
    cr_assert_eq(stat("to", &now), 0);
    cr_assert(io_same_file(&old, &now));
    cr_assert_eq(io_rename(AT_FDCWD, "to", "new", false), 0);
    cr_assert_eq(io_rename(AT_FDCWD, "to", "other", true), -ENOENT);
}

/* Asks as a user who isn't root. Returns the errno, which fits into an exit status. */
static int removable_for(uid_t uid, const char *name)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(setuid(uid) < 0 ? 255 : -io_check_removable(AT_FDCWD, name));
    int status = reap(pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

Test(io, what_may_be_removed_is_told)
{
    enum { OWNER = 65533, OTHER };
    create("file");
    cr_assert_eq(io_check_removable(AT_FDCWD, "file"), 0);
    cr_assert_eq(io_check_removable(AT_FDCWD, "missing"), -ENOENT);
    if (geteuid() != 0)
        SKIP("needs root");
    cr_assert_eq(chown("file", OWNER, OWNER), 0);
    cr_assert_eq(chmod(".", 0755), 0);
    cr_assert_eq(removable_for(OWNER, "file"), EACCES);
    cr_assert_eq(chmod(".", 0777), 0);
    cr_assert_eq(removable_for(OTHER, "file"), 0);
    cr_assert_eq(chmod(".", 01777), 0);
    cr_assert_eq(removable_for(OTHER, "file"), EPERM);
    cr_assert_eq(removable_for(OWNER, "file"), 0);
    cr_assert_eq(io_check_removable(AT_FDCWD, "file"), 0);
    cr_assert_eq(chown(".", OTHER, OTHER), 0);
    cr_assert_eq(removable_for(OTHER, "file"), 0);
}
