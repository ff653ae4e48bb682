/* SPDX-License-Identifier: MIT */
#include "move/follower.h"
#include "base/arithmetic.h"
#include "base/cache.h"
#include "base/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    FOLLOWER_BUFFER = 256 << 10, /* fits into a processor's cache */
    PAUSE_NS = 1000000,          /* how often it looks whether there is more to read */
};

struct report_of_follower {
    _Atomic off_t done;
    _Atomic bool ended; /* the others count then */
    struct failure failure;
    struct checksum sum;
};

/* --- reading --- */

/* Up to where in the file it may read: all before the row's first byte that nobody has claimed. */
static off_t reach(const struct follower *f, const struct share *share)
{
    if (!share)
        return f->size;
    off_t front = share_front(share);
    return front < f->extents->bytes ? extents_at(f->extents, front, 1).off : f->size;
}

static int fail(struct failure *failure, off_t off, size_t len, int err)
{
    *failure = (struct failure){.err = err, .side = SIDE_SOURCE, .off = off, .len = len};
    return -err;
}

/* Reads what one buffer holds. Returns how much that is, or -errno. */
static ssize_t read_some(const struct follower *f, struct summer *summer, char *buffer, off_t off,
                         off_t until)
{
    size_t len = (size_t)min_off(until - off, FOLLOWER_BUFFER);
    ssize_t n = io_pread_full(f->fd, buffer, len, off);
    struct failure *failure = &f->report->failure;
    if (n < (ssize_t)len)
        return fail(failure, n < 0 ? off : off + n, len, n < 0 ? (int)-n : ENODATA);
    summer_add(summer, buffer, len);
    if (f->drop)
        cache_drop_read(f->fd, (struct chunk){off, len});
    return n;
}

/* With a share it waits for the workers; without, all is there. */
static int read_all(const struct follower *f, const struct share *share, struct summer *summer,
                    char *buffer, struct ticker ticker)
{
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    for (off_t off = 0; off < f->size;) {
        off_t until = reach(f, share);
        if (signals_fatal())
            return fail(&f->report->failure, off, 0, EINTR);
        if (until <= off) {
            nanosleep(&pause, NULL);
            continue;
        }
        ssize_t n = read_some(f, summer, buffer, off, until);
        if (n < 0)
            return (int)n;
        off += n;
        f->report->done = off;
        ticker.tick(ticker.arg);
    }
    return 0;
}

static int make_sum(const struct follower *f, const struct share *share, struct ticker ticker)
{
    struct summer summer;
    char *buffer = aligned_alloc(IO_PAGE, FOLLOWER_BUFFER);
    int rc = summer_init(&summer, f->kind);
    if (!buffer || rc < 0)
        rc = fail(&f->report->failure, 0, 0, ENOMEM);
    if (!rc)
        rc = read_all(f, share, &summer, buffer, ticker);
    if (!rc)
        f->report->sum = summer_end(&summer);
    f->report->ended = true;
    summer_release(&summer);
    free(buffer);
    return rc;
}

/* --- its process --- */

int follower_prepare(struct follower *f)
{
    void *memory =
        mmap(NULL, sizeof(*f->report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return -errno;
    f->report = memory;
    return 0;
}

static void no_tick(void *arg)
{
    (void)arg;
}

/* Signals stay blocked in it, as in a worker: the parent alone decides when to stop. */
_Noreturn static void be_follower(const struct follower *f, const struct share *share, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    io_close(&(int){share->fd}); /* the parent alone is whose copy it is, for --status */
    int rc = make_sum(f, share, (struct ticker){.tick = no_tick});
    _exit(rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

void follower_start(struct follower *f, const struct share *share)
{
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        be_follower(f, share, parent);
    f->pid = pid > 0 ? pid : 0;
}

void follower_note_end(struct follower *f, pid_t pid)
{
    if (f->pid == pid)
        f->pid = 0;
}

off_t follower_done(const struct follower *f)
{
    return f->report->done;
}

/* Until it has ended, or something asks this process to stop. Other children, which whoever started
 * this program left it, are none of its business. */
static void wait_for_it(struct follower *f, struct ticker ticker)
{
    signals_tick(true);
    while (f->pid > 0 && !signals_fatal()) {
        pid_t pid = waitpid(f->pid, NULL, 0);
        if (pid == f->pid || errno == ECHILD)
            f->pid = 0;
        else
            ticker.tick(ticker.arg);
    }
    signals_tick(false);
}

/* Of one that was killed nothing is left, but the file is still there. */
struct ending follower_finish(struct follower *f, struct ticker ticker, struct checksum *sum)
{
    wait_for_it(f, ticker);
    if (!f->report->ended && !signals_fatal())
        make_sum(f, NULL, ticker);
    if (signals_fatal())
        return (struct ending){.kind = ENDED_INTERRUPTED};
    *sum = f->report->sum;
    bool well = f->report->failure.err == 0;
    return (struct ending){.kind = well ? ENDED_WELL : ENDED_FAILED, .failure = f->report->failure};
}

void follower_release(struct follower *f)
{
    if (f->pid > 0) {
        kill(f->pid, SIGKILL);
        while (waitpid(f->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    if (f->report)
        munmap(f->report, sizeof(*f->report));
    *f = (struct follower){0};
}

void follower_leave(struct follower *f, const struct checksum *sum)
{
    f->report->sum = *sum;
    f->report->ended = true;
}
