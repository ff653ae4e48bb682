#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Walks over all system calls of a copy, and fails each of them once, with each error it may have.

A copy is run under strace(1) to see which calls it makes. Then it is run again for each call of the parent and
of its workers, by name and number, and for each errno that is plausible for it (PLAUSIBLE): strace makes that
one call return it. Three are hit:

  parent   the n-th call of the parent only
  worker1  the n-th call of its first worker only (worker2: the second, ...): all workers stop when they begin, and
           strace then attaches to that one
  all      the n-th call of each process: strace counts for each of them. Only where the parent itself makes
           fewer such calls, for it would fail before any worker is there.

What the loader and the C library do before main() is left alone. After each fault, the copy must be exact, or the
destination as it was before, nothing left, no process left, and one sentence said (see check_failure).

Prints TAP. `--sample=N` runs N of all cases, taken by chance; `--case=WHERE:CALL:N:ERRNO`, as printed when one
fails, runs one.
"""

import argparse
import collections
import concurrent.futures
import errno
import os
import random
import re
import signal
import stat
import subprocess
import sys
import threading
import time

import common

TIMEOUT = 30
SIZE = 300000
LARGE = 9 << 20  # from 8 MiB on, space is reserved, and the machine is looked at
MTIME = 1600000000

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
    "sync_file_range": "EIO ENOSPC ENOMEM EINVAL",
    "fadvise64": "EINVAL",
    "close": "EIO ENOSPC EDQUOT EINTR",
    "linkat": "EACCES EPERM EIO ENOSPC EDQUOT ENOMEM EEXIST ENOENT",
    "renameat": "EACCES EPERM EIO ENOSPC ENOMEM",
    "renameat2": "EACCES EPERM EIO ENOSPC ENOMEM EINVAL EEXIST",
    "unlinkat": "EACCES EPERM EIO",
    "fchmod": "EPERM EIO EOPNOTSUPP",
    "fchown": "EPERM EIO EDQUOT EINVAL",
    "utimensat": "EPERM EIO EACCES",
    "flistxattr": "EIO EOPNOTSUPP ENOMEM",
    "fgetxattr": "EIO EOPNOTSUPP ENODATA",
    "fsetxattr": "EIO EOPNOTSUPP EPERM ENOSPC EDQUOT",
    "fremovexattr": "EIO EOPNOTSUPP EPERM ENODATA",
    "newfstatat": "EIO ENOMEM EACCES",
    "fstat": "EIO ENOMEM",
    "statx": "EIO ENOMEM EACCES",
    "fstatfs": "EIO ENOMEM EINTR",
    "faccessat2": "EACCES EIO EROFS",
    "access": "EACCES EIO",
    "readlink": "EIO ENOENT EACCES",
    "lseek": "EINVAL EIO",
    "fcntl": "EMFILE EINVAL EPERM ENOMEM",
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
    "sched_getaffinity": "EINVAL EPERM",
}

# Which aren't failed, and why.
CANNOT_FAIL = "it can't fail for arguments that are right"
LEFT_OUT = {
    "exit_group": CANNOT_FAIL, "getpid": CANNOT_FAIL, "getppid": CANNOT_FAIL, "geteuid": CANNOT_FAIL,
    "umask": CANNOT_FAIL, "rt_sigaction": CANNOT_FAIL, "rt_sigprocmask": CANNOT_FAIL, "rt_sigreturn": CANNOT_FAIL,
    "setitimer": CANNOT_FAIL, "set_robust_list": CANNOT_FAIL, "prctl": CANNOT_FAIL, "munmap": CANNOT_FAIL,
    "prlimit64": CANNOT_FAIL, "sysinfo": CANNOT_FAIL, "restart_syscall": CANNOT_FAIL, "gettid": CANNOT_FAIL,
    "futex": CANNOT_FAIL, "rseq": CANNOT_FAIL,
    "brk": "it returns an address, and no errno",
    "mprotect": "malloc(3) alone calls it",
    "cachestat": "all strace versions don't know its name; what it fails with is like not being known",
    "execve": "it starts the program",
}

# --- what may be ---

Exception_ = collections.namedtuple("Exception_", "call errnos said why")
# Failures that are told in other words than the system's own.
OTHER_WORDS = [
]

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
            self.data = self.data[:70000] + bytes(60000) + self.data[130000:200000] + bytes(size - 200000)
        self.before = common.content(size + 50000, "old") if old else None

    def fits(self, engine):
        if engine == common.STREAM:
            return "-" in (self.src, self.dst) or self.src == "fifo"
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

# --- cases ---

Case = collections.namedtuple("Case", "where call number errno")


def spelled(case):
    return f"{case.where}:{case.call}:{case.number}:{case.errno}"


def some_of(numbers):
    """All of them, or, of a call made many times, the first two, the middle, and the last."""
    numbers = list(numbers)
    if len(numbers) <= 24:
        return numbers
    return [numbers[0], numbers[1], numbers[len(numbers) // 2], numbers[-1]]


class Recording:
    """The calls of each process of one copy without faults, by strace's log: how many of each."""

    def __init__(self, log):
        self.calls = collections.OrderedDict()  # by pid, the parent's first
        self.begun = {}  # by pid: how many were made before its own work began
        self.alone = {}  # by number: those of a worker that has all the work to do, from that on
        for line in log.splitlines():
            match = re.match(r"(\d+) +(\w+)\((.*)", line)
            if match:
                self.add(int(match[1]), match[2], match[3])

    def add(self, pid, call, arguments):
        calls = self.calls.setdefault(pid, collections.Counter())
        is_parent = pid == next(iter(self.calls))
        # What main() does first.
        if is_parent and call == "fcntl" and arguments.startswith("0, F_GETFD") and pid not in self.begun:
            self.begun[pid] = calls.copy()
        calls[call] += 1
        if not is_parent and call == "prctl":  # what a worker does first
            self.begun[pid] = calls.copy()

    def parent(self):
        return next(iter(self.calls))

    def workers(self):
        return [pid for pid in self.calls if pid in self.begun and pid != self.parent()]

    def add_alone(self, index, log):
        self.alone[index] = collections.Counter(re.findall(r"^(\w+)\(", log, re.M))

    def unknown(self):
        own = {call for pid in self.begun for call in self.calls[pid] - self.begun[pid]}
        own |= {call for calls in self.alone.values() for call in calls}
        return sorted(call for call in own - PLAUSIBLE.keys() - LEFT_OUT.keys() if not call.startswith("syscall_"))

    def of_parent(self):
        pid = self.parent()
        for call, count in self.calls[pid].items():
            yield from cases_of("parent", call, self.begun[pid][call] + 1, count)

    def of_worker(self, index):
        for call, count in self.alone[index].items():
            yield from cases_of(f"worker{index}", call, 1, count)

    def of_all(self):
        parent, workers = self.calls[self.parent()], self.workers()
        for call in sorted({call for pid in workers for call in self.calls[pid]} & PLAUSIBLE.keys()):
            most = max(self.calls[pid][call] for pid in workers)
            yield from cases_of("all", call, parent[call] + 1, most, errnos=1)

    def cases(self):
        yield from self.of_parent()
        for index in self.alone:
            yield from self.of_worker(index)
        yield from self.of_all()


