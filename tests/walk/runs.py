# SPDX-License-Identifier: MIT
"""Single copies, with and without a fault."""

import collections
import os
import re
import signal
import subprocess
import threading
import time

import common
from recording import Recording
from scenarios import attributes_of

CREW = 3  # processes that copy a tree
TIMEOUT = 30  # seconds: what takes longer hangs

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
        """The program has ended by now."""
        if self.read_end is not None:
            os.close(self.read_end)

    def end(self):
        if self.fifo:  # the program may never have opened it
            os.close(os.open(self.fifo, os.O_RDONLY | os.O_NONBLOCK))
        if self.fifo or self.read_end is not None:
            self.thread.join()


Result = collections.namedtuple("Result", "status stdout stderr hangs log")


def wait_for(condition, seconds=TIMEOUT):
    """Returns the value once it is true; None if it never is."""
    end = time.monotonic() + seconds
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


# Shows in the log whether the fault came before or after the publishing.
PUBLISHING = "linkat,renameat,renameat2"


class Run:
    """One copy with one fault, or none, in a directory."""

    def __init__(self, mpcp, engine, scenario, directory, team=0):
        self.scenario, self.directory = scenario, directory
        self.team = team  # how many workers there are at the same time
        self.command = scenario.command(mpcp, engine)
        self.log = os.path.join(directory, "log")
        self.old_attributes = None  # of the destination, if there is one before

    def path(self, name):
        return os.path.join(self.directory, name)

    def prepare(self):
        """An empty directory, but for the source and what an unfinished copy leaves."""
        for name in os.listdir(self.directory):
            common.remove(self.path(name))
        self.scenario.make_source(self.path("src"))
        os.mkdir(self.path("template"))
        if self.scenario.partial:
            # It fails when everything is copied, but has no name yet.
            self.plainly("strace", "-f", "-qq", "-o/dev/null", "-einject=renameat2:error=EIO")
            for name in (".dst.mpcp-partial", ".dst.mpcp-journal"):
                os.rename(self.path(name), self.path("template/" + name))

    def set_up(self):
        """Everything as it is before a copy."""
        keep = {"src", "template"}
        for name in set(os.listdir(self.directory)) - keep:
            common.remove(self.path(name))
        if self.scenario.is_tree:
            self.scenario.make_destination(self.path("dst"))
        elif self.scenario.before is not None:
            self.scenario.make_old(self.path("dst"))
            self.old_attributes = attributes_of(self.path("dst"))
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

    def plainly(self, *strace, more=()):
        return self.finish(*self.start([*strace, self.command[0], *more, *self.command[1:]]))

    def record(self):
        self.set_up()
        result = self.plainly("strace", "-f", "-qq", "-s0", "-o", self.log)
        recording = Recording(result.log, in_turn=self.scenario.is_tree)
        self.team = len(recording.workers()) // self.scenario.generations
        if self.scenario.is_tree and not self.scenario.crew:
            self.team = 1  # each is that of another file
        elif self.scenario.is_tree:
            self.team = min(self.team, CREW)  # what members fork for themselves doesn't count
        generations = 1 if self.scenario.is_tree and self.scenario.crew else None  # a crew has no second one
        for index in list(range(1, len(recording.workers()) + 1, max(self.team, 1)))[:generations]:
            self.set_up()
            recording.add_alone(index, self.in_worker(index, "-s0").log)
        return result, recording

    def with_fault(self, case):
        self.set_up()
        inject = ["-y", "-e", f"trace={case.call},{PUBLISHING}", "-e",
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
        if process.poll() is not None:
            return self.finish(process, feeder)
        second = self.change_tracer(process.pid, stopped[index - 1], strace)
        release = threading.Thread(target=self.release_others, args=(process, second))
        release.start()
        result = self.finish(process, feeder)
        release.join()
        return result._replace(log=common.read_text(self.log))

    def release_others(self, parent, tracer):
        """Lets the other workers go on once the one that is traced has ended. One may stop only then: the tracer that
        it had before was killed."""
        try:
            tracer.wait(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            tracer.kill()
            tracer.wait()
        end = time.monotonic() + TIMEOUT
        while parent.poll() is None and time.monotonic() < end:
            for pid in self.children(parent.pid):
                kill(pid, signal.SIGCONT)
            time.sleep(0.01)

    def change_tracer(self, parent, worker, strace):
        """Lets all processes go on, and has a strace, which is returned, follow a worker from where it is stopped."""
        first = tracer_of(parent)
        if first:  # 0 would be this walk itself
            kill(first, signal.SIGKILL)
        wait_for(lambda: tracer_of(worker) == 0)
        second = subprocess.Popen(["strace", "-qq", "-o", self.log, "-p", str(worker), *strace])
        wait_for(lambda: tracer_of(worker) == second.pid or second.poll() is not None)
        kill(worker, signal.SIGCONT)
        return second

    @staticmethod
    def children(pid):
        return [int(child) for child in common.read_text(f"/proc/{pid}/task/{pid}/children").split()]


class Verdict:
    """What is wrong with the outcome of a run. Those of the walks say, in check_outcome, what else must hold."""

    def __init__(self, run, result):
        self.run, self.result = run, result
        self.scenario = run.scenario
        self.wrong = []

    def must(self, condition, what):
        if not condition:
            self.wrong.append(what)

    def destination(self):
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
        else:
            self.check_outcome()
        return self.wrong
