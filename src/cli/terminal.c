/* SPDX-License-Identifier: MIT */
#include "cli/terminal.h"
#include "base/arithmetic.h"

#include <langinfo.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { PLAIN_WIDTH = 79, FREE = 3 };

bool terminal_is_there(void)
{
    return isatty(STDERR_FILENO);
}

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

bool terminal_is_dumb(void)
{
    const char *kind = getenv("TERM");
    return !kind || !*kind || strcmp(kind, "dumb") == 0;
}

/* The program itself stays in the locale C: only names and bars are shown in another one. */
static locale_t find_utf8(void)
{
    locale_t users = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    if (users && strcmp(nl_langinfo_l(CODESET, users), "UTF-8") == 0)
        return users;
    if (users)
        freelocale(users);
    return (locale_t)0;
}

struct bar_look terminal_look(void)
{
    const char *kind = getenv("TERM");
    bool console = kind && strcmp(kind, "linux") == 0; /* its font only has halves */
    return (struct bar_look){.utf8 = terminal_is_dumb() ? (locale_t)0 : find_utf8(),
                             .steps = console ? 2 : 8,
                             .colour = !terminal_is_dumb() && !is_set("NO_COLOR")};
}

void terminal_forget(struct bar_look *look)
{
    if (look->utf8)
        freelocale(look->utf8);
    look->utf8 = (locale_t)0;
}

size_t terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return PLAIN_WIDTH;
    /* Some terminals wrap when the last column is written, and all of them show ^C at the
     * cursor. */
    return size.ws_col > FREE ? min_size(size.ws_col - FREE, BAR_COLUMNS) : 0;
}

bool terminal_is_anothers(void)
{
    pid_t foreground = tcgetpgrp(STDERR_FILENO);
    return foreground >= 0 && foreground != getpgrp();
}

bool terminal_takes(int patience_ms)
{
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    return poll(&out, 1, patience_ms) > 0 && out.revents & POLLOUT;
}
