# SPDX-License-Identifier: MIT
"""Which errors each system call may have, and which of them may be reported in other words."""

import collections
import re

# --- which errors ---

# Of space and of the disk; of access.
DISK = "EIO ENOSPC EDQUOT EINTR"
RIGHTS = "EACCES EPERM"
# What each call may fail with on one machine or another.
PLAUSIBLE = {
    "openat": "EACCES EPERM EIO ENOMEM EMFILE EINTR ENOSPC EDQUOT EOPNOTSUPP EINVAL",
    "read": "EIO EINTR ENOMEM",
    "pread64": "EIO EINTR ENOMEM EINVAL",
    "write": DISK,
    "pwrite64": f"{DISK} ENOMEM EINVAL EPERM",
    "copy_file_range": f"{DISK} ENOMEM EINVAL EOPNOTSUPP EXDEV EPERM",
    "sendfile": f"{DISK} ENOMEM EINVAL EAGAIN",
    "splice": f"{DISK} ENOMEM EINVAL EAGAIN",
    "pipe2": "EMFILE ENFILE",
    "mmap": "ENOMEM ENODEV EACCES EPERM EAGAIN",
    "madvise": "ENOMEM EINVAL EIO EAGAIN",
    "mincore": "ENOMEM EAGAIN",
    "fallocate": f"{DISK} EOPNOTSUPP EPERM",
    "ftruncate": "EIO EPERM EINTR EFBIG ENOSPC",
    "fsync": "EIO ENOSPC EDQUOT EINVAL EROFS",
    "syncfs": "EIO ENOSPC EDQUOT",
    "sync_file_range": "EIO ENOSPC ENOMEM EINVAL",
    "fadvise64": "EINVAL",
    "mkdirat": "EACCES EPERM EIO ENOSPC EDQUOT ENOMEM EEXIST EROFS",
    "symlinkat": "EACCES EPERM EIO ENOSPC EDQUOT ENOMEM EEXIST EROFS",
    "mknodat": "EACCES EPERM EIO ENOSPC EDQUOT ENOMEM EEXIST EROFS",
    "close": "EIO ENOSPC EDQUOT EINTR",
    "linkat": "EACCES EPERM EIO ENOSPC EDQUOT ENOMEM EEXIST ENOENT",
    "renameat": "EACCES EPERM EIO ENOSPC ENOMEM",
    "renameat2": "EACCES EPERM EIO ENOSPC ENOMEM EINVAL EEXIST",
    "unlinkat": "EACCES EPERM EIO",
    "fchmod": "EPERM EIO EOPNOTSUPP",
    "fchown": "EPERM EIO EDQUOT EINVAL",
    "utimensat": "EPERM EIO EACCES",
    "fchmodat": "EPERM EIO EOPNOTSUPP",
    "chmod": "EPERM EIO EOPNOTSUPP",
    "fchownat": "EPERM EIO EDQUOT EINVAL",
    "llistxattr": "EIO EOPNOTSUPP ENOMEM",
    "lgetxattr": "EIO EOPNOTSUPP ENODATA",
    "lsetxattr": "EIO EOPNOTSUPP EPERM ENOSPC EDQUOT",
    "lremovexattr": "EIO EOPNOTSUPP EPERM ENODATA",
    "flistxattr": "EIO EOPNOTSUPP ENOMEM",
    "fgetxattr": "EIO EOPNOTSUPP ENODATA",
    "fsetxattr": "EIO EOPNOTSUPP EPERM ENOSPC EDQUOT EINVAL",
    "fremovexattr": "EIO EOPNOTSUPP EPERM ENODATA",
    "newfstatat": "EIO ENOMEM EACCES",
    "fstat": "EIO ENOMEM",
    "statx": "EIO ENOMEM EACCES",
    "fstatfs": "EIO ENOMEM EINTR",
    "faccessat2": "EACCES EIO EROFS",
    "capget": "EPERM",
    "access": "EACCES EIO",
    "readlink": "EIO ENOENT EACCES",
    "readlinkat": "EIO ENOMEM EACCES",
    "lseek": "EINVAL EIO",
    "fcntl": "EMFILE EINVAL EPERM ENOMEM",
    "kill": "EPERM",
    "flock": "EINTR EAGAIN ENOLCK",
    "ioctl": "EOPNOTSUPP EINVAL EXDEV EIO ENOSPC EDQUOT ETXTBSY EPERM EINTR",
    "socket": "EMFILE EACCES ENOMEM EAFNOSUPPORT",
    "bind": "EACCES ENOMEM EINVAL",
    "listen": "EOPNOTSUPP EADDRINUSE",
    "memfd_create": "EMFILE ENOMEM ENOSYS",
    "getrandom": "ENOSYS EPERM EAGAIN",
    "clone": "EAGAIN ENOMEM EPERM",
    "clone3": "EAGAIN ENOMEM EPERM",
    "wait4": "EINTR",
    "clock_nanosleep": "EINTR",
    "getdents64": "EIO ENOENT",
    "socketpair": "EMFILE ENOMEM EAFNOSUPPORT",
    "dup2": "EMFILE EINTR",
    "poll": "EINTR ENOMEM",
    "recvmsg": "EINTR EAGAIN",
    "setsockopt": "EINVAL ENOPROTOOPT ENOMEM",
    "dup": "EMFILE",
    "sched_getaffinity": "EINVAL EPERM",
}

