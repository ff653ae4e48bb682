/* SPDX-License-Identifier: MIT */
#include "base/filesystem.h"
#include "base/arithmetic.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Those that linux/magic.h lacks; from statfs(2), and from the file systems' own sources. */
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
#define MAGIC_LUSTRE   0x0bd00bd0
#define MAGIC_GPFS     0x47504653
#define MAGIC_BEEGFS   0x19830326
#define MAGIC_ORANGEFS 0x20030528

static const struct filesystem table[] = {
    {EXT4_SUPER_MAGIC, "ext4", .local = true, .exact_names = true},
    {MAGIC_XFS, "xfs", .local = true, .reflinks = true, .exact_names = true},
    {BTRFS_SUPER_MAGIC, "btrfs", .local = true, .reflinks = true, .compression = COMPRESSION_SHOWN,
     .exact_names = true},
    {MAGIC_ZFS, "zfs", .local = true, .reflinks = true, .compression = COMPRESSION_HIDDEN},
    {MAGIC_BCACHEFS, "bcachefs", .local = true, .reflinks = true,
     .compression = COMPRESSION_HIDDEN},
    {OCFS2_SUPER_MAGIC, "ocfs2", .reflinks = true},
    {TMPFS_MAGIC, "tmpfs", .local = true, .in_memory = true, .exact_names = true},
    {RAMFS_MAGIC, "ramfs", .local = true, .in_memory = true, .exact_names = true},
    {F2FS_SUPER_MAGIC, "f2fs", .local = true, .compression = COMPRESSION_SHOWN,
     .exact_names = true},
    {MAGIC_VFAT, "vfat", .local = true, .even_seconds = true},
    {MAGIC_EXFAT, "exfat", .local = true},
    {MAGIC_NTFS3, "ntfs3", .local = true, .compression = COMPRESSION_SHOWN},
    {OVERLAYFS_SUPER_MAGIC, "overlay", .reflinks = true, .exact_names = true},
    {MAGIC_FUSE, "fuse", .invents = true},
    {NFS_SUPER_MAGIC, "nfs", .network = true, .remote = true, .reflinks = true},
    {MAGIC_CIFS, "cifs", .network = true, .remote = true, .reflinks = true},
    {MAGIC_SMB2, "smb2", .network = true, .remote = true, .reflinks = true},
    {MAGIC_CEPH, "ceph", .network = true, .remote = true},
    {MAGIC_LUSTRE, "lustre", .network = true},
    {MAGIC_GPFS, "gpfs", .network = true},
    {MAGIC_BEEGFS, "beegfs", .network = true},
    {MAGIC_ORANGEFS, "orangefs", .network = true},
    {AFS_FS_MAGIC, "afs", .network = true},
    {AFS_SUPER_MAGIC, "afs", .network = true},
    {V9FS_MAGIC, "9p", .network = true},
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

/* What /proc says after the place of the mount: " - ext4 /dev/sda rw". Allocated; NULL: nothing. */
static char *mounted_as(uint64_t mount)
{
    FILE *file =
        fopen("/proc/self/mountinfo", "re"); /* "36 35 98:0 / /mnt rw - ext4 /dev/sda rw" */
    char *line = NULL, *found = NULL;
    size_t room = 0;
    while (file && !found && getline(&line, &room, file) > 0) {
        const char *type = strstr(line, " - ");
        if (type && strtoull(line, NULL, 10) == mount)
            found = strdup(type);
    }
    free(line);
    if (file)
        fclose(file);
    return found;
}

bool filesystem_mounted_with(uint64_t mount, const char *option)
{
    char *as = mounted_as(mount);
    bool with = !as || strstr(as, option);
    free(as);
    return with;
}

static bool is_network_in_user_space(uint64_t mount)
{
    static const char *const kinds[] = {"sshfs",   "glusterfs", "ceph",     "s3fs",    "rclone",
                                        "gcsfuse", "juicefs",   "mfs",      "davfs",   "curlftpfs",
                                        "goofys",  "hdfs",      "blobfuse", "mount-s3"};
    static const char before[] = " - fuse.";
    char *as = mounted_as(mount);
    const char *kind = as && strstr(as, before) == as ? as + strlen(before) : "";
    bool network = false;
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        network |= strncmp(kind, kinds[i], strlen(kinds[i])) == 0;
    free(as);
    return network;
}

bool filesystem_is_network(long magic, uint64_t mount)
{
    const struct filesystem *fs = filesystem_of(magic);
    return fs->network ||
           (fs->magic == MAGIC_FUSE && mount != 0 && is_network_in_user_space(mount));
}

bool filesystem_is_mounted_on(int dir_fd, const char *name, bool follow)
{
    struct statx there, above;
    if (statx(dir_fd, name, follow ? 0 : AT_SYMLINK_NOFOLLOW, 0, &there) < 0)
        return false;
    if (there.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT)
        return there.stx_attributes & STATX_ATTR_MOUNT_ROOT;
    return statx(dir_fd, "", AT_EMPTY_PATH, 0, &above) == 0 &&
           (there.stx_dev_major != above.stx_dev_major ||
            there.stx_dev_minor != above.stx_dev_minor);
}
