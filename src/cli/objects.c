/* SPDX-License-Identifier: MIT */
#include "cli/objects.h"
#include "base/arithmetic.h"
#include "base/json_text.h"
#include "cli/whole_line.h"

#include <stdio.h>
#include <sys/stat.h>

/* --- names --- */

static const char *const outcome_names[] = {
    [OUTCOME_COPIED] = "copied",     [OUTCOME_SKIPPED] = "skipped",
    [OUTCOME_PLANNED] = "planned",   [OUTCOME_FAILED] = "failed",
    [OUTCOME_DECLINED] = "declined", [OUTCOME_INTERRUPTED] = "interrupted",
};

const char *objects_outcome(enum outcome outcome)
{
    return outcome_names[outcome];
}

static const char *const kind_names[] = {
    [KIND_UNKNOWN] = "unknown", [KIND_FILE] = "file", [KIND_DIRECTORY] = "directory",
    [KIND_LINK] = "link",       [KIND_FIFO] = "fifo", [KIND_DEVICE] = "device",
    [KIND_SOCKET] = "socket",
};

enum kind objects_kind(mode_t mode)
{
    static const struct {
        mode_t mode;
        enum kind kind;
    } kinds[] = {{S_IFREG, KIND_FILE},   {S_IFDIR, KIND_DIRECTORY}, {S_IFLNK, KIND_LINK},
                 {S_IFIFO, KIND_FIFO},   {S_IFCHR, KIND_DEVICE},    {S_IFBLK, KIND_DEVICE},
                 {S_IFSOCK, KIND_SOCKET}};
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if ((mode & S_IFMT) == kinds[i].mode)
            return kinds[i].kind;
    return KIND_UNKNOWN;
}

/* --- parts --- */

static double throughput(long long bytes, double seconds)
{
    return seconds > 0 ? (double)bytes / seconds : 0;
}

double objects_throughput(const struct copy_result *result)
{
    return throughput(result->bytes - result->kept, result->seconds);
}

double objects_total_throughput(const struct total *t)
{
    return throughput(t->bytes - t->kept, t->seconds);
}

/* Seconds; null where nothing is known of such copies. */
static void put_forecast(FILE *out, double seconds)
{
    if (seconds > 0)
        fprintf(out, "\"forecast\": %.6f, ", seconds);
    else
        fputs("\"forecast\": null, ", out);
}

static void put_names_and_outcome(FILE *out, const char *src, const char *dst,
                                  const struct copy_result *result)
{
    json_put_member(out, "source", src);
    json_put_member(out, "destination", dst);
    json_put_member(out, "outcome", outcome_names[result->outcome]);
    json_put_member(out, "error", result->error);
}

/* Only if it was asked for. */
static void put_checksum(FILE *out, const struct copy_result *result)
{
    char text[CHECKSUM_TEXT];
    if (result->outcome >= OUTCOME_PLANNED || !result->checksum.kind)
        return;
    fprintf(out, ", \"digest\": {\"algorithm\": \"%s\", \"hex\": \"%s\"}",
            checksum_name(result->checksum.kind), checksum_spell(&result->checksum, text));
}

/* Only if several have made it. */
static void put_nodes(FILE *out, const struct copy_result *result)
{
    for (unsigned i = 0; i < result->node_count; i++) {
        const struct contribution *c = &result->nodes[i];
        fputs(i > 0 ? ", {" : ", \"nodes\": [{", out);
        json_put_member(out, "node", c->node);
        fprintf(out, "\"bytes\": %lld, \"verified\": %lld, \"jobs\": %u, \"seconds\": %.6f}",
                (long long)c->bytes, (long long)c->verified, c->jobs, c->seconds);
    }
    if (result->node_count > 0)
        putc(']', out);
}

static void put_file(FILE *out, const struct copy_result *result)
{
    json_put_member(out, "engine", result->engine);
    json_put_member(out, "last_engine", result->last_engine);
    put_forecast(out, result->forecast);
    fprintf(out,
            "\"jobs\": %u, \"last_jobs\": %u, \"blocks\": %u, \"bytes\": %lld, \"kept\": %lld, "
            "\"verified\": %s, "
            "\"seconds\": %.6f, \"throughput\": %.0f",
            result->jobs, result->last_jobs, result->blocks, (long long)result->bytes,
            (long long)result->kept, result->verified ? "true" : "false", result->seconds,
            objects_throughput(result));
    put_checksum(out, result);
    put_nodes(out, result);
}

/* --- objects --- */

void objects_put_copy(const char *src, const char *dst, const struct copy_result *result)
{
    putchar('{');
    put_names_and_outcome(stdout, src, dst, result);
    put_file(stdout, result);
    puts("}");
    fflush(stdout);
}

void objects_put_entry(enum kind kind, const char *src, const char *dst,
                       const struct copy_result *result)
{
    struct whole_line line;
    FILE *out = whole_line_begin(&line, stdout);
    putc('{', out);
    json_put_member(out, "kind", kind_names[kind]);
    put_names_and_outcome(out, src, dst, result);
    if (kind == KIND_FILE)
        put_file(out, result);
    else
        fprintf(out, "\"bytes\": %lld", (long long)result->bytes);
    fputs("}\n", out);
    whole_line_end(&line, stdout);
}

static void put_counts(FILE *out, const char *name, const char *const *names,
                       const long long *counts, size_t len)
{
    fprintf(out, "\"%s\": {", name);
    for (size_t i = 0; i < len; i++)
        fprintf(out, "%s\"%s\": %lld", i > 0 ? ", " : "", names[i], counts[i]);
    fputs("}, ", out);
}

void objects_put_node(const char *name, long long entries, long long bytes)
{
    struct whole_line line;
    FILE *out = whole_line_begin(&line, stdout);
    fputs("{\"kind\": \"node\", ", out);
    json_put_member(out, "node", name);
    fprintf(out, "\"entries\": %lld, \"bytes\": %lld}\n", entries, bytes);
    whole_line_end(&line, stdout);
}

void objects_put_total(const struct total *t)
{
    struct whole_line line;
    FILE *out = whole_line_begin(&line, stdout);
    long long entries = 0;
    for (size_t i = 0; i < COUNT_OF(t->outcomes); i++)
        entries += t->outcomes[i];
    fputs("{\"kind\": \"total\", ", out);
    json_put_member(out, "outcome", outcome_names[t->outcome]);
    fprintf(out, "\"entries\": %lld, ", entries);
    put_counts(out, "outcomes", outcome_names, t->outcomes, COUNT_OF(t->outcomes));
    put_counts(out, "kinds", kind_names, t->kinds, COUNT_OF(t->kinds));
    fprintf(out, "\"jobs\": %u, \"bytes\": %lld, \"seconds\": %.6f, \"throughput\": %.0f}\n",
            t->jobs, t->bytes, t->seconds, objects_total_throughput(t));
    whole_line_end(&line, stdout);
}
