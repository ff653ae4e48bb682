/* SPDX-License-Identifier: MIT */
#include "cli/recheck.h"
#include "base/arithmetic.h"
#include "base/cpus.h"
#include "base/diag.h"
#include "base/io.h"
#include "base/json_text.h"
#include "base/signals.h"
#include "cli/checklist.h"
#include "cli/progress.h"
#include "copy/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 256, /* processes */ BUFFER = 256 << 10 /* bytes */ };

enum verdict { NONE, BEGUN, RIGHT, DIFFERS, UNREADABLE, VERDICTS };

/* In memory that all processes share. */
struct finding {
    _Atomic enum verdict verdict;
    int err; /* why it is unreadable */
};

struct common {
    _Atomic size_t next;       /* item that nobody has taken yet */
    _Atomic long long bytes;   /* that were read */
    struct finding findings[]; /* of each item */
};

struct recheck {
    const struct options *options;
    struct checklist list;
    struct common *common;
    struct progress progress;
    size_t printed, counts[VERDICTS];
    unsigned alive; /* processes */
    pid_t pids[MOST];
};

/* --- reading files --- */

/* Whoever wrote the list may have named what never ends, or waits for ever. */
static int open_file(const char *name)
{
    struct stat st;
    if (strcmp(name, STANDARD_STREAM) == 0)
        return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) < 0)
        return -errno;
    if (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))
        return fd;
    close(fd);
    return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
}

static int sum_bytes(struct recheck *r, int fd, char *buffer, struct summer *summer)
{
    ssize_t n;
    while ((n = io_read_some(fd, buffer, BUFFER)) > 0) {
        summer_add(summer, buffer, (size_t)n);
        r->common->bytes += n;
        if (signals_fatal())
            return -EINTR;
    }
    return (int)n;
}

static int sum_file(struct recheck *r, const struct checklist_item *item, struct checksum *sum)
{
    struct summer summer = {0};
    char *buffer = malloc(BUFFER);
    int fd = open_file(item->name);
    int rc = !buffer ? -ENOMEM : fd < 0 ? fd : summer_init(&summer, item->sum.kind);
    if (!rc)
        rc = sum_bytes(r, fd, buffer, &summer);
    if (!rc)
        *sum = summer_end(&summer);
    summer_release(&summer);
    io_close(&fd);
    free(buffer);
    return rc;
}

static void check(struct recheck *r, size_t i)
{
    struct finding *f = &r->common->findings[i];
    const struct checklist_item *item = &r->list.items[i];
    struct checksum sum;
    f->verdict = BEGUN;
    int rc = sum_file(r, item, &sum);
    if (rc == -EINTR)
        return;
    f->err = -rc;
    f->verdict = rc < 0 ? UNREADABLE : checksum_equal(&sum, &item->sum) ? RIGHT : DIFFERS;
}

/* --- what is printed --- */

static const char *const verdicts[] = {
    [RIGHT] = "OK", [DIFFERS] = "FAILED", [UNREADABLE] = "FAILED open or read"};

static const char *reason(const struct finding *f)
{
    return f->verdict != UNREADABLE ? NULL
           : f->err == EINVAL       ? "it is no regular file"
           : f->err == ECHILD       ? "the process that read it was killed"
                                    : strerror(f->err);
}

static void print_json(const struct checklist_item *item, const struct finding *f)
{
    static const char *const outcomes[] = {
        [RIGHT] = "right", [DIFFERS] = "differs", [UNREADABLE] = "unreadable"};
    char text[CHECKSUM_TEXT];
    fputs("{\"kind\": \"file\", ", stdout);
    json_put_member(stdout, "name", item->name);
    printf("\"algorithm\": \"%s\", \"hex\": \"%s\", \"outcome\": \"%s\", ",
           checksum_name(item->sum.kind), checksum_spell(&item->sum, text), outcomes[f->verdict]);
    json_put_last_member(stdout, "error", reason(f));
}

