/* SPDX-License-Identifier: MIT */
/* mpcp-nodes: how a copy by 1 to 4096 nodes would go. */
#include "base/arithmetic.h"
#include "base/size.h"
#include "simulation.h"

#include <popt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The options as text; each has a default. */
static struct {
    char *size, *node, *storage, *chunk;
    double latency_us, serving_us, slowness, jitter, fails, grant;
    int most, stragglers, jobs, group, seed;
} typed = {NULL, NULL, NULL, NULL, 1000, 10, 10, 0.1, 0, 0, 4096, 0, 4, 0, 1};

static const struct poptOption options[] = {
    {"size", 's', POPT_ARG_STRING, &typed.size, 0, "of the file (default: 1T)", "SIZE"},
    {"node", 'n', POPT_ARG_STRING, &typed.node, 0, "what a node can move a second (2G)", "SIZE"},
    {"storage", 'S', POPT_ARG_STRING, &typed.storage, 0,
     "what the file system takes a second (500G)", "SIZE"},
    {"chunk", 'c', POPT_ARG_STRING, &typed.chunk, 0, "as mpcp's --chunk (2M)", "SIZE"},
    {"latency", 'l', POPT_ARG_DOUBLE, &typed.latency_us, 0,
     "that a message is on its way, naps included (1000)", "MICROSECONDS"},
    {"serving", 'v', POPT_ARG_DOUBLE, &typed.serving_us, 0,
     "that rank 0's speaker needs for a message (10)", "MICROSECONDS"},
    {"stragglers", 't', POPT_ARG_INT, &typed.stragglers, 0, "nodes that are slow (0)", "N"},
    {"slowness", 'w', POPT_ARG_DOUBLE, &typed.slowness, 0, "and how many times (10)", "TIMES"},
    {"jitter", 'j', POPT_ARG_DOUBLE, &typed.jitter, 0, "by which part nodes differ (0.1)", "PART"},
    {"fails", 'f', POPT_ARG_DOUBLE, &typed.fails, 0, "when a node fails (never)", "SECONDS"},
    {"grant", 'g', POPT_ARG_DOUBLE, &typed.grant, 0, "that a grant is to last (as in mpcp)",
     "SECONDS"},
    {"jobs", 'J', POPT_ARG_INT, &typed.jobs, 0, "workers of a node (4)", "N"},
    {"group", 'G', POPT_ARG_INT, &typed.group, 0,
     "nodes that ask a speaker of their own, which asks rank 0's (none)", "N"},
    {"most", 'm', POPT_ARG_INT, &typed.most, 0, "nodes (4096)", "N"},
    {"seed", 0, POPT_ARG_INT, &typed.seed, 0, "of what is drawn by chance (1)", "N"},
    POPT_AUTOHELP POPT_TABLEEND};

static uint64_t size_of(const char *text, const char *unsaid)
{
    uint64_t size;
    if (size_parse(text ? text : unsaid, &size) == 0 && size > 0 && size < 1ULL << 60)
        return size;
    fprintf(stderr, "mpcp-nodes: %s: no size\n", text);
    exit(2);
}

static struct cluster as_typed(void)
{
    return (struct cluster){.node_rate = (double)size_of(typed.node, "2G"),
                            .storage_rate = (double)size_of(typed.storage, "500G"),
                            .latency = typed.latency_us / 1e6,
                            .serving = typed.serving_us / 1e6,
                            .slowness = typed.slowness,
                            .jitter = typed.jitter,
                            .fails = typed.fails,
                            .bytes = (off_t)size_of(typed.size, "1T"),
                            .chunk_len = (off_t)size_of(typed.chunk, "2M"),
                            .grant = typed.grant,
                            .group = (unsigned)typed.group,
                            .jobs = (unsigned)typed.jobs,
                            .seed = (uint64_t)typed.seed};
}

static int print_row(struct cluster *c, unsigned nodes)
{
    struct outcome_of_cluster o;
    c->nodes = nodes;
    c->stragglers = min_unsigned((unsigned)typed.stragglers, nodes);
    int rc = simulation_run(c, &o);
    if (rc < 0) {
        fprintf(stderr, "mpcp-nodes: %s\n", strerror(-rc));
        return 1;
    }
    printf("%u\t%.4f\t%.4f\t%.3f\t%.4f\t%.6f\t%.4f\t%llu\t%lld\n", nodes, o.time, o.ideal,
           o.ideal / o.time, o.load, o.longest, o.idle, (unsigned long long)o.messages,
           (long long)o.copied);
    return 0;
}

int main(int argc, const char **argv)
{
    poptContext context = poptGetContext(NULL, argc, argv, options, 0);
    int rc = poptGetNextOpt(context);
    if (rc < -1)
        fprintf(stderr, "mpcp-nodes: %s: %s\n", poptBadOption(context, 0), poptStrerror(rc));
    poptFreeContext(context);
    if (rc < -1 || typed.most < 1 || typed.jobs < 1 || typed.stragglers < 0 || typed.group < 0 ||
        typed.slowness < 1 || typed.jitter < 0 || typed.jitter >= 1)
        return 2;
    struct cluster cluster = as_typed();
    puts("nodes\ttime\tideal\tefficiency\tload\tlongest\tidle\tmessages\tcopied");
    for (unsigned nodes = 1; nodes <= (unsigned)typed.most; nodes *= 2)
        if (print_row(&cluster, nodes) != 0)
            return 1;
    return 0;
}
