# SPDX-License-Identifier: MIT
"""What is copied, how, and what exists before."""

import os
import struct

import common

SIZE = 300000  # bytes
LARGE = 9 << 20  # from 8 MiB on, space is reserved, and the machine is looked at
MTIME = 1600000000
ACCESS = "system.posix_acl_access"
SOMEONE = 1234


def acl_for(user, mask):
    """The ACL of a file that its owner and `user` may read and write, in the kernel's format."""
    nobody = 0xffffffff
    entries = [(1, 6, nobody), (2, 6, user), (4, 0, nobody), (16, mask, nobody), (32, 0, nobody)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def attributes_of(path):
    """What a file has besides its bytes and times: owner, mode, and extended attributes with their values."""
    st = os.stat(path)
    return st.st_uid, oct(st.st_mode & 0o7777), {name: os.getxattr(path, name) for name in os.listxattr(path)}


# --- scenarios ---


class Scenario:
    """How one copy is set up and run, and what the outcome must be."""

    is_tree = False

    def __init__(self, name, *options, old=False, size=SIZE, src="src", dst="dst", holes=False, partial=False,
                 engines=None, dressed=None):
        self.name, self.options, self.old, self.size = name, list(options), old, size
        self.src, self.dst, self.holes, self.partial, self.engines = src, dst, holes, partial, engines
        self.resumes = "--resume" in options
        self.generations = 2 if "--verify" in options else 1  # of workers: those who copy, those who verify
        self.in_place = "--inplace" in options
        self.preserves = "-p" in options or "--preserve=all" in options
        self.dressed = dressed  # "src" or "dst": which of them has an ACL, an attribute, and another owner
        self.data = common.content(size, "new")
        if holes:  # zeros, and a hole
            self.hole = 200000
            self.data = (self.data[:70000] + bytes(60000) + self.data[130000:self.hole] + bytes(size - self.hole))
        self.before = common.content(size + 50000, "old") if old else None

    def make_source(self, path):
        with open(path, "wb") as file:
            file.write(self.data)
            if self.holes:
                file.truncate(self.hole)
                file.truncate(self.size)
        os.chmod(path, 0o640)
        if self.dressed == "src":
            self.dress(path)
        os.utime(path, (MTIME, MTIME))

    def make_old(self, path):
        with open(path, "wb") as file:
            file.write(self.before)
        os.chmod(path, 0o604)
        if self.dressed == "dst":
            self.dress(path)

    @staticmethod
    def dress(path):
        """As far as the file system can have it, and the user who runs this may give it."""
        try:
            os.setxattr(path, "user.colour", b"blue")
            os.setxattr(path, ACCESS, acl_for(SOMEONE, 6))
            if os.geteuid() == 0:
                os.chown(path, SOMEONE, SOMEONE)
        except OSError:
            pass

    def fits(self, engine):
        if engine == common.STREAM:
            return "-" in (self.src, self.dst) or self.src == "fifo"
        # What is shared all at once is never unfinished, and has the source's holes.
        if engine == common.REFLINK and (self.partial or "--sparse=always" in self.options):
            return False
        return self.engines is None or engine in self.engines

    def known(self):
        """The names that may be in the directory."""
        return {"src", "log", "fifo", "template"}

    def command(self, mpcp, engine):
        asked = [] if engine == common.STREAM else [f"--engine={engine}"]
        return [mpcp, *asked, *self.options, self.src, self.dst]


TWO = ["--jobs=2", "--chunk=64K"]
SCENARIOS = [
    Scenario("new destination", *TWO),
    Scenario("old destination", *TWO, old=True),
    Scenario("in place", "--inplace", *TWO, old=True),
    Scenario("fsync and preserve", "--fsync", "-p", *TWO, old=True),
    Scenario("sparse", "--sparse=always", *TWO, old=True, holes=True),
    Scenario("verify", "--verify", *TWO),
    Scenario("digest", "--digest=xxh128:/dev/null"),
    Scenario("resume", "--resume", *TWO, old=True),
    Scenario("resumed", "--resume", *TWO, partial=True),
    Scenario("without workers", old=True),
    Scenario("old with ACL", old=True, dressed="dst", engines=["read-write"]),
    Scenario("preserve with ACL", "-p", dressed="src", engines=["read-write"]),
    Scenario("preserve over old with ACL", "--preserve=all", old=True, dressed="dst", engines=["read-write"]),
    Scenario("preserve in place", "-p", "--inplace", old=True, dressed="src", engines=["read-write"]),
    Scenario("resume over another's", "--resume", *TWO, old=True, dressed="dst", engines=["read-write"]),
    Scenario("large", "--jobs=3", "--chunk=1M", "--preserve=all", "--cache=drop", size=LARGE,
             engines=["auto", "mmap", "mmap-read", "direct"]),
    Scenario("from a pipe", src="-", engines=[]),
    Scenario("from a pipe and verify", "--verify", "--fsync", src="-", old=True, engines=[]),
    Scenario("from a pipe and sparse", "--sparse=always", src="-", holes=True, engines=[]),
    Scenario("from a FIFO", src="fifo", old=True, engines=[]),
    Scenario("to a pipe", dst="-", engines=[]),
]