static void print_finding(const struct recheck *r, size_t i)
{
    const struct finding *f = &r->common->findings[i];
    const struct checklist_item *item = &r->list.items[i];
    if (f->verdict == UNREADABLE)
        diag_about(item->name, "cannot read", reason(f));
    if (r->options->json) {
        print_json(item, f);
    } else if (f->verdict != RIGHT || r->options->verbose) {
        diag_put_name(stdout, item->name);
        printf(": %s\n", verdicts[f->verdict]);
    }
}

/* All that is known, up to the first that isn't: so the order is the list's. */
static void print_known(struct recheck *r)
{
    sigset_t old; /* stdio would lose what it prints meanwhile */
    signals_block_harmless(&old);
    for (; r->printed < r->list.count; r->printed++) {
        enum verdict verdict = r->common->findings[r->printed].verdict;
        if (verdict < RIGHT)
            break;
        if (verdict != RIGHT || r->options->verbose)
            progress_end(&r->progress);
        print_finding(r, r->printed);
        r->counts[verdict]++;
    }
    r->progress.count.done = (long long)r->printed;
    signals_unblock(&old);
}

static void show(struct recheck *r)
{
    print_known(r);
    progress_update(&r->progress, r->common->bytes, -1);
}

/* --- the processes --- */

static void work(struct recheck *r)
{
    size_t i;
    while (!signals_fatal() && (i = atomic_fetch_add(&r->common->next, 1)) < r->list.count)
        check(r, i);
}

static void recruit(struct recheck *r)
{
    unsigned wanted = r->options->rules.wishes.jobs;
    wanted = min_unsigned(wanted > 0 ? wanted : cpus_usable(), MOST);
    if (wanted > r->list.count)
        wanted = (unsigned)r->list.count;
    pid_t parent = getpid();
    fflush(stdout);
    while (wanted > 1 && r->alive < wanted) {
        pid_t pid = fork();
        if (pid < 0)
            break;
        if (pid == 0) {
            signal(SIGUSR1, SIG_IGN); /* the parent answers that */
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() == parent)
                work(r);
            _exit(STATUS_COPIED);
        }
        r->pids[r->alive++] = pid;
    }
}

static void kill_from(const struct recheck *r, unsigned first)
{
    for (unsigned i = first; i < r->alive; i++)
        kill(r->pids[i], SIGKILL);
}

static void attend(struct recheck *r)
{
    signals_tick(true);
    for (unsigned i = 0; i < r->alive; i++) {
        while (waitpid(r->pids[i], NULL, 0) < 0 && errno == EINTR) {
            if (signals_fatal())
                kill_from(r, i);
            else
                show(r);
        }
    }
    signals_tick(false);
}

/* What one had begun that was killed; and what nobody was left, or was there, to begin. */
static void check_rest(struct recheck *r)
{
    for (size_t i = 0; i < r->list.count && !signals_fatal(); i++) {
        struct finding *f = &r->common->findings[i];
        if (f->verdict == BEGUN) {
            f->err = ECHILD;
            f->verdict = UNREADABLE;
        } else if (f->verdict == NONE) {
            check(r, i);
            show(r);
        }
    }
    print_known(r);
    progress_end(&r->progress);
}

/* --- all of it --- */

static void complain_bad_lines(const struct recheck *r, const char *path)
{
    char what[128];
    snprintf(what, sizeof(what), "line %zu has no checksum", r->list.first_bad);
    if (r->list.bad > 1)
        snprintf(what, sizeof(what), "%zu lines have no checksum, the first of them line %zu",
                 r->list.bad, r->list.first_bad);
    diag_about(path, what, NULL);
}

/* "1 of 1 file", "1 of 3 files", and what that does, for one and for several. */
static void complain_count(size_t count, size_t all, const char *one, const char *several)
{
    diag_print("%zu of %zu file%s %s", count, all, all == 1 ? "" : "s", count == 1 ? one : several);
}

