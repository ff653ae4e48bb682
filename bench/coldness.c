/* SPDX-License-Identifier: MIT */
#include "coldness.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const char control[] = "/proc/sys/vm/drop_caches";

bool coldness_possible(void)
{
    int fd = open(control, O_WRONLY | O_CLOEXEC); /* not access: what is mounted matters, too */
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

int coldness_make(struct trouble *trouble)
{
    int fd = open(control, O_WRONLY | O_CLOEXEC);
    int err = fd < 0 || write(fd, "3", 1) != 1 ? errno : 0;
    if (fd >= 0)
        close(fd);
    return err ? trouble_note(trouble, err, control) : 0;
}
