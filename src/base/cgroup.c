/* SPDX-License-Identifier: MIT */
#include "base/cgroup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names are allocated, however long they are: a stack may be small. */

static FILE *open_file(const char *dir, const char *name)
{
    char *path;
    if (asprintf(&path, "%s/%s", dir, name) < 0)
        return NULL;
    FILE *file = fopen(path, "re");
    free(path);
    return file;
}

bool cgroup_read_line(const char *dir, const char *name, char *line, int size)
{
    FILE *file = open_file(dir, name);
    if (!file)
        return false;
    bool ok = fgets(line, size, file);
    fclose(file);
    return ok;
}

unsigned long long cgroup_read_stat(const char *dir, const char *name, const char *key)
{
    FILE *file = open_file(dir, name);
    size_t len = strlen(key);
    unsigned long long number = 0;
    char line[128];
    while (file && fgets(line, sizeof(line), file))
        if (strncmp(line, key, len) == 0 && line[len] == ' ')
            number = strtoull(line + len, NULL, 10);
    if (file)
        fclose(file);
    return number;
}

static void each_up_from(const char *mount, const char *group,
                         void (*look)(const char *dir, void *arg), void *arg)
{
    char *dir, *slash;
    if (asprintf(&dir, "%s%s", mount, group) < 0)
        return;
    do {
        look(dir, arg);
        slash = strrchr(dir + strlen(mount), '/');
        if (slash)
            *slash = '\0';
    } while (slash);
    free(dir);
}

/* Is it in a list such as "cpu,cpuacct"? */
static bool is_among(const char *controllers, const char *controller)
{
    char list[256], wanted[64];
    snprintf(list, sizeof(list), ",%s,", controllers);
    snprintf(wanted, sizeof(wanted), ",%s,", controller);
    return strstr(list, wanted);
}

/* `line` is "0::/group" (version 2) or "4:cpu,cpuacct:/group" (version 1). */
static void each_of_line(char *line, const char *controller,
                         void (*look)(const char *dir, void *arg), void *arg)
{
    char mount[96] = "/sys/fs/cgroup";
    line[strcspn(line, "\n")] = '\0';
    char *controllers = strchr(line, ':');
    char *group = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!group)
        return;
    *group++ = '\0';
    bool v2 = *++controllers == '\0';
    if (!v2 && !is_among(controllers, controller))
        return;
    if (!v2)
        snprintf(mount, sizeof(mount), "/sys/fs/cgroup/%s", controller);
    each_up_from(mount, group, look, arg);
}

void cgroup_each(const char *controller, void (*look)(const char *dir, void *arg), void *arg)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    char *line = NULL;
    size_t room = 0;
    while (file && getline(&line, &room, file) > 0)
        each_of_line(line, controller, look, arg);
    free(line);
    if (file)
        fclose(file);
}
