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
import errno
import os
import random
import re
import stat
import subprocess
import sys
import time

import common
from errors import FATAL, OTHER_WORDS, STAGED, STAYS, is_warning
from recording import Case, spelled
from runs import Run, Verdict
from scenarios import ACCESS, SCENARIOS, attributes_of
from tree_verdicts import TAMPER, TreeVerdict
from trees import TREES, look

# --- what must be ---

OWN = r"(src|dst|fifo|/dev/null|standard input|standard output): [^:]+"
AS_CP = (r"(cannot (stat|fstat) NAME|cannot open NAME for reading|cannot create regular file NAME|error reading NAME( back)?"
         r"|error writing NAME|failed to close NAME|failed to clone NAME from NAME|setting (permissions|attributes) for NAME"
         r"|failed to preserve ownership for NAME|preserving (permissions|times) for NAME|write error)")
NAME = "('(src|dst|fifo)'|standard input|standard output)"
SENTENCE = re.compile(f"mpcp: ({OWN}|{AS_CP.replace('NAME', NAME)}): .+")
INCOMPLETE = "(the destination was written in place and is now incomplete)"
COMPLETE = "(the copy is complete)"
FOREIGN = re.compile("isn't this user's alone|the file system lets others own or write to")
NARROWED = re.compile("only its owner may open it: the source's ACL can't be read")


