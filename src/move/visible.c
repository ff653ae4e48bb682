/* SPDX-License-Identifier: MIT */
#include "move/visible.h"
#include "base/io.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

static void *map_memory(int fd, size_t len)
{
    int flags = fd < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED;
    void *map = mmap(NULL, len, PROT_READ | PROT_WRITE, flags, fd, 0);
    return map == MAP_FAILED ? NULL : map;
}

/* Whoever may look at it could also write to it, or cut it short, which would kill those who use
 * it; and it may hold the numbers of processes that are killed if a copy fails. What is mapped
 * already stays writable. Kernels before 5.1 don't have this seal. */
static void protect(int fd)
{
    if (fd >= 0)
        fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
}

/* Memory that can't be shown, because files may not be that large or there can't be one more, is
 * good enough to work with. */
void *visible_create(const char *name, size_t len, int *fd)
{
    *fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (*fd >= 0 && ftruncate(*fd, (off_t)len) < 0)
        io_close(fd);
    void *memory = map_memory(*fd, len);
    if (memory) {
        protect(*fd);
        return memory;
    }
    bool again = *fd >= 0;
    io_close(fd);
    return again ? map_memory(-1, len) : NULL;
}

void visible_destroy(void *memory, size_t len)
{
    munmap(memory, len);
}
