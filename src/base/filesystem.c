/* SPDX-License-Identifier: MIT */
#include "base/filesystem.h"
#include "base/arithmetic.h"

#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Those that linux/magic.h lacks; from statfs(2), and from their own sources. */
#define MAGIC_XFS      0x58465342
#define MAGIC_ZFS      0x2fc12fc1
#define MAGIC_BCACHEFS 0xca451a4e
#define MAGIC_CIFS     0xff534d42
#define MAGIC_SMB2     0xfe534d42
#define MAGIC_CEPH     0x00c36400
#define MAGIC_NTFS3    0x7366746e
#define MAGIC_VFAT     0x4d44
#define MAGIC_EXFAT    0x2011bab0
#define MAGIC_FUSE     0x65735546

static const struct filesystem table[] = {
    {EXT4_SUPER_MAGIC, "ext4", .exact_names = true},
    {MAGIC_XFS, "xfs", .reflinks = true, .exact_names = true},
    {BTRFS_SUPER_MAGIC, "btrfs", .reflinks = true, .compression = COMPRESSION_SHOWN,
     .exact_names = true},
    {MAGIC_ZFS, "zfs", .reflinks = true, .compression = COMPRESSION_HIDDEN},
    {MAGIC_BCACHEFS, "bcachefs", .reflinks = true, .compression = COMPRESSION_HIDDEN},
    {OCFS2_SUPER_MAGIC, "ocfs2", .reflinks = true},
    {TMPFS_MAGIC, "tmpfs", .in_memory = true, .exact_names = true},
    {RAMFS_MAGIC, "ramfs", .in_memory = true, .exact_names = true},
    {F2FS_SUPER_MAGIC, "f2fs", .compression = COMPRESSION_SHOWN, .exact_names = true},
    {MAGIC_VFAT, "vfat", .even_seconds = true},
    {MAGIC_EXFAT, "exfat"},
    {MAGIC_NTFS3, "ntfs3", .compression = COMPRESSION_SHOWN},
    {OVERLAYFS_SUPER_MAGIC, "overlay", .reflinks = true, .exact_names = true},
    {MAGIC_FUSE, "fuse"},
    {NFS_SUPER_MAGIC, "nfs", .remote = true, .reflinks = true},
    {MAGIC_CIFS, "cifs", .remote = true, .reflinks = true},
    {MAGIC_SMB2, "smb2", .remote = true, .reflinks = true},
    {MAGIC_CEPH, "ceph", .remote = true},
    {PROC_SUPER_MAGIC, "proc", .made_up = true},
    {SYSFS_MAGIC, "sysfs", .made_up = true},
    {DEBUGFS_MAGIC, "debugfs", .made_up = true},
    {TRACEFS_MAGIC, "tracefs", .made_up = true},
    {SECURITYFS_MAGIC, "securityfs", .made_up = true},
    {CGROUP_SUPER_MAGIC, "cgroup", .made_up = true},
    {CGROUP2_SUPER_MAGIC, "cgroup2", .made_up = true},
    {PSTOREFS_MAGIC, "pstore", .made_up = true},
    {EFIVARFS_MAGIC, "efivarfs", .made_up = true},
};

const struct filesystem *filesystem_of(long magic)
{
    static const struct filesystem unknown = {0, "unknown", .reflinks = true};
    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (table[i].magic == (unsigned)magic) /* some kernels extend the sign */
            return &table[i];
    return &unknown;
}

bool filesystem_mounted_with(uint64_t mount, const char *option)
{
    FILE *file =
        fopen("/proc/self/mountinfo", "re"); /* "36 35 98:0 / /mnt rw - ext4 /dev/sda rw" */
    char *line = NULL;
    size_t room = 0;
    bool found = false, with = true;
    while (file && !found && getline(&line, &room, file) > 0) {
        const char *type = strstr(line, " - ");
        found = type && strtoull(line, NULL, 10) == mount;
        with = !found || strstr(type, option);
    }
    free(line);
    if (file)
        fclose(file);
    return with;
}
