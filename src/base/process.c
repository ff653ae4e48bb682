/* SPDX-License-Identifier: MIT */
#include "base/process.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A killed process stays in the list of processes until its parent at that time has noticed. */
bool process_is_dead(pid_t pid)
{
    char path[32], text[64] = "";
    if (kill(pid, 0) < 0)
        return errno == ESRCH;
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
        text[0] = '\0';
    io_close(&fd);
    const char *end = strrchr(text, ')'); /* of its name, which is short */
    return end && strncmp(end, ") Z", 3) == 0;
}
