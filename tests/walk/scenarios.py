# SPDX-License-Identifier: MIT
"""What is copied, how, and what is there before."""

import os

import common

SIZE = 300000  # bytes
LARGE = 9 << 20  # from 8 MiB on, space is reserved, and the machine is looked at
MTIME = 1600000000

# --- scenarios ---


class Scenario:
    """How one copy is set up and run, and what must have come out."""

    def __init__(self, name, *options, old=False, size=SIZE, src="src", dst="dst", holes=False, partial=False,
                 engines=None):
        self.name, self.options, self.old, self.size = name, list(options), old, size
        self.src, self.dst, self.holes, self.partial, self.engines = src, dst, holes, partial, engines
        self.resumes = "--resume" in options
        self.generations = 2 if "--verify" in options else 1  # of workers: those who copy, those who verify
        self.in_place = "--inplace" in options
        self.preserves = "-p" in options
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
        os.utime(path, (MTIME, MTIME))

    def fits(self, engine):
        if engine == common.STREAM:
            return "-" in (self.src, self.dst) or self.src == "fifo"
        # What is shared at once is never unfinished, and has the source's holes.
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
    Scenario("resume", "--resume", *TWO, old=True),
    Scenario("resumed", "--resume", *TWO, partial=True),
    Scenario("without workers", old=True),
    Scenario("large", "--jobs=3", "--chunk=1M", "--preserve=all", "--cache=drop", size=LARGE,
             engines=["auto", "mmap", "mmap-read", "direct"]),
    Scenario("from a pipe", src="-", engines=[]),
    Scenario("from a pipe and verify", "--verify", "--fsync", src="-", old=True, engines=[]),
    Scenario("from a pipe and sparse", "--sparse=always", src="-", holes=True, engines=[]),
    Scenario("from a FIFO", src="fifo", old=True, engines=[]),
    Scenario("to a pipe", dst="-", engines=[]),
]