/* md5sum's lines look like xxh128sum's. That all files are different is less likely. */
static bool may_be_md5(const struct recheck *r)
{
    bool differ = false;
    if (r->list.tagged)
        return false;
    for (size_t i = 0; i < r->list.count; i++) {
        enum verdict verdict = r->common->findings[i].verdict;
        bool digits = r->list.items[i].sum.kind == CHECKSUM_XXH128;
        if (digits && verdict == RIGHT)
            return false;
        differ |= digits && verdict == DIFFERS;
    }
    return differ;
}

static void sum_up(const struct recheck *r, const char *path)
{
    size_t all = r->list.count, bad = r->counts[DIFFERS], lost = r->counts[UNREADABLE];
    if (r->options->json)
        printf("{\"kind\": \"total\", \"files\": %zu, \"right\": %zu, \"differ\": %zu, "
               "\"unreadable\": %zu, \"bad_lines\": %zu}\n",
               all, r->counts[RIGHT], bad, lost, r->list.bad);
    if (bad > 0)
        complain_count(bad, all, "differs", "differ");
    if (may_be_md5(r))
        diag_about(path, "the checksums of 32 digits may be MD5, which mpcp doesn't check", NULL);
    if (lost > 0)
        complain_count(lost, all, "could not be read", "could not be read");
    if (bad + lost == 0 && !r->options->quiet && !r->options->json)
        printf("%zu file%s checked, with no difference\n", all, all == 1 ? "" : "s");
    if (r->list.bad > 0)
        complain_bad_lines(r, path);
}

static int check_all(struct recheck *r, const char *path)
{
    size_t len = sizeof(*r->common) + r->list.count * sizeof(*r->common->findings);
    r->common = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (r->common == MAP_FAILED) {
        diag_about(path, "cannot check it", strerror(errno));
        return STATUS_FAILED;
    }
    const struct progress_count count = {.of = (long long)r->list.count, .what = "files"};
    progress_start(&r->progress, r->options->quiet ? PROGRESS_NEVER : r->options->progress);
    progress_tell_all(&r->progress, &count);
    progress_enter_within(&r->progress, "checking");
    recruit(r);
    attend(r);
    check_rest(r);
    bool right = r->counts[RIGHT] == r->list.count && r->list.bad == 0;
    progress_conclude(&r->progress, r->common->bytes, -1, 0);
    progress_finish(&r->progress, signals_fatal() ? "interrupted" : right ? "checked" : "failed");
    if (!signals_fatal())
        sum_up(r, path);
    munmap(r->common, len);
    return right ? STATUS_COPIED : STATUS_FAILED;
}

/* Can the kinds that the list has be made? */
static bool are_built(const struct checklist *list)
{
    bool built = true;
    for (size_t i = 0; i < list->count; i++)
        built &= checksum_is_built(list->items[i].sum.kind);
    return built;
}

static int check_list(struct recheck *r, const char *path)
{
    if (r->list.count > 0 && are_built(&r->list))
        return check_all(r, path);
    diag_about(path, "cannot check it",
               r->list.count > 0 ? "mpcp was built without nettle, which SHA-256 takes"
                                 : "it has no line with a checksum");
    return STATUS_FAILED;
}

int recheck_run(const struct options *options)
{
    struct recheck *r = calloc(1, sizeof(*r));
    const char *path = options->check_file;
    bool standard = strcmp(path, STANDARD_STREAM) == 0;
    int fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                      : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int rc = !r ? -ENOMEM : fd < 0 ? -errno : 0, status = STATUS_FAILED;
    if (!rc) {
        r->options = options;
        rc = checklist_read(&r->list, fd);
    }
    if (rc < 0 && !signals_fatal())
        diag_about(path, "cannot read", strerror(-rc));
    else if (!rc)
        status = check_list(r, path);
    io_close(&fd);
    if (r)
        checklist_release(&r->list);
    free(r);
    return status;
}
