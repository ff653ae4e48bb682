# SPDX-License-Identifier: MIT
"""Whole trees: what they are made of, and what their copies must be like.

What a copy without faults must come to is what GNU cp makes of the same by the same options.
"""

import collections
import hashlib
import os
import re
import stat
import subprocess

import common
from scenarios import ACCESS, MTIME, SOMEONE, acl_for

LARGE = 9 << 20  # from 8 MiB on, a file is a task of its own
OWN = ("--fsync", "--atomic", "--resume", "--verify")  # options that cp doesn't know
HIDDEN = re.compile(r"\.mpcp-")

# --- what there is ---

# What is known of one name: `links` are all names of the same file.
Known = collections.namedtuple("Known", "kind mode owner mtime data xattrs links")


def digest_of(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def data_of(path, st):
    if stat.S_ISREG(st.st_mode):
        return digest_of(path)
    return os.readlink(path) if stat.S_ISLNK(st.st_mode) else st.st_rdev


def below(root):
    """All names below it, directories before what is in them, as paths relative to it."""
    for directory, directories, files in os.walk(root):
        for name in sorted(directories + files):
            yield os.path.relpath(os.path.join(directory, name), root)


def look(root, names):
    """What exists, by path, of those names in `root` and of everything below them."""
    paths = [name for name in names if os.path.lexists(os.path.join(root, name))]
    paths += [os.path.join(name, path) for name in paths for path in below(os.path.join(root, name))]
    stats = {path: os.lstat(os.path.join(root, path)) for path in paths}
    links = collections.defaultdict(list)
    for path, st in stats.items():
        links[st.st_ino].append(path)
    return {path: known(os.path.join(root, path), st, links[st.st_ino]) for path, st in stats.items()}


def known(path, st, links):
    xattrs = {name: os.getxattr(path, name, follow_symlinks=False)
              for name in os.listxattr(path, follow_symlinks=False)}
    return Known(stat.S_IFMT(st.st_mode), oct(stat.S_IMODE(st.st_mode)), (st.st_uid, st.st_gid), st.st_mtime_ns,
                 data_of(path, st), xattrs, frozenset(links))


# --- scenarios ---


class Making:
    """Makes things below a directory, the same ones each time."""

    def __init__(self, root):
        self.root = root
        self.dressed = True  # some have ACLs and attributes

    def path(self, name):
        return os.path.join(self.root, name)

    def directory(self, name, mode=0o755):
        os.makedirs(self.path(name), exist_ok=True)
        os.chmod(self.path(name), mode)

    def file(self, name, words="new", size=1000, mode=0o640, mtime=MTIME):
        with open(self.path(name), "wb") as file:
            file.write(common.content(min(size, 10000), f"{words} {name}"))
            file.truncate(size)
        os.chmod(self.path(name), mode)
        os.utime(self.path(name), (mtime, mtime))

    def link(self, name, other):
        os.link(self.path(other), self.path(name))

    def symlink(self, name, target):
        os.symlink(target, self.path(name))
        os.utime(self.path(name), (MTIME, MTIME), follow_symlinks=False)

    def fifo(self, name):
        os.mkfifo(self.path(name), 0o640)
        os.utime(self.path(name), (MTIME, MTIME))

    def dress(self, name, *attributes):
        for attribute, value in attributes if self.dressed else ():
            try:
                os.setxattr(self.path(name), attribute, value)
            except OSError:  # the file system hasn't any
                pass
        os.utime(self.path(name), (MTIME, MTIME))

    def settle(self):
        """Directories get their times last."""
        for directory, _, _ in os.walk(self.root, topdown=False):
            os.utime(directory, (MTIME, MTIME))


ACL = (ACCESS, acl_for(SOMEONE, 6))
# The same entries, plus the right of their owner to enter: what a directory needs.
DEFAULT = ("system.posix_acl_default", acl_for(SOMEONE, 6))


def make_small(making, dressed=True):
    """One of each kind, in fewer entries than make a crew worthwhile."""
    making.dressed = dressed
    making.directory("a/deep")
    making.directory("c", 0o750)
    making.directory("empty", 0o711)
    making.file("one")
    making.file("a/x")
    making.link("a/y", "a/x")
    making.link("c/z", "a/x")
    making.link("a/deep/uno", "one")
    making.file("a/deep/ro", mode=0o440)
    making.dress("a/deep/ro", ACL, ("user.colour", b"blue"))
    making.dress("c", DEFAULT)
    making.file("c/large", size=LARGE)
    making.symlink("a/s", "../one")
    making.fifo("a/deep/p")
    making.dress("a/deep/p", ACL)
    making.settle()


def make_bare(making):
    make_small(making, dressed=False)


def make_wide(making):
    """Tiny files in some directories: a crew is forked for them."""
    for i in range(6):
        making.directory(f"d{i}/e")
        for j in range(6):
            making.file(f"d{i}/f{j}", size=300)
            making.file(f"d{i}/e/g{j}", size=300)
    making.link("d4/e/twin", "d1/f2")
    making.link("d1/twin", "d1/f2")
    making.symlink("d2/s", "f0")
    making.fifo("d3/p")
    making.settle()


def make_many(making):
    """Some hundred small files, some large, and further names of some."""
    for i in range(20):
        making.directory(f"d{i}/e", 0o750)
        for j in range(10):
            making.file(f"d{i}/f{j}", size=3000)
            making.file(f"d{i}/e/g{j}", size=500)
    for i in range(20):
        making.link(f"d{i}/e/twin", f"d{(i * 7) % 20}/f3")
    for i in range(3):
        making.file(f"d{i}/large", size=LARGE + i)
        making.symlink(f"d{i}/s", "f0")
    making.settle()


def make_old_many(making):
    for i in range(0, 20, 4):
        making.directory(f"d{i}/e")
        making.file(f"d{i}/f5", "old", mtime=MTIME - 9000)
        making.file(f"d{i}/e/g5", "old", 5000, mtime=MTIME - 9000)


def make_old(making):
    """Some of it exists already, as older files and as newer ones, and as something else, too."""
    making.directory("a", 0o711)
    making.file("a/x", "old", 1500, mtime=MTIME - 9000)
    making.file("a/stays", "old")
    making.symlink("a/s", "nowhere")
    making.directory("c")
    making.file("c/large", "old", 50000, mtime=MTIME + 9000)
    making.file("one", "old", 2000, mtime=MTIME - 9000)


def make_old_wide(making):
    making.directory("d0/e")
    making.directory("d1")
    making.file("d0/f3", "old")
    making.file("d1/f0", "old", mtime=MTIME + 9000)


class TreeScenario:
    """How one tree is set up and copied."""

    is_tree = True
    generations, dst, src, partial, before = 1, "dst", "src", False, None

    def __init__(self, name, *options, make=make_small, old=None, to="dst", crew=False, engines=("auto",)):
        self.name, self.options, self.make, self.old = name, list(options), make, old
        self.to, self.crew, self.engines = to, crew, engines
        self.resumes = "--resume" in options
        self.atomic = "--atomic" in options and old is None

    def make_source(self, path):
        os.mkdir(path)
        self.make(Making(path))

    def make_destination(self, path):
        if self.old:
            os.mkdir(path)
            self.old(Making(path))
        elif self.to != "dst":
            os.mkdir(path)

    def fits(self, engine):
        return engine in self.engines

    def known(self):
        return {"src", "log", "template", "dst"}

    def operands(self):
        return ["--parents", "src/a/deep", "src/c/z", "dst"] if self.to == "parents" else ["-T", "src", "dst"]

    def command(self, mpcp, engine):
        asked = [] if engine == "auto" else [f"--engine={engine}"]
        jobs = "-j3" if self.crew else "-j1"
        return [mpcp, *asked, jobs, *self.options, *self.operands()]

    def as_cp(self):
        """The same with cp; -a as root's, because that is who runs the walks."""
        return ["cp", *[option for option in self.options if option not in OWN], *self.operands()]

    def expect(self, run):
        """What cp makes of it."""
        run.set_up()
        subprocess.run(self.as_cp(), cwd=run.directory, check=True, env={**os.environ, "LC_ALL": "C"})
        return look(run.directory, ["src", "dst"])


WIDE = {"make": make_wide, "crew": True}
TREES = [
    TreeScenario("tree", "-a"),
    TreeScenario("tree merged", "-a", old=make_old),
    TreeScenario("tree not preserved", "-r", make=make_bare),
    TreeScenario("tree to the disk", "-a", "--fsync"),
    TreeScenario("tree merged to the disk", "-a", "--fsync", old=make_old),
    TreeScenario("tree all at once", "-a", "--atomic"),
    TreeScenario("tree with backups", "-a", "-b", old=make_old),
    TreeScenario("tree with numbered backups", "-a", "--backup=numbered", old=make_old),
    TreeScenario("tree removing", "-a", "--remove-destination", old=make_old),
    TreeScenario("tree updated", "-a", "-u", old=make_old),
    TreeScenario("tree not overwritten", "-a", "-n", old=make_old),
    TreeScenario("tree with parents", "-a", to="parents"),
    TreeScenario("tree resumed", "-a", "--resume", old=make_old),
    TreeScenario("tree verified", "-a", "--verify"),
    TreeScenario("tree of links", "-al"),
    TreeScenario("crew", "-a", **WIDE),
    TreeScenario("crew merged", "-a", old=make_old_wide, **WIDE),
    TreeScenario("crew to the disk", "-a", "--fsync", **WIDE),
    TreeScenario("crew all at once", "-a", "--atomic", **WIDE),
    TreeScenario("crew resumed", "-a", "--resume", old=make_old_wide, **WIDE),
]

MANY = {"make": make_many, "crew": True}
# What is to be killed.
MANIES = [
    TreeScenario("tree", "-a", **MANY),
    TreeScenario("tree merged", "-a", old=make_old_many, **MANY),
    TreeScenario("tree with backups", "-a", "-b", old=make_old_many, **MANY),
    TreeScenario("tree removing", "-a", "--remove-destination", old=make_old_many, **MANY),
    TreeScenario("tree not preserved", "-r", **MANY),
    TreeScenario("tree to the disk", "-a", "--fsync", **MANY),
    TreeScenario("tree all at once", "-a", "--atomic", **MANY),
    TreeScenario("tree resumed", "-a", "--resume", **MANY),
    TreeScenario("tree resumed merged", "-a", "--resume", old=make_old_many, **MANY),
]
