/* SPDX-License-Identifier: MIT */
/*
 * To be preloaded: each file looks as if it were on Lustre, spread over four servers in stripes of
 * as many MiB as the variable STRIPE says.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

/* lov_user_md_v1, without the servers. */
struct layout {
    uint32_t magic, pattern;
    uint64_t object[2];
    uint32_t stripe;
    uint16_t count, generation;
};

static ssize_t tell_layout(void *value, size_t size)
{
    const char *text = getenv("STRIPE");
    const struct layout layout = {0x0BD10BD0, 1, {0x2345, 7}, 0, 4, 0};
    if (!text || size < sizeof(layout)) {
        errno = text ? ERANGE : ENODATA;
        return -1;
    }
    struct layout *told = value;
    *told = layout;
    told->stripe = (uint32_t)atoi(text) << 20;
    return sizeof(layout);
}

ssize_t fgetxattr(int fd, const char *name, void *value, size_t size)
{
    ssize_t (*next)(int, const char *, void *, size_t);
    *(void **)&next = dlsym(RTLD_NEXT, "fgetxattr");
    return strcmp(name, "lustre.lov") == 0 ? tell_layout(value, size) : next(fd, name, value, size);
}