# Calls that aren't failed, and why.
CANNOT_FAIL = "it can't fail for arguments that are right"
LEFT_OUT = {
    "exit_group": CANNOT_FAIL, "getpid": CANNOT_FAIL, "getppid": CANNOT_FAIL, "geteuid": CANNOT_FAIL,
    "getegid": CANNOT_FAIL,    "umask": CANNOT_FAIL, "rt_sigaction": CANNOT_FAIL, "rt_sigprocmask": CANNOT_FAIL, "rt_sigreturn": CANNOT_FAIL,
    "setitimer": CANNOT_FAIL, "set_robust_list": CANNOT_FAIL, "prctl": CANNOT_FAIL, "munmap": CANNOT_FAIL,
    "prlimit64": CANNOT_FAIL, "sysinfo": CANNOT_FAIL, "restart_syscall": CANNOT_FAIL, "gettid": CANNOT_FAIL,
    "futex": CANNOT_FAIL, "rseq": CANNOT_FAIL,
    "brk": "it returns an address, and no errno",
    "mprotect": "malloc(3) alone calls it",
    "cachestat": "all strace versions don't know its name; what it fails with is like not being known",
    "execve": "it starts the program",
}

# --- what may be ---

OtherWords = collections.namedtuple("OtherWords", "call errnos said why")
# Failures that are reported in other words than the system's own.
OTHER_WORDS = [
    OtherWords("faccessat2", "EACCES EROFS", "nothing can be created in its directory", "that is the answer"),
    OtherWords("flock", "EAGAIN", "another mpcp is copying to it", "that is who has it locked"),
    OtherWords("fcntl", "EMFILE EINVAL EPERM ENOMEM", "Permission denied", "it isn't known to be one that may be read"),
    OtherWords("newfstatat", "EIO ENOMEM EACCES", "engine direct cannot copy it: Invalid argument",
               "a destination that can't be looked at may be one that direct I/O can't write"),
]

# What is said of a failure though the copy is made, by the call that fails.
WARNINGS = {
    "unlinkat": "cannot remove its journal: ",
}

# What must not be passed over, though nothing can be seen of it: a write error may come last of all. That of
# close is one if a descriptor of the staged file is closed (STAGED, as strace -y shows it) before it is published.
FATAL = {
    "fsync": ("EIO", "ENOSPC", "EDQUOT", "EROFS"),
    "syncfs": ("EIO", "ENOSPC", "EDQUOT"),
    "close": ("EIO", "ENOSPC", "EDQUOT"),
}
STAGED = re.compile(r"close\(\d+<[^>]*/(#\d+|\.dst\.mpcp-[0-9a-f]{8}|\.dst\.mpcp-partial)( \(deleted\))?>")

# What these leave isn't removed, because it may be somebody else's, or can't be.
STAYS = {
    "openat": ("EACCES", "EPERM", "EOPNOTSUPP"),  # what another user has put where --resume keeps what is copied
    "ftruncate": ("EPERM",),  # the same, a journal that may only be added to
    "unlinkat": ("EACCES", "EPERM", "EIO"),
}


def is_warning(call, line):
    return call in WARNINGS and WARNINGS[call] in line
