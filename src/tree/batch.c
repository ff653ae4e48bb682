/* SPDX-License-Identifier: MIT */
#include "tree/batch.h"
#include "base/arithmetic.h"
#include "base/cpus.h"
#include "base/diag.h"
#include "base/io.h"
#include "base/signals.h"
#include "cli/progress.h"
#include "tree/footprint.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    WORTH = 64, /* files: fewer are copied before processes are forked */
    MOST = 64,  /* processes */
    TICK_MS = 100,
};

enum { UNTOUCHED, BEGUN, ENDED };

struct batch {
    struct pair *pairs;
    int count;
    const struct options *options;
    struct progress *line;
    int (*copy)(void *, struct pair *, const struct options *);
    void *arg;
    bool exact_names;
    struct footprint *prints; /* of each pair, in memory that all processes share */
    struct common *common;
    struct sums *sums; /* in there, if there are several processes */
    off_t total;       /* bytes of all sources, as far as they have a size; -1: not known */
};

/* Of those that were tried. */
struct sums {
    _Atomic int files;         /* how many */
    _Atomic long long done;    /* their bytes */
    _Atomic long long unmoved; /* those of them that this run didn't copy */
    _Atomic long long copied;  /* bytes that were copied, by whatever run, */
    _Atomic long long kept;    /* those of them that an earlier one had copied, */
    _Atomic long long skipped; /* and bytes of files that were skipped */
};

/* In memory that all processes share. */
struct common {
    _Atomic int next; /* the first pair that nobody has claimed yet */
    struct sums sums;
    unsigned char state[]; /* of each pair, written by the process that claimed it */
};

/* --- how far it is --- */

static void show(struct batch *b)
{
    if (b->total < 0)
        return;
    const struct progress_count count = {b->sums->files, b->count, "files", false};
    progress_tell_all(b->line, &count);
    progress_leave_out(b->line, b->sums->unmoved);
    progress_update(b->line, min_off(b->sums->done, b->total), b->total);
}

static void begin_file(struct batch *b, int i)
{
    const struct progress_count count = {b->sums->files, b->count > 1 ? b->count : 0, "file",
                                         false};
    progress_begin_file(b->line, &count, b->pairs[i].src, b->sums->done, b->total);
    progress_leave_out(b->line, b->sums->unmoved);
}

/* A single one keeps its name, and how large it was found to be. */
static void end_all(struct batch *b)
{
    const struct sums *s = b->sums;
    const struct progress_count count = {s->files, b->count, "files", false};
    if (b->count > 1)
        progress_tell_all(b->line, &count);
    progress_conclude(b->line, s->copied + s->skipped, b->count > 1 ? b->total : b->line->size,
                      s->kept + s->skipped);
}

/* `size` is that of its source, as far as it has one. */
static void add(struct sums *s, const struct pair *pair, off_t size)
{
    s->files++;
    s->unmoved += size - min_off(pair->bytes - pair->kept, size);
    s->done += size;
    s->copied += pair->bytes;
    s->kept += pair->kept;
    s->skipped += pair->skipped ? size : 0;
}

static int copy_one(struct batch *b, int i, const struct options *options)
{
    int status = b->copy(b->arg, &b->pairs[i], options);
    add(b->sums, &b->pairs[i], b->prints[i].size);
    return status;
}

static int copy_next(struct batch *b, int i)
{
    begin_file(b, i);
    return copy_one(b, i, b->options);
}

/* --- the processes --- */

/* Tasks: what a process does with a pair that it has claimed. They return a status. */

static int look_at(struct batch *b, int i, const struct options *options)
{
    (void)options;
    footprint_look(&b->pairs[i], b->exact_names, &b->prints[i]);
    return STATUS_COPIED;
}

static int copy_if_alone(struct batch *b, int i, const struct options *options)
{
    if (!b->prints[i].plain || !b->prints[i].alone)
        return STATUS_COPIED;
    b->common->state[i] = BEGUN;
    int status = copy_one(b, i, options);
    b->common->state[i] = ENDED;
    return status;
}

