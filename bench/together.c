/* SPDX-License-Identifier: MIT */
#include "together.h"

#include <ctype.h>
#include <dirent.h>
#include <string.h>

pid_t together_group(const char *stat)
{
    /* The second field, in parentheses, is a name, which may contain anything. */
    const char *end = strrchr(stat, ')');
    int group;
    return end && sscanf(end, ") %*c %*d %d", &group) == 1 ? group : -1;
}

void together_add(struct together *sum, FILE *rollup)
{
    char line[256];
    unsigned long long kib;
    while (fgets(line, sizeof(line), rollup)) {
        if (sscanf(line, "Pss: %llu kB", &kib) == 1)
            sum->pss_bytes += kib * 1024;
        else if (sscanf(line, "Rss: %llu kB", &kib) == 1)
            sum->rss_bytes += kib * 1024;
    }
}

static FILE *open_of(const char *pid, const char *what)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%.20s/%s", pid, what);
    return fopen(path, "re");
}

static pid_t group_of(const char *pid)
{
    char line[512];
    FILE *file = open_of(pid, "stat");
    pid_t group = file && fgets(line, sizeof(line), file) ? together_group(line) : -1;
    if (file)
        fclose(file);
    return group;
}

/* A process may end at any moment, even while it is looked at: then it no longer counts. */
static void add_process(struct together *sum, const char *pid)
{
    FILE *rollup = open_of(pid, "smaps_rollup");
    if (!rollup)
        return;
    together_add(sum, rollup);
    fclose(rollup);
}

void together_look(struct together *together, pid_t group)
{
    struct together sum = {0};
    DIR *proc = opendir("/proc");
    const struct dirent *entry;
    while (proc && (entry = readdir(proc))) {
        if (isdigit((unsigned char)entry->d_name[0]) && group_of(entry->d_name) == group)
            add_process(&sum, entry->d_name);
    }
    if (proc)
        closedir(proc);
    together->looks++;
    if (together->pss_bytes < sum.pss_bytes)
        together->pss_bytes = sum.pss_bytes;
    if (together->rss_bytes < sum.rss_bytes)
        together->rss_bytes = sum.rss_bytes;
}
