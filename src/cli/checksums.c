/* SPDX-License-Identifier: MIT */
#include "cli/checksums.h"
#include "base/checksum_line.h"
#include "base/diag.h"
#include "base/io.h"
#include "base/lock.h"
#include "base/mutex.h"
#include "base/path.h"
#include "base/signals.h"
#include "copy/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct together {
    pthread_mutex_t mutex; /* on the file, and on: */
    bool failed;           /* something couldn't be written, and that was reported */
};

static struct together *make_together(void)
{
    struct together *t =
        mmap(NULL, sizeof(*t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (t == MAP_FAILED)
        return NULL;
    mutex_share(&t->mutex);
    return t;
}

/* --- opening --- */

/* By the rules for any file that a program writes to: symbolic links are followed. */
static int open_there(const char *path, int how)
{
    int fd;
    do /* a FIFO may have to be waited for */
        fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | how, 0666);
    while (fd < 0 && errno == EINTR && !signals_fatal());
    return fd;
}

static int open_file(struct checksums *c)
{
    if (strcmp(c->path, STANDARD_STREAM) == 0)
        return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    int fd = open_there(c->path, O_CREAT | O_EXCL);
    c->is_new = fd >= 0;
    if (fd >= 0 || errno != EEXIST)
        return fd;
    fd = open_there(c->path, 0);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    fd = open_there(c->path, O_CREAT); /* a link has that name, which leads nowhere */
    c->is_new = fd >= 0;
    return fd;
}

int checksums_open(struct checksums *c, const char *path)
{
    struct stat st;
    *c = (struct checksums){.path = path, .fd = -1};
    c->together = make_together();
    if (!c->together)
        return -errno;
    c->fd = open_file(c);
    if (c->fd < 0 || fstat(c->fd, &st) < 0)
        return -errno;
    c->id = file_id_of(&st);
    c->regular = S_ISREG(st.st_mode) && strcmp(path, STANDARD_STREAM) != 0;
    return 0;
}

bool checksums_lie_at(const struct checksums *c, const char *path, int standard)
{
    struct stat st;
    int rc = strcmp(path, STANDARD_STREAM) == 0 ? fstat(standard, &st) : stat(path, &st);
    return c->regular && rc == 0 && file_id_equal(c->id, file_id_of(&st));
}

bool checksums_are_output(const struct checksums *c)
{
    return checksums_lie_at(c, STANDARD_STREAM, STDOUT_FILENO);
}

bool checksums_failed(const struct checksums *c)
{
    return c->together->failed;
}

int checksums_begin(struct checksums *c)
{
    int rc = c->regular ? lock_file(c->fd) : 0;
    if (!rc && c->regular && ftruncate(c->fd, 0) < 0)
        rc = -errno;
    return rc;
}

/* Removes what was created, also through a link, if it is still there, and nobody uses it. */
static void remove_file(const struct checksums *c)
{
    struct stat st;
    char *name;
    bool followed;
    int dir_fd = path_open_directory(AT_FDCWD, c->path, &name, &followed);
    if (dir_fd < 0)
        return;
    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
        file_id_equal(c->id, file_id_of(&st)) && st.st_size == 0)
        unlinkat(dir_fd, name, 0);
    io_close(&dir_fd);
    free(name);
}

void checksums_cancel(struct checksums *c)
{
    if (c->is_new && lock_file(c->fd) == 0)
        remove_file(c);
    c->regular = false; /* nobody will miss it */
}

/* --- writing --- */

static void complain(struct checksums *c, int err)
{
    diag_about(c->path, "cannot write the checksums to it",
               err == ESTALE ? "it was removed, or replaced" : strerror(err));
    c->together->failed = true;
}

/* Who was killed here may have left a part of a line. */
static void lock(struct checksums *c)
{
    if (pthread_mutex_lock(&c->together->mutex) != EOWNERDEAD)
        return;
    pthread_mutex_consistent(&c->together->mutex);
    if (!c->together->failed)
        complain(c, EOWNERDEAD);
}

static void write_line(struct checksums *c, const char *line, size_t len)
{
    size_t written;
    off_t end = c->regular ? lseek(c->fd, 0, SEEK_END) : -1;
    int rc = io_write_full(c->fd, line, len, &written);
    if (rc < 0 && end >= 0 && written > 0 && ftruncate(c->fd, end) < 0)
        rc = -errno;
    if (rc < 0 && rc != -EINTR) /* then the whole run ends */
        complain(c, -rc);
}

void checksums_add(struct checksums *c, const struct checksum *sum, const char *name)
{
    size_t len;
    char *line = name ? checksum_line(sum, name, &len) : NULL;
    lock(c);
    if (!line && !c->together->failed)
        complain(c, ENOMEM);
    if (line && !c->together->failed)
        write_line(c, line, len);
    pthread_mutex_unlock(&c->together->mutex);
    free(line);
}

/* A backup may have got its name. */
static bool is_lost(const struct checksums *c)
{
    struct stat st;
    return c->regular && fstat(c->fd, &st) == 0 && st.st_nlink == 0;
}

bool checksums_close(struct checksums *c, bool sync)
{
    bool whole = c->together && !c->together->failed && c->fd >= 0;
    int rc = whole && sync && c->regular && fsync(c->fd) < 0 ? -errno : 0;
    if (whole && !rc && is_lost(c))
        rc = -ESTALE;
    int closed = io_close(&c->fd);
    if (whole && (rc < 0 || closed < 0))
        complain(c, rc < 0 ? -rc : -closed);
    if (c->together) {
        whole &= !c->together->failed;
        munmap(c->together, sizeof(*c->together));
    }
    *c = (struct checksums){.fd = -1};
    return whole;
}
