/* SPDX-License-Identifier: MIT */
#include "settings.h"
#include "base/arithmetic.h"
#include "base/cpus.h"
#include "coldness.h"
#include "engine/engine.h"
#include "items.h"
#include "prng.h"
#include "selection.h"

#include <errno.h>
#include <popt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ROUNDS_DEFAULT = 9,
    ROUNDS_QUICK = 3,
    ROUNDS_MAX = 1000000,
    JOBS_MAX = 65536,
    IDLE_DEFAULT = 5,
    IDLE_MAX = 86400,
    TIME_MAX = 1000000
};

/* What poptGetNextOpt returns for --tree, whose argument may be missing. */
enum { TREE = 't' };

/* Everything as typed; what was not typed stays NULL or 0. */
static struct {
    char *directory, *sizes, *jobs, *methods, *rounds, *mpcp, *json, *plot, *seed, *idle;
    char *trees, *scale, *time;
    const char *operands[SETTINGS_SUBJECTS + 2]; /* one too many, to be refused, and the NULL */
    int cold, fsync, quick, list, costs, tree, evict, syscalls;
} typed;

static struct settings parsed;

static const struct poptOption table[] = {
    {"directory", 'd', POPT_ARG_STRING, &typed.directory, 0, "Copy in DIR (default: here)", "DIR"},
    {"size", 's', POPT_ARG_STRING, &typed.sizes, 0, "Sizes of the source (default: 1G)", "LIST"},
    {"tree", 0, POPT_ARG_STRING | POPT_ARGFLAG_OPTIONAL, &typed.trees, TREE,
     "Copy trees instead of files: some that are made (small, flat, mixed; default: each of "
     "these), "
     "or directories that are there",
     "LIST"},
    {"scale", 0, POPT_ARG_STRING, &typed.scale, 0,
     "Make trees X times as large (default: 1; 0.1 is a tenth)", "X"},
    {"jobs", 'j', POPT_ARG_STRING, &typed.jobs, 0,
     "Jobs of the methods that have some (default: what they choose; for trees 1,2,4)", "LIST"},
    {"methods", 'm', POPT_ARG_STRING, &typed.methods, 0,
     "Methods, or \"all\" (see --list); cp always runs, because all are compared with it", "LIST"},
    {"rounds", 'r', POPT_ARG_STRING, &typed.rounds, 0, "Runs of each method (default: 9)", "N"},
    {"cold", 0, POPT_ARG_NONE, &typed.cold, 0, "Evict the source from memory before each run",
     NULL},
    {"evict", 0, POPT_ARG_NONE, &typed.evict, 0,
     "With --tree --cold: evict the files only, even where the kernel could be told to forget all "
     "it has cached, names too",
     NULL},
    {"fsync", 0, POPT_ARG_NONE, &typed.fsync, 0, "A copy ends when its data is on the medium",
     NULL},
    {"idle", 0, POPT_ARG_STRING, &typed.idle, 0,
     "Seconds of rest before each run, as long as memory needs to become idle (default: 5; 0: back "
     "to back)",
     "SECONDS"},
    {"time", 0, POPT_ARG_STRING, &typed.time, 0,
     "Begin no more rounds of a file or tree than end within SECONDS; the first is in the order of "
     "--methods then, and what it hasn't come to in time is left out, but for cp and one more",
     "SECONDS"},
    {"syscalls", 0, POPT_ARG_NONE, &typed.syscalls, 0,
     "With --tree: count system calls by strace, in one more run of each method", NULL},
    {"costs", 0, POPT_ARG_NONE, &typed.costs, 0,
     "Run each engine with 1, 2, 4... jobs, as many as there are CPUs, in one file and in two, and "
     "print what it costs, as mpcp's plan wants it",
     NULL},
    {"seed", 0, POPT_ARG_STRING, &typed.seed, 0, "Repeat the order of an earlier run", "N"},
    {"json", 0, POPT_ARG_STRING, &typed.json, 0, "Write all that was measured to FILE", "FILE"},
    {"plot", 0, POPT_ARG_STRING, &typed.plot, 0, "Draw throughput to FILE.svg or FILE.png", "FILE"},
    {"mpcp", 0, POPT_ARG_STRING, &typed.mpcp, 0, "The mpcp to measure", "PATH"},
    {"list", 0, POPT_ARG_NONE, &typed.list, 0, "List the methods", NULL},
    {"quick", 0, POPT_ARG_NONE, &typed.quick, 0,
     "A few seconds only: 64 MiB or fiftieths of trees, 3 rounds and no rest where not said "
     "otherwise",
     NULL},
    POPT_AUTOHELP POPT_TABLEEND};

