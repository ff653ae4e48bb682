/* SPDX-License-Identifier: MIT */
/* Which file it is, whatever it is called. */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

struct file_id {
    dev_t dev;
    ino_t ino;
};

static inline struct file_id file_id_of(const struct stat *st)
{
    return (struct file_id){st->st_dev, st->st_ino};
}

static inline bool file_id_equal(struct file_id a, struct file_id b)
{
    return a.ino == b.ino && a.dev == b.dev;
}