def cases_of(where, call, first, last, errnos=None):
    for number in some_of(range(first, last + 1)):
        for error in PLAUSIBLE.get(call, "").split()[:errnos]:
            yield Case(where, call, number, error)


# --- one run ---


class Feeder:
    """Writes what is read from a pipe or a FIFO."""

    def __init__(self, scenario, directory):
        self.read_end, self.fifo = None, None
        if scenario.src == "-":
            self.read_end, write_end = os.pipe()
            self.thread = threading.Thread(target=self.feed, args=(lambda: write_end, scenario.data))
        elif scenario.src == "fifo":
            self.fifo = os.path.join(directory, "fifo")
            os.mkfifo(self.fifo)
            self.thread = threading.Thread(
                target=self.feed, args=(lambda: os.open(self.fifo, os.O_WRONLY), scenario.data))
        else:
            return
        self.thread.start()

    @staticmethod
    def feed(opened, data):
        try:
            with open(opened(), "wb", buffering=0) as pipe:
                view = memoryview(data)
                while view:
                    view = view[pipe.write(view):]
        except BrokenPipeError:
            pass

    def started(self):
        """The program has its end by now."""
        if self.read_end is not None:
            os.close(self.read_end)

    def end(self):
        if self.fifo:  # the program may never have opened it
            os.close(os.open(self.fifo, os.O_RDONLY | os.O_NONBLOCK))
        if self.fifo or self.read_end is not None:
            self.thread.join()


