#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Pulls the plug at any moment: kills a copy, one of its workers, or all of them, a thousand times.

Engine, scenario, file system, who is killed, by which signal, and when, are left to chance; the seed is printed,
and repeats it (but for the moment, which depends on the machine). After each: no process is left; the destination
is the old file or the new one, whole; nothing else is left (see Verdict); the program has died of that signal, or
named the worker that was killed. What --resume keeps must lead to an exact copy.

Prints TAP, a point for each engine on each file system.
"""

import argparse
import collections
import os
import random
import re
import resource
import signal
import subprocess
import sys
import time

import common
from runs import Run, Verdict, kill, wait_for
from scenarios import TWO, Scenario, attributes_of
from tree_kills import MANIES, TreeKillVerdict
from trees import look

SIZE = 4 << 20
SLOWLY = "--bwlimit=40M"  # a tenth of a second
STOP = "STOP"  # and goes on
TREE_ENDS = 10  # seconds

# Replaced, created, and kept for another run: what the plug may be pulled on.
SCENARIOS = [Scenario(name, *TWO, *options, *pace, old=old, size=SIZE)
             for name, options, old in [("new destination", [], False), ("old destination", [], True),
                                        ("fsync", ["--fsync"], True), ("verify", ["--verify"], True),
                                        ("resume", ["--resume"], False), ("resume over old", ["--resume"], True)]
             for pace in ([], [SLOWLY])]
# What is given to another owner at the end.
SCENARIOS += [Scenario(f"{name} another's", *TWO, *options, *pace, old=True, size=SIZE, dressed="dst")
              for name, options in [("over", []), ("resume over", ["--resume"])] for pace in ([], [SLOWLY])]
STREAMS = [Scenario("from a pipe", *pace, src="-", old=old, size=SIZE)
           for old in (False, True) for pace in ([], [SLOWLY])]

# Who is hit by which signal. Signals that ask to stop are blocked in workers: only the parent decides.
ASKING = ["TERM", "INT", "HUP", "QUIT"]
HITS = [(who, how) for who in ("parent", "group") for how in ["KILL", STOP, *ASKING]]
HITS += [("worker", how) for how in ("KILL", "KILL", "KILL", STOP, "TERM", "INT")]
# The parent, while its workers are stopped: they couldn't end except by being killed, too.
HITS += [("parent of the stopped", "KILL")]

Kill = collections.namedtuple("Kill", "index engine place scenario who how moment")


class Ground:
    """A file system to copy on."""

    def __init__(self, name, places, path, knows_unnamed):
        self.name, self.path, self.knows_unnamed = name, path, knows_unnamed
        self.free = places.below(path) if path else None
        self.prepared = set()


def find_grounds(places):
    """One whose files needn't have names (or must, which the machine decides), one where they must, and one
    where extents can be shared."""
    named = places.mounted("vfat", ["truncate", "-s", "200M", "{image}"], ["mkfs.vfat", "{image}"],
                           ["mount", "-o", "loop,quiet", "{image}", "{mnt}"])
    named = named or places.mounted("fuse", ["truncate", "-s", "200M", "{image}"], ["mkfs.ext4", "-qF", "{image}"],
                                    ["fuse2fs", "{image}", "{mnt}", "-o", "rw"])
    sharing = places.mounted("xfs", ["truncate", "-s", "400M", "{image}"], ["mkfs.xfs", "-q", "{image}"],
                             ["mount", "-o", "loop", "{image}", "{mnt}"])
    return {"unnamed": Ground("unnamed", places, places.root, has_unnamed(places.root)),
            "named": Ground("named", places, named, False),
            "sharing": Ground("sharing", places, sharing, True)}


def has_unnamed(path):
    try:
        os.close(os.open(path, os.O_TMPFILE | os.O_RDWR))
        return True
    except OSError:
        return False


# --- one kill ---


def stop_at_work(worker):
    """Stops it, unless it has only just been forked: before it has asked to die with its parent, after which it
    closes what --status looks at, it would be left there, and see only once it goes on that its parent is gone."""
    kill(worker, signal.SIGSTOP)
    wait_for(lambda: re.search(r"^State:\s+[TZX]", common.read_text(f"/proc/{worker}/status") or "State: X", re.M))
    if any(file.startswith("/memfd:mpcp-share") for file in open_files(worker)):
        kill(worker, signal.SIGCONT)


def open_files(pid):
    try:
        return [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
    except (FileNotFoundError, ProcessLookupError):
        return []


class Killing(Run):
    """A copy that is killed."""

    def kill(self, who, how, seconds, chance):
        """Returns the result, and the pid that was hit; 0: there was none."""
        self.set_up()
        process, feeder = self.start(self.command)
        time.sleep(seconds)
        pid = self.victim(process, who, chance)
        if pid:
            self.hit(pid, how)
        result = self.finish(process, feeder)
        # A crew whose parent was killed writes to nobody.
        if self.scenario.is_tree and wait_for(lambda: not common.processes_of(process.pid), TREE_ENDS) is None:
            result = result._replace(hangs=common.processes_of(process.pid))
        return result, abs(pid)

    def victim(self, process, who, chance):
        workers = self.children(process.pid) if process.poll() is None else []
        if who == "worker":
            return chance.choice(workers) if workers else 0
        if who == "parent of the stopped":
            for pid in workers:
                stop_at_work(pid)
        return -process.pid if who == "group" else process.pid

    @staticmethod
    def hit(pid, how):
        kill(pid, getattr(signal, "SIG" + how))
        if how == STOP:
            time.sleep(0.02)
            kill(pid, signal.SIGCONT)


class KillVerdict(Verdict):
    def __init__(self, run, ground, the_kill, result, pid):
        super().__init__(run, result)
        self.ground, self.kill, self.pid = ground, the_kill, pid

    def left(self):
        # FUSE itself gives such names to files that are removed while they are open, and leaves some of them behind.
        return [name for name in super().left() if not name.startswith(".fuse_hidden")]

    def check_outcome(self):
        self.check_status()
        self.check_destination()
        self.check_left()
        if self.scenario.resumes and self.result.status != 0 and not self.wrong:
            self.resume()

    def check_status(self):
        """How it may have ended; 0: it had copied everything."""
        status, said = self.result.status, self.result.stderr
        if status == 0:
            self.must(not said, "exit 0, but it says something")
        elif status < 0:
            fatal = self.kill.who != "worker" and self.kill.how != STOP
            self.must(fatal and -status == getattr(signal, "SIG" + self.kill.how), f"it died of signal {-status}")
            hint = "mpcp: dst: interrupted: --resume goes on from what is copied\n"
            self.must(said in (["", hint] if self.scenario.resumes and status != -signal.SIGKILL else [""]),
                      "it died of the signal, but says something")
        else:
            self.must((self.kill.who, self.kill.how, status) == ("worker", "KILL", 1), f"exit {status}")
            named = (rf"mpcp: dst: cannot copy: worker \d+ \(pid {self.pid}\) was killed by signal 9 \(Killed\)"
                     r"( \(--resume goes on from what is copied\))?\n")
            self.must(re.fullmatch(named, said), "the sentence doesn't name the worker")

    def check_destination(self):
        now = self.destination()
        allowed = {0: [self.scenario.data], 1: [self.scenario.before]}
        self.must(now in allowed.get(self.result.status, [self.scenario.before, self.scenario.data]),
                  f"the destination is not what it must be, but {'nothing' if now is None else f'{len(now)} bytes'}")
        if self.scenario.old and now is not None:
            attributes = attributes_of(self.run.path("dst"))
            self.must(attributes == self.run.old_attributes, f"the destination's attributes are {attributes}")

    def check_left(self):
        left = self.left()
        if self.scenario.resumes and self.result.status != 0:
            left = [name for name in left if name not in (".dst.mpcp-partial", ".dst.mpcp-journal")]
        if self.result.status == -signal.SIGKILL:
            left = [name for name in left if not self.may_stay(name)]
        self.must(not left, f"left: {' '.join(left)}")

    def may_stay(self, name):
        """After SIGKILL: a hidden name where there must be one; elsewhere a whole copy that was about to replace
        the old file, for which it needs a name for a moment."""
        if not self.ground.knows_unnamed:
            return name.startswith(".dst.mpcp-")
        with open(self.run.path(name), "rb") as file:
            return self.scenario.old and file.read() == self.scenario.data

    def resume(self):
        self.result = self.run.plainly()
        self.must(self.result.status == 0, f"going on ended with {self.result.status}: {self.result.stderr}")
        self.must(self.destination() == self.scenario.data, "the copy that went on isn't exact")
        left = [name for name in self.left() if name in (".dst.mpcp-partial", ".dst.mpcp-journal")]
        self.must(not left, f"left after going on: {' '.join(left)}")


# --- all of them ---


class Slaughter:
    """All kills; each engine on each ground gets about as many."""

    def __init__(self, options, grounds):
        self.options, self.grounds = options, grounds
        self.trees = {}  # by ground and scenario
        self.lasts = {}  # by engine, ground and scenario: how long a copy takes in seconds

    def choose(self):
        engines = common.choose(common.engines_of(self.options.mpcp), self.options.engine, "engine")
        pairs = [(engine, ground) for engine in engines for ground in self.grounds_of(engine)]
        if self.options.trees:
            pairs = [("auto", "unnamed")]
        chance = random.Random(self.options.seed)
        kills = []
        for index in range(self.options.count):
            engine, ground = chance.choice(pairs)
            scenario = chance.choice(self.scenarios_of(engine, ground))
            who, how = chance.choice(HITS[:-1] if scenario.is_tree else HITS)
            kills.append(Kill(index, engine, ground, scenario, who, how, chance.random()))
        return pairs, kills

    def scenarios_of(self, engine, ground):
        every = STREAMS if engine == common.STREAM else SCENARIOS
        has_trees = (engine, ground) == ("auto", "unnamed")
        every = (MANIES if self.options.trees else every + MANIES) if has_trees else every
        return [scenario for scenario in every if self.options.scenario in (None, scenario.name)] or every

    @staticmethod
    def grounds_of(engine):
        return ["sharing"] if engine == common.REFLINK else ["unnamed", "named"]

    def run_in(self, directory, the_kill):
        ground = self.grounds[the_kill.place]
        run = Killing(self.options.mpcp, the_kill.engine, the_kill.scenario, directory)
        if (directory, the_kill.scenario.is_tree) not in ground.prepared:
            run.prepare()
            ground.prepared -= {(directory, True), (directory, False)}
            ground.prepared.add((directory, the_kill.scenario.is_tree))
        return run

    def wanted(self, run, the_kill):
        """What the copy of a tree must be like, and what there is before."""
        key = (the_kill.place, the_kill.scenario)
        if key not in self.trees:
            expected = the_kill.scenario.expect(run)
            run.set_up()
            self.trees[key] = expected, look(run.directory, ["src", "dst"])
        return self.trees[key]

    def verdict(self, run, ground, the_kill, result, pid):
        if the_kill.scenario.is_tree:
            return TreeKillVerdict(run, the_kill, result, self.wanted(run, the_kill))
        return KillVerdict(run, ground, the_kill, result, pid)

    def duration(self, run, the_kill):
        """The calls of a copy that nobody kills; None if that isn't possible here."""
        key = (the_kill.engine, the_kill.place, the_kill.scenario)
        if key not in self.lasts:
            run.set_up()
            begin = time.monotonic()
            result = run.plainly()
            self.lasts[key] = time.monotonic() - begin if result.status == 0 else None
        return self.lasts[key]

    def try_kill(self, the_kill):
        """Returns what is wrong, and whether it was in time; None and None where the engine can't copy."""
        ground = self.grounds[the_kill.place]
        directory = ground.free.get()
        try:
            run = self.run_in(directory, the_kill)
            lasts = self.duration(run, the_kill)
            if lasts is None:
                return None, None
            if the_kill.scenario.is_tree:
                self.wanted(run, the_kill)
            # Some come a little too late.
            result, pid = run.kill(the_kill.who, the_kill.how, the_kill.moment * lasts * 1.05,
                                   random.Random(the_kill.index))
            wrong = self.verdict(run, ground, the_kill, result, pid).check()
        finally:
            ground.free.put(directory)
        in_time = result.status != 0 or (pid != 0 and the_kill.how == STOP)
        return self.tell(the_kill, lasts, result, wrong) if wrong else None, in_time

    def tell(self, the_kill, lasts, result, wrong):
        return "\n".join([
            f"{the_kill.who} by SIG{the_kill.how} after {the_kill.moment * lasts * 1.05:.4f} of {lasts:.4f} s: "
            f"{'; '.join(wrong)}",
            f"  {the_kill.scenario.name}: {' '.join(the_kill.scenario.command('mpcp', the_kill.engine))}",
            f"  it said: {result.stderr.strip() or 'nothing'}",
            f"  again: {sys.argv[0]} --mpcp={self.options.mpcp} --seed={self.options.seed} "
            f"--count={self.options.count} --only={the_kill.index}"])

    def run(self, pairs, kills, pool, tap):
        total = 0
        for engine, place in pairs:
            title = f"{engine}, {place}"
            if self.grounds[place].path is None:
                tap.point(title, [], skip="no such file system can be mounted here")
                continue
            outcomes = list(pool.map(self.try_kill, [k for k in kills if (k.engine, k.place) == (engine, place)]))
            made = [outcome for outcome in outcomes if outcome != (None, None)]
            if outcomes and not made:
                tap.point(title, [], skip="this engine can't copy there")
                continue
            in_time = sum(hit for _, hit in made)
            total += len(made)
            tap.point(f"{title}: {len(made)} kills, {in_time} of them in time", [wrong for wrong, _ in made if wrong])
        return total


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mpcp", default=os.environ.get("MPCP"), help="the program (default: $MPCP)")
    parser.add_argument("--engine", help="only these engines, separated by commas")
    parser.add_argument("--count", type=int, default=1000, help="how many kills (default: 1000)")
    parser.add_argument("--scenario", help="only this one, where there is such")
    parser.add_argument("--trees", action="store_true", help="only trees")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="to repeat them")
    parser.add_argument("--only", type=int, help="only the kill of this number")
    parser.add_argument("--parallel", type=int, default=len(os.sched_getaffinity(0)), help="copies at the same time")
    return parser.parse_args()


def be_plain():
    """Signals aren't ignored, as they are by what a shell runs in the background, or nohup, and leave no core."""
    for name in ASKING[1:]:
        signal.signal(getattr(signal, "SIG" + name), signal.default_int_handler if name == "INT" else signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o022)


def main():
    options = parse_arguments()
    if not options.mpcp:
        sys.exit("which program? --mpcp or $MPCP says")
    options.mpcp = os.path.abspath(options.mpcp)
    be_plain()
    if common.is_sanitized(options.mpcp):
        common.skip_all("a sanitizer catches signals, and takes its time")
    with common.Places(options.parallel) as places, common.Pool(options.parallel) as pool:
        slaughter = Slaughter(options, find_grounds(places))
        pairs, kills = slaughter.choose()
        kills = [k for k in kills if options.only in (None, k.index)]
        common.note(f"--seed={options.seed} --count={options.count}")
        tap = common.Tap(len(pairs))
        begin = time.monotonic()
        total = slaughter.run(pairs, kills, pool, tap)
        common.note(f"{total} kills in {time.monotonic() - begin:.0f} s")
        return tap.status()


if __name__ == "__main__":
    sys.exit(main())
