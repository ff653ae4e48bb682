/* SPDX-License-Identifier: MIT */
#include "tree/appear.h"
#include "base/io.h"
#include "base/name.h"

#include <errno.h>
#include <unistd.h>

enum { TRIES = 100 };

int appear_hidden(int dir_fd, const char *name, appear_maker *make, void *arg, char *hidden)
{
    int rc = -EEXIST;
    for (int i = 0; i < TRIES && rc == -EEXIST; i++) {
        rc = name_hidden_anew(hidden, name);
        if (!rc)
            rc = make(arg, dir_fd, hidden);
    }
    return rc;
}

int appear(int dir_fd, const char *name, bool replace, appear_maker *make, void *arg)
{
    char hidden[NAME_ROOM];
    if (!replace)
        return make(arg, dir_fd, name);
    int rc = appear_hidden(dir_fd, name, make, arg, hidden);
    if (rc < 0)
        return rc;
    rc = io_rename(dir_fd, hidden, name, true);
    if (rc < 0)
        unlinkat(dir_fd, hidden, 0);
    return rc;
}