Result = collections.namedtuple("Result", "status stdout stderr hangs log")


def wait_for(condition):
    """Returns its value once that is true; None if it never is."""
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.002)
    return None


def tracer_of(pid):
    match = re.search(r"^TracerPid:\s+(\d+)", common.read_text(f"/proc/{pid}/status"), re.M)
    return int(match[1]) if match else 0


def kill(pid, sig):
    try:
        os.kill(pid, sig)
    except ProcessLookupError:
        pass


# So that the log tells whether the fault came before or behind the publishing.
PUBLISHING = "linkat,renameat,renameat2"


class Run:
    """One copy with one fault, or none, in a directory."""

    def __init__(self, mpcp, engine, scenario, directory, team=0):
        self.scenario, self.directory = scenario, directory
        self.team = team  # how many workers there are at the same time
        self.command = scenario.command(mpcp, engine)
        self.log = os.path.join(directory, "log")

    def path(self, name):
        return os.path.join(self.directory, name)

    def set_up(self):
        keep = {"src", "template"}
        for name in set(os.listdir(self.directory)) - keep:
            os.unlink(self.path(name))
        if self.scenario.before is not None:
            with open(self.path("dst"), "wb") as file:
                file.write(self.scenario.before)
            os.chmod(self.path("dst"), 0o604)
        if self.scenario.partial:
            for name in os.listdir(self.path("template")):
                subprocess.run(["cp", "-p", self.path("template/" + name), self.path(name)], check=True)

    def start(self, command):
        feeder = Feeder(self.scenario, self.directory)
        process = subprocess.Popen(
            command, cwd=self.directory, stdin=feeder.read_end if feeder.read_end is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            env={**os.environ, "LC_ALL": "C"})
        feeder.started()
        return process, feeder

    def finish(self, process, feeder):
        """Its stderr is closed only when the last of its processes is gone."""
        hangs = None
        try:
            out, err = process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            hangs = common.processes_of(process.pid)
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
        feeder.end()
        return Result(process.returncode, out, err.decode(errors="replace"), hangs, common.read_text(self.log))

    def plainly(self, *strace):
        return self.finish(*self.start([*strace, *self.command]))

    def record(self):
        self.set_up()
        result = self.plainly("strace", "-f", "-qq", "-s0", "-o", self.log)
        recording = Recording(result.log)
        self.team = len(recording.workers()) // self.scenario.generations
        for index in range(1, len(recording.workers()) + 1, max(self.team, 1)):
            self.set_up()
            recording.add_alone(index, self.in_worker(index, "-s0").log)
        return result, recording

    def with_fault(self, case):
        self.set_up()
        inject = ["-e", f"trace={case.call},{PUBLISHING}", "-e",
                  f"inject={case.call}:error={case.errno}:when={case.number}"]
        if case.where.startswith("worker"):
            return self.in_worker(int(case.where[len("worker"):]), *inject)
        follow = ["-f"] if case.where == "all" else []
        return self.plainly("strace", "-qq", *follow, "-o", self.log, *inject)

    def in_worker(self, index, *strace):
        """Runs the copy with strace attached to one of its workers. That one has all the work to do, and so makes
        the same calls each time: the others are stopped until it is gone."""
        # Each worker stops at its first own call.
        process, feeder = self.start(["strace", "-D", "-f", "-qq", "-o", self.log, "-e", "trace=prctl",
                                      "-e", "inject=prctl:signal=STOP", *self.command])
        stopped = []

        def is_team_stopped():
            for pid in map(int, re.findall(r"^(\d+) +--- stopped by SIGSTOP", common.read_text(self.log), re.M)):
                if pid not in stopped:
                    stopped.append(pid)
                    if len(stopped) < index:  # of an earlier generation
                        kill(pid, signal.SIGCONT)
            return len(stopped) == index - 1 + self.team or process.poll() is not None

        wait_for(is_team_stopped)
        if process.poll() is None:
            self.change_tracer(process.pid, stopped[index - 1], strace)
        for pid in self.children(process.pid):
            kill(pid, signal.SIGCONT)
        result = self.finish(process, feeder)
        return result._replace(log=common.read_text(self.log))

    def change_tracer(self, parent, worker, strace):
        """Lets go of all processes, and lets `strace` follow a worker from where it is stopped to its end."""
        kill(tracer_of(parent), signal.SIGKILL)
        wait_for(lambda: tracer_of(worker) == 0)
        with subprocess.Popen(["strace", "-qq", "-o", self.log, "-p", str(worker), *strace]) as second:
            wait_for(lambda: tracer_of(worker) == second.pid or second.poll() is not None)
            kill(worker, signal.SIGCONT)
            if wait_for(lambda: second.poll() is not None) is None:
                kill(second.pid, signal.SIGKILL)

    @staticmethod
    def children(pid):
        return [int(child) for child in common.read_text(f"/proc/{pid}/task/{pid}/children").split()]


