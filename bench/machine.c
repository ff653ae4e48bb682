/* SPDX-License-Identifier: MIT */
#include "machine.h"
#include "base/cpus.h"
#include "inside.h"

#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void describe_cpu(char *cpu, size_t size)
{
    FILE *file = fopen("/proc/cpuinfo", "re");
    char line[256];
    while (file && fgets(line, sizeof(line), file)) {
        if (strncmp(line, "model name", 10) != 0)
            continue;
        char *model = strchr(line, ':');
        if (!model)
            continue;
        model += 1 + strspn(model + 1, " \t");
        model[strcspn(model, "\n")] = '\0';
        snprintf(cpu, size, "%s", model);
        break;
    }
    if (file)
        fclose(file);
}

/* The longest mount point that leads to dir, the last of equals: a later mount hides an earlier
 * one. */
static void describe_mount(struct machine *machine, const char *dir)
{
    char path[PATH_MAX];
    FILE *mounts = setmntent("/proc/self/mounts", "re");
    struct mntent *mount;
    size_t best = 0;
    if (mounts && realpath(dir, path)) {
        while ((mount = getmntent(mounts))) {
            size_t len = strlen(mount->mnt_dir);
            if (len < best || !is_inside(path, mount->mnt_dir))
                continue;
            best = len;
            snprintf(machine->file_system, sizeof(machine->file_system), "%s", mount->mnt_type);
            snprintf(machine->mount_point, sizeof(machine->mount_point), "%s", mount->mnt_dir);
            snprintf(machine->device, sizeof(machine->device), "%s", mount->mnt_fsname);
            snprintf(machine->mount_options, sizeof(machine->mount_options), "%s", mount->mnt_opts);
        }
    }
    if (mounts)
        endmntent(mounts);
}

void machine_describe(struct machine *machine, const char *dir)
{
    struct utsname name;
    *machine = (struct machine){.cpu = "unknown",
                                .kernel = "unknown",
                                .file_system = "unknown",
                                .mount_point = "unknown",
                                .device = "unknown"};
    describe_cpu(machine->cpu, sizeof(machine->cpu));
    machine->cpus_online = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    machine->cpus_usable = cpus_usable();
    machine->memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    if (uname(&name) == 0)
        snprintf(machine->kernel, sizeof(machine->kernel), "%s %s %s", name.sysname, name.release,
                 name.machine);
    describe_mount(machine, dir);
}