class FaultVerdict(Verdict):
    def __init__(self, run, case, result):
        super().__init__(run, result)
        self.case = case
        lines = [line for line in result.stderr.splitlines() if not line.startswith(TAMPER)]
        self.is_foreign = any(FOREIGN.search(line) for line in lines)  # then it goes on, with a warning
        self.is_narrowed = any(NARROWED.search(line) for line in lines)  # the same
        self.lines = [line for line in lines if not FOREIGN.search(line) and not NARROWED.search(line)]
        self.read_log(result.log.splitlines())

    def read_log(self, log):
        """Was the call made again; when, and of what file?"""
        injected = [i for i, line in enumerate(log) if "(INJECTED)" in line]
        published = [i for i, line in enumerate(log) if re.search(r'(linkat|renameat2?)\(.*"dst".* = 0$', line)]
        self.met = bool(injected)
        self.late = self.met and bool(published) and published[0] < injected[0]
        self.is_fatal = self.met and self.case.errno in FATAL.get(self.case.call, ())
        if self.is_fatal and self.case.call == "close":
            # What --verify has read through may fail to close.
            staged = [i for i, line in enumerate(log) if STAGED.search(line)]
            # Other files without a name serve to try what can be given to one.
            if self.scenario.resumes:
                staged = [i for i in staged if "partial" in log[i]]
            elif self.scenario.dressed == "dst":
                staged = staged[1:]
            self.is_fatal = (self.case.where == "parent" and not self.late and self.scenario.generations == 1
                             and injected[0] in staged)

    def destination(self):
        return self.result.stdout if self.scenario.dst == "-" else super().destination()

    def check_outcome(self):
        if self.result.status == 0:
            self.check_success()
        elif self.result.status == 1:
            self.check_failure()
        else:
            self.must(False, f"it ended with {self.result.status}")
        self.check_left()

    def check_success(self):
        self.must(self.destination() == self.scenario.data, "exit 0, but the copy isn't exact")
        warned = all(is_warning(self.case.call, line) for line in self.lines)
        self.must(warned, "exit 0, but it says something")
        self.must(not self.is_fatal, "exit 0 in spite of a write error")
        if self.scenario.dst == "dst" and not self.wrong:
            self.check_attributes()

    def check_attributes(self):
        owner, mode, extended = attributes_of(self.run.path("dst"))
        wanted_owner, wanted_mode, wanted_extended = self.wanted_attributes()
        ignored = self.case.call == "fchmod" and self.case.errno in ("EPERM", "EOPNOTSUPP")
        # The answer is that there are none.
        answered = self.case.call.endswith("xattr") and self.case.errno in ("EOPNOTSUPP", "ENODATA")
        left_out = answered or (self.case.call.endswith("xattr") and "--preserve=all" in self.scenario.options)
        self.must(owner == wanted_owner, f"exit 0, but the owner is {owner}")
        self.must(mode == wanted_mode or ignored or answered, f"exit 0, but the mode is {mode}")
        self.must(extended == wanted_extended or left_out, f"exit 0, but it has {extended}")
        if self.scenario.preserves:
            now, src = os.stat(self.run.path("dst")), os.stat(self.run.path("src"))
            self.must(now.st_mtime_ns == src.st_mtime_ns, "exit 0, but the time isn't preserved")

    def wanted_attributes(self):
        """What the copy must have: see attributes_of."""
        old = self.run.old_attributes
        if not self.scenario.preserves and old:
            return old
        if not self.scenario.preserves:
            fresh = self.scenario.src == "-" or self.scenario.src == "fifo"
            return os.geteuid(), oct(0o600 if self.is_narrowed else 0o644 if fresh else 0o640), {}
        owner, mode, extended = attributes_of(self.run.path("src"))
        kept = {name: value for name, value in (old[2] if old else {}).items() if name != ACCESS}
        carried = {name: value for name, value in extended.items()
                   if name == ACCESS or "--preserve=all" in self.scenario.options}
        return owner, mode, kept | carried

    def check_failure(self):
        lines = self.lines
        self.must(len(lines) == 1, f"exit 1 with {len(lines)} lines")
        self.must(lines and SENTENCE.fullmatch(lines[0]), "the sentence is neither cp's nor PATH: what: why")
        self.must(lines and self.says_why(lines[0]), "the sentence doesn't say what failed")
        now = self.destination()
        if self.scenario.dst == "-":
            self.must(self.scenario.data.startswith(now), "what came out isn't the beginning of the source")
        elif lines and lines[0].endswith(COMPLETE):
            self.must(self.scenario.preserves, "nothing was to be preserved")
            self.must(now == self.scenario.data, "the copy isn't complete")
        elif lines and "the checksums" in lines[0]:
            self.must(now in (self.scenario.before, self.scenario.data), "the destination is neither old nor new")
        elif self.late or (lines and lines[0].startswith("mpcp: write error")):
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
        stays = self.case.errno in STAYS.get(self.case.call, ()) and (self.is_foreign or self.case.call == "unlinkat")
        if stays:
            left = [name for name in left if not name.startswith(".dst.mpcp-")]
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
        self.expected, self.before = None, None  # of a tree

    def title(self):
        return f"{self.engine}, {self.scenario.name}"

    def run_in(self, directory):
        return Run(self.options.mpcp, self.engine, self.scenario, directory, self.team)

    def record(self):
        """Fills in the recording, or the complaint."""
        directory = self.places.get()
        try:
            run = self.run_in(directory)
            run.prepare()
            if self.scenario.is_tree:
                self.expected = self.scenario.expect(run)
                run.set_up()
                self.before = look(directory, ["src", "dst"])
            result, self.recording = run.record()
            self.team = run.team
            if result.status != 0:
                self.complaint = f"a copy without faults ends with {result.status}: {result.stderr}"
            elif self.recording.unknown():
                self.complaint = f"calls that are in no table: {' '.join(self.recording.unknown())}"
            elif self.scenario.is_tree:
                self.complaint = self.complain_of_tree(run)
            elif "--jobs=2" in self.scenario.options and not self.recording.workers() and self.engine != "reflink":
                self.complaint = "no workers were forked"
        finally:
            self.places.put(directory)

    def complain_of_tree(self, run):
        if self.scenario.crew and len(self.recording.workers()) < 2:
            return "no crew was forked"
        run.set_up()
        verdict = self.verdict(run, Case("parent", "none", 0, "EIO"), run.plainly())
        wrong = verdict.check()
        return f"without faults: {'; '.join(wrong)}" if wrong else None

    def verdict(self, run, case, result):
        if self.scenario.is_tree:
            return TreeVerdict(run, case, result, self.expected, self.before)
        return FaultVerdict(run, case, result)

    def try_case(self, case, prepared):
        """Returns the complaint about it, and whether the call with the fault was reached."""
        directory = self.places.get()
        try:
            run = self.run_in(directory)
            if directory not in prepared:
                run.prepare()
                prepared.add(directory)
            result = run.with_fault(case)
            verdict = self.verdict(run, case, result)
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
    parser.add_argument("--trees", action="store_true", help="only the scenarios of trees")
    parser.add_argument("--sample", type=int, help="only so many faults, taken by chance")
    parser.add_argument("--seed", type=int, help="of that chance, to take the same ones again")
    parser.add_argument("--case", help="only this fault")
    parser.add_argument("--parallel", type=int, default=len(os.sched_getaffinity(0)), help="copies at the same time")
    parser.add_argument("--list", action="store_true", help="list the faults, and make none")
    return parser.parse_args()


def choose_walks(options, places):
    """All engines in all scenarios, as far as they are wanted; and why some aren't possible."""
    names = [scenario.name for scenario in SCENARIOS + TREES]
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
        free = places.below(parent)
        walks += [Walk(options, engine, scenario, free) for scenario in SCENARIOS + TREES
                  if scenario.name in wanted and scenario.fits(engine)
                  and (scenario.is_tree or not options.trees)]
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
    every = [(walk, case) for walk in walks for case in cases[walk]]
    chosen = random.Random(seed).sample(every, min(options.sample, len(every)))
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
    with common.Places(options.parallel) as places, common.Pool(options.parallel) as pool:
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