static int take_subjects(struct trouble *trouble)
{
    const struct selection selection = {.sizes = typed.sizes,
                                        .trees = typed.trees,
                                        .scale = typed.scale,
                                        .operands = typed.operands[0] ? typed.operands : NULL,
                                        .tree = typed.tree,
                                        .quick = typed.quick};
    return selection_take(&selection, &parsed, trouble);
}

static int check_together(struct trouble *trouble)
{
    bool tree = parsed.tree;
    if (typed.tree && typed.sizes)
        return trouble_say(trouble, EINVAL, "--size is of files, --scale of trees");
    if (tree && typed.costs)
        return trouble_say(trouble, EINVAL, "--costs are of files, not of trees");
    if (!tree && (typed.scale || typed.evict || typed.syscalls))
        return trouble_say(trouble, EINVAL, "--scale, --evict and --syscalls are for trees");
    if (typed.syscalls && typed.time)
        return trouble_say(trouble, EINVAL, "--syscalls takes more runs than --time allows");
    return 0;
}

static bool is_number(const char *text, uint64_t least, uint64_t most, uint64_t *number)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    /* strtoull alone would also accept a sign, or nothing at all. */
    if (*end != '\0' || strspn(text, "0123456789") == 0 || errno || value < least || value > most)
        return false;
    *number = value;
    return true;
}

static int take_jobs(const char *item, void *argument, struct trouble *trouble)
{
    struct settings *settings = argument;
    uint64_t jobs;
    if (!is_number(item, 1, JOBS_MAX, &jobs))
        return trouble_say(trouble, EINVAL, "--jobs: \"%s\" is not a number from 1 to %d", item,
                           JOBS_MAX);
    if (settings->jobs_count == SETTINGS_JOBS)
        return trouble_say(trouble, EINVAL, "--jobs: more than %d numbers", SETTINGS_JOBS);
    settings->jobs[settings->jobs_count++] = (unsigned)jobs;
    return 0;
}

static void add_method(const struct method *method)
{
    for (size_t i = 0; i < parsed.method_count; i++) {
        if (parsed.methods[i] == method)
            return;
    }
    if (parsed.method_count < SETTINGS_METHODS)
        parsed.methods[parsed.method_count++] = method;
}

static int take_method(const char *item, void *argument, struct trouble *trouble)
{
    const struct settings *settings = argument;
    const struct method *method = methods_find(settings->table, item);
    if (strcmp(item, "all") == 0) {
        for (const struct method *m = settings->table; m->name; m++)
            add_method(m);
        return 0;
    }
    if (!method)
        return trouble_say(trouble, EINVAL, "--methods: there is no \"%s\" (see --list)", item);
    add_method(method);
    return 0;
}

static int take_methods(struct trouble *trouble)
{
    add_method(&parsed.table[0]);
    if (typed.methods)
        return items_each(typed.methods, take_method, &parsed, trouble);
    for (const struct method *m = parsed.table; m->name; m++) {
        if (m->by_default)
            add_method(m);
    }
    return 0;
}

/* All engines, in one file and in two, with up to as many jobs as there are CPUs. */
static void take_costs(void)
{
    char one[64], twice[80];
    add_method(&methods[0]);
    for (const struct engine *const *e = engines; *e; e++) {
        snprintf(one, sizeof(one), "mpcp-%s", (*e)->name);
        snprintf(twice, sizeof(twice), "%s-twice", one);
        add_method(methods_find(methods, one));
        add_method(methods_find(methods, twice));
    }
    unsigned most = cpus_usable() > 2 ? cpus_usable() : 2;
    for (unsigned jobs = 1; jobs <= most && parsed.jobs_count < SETTINGS_JOBS; jobs *= 2)
        parsed.jobs[parsed.jobs_count++] = jobs;
}

static int take_rounds(struct trouble *trouble)
{
    uint64_t rounds = typed.quick ? ROUNDS_QUICK : ROUNDS_DEFAULT;
    if (typed.rounds && !is_number(typed.rounds, 1, ROUNDS_MAX, &rounds))
        return trouble_say(trouble, EINVAL, "--rounds: \"%s\" is not a number from 1 to %d",
                           typed.rounds, ROUNDS_MAX);
    parsed.rounds = (unsigned)rounds;
    return 0;
}

static int take_idle(struct trouble *trouble)
{
    uint64_t seconds = typed.quick ? 0 : IDLE_DEFAULT;
    if (typed.idle && !is_number(typed.idle, 0, IDLE_MAX, &seconds))
        return trouble_say(trouble, EINVAL, "--idle: \"%s\" is not a number from 0 to %d",
                           typed.idle, IDLE_MAX);
    parsed.idle = (unsigned)seconds;
    return 0;
}