static _Noreturn void work(struct batch *b,
                           int (*task)(struct batch *, int, const struct options *), int end,
                           pid_t parent)
{
    int status = STATUS_COPIED, i;
    b->line->enabled = false; /* the parent shows it, and answers SIGUSR1 */
    signal(SIGUSR1, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* which removes what is staged */
    if (getppid() != parent)
        _exit(STATUS_FAILED);
    while (!signals_fatal() && (i = atomic_fetch_add(&b->common->next, 1)) < end)
        status = options_worse_status(status, task(b, i, b->options));
    _exit(status);
}

struct crew {
    pid_t children[MOST];
    unsigned count;
    int lines; /* what they say, to be read */
};

/* Only the parent prints: it alone knows where progress stands on the terminal. */
static void recruit(struct batch *b, struct crew *crew,
                    int (*task)(struct batch *, int, const struct options *), int end)
{
    unsigned wanted =
        b->options->rules.wishes.rate > 0 ? 1 : cpus_usable(); /* a single process keeps the rate */
    pid_t parent = getpid();
    int ends[2];
    *crew = (struct crew){.lines = -1};
    if (pipe2(ends, O_CLOEXEC) < 0)
        return;
    while (crew->count < wanted && crew->count < MOST) {
        pid_t pid = fork();
        if (pid == 0 && dup2(ends[1], STDERR_FILENO) >= 0)
            work(b, task, end, parent);
        if (pid == 0)
            _exit(STATUS_FAILED);
        if (pid < 0)
            break;
        crew->children[crew->count++] = pid;
    }
    close(ends[1]);
    crew->lines = ends[0];
}

static void relay(struct batch *b, const char *text, size_t len)
{
    size_t written;
    progress_end(b->line);
    io_write_full(STDERR_FILENO, text, len, &written);
}

/* Waits until all have ended. A signal that asks to stop is passed on to them. */
static void attend(struct batch *b, const struct crew *crew)
{
    struct pollfd lines = {.fd = crew->lines, .events = POLLIN};
    static char text[1024]; /* static, because the stack may be small */
    bool told = false;
    for (ssize_t len = 1; len != 0;) {
        int ready = poll(&lines, 1, TICK_MS);
        len = ready > 0 ? read(crew->lines, text, sizeof(text)) : -1;
        if (len < 0 && ready != 0 && errno != EINTR && errno != EAGAIN)
            break;
        if (len > 0)
            relay(b, text, (size_t)len);
        else if (len < 0)
            show(b);
        for (unsigned i = 0; i < crew->count && signals_fatal() && !told; i++)
            kill(crew->children[i], signals_fatal());
        told = signals_fatal();
    }
}

static int reap(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return STATUS_FAILED;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? STATUS_COPIED : STATUS_FAILED;
}

/* Has a task done for each of the pairs from `begin` to `end`, as far as processes can be
 * forked. */
static int run_crew(struct batch *b, int (*task)(struct batch *, int, const struct options *),
                    int begin, int end)
{
    struct crew crew;
    int status = STATUS_COPIED;
    atomic_store(&b->common->next, begin);
    recruit(b, &crew, task, end);
    if (crew.count > 0)
        attend(b, &crew);
    io_close(&crew.lines); /* otherwise those that have something to say would wait for ever */
    for (unsigned i = 0; i < crew.count; i++)
        status = options_worse_status(status, reap(crew.children[i]));
    progress_end(b->line);
    return status;
}

/* --- all pairs --- */

/* A pair that was begun and not ended has died with its process. */
static int look_back(const struct batch *b, int i)
{
    if (b->common->state[i] == ENDED || signals_fatal())
        return STATUS_COPIED;
    diag_about(b->pairs[i].dst, "cannot copy", "the process that did was killed");
    return STATUS_FAILED;
}

/* Those that nobody has touched, in order. */
static int copy_rest(struct batch *b, int begin, int end)
{
    int status = STATUS_COPIED;
    for (int i = begin; i < end && !signals_fatal(); i++) {
        int one = b->common->state[i] == UNTOUCHED ? copy_next(b, i) : look_back(b, i);
        status = options_worse_status(status, one);
    }
    return status;
}

/* The first pair from `begin` on for which it isn't known what it touches. */
static int find_unknown(struct batch *b, int begin, bool look_again)
{
    int i = begin;
    for (; i < b->count; i++) {
        if (look_again)
            look_at(b, i, b->options);
        if (b->prints[i].unknown)
            break;
    }
    return i;
}

/* An unknown pair comes after all that precede it, and before all that follow. */
static int copy_side_by_side(struct batch *b)
{
    int status = STATUS_COPIED;
    for (int begin = 0, end; begin < b->count && !signals_fatal(); begin = end + 1) {
        end = find_unknown(b, begin, begin > 0);
        footprints_compare(b->prints + begin, end - begin);
        if (end - begin >= WORTH)
            status = options_worse_status(status, run_crew(b, copy_if_alone, begin, end));
        status = options_worse_status(status, copy_rest(b, begin, end < b->count ? end + 1 : end));
    }
    return status;
}

static void look_at_all(struct batch *b)
{
    const char *dst = NULL;
    for (int i = 0; !dst && i < b->count; i++)
        dst = b->pairs[i].dst;
    b->exact_names = dst && footprint_names_are_exact(dst);
    run_crew(b, look_at, 0, b->count);
    off_t total = 0;
    for (int i = 0; i < b->count && !signals_fatal(); i++) {
        if (!b->prints[i].looked)
            look_at(b, i, b->options);
        total += b->prints[i].size;
    }
    b->total = total;
}

/* -1: not known. */
static off_t size_of(const struct pair *pair)
{
    struct stat st;
    if (!pair->dst || stat(pair->src, &st) < 0)
        return 0;
    return S_ISREG(st.st_mode) ? st.st_size : -1;
}

/* Only for those who look on. */
static off_t find_total(const struct batch *b)
{
    off_t total = 0;
    if (b->count == 1 || !b->line->enabled)
        return -1;
    for (int i = 0; i < b->count && total >= 0; i++) {
        off_t size = size_of(&b->pairs[i]);
        total = size < 0 ? -1 : total + size;
    }
    return total;
}

static int copy_in_order(struct batch *b)
{
    struct sums sums = {0};
    int status = STATUS_COPIED;
    b->sums = &sums;
    b->total = find_total(b);
    for (int i = 0; i < b->count && !signals_fatal(); i++) {
        begin_file(b, i);
        off_t size = b->line->enabled ? size_of(&b->pairs[i]) : 0;
        int one = b->copy(b->arg, &b->pairs[i], b->options);
        add(&sums, &b->pairs[i], size < 0 ? 0 : size);
        status = options_worse_status(status, one);
    }
    end_all(b);
    b->sums = NULL;
    return status;
}

/* Must each be reported, or asked about, in order? */
static bool is_worth_it(const struct options *o, int count)
{
    bool ordered = o->verbose || o->json || o->explain || o->rules.existing == EXISTING_ASK;
    return count >= WORTH && !ordered;
}

/* Memory full of zeros that all processes share; NULL: none. */
static void *share(size_t len)
{
    void *memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static int run_shared(struct batch *b)
{
    b->sums = &b->common->sums;
    look_at_all(b);
    int status = copy_side_by_side(b);
    end_all(b);
    return status;
}

int batch_run(struct pair *pairs, int count, const struct options *options, struct progress *line,
              int (*copy)(void *arg, struct pair *, const struct options *), void *arg)
{
    struct batch b = {.pairs = pairs,
                      .count = count,
                      .options = options,
                      .line = line,
                      .copy = copy,
                      .arg = arg,
                      .total = -1};
    size_t prints_len = (size_t)count * sizeof(*b.prints);
    size_t common_len = sizeof(*b.common) + (size_t)count;
    if (!is_worth_it(options, count))
        return copy_in_order(&b);
    b.prints = share(prints_len);
    b.common = share(common_len);
    int status = b.prints && b.common ? run_shared(&b) : copy_in_order(&b);
    if (b.prints)
        munmap(b.prints, prints_len);
    if (b.common)
        munmap(b.common, common_len);
    return status;
}
