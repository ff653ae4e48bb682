/* SPDX-License-Identifier: MIT */
#include "copy/flags.h"

#include <errno.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

enum {
    /* Of the other flags, some are the concern of the directory or the file system itself, and some
     * keep a file from being replaced at all. */
    FLAGS = FS_NOCOW_FL | FS_COMPR_FL | FS_NOCOMP_FL | FS_NOATIME_FL | FS_NODUMP_FL | FS_SYNC_FL |
            FS_JOURNAL_DATA_FL | FS_DAX_FL | FS_SECRM_FL | FS_UNRM_FL | FS_NOTAIL_FL,
    HINTS = FS_XFLAG_EXTSIZE | FS_XFLAG_COWEXTSIZE | FS_XFLAG_NODEFRAG,
};

static bool read_flags(int fd, int *flags)
{
    return ioctl(fd, FS_IOC_GETFLAGS, flags) == 0;
}

static bool read_more(int fd, struct fsxattr *more)
{
    return ioctl(fd, FS_IOC_FSGETXATTR, more) == 0;
}

bool flags_are_plain(int fd)
{
    int flags;
    struct fsxattr more;
    if (read_flags(fd, &flags) && flags & FLAGS)
        return false;
    return !read_more(fd, &more) || (more.fsx_projid == 0 && !(more.fsx_xflags & HINTS));
}

static int adopt_flags(int old, int staged)
{
    int theirs, ours;
    if (!read_flags(old, &theirs) || !read_flags(staged, &ours) || !((theirs ^ ours) & FLAGS))
        return 0;
    ours = (ours & ~FLAGS) | (theirs & FLAGS);
    return ioctl(staged, FS_IOC_SETFLAGS, &ours) < 0 ? -errno : 0;
}

static bool is_equal(const struct fsxattr *a, const struct fsxattr *b)
{
    return a->fsx_projid == b->fsx_projid && a->fsx_extsize == b->fsx_extsize &&
           a->fsx_cowextsize == b->fsx_cowextsize && !((a->fsx_xflags ^ b->fsx_xflags) & HINTS);
}

static int adopt_more(int old, int staged)
{
    struct fsxattr theirs, ours;
    if (!read_more(old, &theirs) || !read_more(staged, &ours) || is_equal(&theirs, &ours))
        return 0;
    /* In a directory that gives its files a project, no file of another project can be renamed. */
    if (ours.fsx_projid != 0 && ours.fsx_projid != theirs.fsx_projid)
        return -EPERM;
    ours.fsx_projid = theirs.fsx_projid;
    ours.fsx_extsize = theirs.fsx_extsize;
    ours.fsx_cowextsize = theirs.fsx_cowextsize;
    ours.fsx_xflags = (ours.fsx_xflags & ~(unsigned)HINTS) | (theirs.fsx_xflags & HINTS);
    return ioctl(staged, FS_IOC_FSSETXATTR, &ours) < 0 ? -errno : 0;
}

int flags_adopt(int old, int staged)
{
    int rc = adopt_flags(old, staged);
    return rc < 0 ? rc : adopt_more(old, staged);
}
