# SPDX-License-Identifier: MIT
"""Builds the tree of a case, has a program copy there, and looks at the outcome. All by system calls: a case
takes some milliseconds."""

import collections
import contextlib
import hashlib
import os
import shutil
import signal
import stat
import struct
import subprocess
import time

from cases import ACLS, DEVICE, DIRECTORY, FIFO, FILE, LINK, OWNERS, SOCKET, TWIN, WORK, atime_of

TIMEOUT = 20  # seconds: what takes longer hangs
NOBODY = 65534
NULL = os.makedev(1, 3)  # no other device: whatever goes wrong, nothing is lost
ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
# Changed by looking, or unavailable.
IGNORED = {ACCESS, DEFAULT, "security.selinux"}

# Where a case is built: links that climb stay below the directory of the process.
WITHIN = "x/y/w"
# hangs: it was killed, or has copied something into itself endlessly.
Outcome = collections.namedtuple("Outcome", "status stdout stderr hangs entries")


# --- ACLs ---

TAGS = {("u", False): 1, ("u", True): 2, ("g", False): 4, ("g", True): 8, ("m", False): 16, ("o", False): 32}
NO_ID = 0xffffffff


def packed(text):
    """An ACL in the kernel's format."""
    entries = []
    for word in text.split():
        tag, who, rights = word.split(":")
        entries.append((TAGS[tag, bool(who)], int(rights), int(who) if who else NO_ID))
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in sorted(entries, key=acl_order))


def acl_order(entry):
    return entry[0], entry[2]


def unpacked(acl):
    """The reverse."""
    names = {number: tag for (tag, _), number in TAGS.items()}
    entries = [struct.unpack_from("<HHI", acl, at) for at in range(4, len(acl), 8)]
    return " ".join(f"{names.get(tag, tag)}:{'' if who == NO_ID else who}:{rights}" for tag, rights, who in entries)


# --- content ---


def line_of(path):
    return os.fsencode(f"{path}, ".replace("\n", " "))


def pieces_of(entry):
    """Pairs of a kind (see Entry) and a length."""
    if not entry.holes:
        return [("d", entry.size)]
    length = entry.size // len(entry.holes) // 4096 * 4096
    return [(kind, length) for kind in entry.holes]


