/* SPDX-License-Identifier: MIT */
#include "tree/appear.h"
#include "base/name.h"
#include "tree/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

enum { TRIES = 100 };

int appear_hidden(int dir_fd, const char *name, int (*make)(void *, int, const char *), void *arg,
                  char *hidden)
{
    int rc = -EEXIST;
    for (int i = 0; i < TRIES && rc == -EEXIST; i++) {
        uint32_t number;
        char text[16];
        if (getrandom(&number, sizeof(number), 0) < 0) /* so few bytes come all at once */
            return -errno;
        snprintf(text, sizeof(text), "%08x", number);
        name_hidden(hidden, name, text);
        rc = make(arg, dir_fd, hidden);
    }
    return rc;
}

int appear(int dir_fd, const char *name, bool replace, int (*make)(void *, int, const char *),
           void *arg)
{
    char hidden[NAME_ROOM];
    if (!replace)
        return make(arg, dir_fd, name);
    if (folder_appends(dir_fd)) /* nor could what is hidden be removed */
        return -EPERM;
    int rc = appear_hidden(dir_fd, name, make, arg, hidden);
    if (rc < 0)
        return rc;
    rc = renameat(dir_fd, hidden, dir_fd, name) < 0 ? -errno : 0;
    if (rc < 0)
        unlinkat(dir_fd, hidden, 0);
    return rc;
}
