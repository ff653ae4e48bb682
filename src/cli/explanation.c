/* SPDX-License-Identifier: MIT */
#include "cli/explanation.h"
#include "base/filesystem.h"
#include "base/size.h"

static void put_size(FILE *out, const struct plan *plan)
{
    char text[SIZE_TEXT];
    if (plan->size < 0) {
        fputs("  size         known only at its end\n", out);
        return;
    }
    fprintf(out, "  size         %s (%lld bytes)", size_format((uint64_t)plan->size, text),
            (long long)plan->size);
    if (plan->data < plan->size)
        fprintf(out, ", of which %s are data", size_format((uint64_t)plan->data, text));
    fputc('\n', out);
}

static void put_facts(FILE *out, const struct source *src, const struct destination *dst,
                      const struct facts *facts)
{
    char text[SIZE_TEXT];
    fprintf(out, "  source       on %s%s", filesystem_of(src->fs)->name,
            src->network ? ", a network file system" : "");
    if (facts->memory > 0) /* otherwise nobody has looked, for such a small file */
        fprintf(out, ", %.0f%% cached%s", 100 * facts->src_cached,
                facts->src_spins ? ", on a rotating disk" : "");
    fprintf(out, "\n  destination  on %s%s%s\n", filesystem_of(dst->fs)->name,
            dst->network ? ", a network file system" : "", dst->same_fs ? ", the source's" : "");
    if (facts->memory > 0)
        fprintf(out, "  machine      %u CPU%s usable, %s of memory available\n", facts->cpus,
                facts->cpus == 1 ? "" : "s", size_format(facts->memory, text));
}

static void put_engines(FILE *out, const struct plan *plan)
{
    static const char *const reflink[] = {
        [REFLINK_TRY] = "tried first", [REFLINK_MUST] = "or nothing"};
    if (plan->reflink != REFLINK_NO)
        fprintf(out, "  reflink      %s: %s\n", reflink[plan->reflink], plan->reflink_why);
    for (const struct candidate *c = plan->engines; c->engine; c++) {
        fprintf(out, "  %-12s %s: %s", c == plan->engines ? "engine" : "or else", c->engine->name,
                c->why);
        if (c->forecast > 0)
            fprintf(out, " (%.0f ms per GiB by %u)", c->forecast, c->workers);
        fputc('\n', out);
    }
}

static void put_room(FILE *out, const struct plan *plan)
{
    static const char *const reserve[] = {[RESERVE_NOTHING] = "not looked for",
                                          [RESERVE_LOOK] = "looked for first",
                                          [RESERVE_ALLOCATE] = "taken first"};
    if (plan->size >= 0)
        fprintf(out, "  room         %s: %s\n", reserve[plan->reserve], plan->reserve_why);
}

static void put_work(FILE *out, const struct plan *plan)
{
    static const char *const holes[] = {
        [HOLES_KEEP] = "kept", [HOLES_MAKE] = "made of zeros", [HOLES_FILL] = "filled"};
    char text[SIZE_TEXT];
    if (plan->nodes > 1)
        fprintf(out, "  nodes        %u: %s\n", plan->nodes, plan->nodes_why);
    fprintf(out, "  jobs         %u: %s\n", plan->jobs, plan->jobs_why);
    if (plan->size >= 0)
        fprintf(out, "  blocks       %u, of about %s\n", plan->blocks,
                size_format((uint64_t)plan->data / plan->blocks, text));
    fprintf(out, "  chunks       %s\n", size_format(plan->chunk_len, text));
    fprintf(out, "  holes        %s: %s\n", holes[plan->holes], plan->holes_why);
    fprintf(out, "  page cache   %s: %s\n", plan->drop_dst ? "cleared" : "used", plan->cache_why);
}

void explanation_put(FILE *out, const struct source *src, const struct destination *dst,
                     const struct facts *facts, const struct plan *plan)
{
    put_size(out, plan);
    put_facts(out, src, dst, facts);
    put_engines(out, plan);
    put_work(out, plan);
    put_room(out, plan);
    fprintf(out, "  placement    %s: %s\n", plan->in_place ? "in place" : "staged",
            plan->placement_why);
}