def write_file(path, entry):
    """A file whose bytes show everywhere where they come from."""
    with open(path, "xb", buffering=0) as file:
        for kind, length in pieces_of(entry):
            if kind == "h":
                file.seek(length, os.SEEK_CUR)
            elif length:
                line = line_of(entry.path) if kind == "d" else b"\0"
                file.write((line * (length // len(line) + 1))[:length])
        file.truncate(sum(length for _, length in pieces_of(entry)))


# --- looking ---


def look_at(path, since):
    """What an entry is, by fields. `since`: when the copy began; a time that is later is "now"."""
    st = os.lstat(path)
    kind = kind_of(st.st_mode)
    seen = {"type": kind, "owner": st.st_uid, "group": st.st_gid,
            "mtime": "now" if since - SLACK <= st.st_mtime_ns <= time.time_ns() else st.st_mtime_ns,
            "atime": "now" if since - SLACK <= st.st_atime_ns <= time.time_ns() else st.st_atime_ns}
    if kind == LINK:
        seen["target"] = os.readlink(path)
    else:
        seen["mode"] = f"{stat.S_IMODE(st.st_mode):04o}"
    if kind == DEVICE:
        seen["device"] = f"{os.major(st.st_rdev)}, {os.minor(st.st_rdev)}"
    with readable(path, st):
        if kind == FILE:
            seen |= {"content": content_of(path), "sparse": st.st_blocks * 512 + 32768 < st.st_size}
        return seen | extended(path), st


SLACK = 20000000  # the kernel's clock is that of its last tick


def kind_of(mode):
    kinds = {stat.S_IFDIR: DIRECTORY, stat.S_IFREG: FILE, stat.S_IFLNK: LINK, stat.S_IFIFO: FIFO,
             stat.S_IFSOCK: SOCKET, stat.S_IFCHR: DEVICE, stat.S_IFBLK: "block device"}
    return kinds[stat.S_IFMT(mode)]


def content_of(path):
    with open(path, "rb") as file:
        data = file.read()
    if len(data) <= 16:
        return f"{len(data)} bytes: {data!r}"
    return f"{len(data)} bytes: {data.lstrip(bytes(1))[:40].split(b', ')[0]!r}, {hashlib.md5(data).hexdigest()[:8]}"


@contextlib.contextmanager
def readable(path, st):
    """For users other than root."""
    needed = os.R_OK | (os.X_OK if stat.S_ISDIR(st.st_mode) else 0)
    closed = os.geteuid() != 0 and not stat.S_ISLNK(st.st_mode) and not os.access(path, needed)
    if closed:
        os.chmod(path, st.st_mode | 0o700)
    yield
    if closed:
        os.chmod(path, stat.S_IMODE(st.st_mode))


def extended(path):
    """ACLs and extended attributes."""
    try:
        names = os.listxattr(path, follow_symlinks=False)
    except OSError:
        return {}
    if not names:
        return {}
    seen = {}
    for name, field in (ACCESS, "acl"), (DEFAULT, "default ACL"):
        if name in names:
            seen[field] = unpacked(os.getxattr(path, name, follow_symlinks=False))
    others = {name: os.getxattr(path, name, follow_symlinks=False) for name in sorted(set(names) - IGNORED)}
    return seen | ({"xattr": " ".join(f"{name}={value!r}" for name, value in others.items())} if others else {})


DEEPEST = 60  # what goes deeper was copied into itself until paths got too long


class Endless(Exception):
    pass


class Look:
    """Everything below a directory: by path, the fields of each entry."""

    def __init__(self, top, since):
        self.top, self.since = top, since
        self.entries, self.inodes = {}, collections.defaultdict(list)
        self.walk("")
        for names in self.inodes.values():
            for name in names:
                self.entries[name]["links"] = " = ".join(sorted(names))

    def walk(self, below):
        if below.count("/") > DEEPEST:
            raise Endless
        path = os.path.join(self.top, below) if below else self.top
        with readable(path, os.lstat(path)):
            for name in os.listdir(path):
                self.take(f"{below}/{name}" if below else name)

    def take(self, name):
        path = f"{self.top}/{name}"
        self.entries[name], st = look_at(path, self.since)
        if stat.S_ISDIR(st.st_mode):
            self.walk(name)
        elif st.st_nlink > 1:
            self.inodes[st.st_dev, st.st_ino].append(name)


# --- building and running ---


def clear(path):
    try:
        shutil.rmtree(path)
    except FileNotFoundError:
        pass
    except (OSError, RecursionError):
        subprocess.run(["chmod", "-R", "u+rwx", path], check=False)
        subprocess.run(["rm", "-rf", path], check=False)


class Ground:
    """A directory of one process, in which case after case is built under one and the same name: so messages are
    the same, too."""

    def __init__(self, root, timeout=TIMEOUT):
        self.root, self.timeout = root, timeout
        self.work = os.path.join(root, WITHIN)
        os.makedirs(os.path.dirname(self.work), mode=0o755, exist_ok=True)
        self.is_root = os.geteuid() == 0

    def user_of(self, case):
        """The uid and the gid of the user who copies."""
        return (NOBODY, NOBODY) if self.is_root and case.user == "nobody" else (os.geteuid(), os.getegid())

    def place(self, path):
        """The path of a link's target, or of an operand."""
        return self.work + path[len(WORK):] if path.startswith(WORK + "/") else path

    # --- building ---

    def build(self, case, arrange):
        clear(self.work)
        os.umask(0)
        os.mkdir(self.work, 0o755)
        me = self.user_of(case)
        self.create_all(case.entries, arrange)
        if self.is_root:
            os.chown(self.work, *me)
        for entry in reversed(case.entries):
            if entry.kind != TWIN:
                self.dress(os.path.join(self.work, entry.path), entry, me)

    def create_all(self, entries, arrange):
        """If it has several names, the first is created, and linked to afterwards."""
        known = {entry.path: entry for entry in entries}
        first = {}
        for entry in arrange(entries):
            path, one = os.path.join(self.work, entry.path), entry
            while one.kind == TWIN:
                one = known[one.target]
            if one.path in first:
                os.link(first[one.path], path, follow_symlinks=False)
            else:
                self.create(path, one)
                first[one.path] = path

    def create(self, path, entry):
        if entry.kind == DIRECTORY:
            os.mkdir(path, 0o700)
        elif entry.kind == FILE:
            write_file(path, entry)
        elif entry.kind == LINK:
            os.symlink(self.place(entry.target), path)
        elif entry.kind == DEVICE and self.is_root:
            os.mknod(path, stat.S_IFCHR | 0o600, NULL)
        else:
            os.mknod(path, (stat.S_IFSOCK if entry.kind == SOCKET else stat.S_IFIFO) | 0o600)

    def dress(self, path, entry, me):
        """Owner, mode, ACL, extended attributes; then time, which nothing changes afterwards."""
        if self.is_root:
            os.chown(path, OWNERS.get(entry.owner, me[0]), OWNERS.get(entry.group, me[1]), follow_symlinks=False)
        if entry.kind != LINK:
            os.chmod(path, 0o700)
            for name, value in entry.xattrs:
                if self.is_root or name.startswith("user."):
                    os.setxattr(path, name, value.encode())
            os.chmod(path, entry.mode)
            for name, acl in (ACCESS, entry.acl), (DEFAULT, entry.default_acl):
                if acl:
                    os.setxattr(path, name, packed(ACLS[acl]))
        os.utime(path, ns=(atime_of(entry), entry.mtime), follow_symlinks=False)

    # --- running ---

    def run(self, program, case):
        """The status, and what was printed; None if it hangs."""
        words = [os.fsencode(self.place(word)) for word in self.located(case)]
        process = subprocess.Popen(
            ["cp", *words], executable=program, cwd=self.work, env=self.environment(case), umask=case.umask,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            **self.identity(case))
        try:
            said = process.communicate(case.answers.encode(), timeout=self.timeout)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return None
        return process.returncode, *(text.decode(errors="surrogateescape") for text in said)

    def located(self, case):
        """Its words, with the values of options that are paths."""
        for word in case.words():
            option, equals, value = word.partition("=")
            yield f"{option}={self.place(value)}" if equals and word.startswith("--target") else word

    def identity(self, case):
        if not self.is_root:
            return {}
        uid, gid = self.user_of(case)
        return {"user": uid, "group": gid, "extra_groups": [OWNERS["shared"]] if uid else []}

    @staticmethod
    def environment(case):
        return {"PATH": os.environ["PATH"], "LC_ALL": case.locale, **dict(case.environment)}

    def try_out(self, program, case, arrange=tuple):
        """Builds, runs and looks. `arrange` takes entries, and returns them in the order in which to create them."""
        self.build(case, arrange)
        since = time.time_ns()
        said = self.run(program, case)
        try:
            entries = Look(self.work, since).entries
        except Endless:
            entries, said = {}, None
        return Outcome(*(said or (None, "", "")), hangs=said is None, entries=entries)
