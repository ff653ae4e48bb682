/* SPDX-License-Identifier: MIT */
/* What is written to stderr, for the unit tests of what draws there. to_pipe, to_terminal and
 * to_file return the previous stderr. */
#pragma once

#include "support.h"

#include <poll.h>
#include <sys/ioctl.h>

static int stderr_end;

static inline int redirect_stderr(int read_end, int write_end)
{
    int stderr_fd = dup(STDERR_FILENO);
    cr_assert_geq(write_end, 0);
    cr_assert_eq(fcntl(read_end, F_SETFL, O_NONBLOCK), 0);
    dup2(write_end, STDERR_FILENO);
    stderr_end = read_end;
    return stderr_fd;
}

static inline int to_pipe(void)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    return redirect_stderr(ends[0], ends[1]);
}

static inline int to_terminal(unsigned short columns)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
        SKIP("there are no pseudo terminals");
    int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
    setenv("TERM", "xterm", 1);
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    ioctl(terminal, TIOCSWINSZ, &size);
    return redirect_stderr(master, terminal);
}

/* What has been written since. A terminal passes it on a moment later. */
static inline const char *drawn(void)
{
    static char text[1024];
    struct pollfd end = {.fd = stderr_end, .events = POLLIN};
    size_t len = 0;
    for (ssize_t n = 1; n > 0 && poll(&end, 1, 50) > 0; len += n > 0 ? (size_t)n : 0)
        n = read(stderr_end, text + len, sizeof(text) - 1 - len);
    text[len] = '\0';
    return text;
}

static inline int to_file(void)
{
    int file = memfd_create("said", MFD_CLOEXEC);
    cr_assert_geq(file, 0);
    cr_assert_eq(fcntl(file, F_SETFL, O_APPEND), 0);
    int stderr_fd = dup(STDERR_FILENO);
    dup2(file, STDERR_FILENO);
    close(file);
    return stderr_fd;
}

/* What has been written to the file since the last call. */
static inline const char *written(void)
{
    static char text[1024];
    fflush(stderr);
    ssize_t len = pread(STDERR_FILENO, text, sizeof(text) - 1, 0);
    cr_assert_geq(len, 0);
    cr_assert_eq(ftruncate(STDERR_FILENO, 0), 0);
    text[len] = '\0';
    return text;
}