static int take_time(struct trouble *trouble)
{
    uint64_t seconds = 0;
    if (typed.time && !is_number(typed.time, 1, TIME_MAX, &seconds))
        return trouble_say(trouble, EINVAL, "--time: \"%s\" is not a number from 1 to %d",
                           typed.time, TIME_MAX);
    parsed.time = (unsigned)seconds;
    return 0;
}

static int take_seed(struct trouble *trouble)
{
    /* 32 bits are plenty for an order, and short enough to type again. */
    parsed.seed = prng_fresh_seed() >> 32;
    if (typed.seed && !is_number(typed.seed, 0, UINT64_MAX, &parsed.seed))
        return trouble_say(trouble, EINVAL, "--seed: \"%s\" is not a number", typed.seed);
    return 0;
}

static int take_plot(struct trouble *trouble)
{
    const char *dot = typed.plot ? strrchr(typed.plot, '.') : NULL;
    if (typed.plot && (!dot || (strcmp(dot, ".svg") != 0 && strcmp(dot, ".png") != 0)))
        return trouble_say(trouble, EINVAL, "--plot: \"%s\" ends neither in .svg nor in .png",
                           typed.plot);
    parsed.plot = typed.plot;
    return 0;
}

/* The mpcp of the build that this bench belongs to, otherwise the one that is installed. */
static void find_mpcp(void)
{
    static const char *const places[] = {"../mpcp", "mpcp"};
    char self[PATH_MAX - 16];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    snprintf(parsed.mpcp, sizeof(parsed.mpcp), "%s", typed.mpcp ? typed.mpcp : "mpcp");
    if (typed.mpcp || len < 0)
        return;
    self[len] = '\0';
    *strrchr(self, '/') = '\0';
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        char path[PATH_MAX];
        snprintf(path, sizeof(path), "%s/%s", self, places[i]);
        if (access(path, X_OK) == 0) {
            strcpy(parsed.mpcp, path);
            return;
        }
    }
}

static int read_words(int argc, const char **argv, struct trouble *trouble)
{
    poptContext context = poptGetContext("mpcp-bench", argc, argv, table, 0);
    poptSetOtherOptionHelp(context, "[OPTION...] [FILE... | DIRECTORY...]");
    int err = 0, result;
    while ((result = poptGetNextOpt(context)) == TREE)
        typed.tree = true;
    if (result < -1)
        err = trouble_say(trouble, EINVAL, "%s: %s", poptBadOption(context, POPT_BADOPTION_NOALIAS),
                          poptStrerror(result));
    for (size_t i = 0; i <= SETTINGS_SUBJECTS && poptPeekArg(context); i++)
        typed.operands[i] = strdup(poptGetArg(context)); /* lives as long as the program */
    poptFreeContext(context);
    return err;
}

static int take_jobs_of_all(struct trouble *trouble)
{
    char trees[] = "1,2,4";
    char *jobs = typed.jobs ? typed.jobs : parsed.tree ? trees : NULL;
    return jobs ? items_each(jobs, take_jobs, &parsed, trouble) : 0;
}

static int choose_methods(struct trouble *trouble)
{
    parsed.table = parsed.tree ? tree_methods : methods;
    if (!typed.costs || typed.methods || typed.jobs)
        return take_methods(trouble);
    take_costs();
    return 0;
}

/* The settings that can't be wrong. */
static int take_rest(struct trouble *trouble)
{
    (void)trouble;
    parsed.directory = typed.directory ? typed.directory : ".";
    parsed.json = typed.json;
    parsed.cold = typed.cold;
    parsed.forget = parsed.tree && typed.cold && !typed.evict && coldness_possible();
    parsed.fsync = typed.fsync;
    parsed.syscalls = typed.syscalls;
    parsed.list = typed.list;
    parsed.costs = typed.costs;
    find_mpcp();
    return 0;
}

int settings_parse(int argc, const char **argv, const struct settings **settings,
                   struct trouble *trouble)
{
    static int (*const steps[])(struct trouble * trouble) = {
        take_subjects, check_together, take_jobs_of_all, choose_methods, take_rounds,
        take_idle,     take_time,      take_seed,        take_plot,      take_rest,
    };
    *settings = &parsed;
    int err = read_words(argc, argv, trouble);
    for (size_t i = 0; i < COUNT_OF(steps) && !err; i++)
        err = steps[i](trouble);
    return err;
}
