/* SPDX-License-Identifier: MIT */
/*
 * To be preloaded: a process that opens the hidden directory of an entry ".d..." is killed, but
 * only one, which leaves the file $STRUCK, and not the child of process $SPARED.
 */
#undef _FILE_OFFSET_BITS /* openat and openat64 are two functions here */

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void strike_at(const char *path)
{
    const char *spared = getenv("SPARED"), *struck = getenv("STRUCK");
    if (strncmp(path, ".d", 2) != 0 || !strstr(path, ".mpcp-") || getppid() == atoi(spared))
        return;
    int fd = open(struck, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        kill(getpid(), SIGKILL);
}

#define STRIKING(name)                                                                             \
    int name(int dir_fd, const char *path, int flags, ...)                                         \
    {                                                                                              \
        int (*next)(int, const char *, int, ...);                                                  \
        *(void **)&next = dlsym(RTLD_NEXT, #name);                                                 \
        va_list args;                                                                              \
        va_start(args, flags);                                                                     \
        int mode = flags & O_CREAT ? va_arg(args, int) : 0;                                        \
        va_end(args);                                                                              \
        strike_at(path);                                                                           \
        return next(dir_fd, path, flags, mode);                                                    \
    }

STRIKING(openat)
STRIKING(openat64)
