/* SPDX-License-Identifier: MIT */
#include "copy/acl.h"
#include "base/xattr.h"

#include <endian.h>
#include <errno.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

const char acl_attribute[] = "system.posix_acl_access";
static const char default_attribute[] = "system.posix_acl_default";

static bool is_none(int err)
{
    return err == ENODATA || err == EOPNOTSUPP || err == ENOSYS;
}

static ssize_t read_acl(int fd, const char *attribute, const void **acl)
{
    static char value[65536]; /* XATTR_SIZE_MAX; static, because it is a lot for a stack */
    ssize_t n = xattr_get(fd, attribute, value, sizeof(value));
    *acl = value;
    if (n < 0)
        return is_none(errno) ? 0 : -errno;
    return n;
}

ssize_t acl_read(int fd, const void **acl)
{
    return read_acl(fd, acl_attribute, acl);
}

ssize_t acl_read_default(int fd, const void **acl)
{
    return read_acl(fd, default_attribute, acl);
}

int acl_carry_default(int src, int dst)
{
    const void *acl;
    ssize_t len = acl_read_default(src, &acl);
    if (len < 0)
        return (int)len;
    int rc = len > 0 ? fsetxattr(dst, default_attribute, acl, (size_t)len, 0)
                     : fremovexattr(dst, default_attribute);
    return rc < 0 && !is_none(errno) ? -errno : 0;
}

bool acl_is_there(int fd)
{
    return xattr_get(fd, acl_attribute, NULL, 0) > 0;
}

bool acl_may_be_there(int fd)
{
    return xattr_get(fd, acl_attribute, NULL, 0) >= 0 || !is_none(errno);
}

int acl_give(int fd, const void *acl, size_t len)
{
    return fsetxattr(fd, acl_attribute, acl, len, 0) < 0 ? -errno : 0;
}

int acl_drop(int fd)
{
    return fremovexattr(fd, acl_attribute) < 0 && !is_none(errno) ? -errno : 0;
}

/* --- what is in it --- */

/* The number of its entries; 0 if it is invalid. */
static size_t count_of(const void *acl, size_t len)
{
    struct posix_acl_xattr_header header;
    if (len < sizeof(header))
        return 0;
    memcpy(&header, acl, sizeof(header));
    if (le32toh(header.a_version) != POSIX_ACL_XATTR_VERSION)
        return 0;
    return (len - sizeof(header)) / sizeof(struct posix_acl_xattr_entry);
}

/* The permissions of entry number i, and its tag. */
static unsigned entry(const void *acl, size_t i, unsigned *tag)
{
    struct posix_acl_xattr_entry e;
    size_t at = sizeof(struct posix_acl_xattr_header) + i * sizeof(e);
    memcpy(&e, (const char *)acl + at, sizeof(e));
    *tag = le16toh(e.e_tag);
    return le16toh(e.e_perm);
}

/* Those of the first entry with such a tag; -1: there is none. */
static int find(const void *acl, size_t count, unsigned wanted)
{
    unsigned tag;
    for (size_t i = 0; i < count; i++) {
        unsigned permissions = entry(acl, i, &tag);
        if (tag == wanted)
            return (int)(permissions & S_IRWXO);
    }
    return -1;
}

int acl_mode(const void *acl, size_t len)
{
    size_t count = count_of(acl, len);
    int owner = find(acl, count, ACL_USER_OBJ), others = find(acl, count, ACL_OTHER);
    int group = find(acl, count, ACL_MASK);
    if (group < 0)
        group = find(acl, count, ACL_GROUP_OBJ);
    return owner < 0 || group < 0 || others < 0 ? -1 : owner << 6 | group << 3 | others;
}

/* A user who is named may be in the file's group, or among the others; a group that is named counts
 * only among the others, because whoever is in several groups has what any of them has. */
mode_t acl_narrow(const void *acl, size_t len, mode_t mode)
{
    mode_t group = S_IRWXO, others = S_IRWXO;
    unsigned tag;
    size_t count = count_of(acl, len);
    int mask = find(acl, count, ACL_MASK);
    if (count == 0)
        return mode & ~(mode_t)(S_IRWXG | S_IRWXO);
    for (size_t i = 0; i < count; i++) {
        unsigned permissions = entry(acl, i, &tag) & (unsigned)mask;
        if (tag == ACL_USER || tag == ACL_GROUP_OBJ)
            group &= permissions;
        if (tag == ACL_USER || tag == ACL_GROUP)
            others &= permissions;
    }
    return (mode & ~(mode_t)(S_IRWXG | S_IRWXO)) | (mode & (group << 3)) | (mode & others);
}