# --- what must be ---

SENTENCE = re.compile(r"mpcp: (src|dst|fifo|standard input|standard output): [^:]+: .+")
INCOMPLETE = "(the destination was written in place and is now incomplete)"
WARNINGS = re.compile(r"mpcp: dst: (cannot resume|its journal is damaged): .+")


class Verdict:
    """What is wrong with the outcome of a run."""

    def __init__(self, run, case, result):
        self.run, self.case, self.result = run, case, result
        self.scenario = run.scenario
        self.wrong = []
        self.lines = [line for line in result.stderr.splitlines() if not WARNINGS.fullmatch(line)]
        injected = [i for i, line in enumerate(result.log.splitlines()) if "(INJECTED)" in line]
        self.met = bool(injected)
        published = [i for i, line in enumerate(result.log.splitlines())
                     if re.search(r'(linkat|renameat2?)\(.*"dst".* = 0$', line)]
        self.late = self.met and bool(published) and published[0] < injected[0]

    def must(self, condition, what):
        if not condition:
            self.wrong.append(what)

    def destination(self):
        if self.scenario.dst == "-":
            return self.result.stdout
        try:
            with open(self.run.path("dst"), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def left(self):
        return sorted(set(os.listdir(self.run.directory)) - self.scenario.known() - {"dst"})

    def check(self):
        if self.result.hangs is not None:
            self.must(False, f"after {TIMEOUT} s there were still: {self.result.hangs}")
            return self.wrong
        if self.result.status == 0:
            self.check_success()
        elif self.result.status == 1:
            self.check_failure()
        else:
            self.must(False, f"it ended with {self.result.status}")
        self.check_left()
        return self.wrong

    def check_success(self):
        self.must(self.destination() == self.scenario.data, "exit 0, but the copy isn't exact")
        self.must(not self.lines, "exit 0, but it says something")
        if self.scenario.dst == "dst" and not self.wrong:
            self.check_attributes()

    def check_attributes(self):
        now, src = os.stat(self.run.path("dst")), os.stat(self.run.path("src"))
        kept = self.scenario.old and not self.scenario.preserves
        fresh = self.scenario.src == "-" or self.scenario.src == "fifo"
        mode = 0o604 if kept else 0o644 if fresh else 0o640
        ignored = self.case.call == "fchmod" and self.case.errno in ("EPERM", "EOPNOTSUPP")
        self.must(stat.S_IMODE(now.st_mode) == mode or ignored, f"exit 0, but the mode is {now.st_mode:o}")
        if self.scenario.preserves:
            self.must(now.st_mtime_ns == src.st_mtime_ns, "exit 0, but the time isn't preserved")

    def check_failure(self):
        lines = self.lines
        self.must(len(lines) == 1, f"exit 1 with {len(lines)} lines")
        self.must(lines and SENTENCE.fullmatch(lines[0]), "the sentence isn't PATH: what: why")
        self.must(lines and self.says_why(lines[0]), "the sentence doesn't say what failed")
        now = self.destination()
        if self.scenario.dst == "-":
            self.must(self.scenario.data.startswith(now), "what came out isn't the beginning of the source")
        elif self.late or (lines and lines[0].startswith("mpcp: standard output")):
            self.must(now == self.scenario.data, "the copy that was published isn't exact")
        elif self.scenario.in_place:
            told = lines and INCOMPLETE in lines[0]
            self.must(told or now == self.scenario.before, "the destination was changed, which isn't said")
        else:
            self.must(now == self.scenario.before, "the destination isn't as it was before")

    def says_why(self, line):
        words = [e.said for e in OTHER_WORDS if e.call == self.case.call and self.case.errno in e.errnos.split()]
        words.append(os.strerror(getattr(errno, self.case.errno)))
        return any(said in line for said in words)

    def check_left(self):
        left = self.left()
        if self.case.call == "unlinkat" and self.met:  # what can't be removed stays
            return
        if self.scenario.resumes and self.result.status == 1:
            left = [name for name in left if name not in (".dst.mpcp-partial", ".dst.mpcp-journal")]
        self.must(not left, f"left: {' '.join(left)}")
        if self.scenario.resumes and self.result.status == 1 and not self.wrong:
            self.resume()

    def resume(self):
        self.result = self.run.plainly()
        self.lines = []
        self.must(self.result.status == 0, f"going on ended with {self.result.status}: {self.result.stderr}")
        self.must(self.destination() == self.scenario.data, "the copy that went on isn't exact")
        self.must(not self.left(), f"left after going on: {' '.join(self.left())}")


# --- the walk ---


class Walk:
    """One engine in one scenario."""

    def __init__(self, options, engine, scenario, places):
        self.options, self.engine, self.scenario = options, engine, scenario
        self.places = places
        self.recording, self.complaint, self.team = None, None, 0

    def title(self):
        return f"{self.engine}, {self.scenario.name}"

    def run_in(self, directory):
        return Run(self.options.mpcp, self.engine, self.scenario, directory, self.team)

    def prepare(self, directory):
        """The source, and what an unfinished copy leaves."""
        run = self.run_in(directory)
        for name in os.listdir(directory):
            common.remove_tree(run.path(name)) if name == "template" else os.unlink(run.path(name))
        with open(run.path("src"), "wb") as file:
            file.write(self.scenario.data)
            if self.scenario.holes:
                file.seek(200000)
                file.truncate()
                file.truncate(self.scenario.size)
        os.chmod(run.path("src"), 0o640)
        os.utime(run.path("src"), (MTIME, MTIME))
        os.mkdir(run.path("template"))
        if self.scenario.partial:
            run.plainly("strace", "-f", "-qq", "-o/dev/null", "-einject=fchmod:error=EIO:when=2")
            for name in (".dst.mpcp-partial", ".dst.mpcp-journal"):
                os.rename(run.path(name), run.path("template/" + name))

    def record(self):
        """Fills in the recording, or the complaint."""
        directory = self.places.get()
        try:
            self.prepare(directory)
            run = self.run_in(directory)
            result, self.recording = run.record()
            self.team = run.team
            if result.status != 0:
                self.complaint = f"a copy without faults ends with {result.status}: {result.stderr}"
            elif self.recording.unknown():
                self.complaint = f"calls that are in no table: {' '.join(self.recording.unknown())}"
            elif "--jobs=2" in self.scenario.options and not self.recording.workers() and self.engine != "reflink":
                self.complaint = "no workers were forked"
        finally:
            self.places.put(directory)

    def try_case(self, case, prepared):
        """Returns the complaint about it, and whether the fault was met."""
        directory = self.places.get()
        try:
            if directory not in prepared:
                self.prepare(directory)
                prepared.add(directory)
            run = self.run_in(directory)
            result = run.with_fault(case)
            verdict = Verdict(run, case, result)
            wrong = verdict.check()
        finally:
            self.places.put(directory)
        said = result.stderr.strip() or "nothing"
        words = [f"{self.title()}, {spelled(case)}: {'; '.join(wrong)}", f"  it said: {said}",
                 f"  again: {self.again(case)}"]
        return "\n".join(words) if wrong else None, verdict.met

    def again(self, case):
        return (f"{sys.argv[0]} --mpcp={self.options.mpcp} --engine={self.engine} "
                f"--scenario='{self.scenario.name}' --case={spelled(case)}")

    def run(self, cases, pool, tap):
        begin = time.monotonic()
        prepared = set()
        outcomes = list(pool.map(lambda case: self.try_case(case, prepared), cases))
        complaints = [complaint for complaint, _ in outcomes if complaint]
        met = sum(was_met for _, was_met in outcomes)
        took = time.monotonic() - begin
        tap.point(f"{self.title()}: {met} faults ({len(cases) - met} calls weren't made again) in {took:.0f} s",
                  complaints)
        return met


def has_strace():
    try:
        return subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=prctl:signal=STOP", "true"],
                              check=False, stderr=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        return False


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mpcp", default=os.environ.get("MPCP"), help="the program (default: $MPCP)")
    parser.add_argument("--engine", help="only these engines, separated by commas")
    parser.add_argument("--scenario", help="only these scenarios, separated by commas")
    parser.add_argument("--sample", type=int, help="only so many faults, taken by chance")
    parser.add_argument("--seed", type=int, help="of that chance, to take the same ones again")
    parser.add_argument("--case", help="only this fault")
    parser.add_argument("--parallel", type=int, default=len(os.sched_getaffinity(0)), help="copies at the same time")
    parser.add_argument("--list", action="store_true", help="list the faults, and make none")
    return parser.parse_args()


def choose_walks(options, places):
    """All engines in all scenarios, as far as they are wanted; and why some can't be had."""
    names = [scenario.name for scenario in SCENARIOS]
    wanted = common.choose(names, options.scenario, "scenario")
    engines = common.choose(common.engines_of(options.mpcp), options.engine, "engine")
    walks, skipped = [], []
    for engine in engines:
        parent = places.root
        if engine == common.REFLINK:
            parent = places.mounted("xfs", ["truncate", "-s", "400M", "{image}"], ["mkfs.xfs", "-q", "{image}"],
                                    ["mount", "-o", "loop", "{image}", "{mnt}"])
        if parent is None:
            skipped.append((engine, "no file system that shares extents can be mounted here"))
            continue
        free = places.of(f"{engine}-" if parent != places.root else "plain", parent)
        walks += [Walk(options, engine, scenario, free) for scenario in SCENARIOS
                  if scenario.name in wanted and scenario.fits(engine)]
    return walks, skipped


def take(walks, options):
    """The cases of each walk that are to be run."""
    cases = {walk: [] if walk.complaint else list(walk.recording.cases()) for walk in walks}
    if options.case:
        where, call, number, error = options.case.split(":")
        return {walk: [Case(where, call, int(number), error)] for walk in walks}
    if options.sample is None:
        return cases
    seed = options.seed if options.seed is not None else random.randrange(1 << 32)
    common.note(f"a sample of {options.sample} of {sum(map(len, cases.values()))} faults: --seed={seed}")
    chosen = random.Random(seed).sample([(walk, case) for walk in walks for case in cases[walk]], options.sample)
    return {walk: [case for other, case in chosen if other is walk] for walk in walks}


def main():
    options = parse_arguments()
    if not options.mpcp:
        sys.exit("which program? --mpcp or $MPCP says")
    options.mpcp = os.path.abspath(options.mpcp)
    os.umask(0o022)
    if not has_strace():
        common.skip_all("strace is missing, or can't trace here")
    if common.is_sanitized(options.mpcp):
        common.skip_all("a sanitizer makes calls of its own")
    with common.Places(options.parallel) as places, \
            concurrent.futures.ThreadPoolExecutor(options.parallel) as pool:
        walks, skipped = choose_walks(options, places)
        list(pool.map(Walk.record, walks))
        cases = take(walks, options)
        if options.list:
            for walk in walks:
                print(f"{walk.title()}:", *map(spelled, cases[walk]))
            return 0
        tap = common.Tap(len(walks) + len(skipped))
        begin, total = time.monotonic(), 0
        for walk in walks:
            if walk.complaint:
                tap.point(walk.title(), [walk.complaint])
            else:
                total += walk.run(cases[walk], pool, tap)
        for engine, why in skipped:
            tap.point(engine, [], skip=why)
        common.note(f"{total} faults in {time.monotonic() - begin:.0f} s")
        return tap.status()


if __name__ == "__main__":
    sys.exit(main())
