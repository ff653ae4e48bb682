/* SPDX-License-Identifier: MIT */
#include "plain.h"
#include "base/clock.h"
#include "base/io.h"
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct job {
    const struct task *task;
    size_t buffer;
};

static int move_bytes(int src_fd, int dst_fd, char *buf, size_t len)
{
    for (;;) {
        ssize_t n = read(src_fd, buf, len);
        if (n <= 0)
            return n < 0 ? -errno : 0;
        size_t written;
        int err = io_write_full(dst_fd, buf, (size_t)n, &written);
        if (err)
            return err;
    }
}

static int copy(void *argument)
{
    const struct job *job = argument;
    const struct task *task = job->task;
    char *buf = malloc(job->buffer);
    int src_fd = open(task->src, O_RDONLY | O_CLOEXEC);
    int dst_fd = open(task->dst, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int err = src_fd < 0 || dst_fd < 0 || !buf ? -errno : 0;
    if (!err)
        err = move_bytes(src_fd, dst_fd, buf, job->buffer);
    if (!err && task->fsync && fsync(dst_fd) < 0)
        err = -errno;
    int close_err = io_close(&dst_fd);
    io_close(&src_fd);
    free(buf);
    return err ? err : close_err;
}

int plain_run(const struct method *method, const struct task *task, struct measurement *measurement,
              struct trouble *trouble)
{
    struct job job = {task, method->buffer};
    struct rusage usage;
    double start = clock_seconds();
    int err = child_call(method->name, copy, &job, &usage, trouble);
    if (err)
        return err;
    measurement->seconds = clock_seconds() - start;
    measurement->cpu_seconds = child_cpu_seconds(&usage);
    measurement->peak_bytes = (uint64_t)usage.ru_maxrss * 1024;
    return 0;
}
