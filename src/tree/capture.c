/* SPDX-License-Identifier: MIT */
#include "tree/capture.h"
#include "base/io.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const int streams[2] = {STDOUT_FILENO, STDERR_FILENO};

static void begin_one(struct capture *c, int i)
{
    c->files[i] = memfd_create("mpcp-said", MFD_CLOEXEC);
    c->kept[i] = fcntl(streams[i], F_DUPFD_CLOEXEC, 0);
    if (c->files[i] >= 0 && c->kept[i] >= 0 && dup2(c->files[i], streams[i]) >= 0)
        return;
    io_close(&c->files[i]);
    io_close(&c->kept[i]);
}

void capture_begin(struct capture *c)
{
    fflush(stdout);
    for (int i = 0; i < 2; i++)
        begin_one(c, i);
}

static void take_lines(int fd, int stream,
                       void (*take)(void *arg, int stream, const char *line, size_t len), void *arg)
{
    FILE *said = lseek(fd, 0, SEEK_SET) == 0 ? fdopen(fd, "re") : NULL;
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    while (said && (len = getline(&line, &room, said)) > 0)
        take(arg, stream, line, (size_t)len);
    free(line);
    if (said)
        fclose(said);
    else
        close(fd);
}

void capture_end(struct capture *c,
                 void (*take)(void *arg, int stream, const char *line, size_t len), void *arg)
{
    fflush(stdout);
    for (int i = 0; i < 2; i++) {
        if (c->kept[i] < 0)
            continue;
        dup2(c->kept[i], streams[i]);
        io_close(&c->kept[i]);
        take_lines(c->files[i], i, take, arg);
    }
}
