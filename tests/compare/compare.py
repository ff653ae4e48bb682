#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Copies by mpcp and by GNU cp what was drawn by chance, and compares what comes of it.

A case, which a seed stands for, is a small tree with all that trees have, a destination that may be there already, and
a command line (cases.py). It is built twice under one name, and copied by the one and by the other, which is called
through a link named cp. Then exit status, lines on standard output and standard error, and all that is there then are
compared: types, contents, targets of links, modes, owners, times, hard links, extended attributes, ACLs, devices,
holes, names that were left. What rules.py doesn't excuse is a difference. Differences with one cause are told together
at the end, with one example that is made as small as it can be.

Prints TAP. `--case=SEED` tells one case at length, and with `--minimise` the least of it that still differs;
`--self-test` breaks a copy in each way that must be seen.
"""

import argparse
import concurrent.futures
import dataclasses
import functools
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import typing

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "walk"))

import cases
import common
import minimise
import mutations
import orders
from differences import Both, clusters, compare, key_of, sort_out, telling
from ground import TIMEOUT, Ground, clear
from rules import RULES

BATCH = 100  # cases in one test point
BRIEF = 3  # seconds for one of the many copies that are made to find a smaller case
TOLD = 5  # cases of a test point that are told one by one


@dataclasses.dataclass
class Report:
    """The outcome of one case; without the outcomes of the two programs, which are large."""

    seed: int
    differences: list
    excused: list  # the names of rules
    text: str = ""
    weight: int = 0  # how much there is in the case
    skipped: bool = False  # the reference finds no end
    avoided: bool = False


@dataclasses.dataclass
class Programs:
    reference: str
    version: tuple
    mpcp: str
    rules: tuple
    avoided: tuple  # letters, and words, of options
    kept: typing.Optional[str] = None  # where what was copied stays


# --- one case ---


class Comparison:
    """Tries cases with both programs, in one directory."""

    def __init__(self, programs, ground):
        self.programs, self.ground = programs, ground

    def both(self, case):
        wanted = self.ground.try_out(self.programs.reference, case)
        self.keep(case, "reference")
        if wanted.hangs:
            return Both(case, wanted, wanted, self.programs.version)
        got = self.ground.try_out(self.programs.mpcp, case)
        self.keep(case, "mpcp")
        otherwise = functools.cache(lambda: self.otherwise(case))
        return Both(case, wanted, got, self.programs.version, otherwise)

    def otherwise(self, case):
        """What the reference does with it in other orders; each once."""
        outcomes = [self.ground.try_out(self.programs.reference, *other) for other in orders.others(case)]
        return [outcome for i, outcome in enumerate(outcomes) if not outcome.hangs and outcome not in outcomes[:i]]

    def keep(self, case, name):
        if self.programs.kept:
            kept = os.path.join(self.programs.kept, f"{case.seed}-{name}")
            clear(kept)
            os.rename(self.ground.work, kept)

    def differences(self, case):
        both = self.both(case)
        return [] if both.wanted.hangs else sort_out(both, compare(both), self.programs.rules)[0]

    def report(self, case):
        if case.has(*self.programs.avoided):
            return Report(case.seed, [], [], avoided=True)
        both = self.both(case)
        if both.wanted.hangs:
            return Report(case.seed, [], [], skipped=True)
        left, excused = sort_out(both, compare(both), self.programs.rules)
        report = Report(case.seed, left, [one.rule for one in excused])
        if left:
            report.text, report.weight = told(case, left), len(case.entries) + len(case.options) + len(case.operands)
        return report

    def minimised(self, case, key):
        """The smallest case that still has a difference of this key; unchanged, if it has none now."""
        self.ground.timeout = min(self.ground.timeout, BRIEF)

        def stays(other):
            try:
                return key in map(key_of, self.differences(other))
            except OSError:  # it can't be built
                return False
        return minimise.minimise(case, stays) if stays(case) else case


def told(case, differences):
    """The command, and what differs."""
    lines = [f"{minimise.circumstances(case)}: {minimise.command(case)}"]
    for d in differences:
        if d.kind in ("stdout", "stderr"):
            lines += [f"  {d.kind}: - {d.wanted}"] if d.wanted is not None else []
            lines += [f"  {d.kind}: + {d.got}"] if d.got is not None else []
        else:
            what = f"{d.path!r}: {d.kind}" if d.path else d.kind
            lines.append(f"  {what}: {shown(d.got)} instead of {shown(d.wanted)}")
    return printable("\n".join(lines))


def shown(value):
    return "nothing" if value is None else str(value)


def printable(text):
    return text.encode("utf-8", "backslashreplace").decode()


# --- processes that work side by side ---

HERE = {}  # of such a process: its comparison


def begin(programs, root, timeout):
    path = os.path.join(root, f"{os.getpid():07d}")
    os.mkdir(path)
    os.chmod(path, 0o755)
    HERE["comparison"] = Comparison(programs, Ground(path, timeout))


def report_of(seed):
    comparison = HERE["comparison"]
    return comparison.report(cases.make(seed, is_new(comparison.programs.version)))


def example_of(seed, key):
    """As a script, with what differs."""
    comparison = HERE["comparison"]
    case = comparison.minimised(cases.make(seed, is_new(comparison.programs.version)), key)
    differences = comparison.differences(case)
    return printable("\n".join(minimise.script(case))) + "\n" + told(case, differences).partition("\n")[2]


def is_new(version):
    """Does it know --update=…?"""
    return version >= (9, 3)


# --- all of them ---


def again(options, seed):
    words = [sys.argv[0], f"--mpcp={options.mpcp}"]
    words += [f"--reference={options.reference}"] if options.reference != REFERENCE else []
    return " ".join([*words, f"--case={seed}"])


def run_batches(options, pool, tap):
    """One test point per batch; returns all reports."""
    reports = []
    seeds = range(options.seed, options.seed + options.cases)
    results = pool.map(report_of, seeds, chunksize=10)
    for first in range(0, len(seeds), BATCH):
        batch = [next(results) for _ in seeds[first:first + BATCH]]
        wrong = [report for report in batch if report.differences]
        texts = [f"seed {report.seed}: {report.text}\n  again: {again(options, report.seed)}" for report in wrong]
        more = [f"and {len(texts) - TOLD} others"] if len(texts) > TOLD and not options.all else []
        tap.point(f"seeds {seeds[first]} to {batch[-1].seed}: {len(wrong)} differ",
                  texts[:None if options.all else TOLD] + more)
        reports += batch
    return reports


def sum_up(options, reports, pool):
    """By kind of difference, the most frequent first."""
    wrong = [report for report in reports if report.differences]
    for cluster in clusters(wrong):
        seeds = " ".join(str(report.seed) for report in cluster.examples[:5])
        common.note("")
        note_lines(f"{cluster.cases} cases: {cluster.key}\n  seeds {seeds}{' ...' if cluster.cases > 5 else ''}")
        if options.minimise:
            example = pool.submit(example_of, cluster.examples[0].seed, cluster.key).result()
            note_lines("\n".join("  " + line for line in example.splitlines()))
    common.note("")
    for rule in options.rules:
        count = sum(rule.name in report.excused for report in reports)
        common.note(f"{count} cases excused: {rule.name} ({rule.why})")
    if options.avoid:
        common.note(f"{sum(report.avoided for report in reports)} cases left out, with options to be avoided")
    skipped = [report.seed for report in reports if report.skipped]
    if skipped:
        seeds = " ".join(map(str, skipped))
        common.note(f"{len(skipped)} cases left out, where the reference finds no end: seeds {seeds}")


def note_lines(text):
    for line in text.splitlines():
        common.note(printable(line))


def run_all(options, programs, root):
    tap = common.Tap((options.cases + BATCH - 1) // BATCH)
    common.note(f"--seed={options.seed} --cases={options.cases}")
    begun = time.monotonic()
    shared = programs, root, options.timeout
    with concurrent.futures.ProcessPoolExecutor(options.jobs, initializer=begin, initargs=shared) as pool:
        reports = run_batches(options, pool, tap)
        took = time.monotonic() - begun
        sum_up(options, reports, pool)
    wrong = sum(bool(report.differences) for report in reports)
    common.note(f"{wrong} of {len(reports)} cases differ; {len(reports) / took:.0f} cases a second")
    return tap.status()


def run_one(options, programs, root):
    """One case in detail."""
    begin(programs, root, options.timeout)
    comparison = HERE["comparison"]
    case = cases.make(options.case, is_new(programs.version))
    differences = comparison.differences(case)
    if options.minimise and differences:
        key = options.key or key_of(telling(differences)[0])
        case = comparison.minimised(case, key)
        differences = comparison.differences(case)
    print(printable("\n".join(minimise.script(case))))
    both = comparison.both(case)
    for name, outcome in ("reference", both.wanted), ("mpcp", both.got):
        print(printable(f"--- {name}: exit {outcome.status}\n{outcome.stdout}{outcome.stderr}"), end="")
    print("---")
    print(told(case, differences).partition("\n")[2] or "no difference")
    for difference in differences:
        print(printable(f"key: {key_of(difference)}"))
    return 1 if differences else 0


# --- where, and with what ---

REFERENCE = "/bin/cp"


def version_of(program):
    """The version of GNU cp, as a tuple; None for another program."""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"cp \(GNU coreutils\) (\d+)\.(\d+)", done.stdout)
    return (int(found[1]), int(found[2])) if found else None


def install(program, root, name):
    """A copy that every user may run, and a link to it that is named cp."""
    directory = os.path.join(root, name)
    os.mkdir(directory)
    shutil.copy2(program, os.path.join(directory, "program"))
    os.chmod(os.path.join(directory, "program"), 0o755)
    os.symlink("program", os.path.join(directory, "cp"))
    return os.path.join(directory, "cp")


def copies_trees(mpcp):
    with tempfile.TemporaryDirectory() as directory:
        os.mkdir(os.path.join(directory, "s"))
        done = subprocess.run([mpcp, "-r", "s", "d"], cwd=directory, stderr=subprocess.DEVNULL, check=False)
        return done.returncode == 0


def default_directory():
    """In memory, if extended attributes and ACLs can be had there; otherwise where other tests copy."""
    memory = "/dev/shm"
    if os.access(memory, os.W_OK) and holds_attributes(memory):
        return memory
    return os.environ.get("MPCP_TEST_DIR", "/var/tmp")


def holds_attributes(directory):
    with tempfile.NamedTemporaryFile(dir=directory) as file:
        try:
            os.setxattr(file.name, "user.colour", b"blue")
            return stat.S_ISREG(os.stat(file.name).st_mode)
        except OSError:
            return False


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mpcp", default=os.environ.get("MPCP"), help="the program (default: $MPCP)")
    parser.add_argument("--reference", default=REFERENCE, help=f"GNU cp (default: {REFERENCE})")
    parser.add_argument("--cases", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument("--seed", type=int, default=1, help="of the first; the next have the next ones (default: 1)")
    parser.add_argument("--case", type=int, metavar="SEED", help="only this one, at length")
    parser.add_argument("--minimise", action="store_true", help="make examples as small as they can be")
    parser.add_argument("--key", help="with --case and --minimise: the difference that must stay, as printed")
    parser.add_argument("--keep", action="store_true", help="leave what was copied where it is, and tell where")
    parser.add_argument("--all", action="store_true", help=f"tell all that differ, not only {TOLD} of {BATCH} cases")
    parser.add_argument("--avoid", default="", metavar="OPTIONS", help="leave out cases with these (-S --parents)")
    parser.add_argument("--without", default="", metavar="RULES", help="excuse nothing by these rules, or by \"all\"")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="cases at the same time")
    parser.add_argument("--timeout", type=float, default=TIMEOUT, help=f"seconds for one copy (default: {TIMEOUT})")
    parser.add_argument("--directory", default=None, help="where to copy (default: in memory)")
    parser.add_argument("--self-test", action="store_true", help="see whether broken copies are found out")
    return parser.parse_args()


def choose_rules(without):
    names = without.split(",")
    unknown = set(names) - {rule.name for rule in RULES} - {"all", ""}
    if unknown:
        sys.exit(f"no such rule: {', '.join(unknown)} (there are {', '.join(rule.name for rule in RULES)})")
    return tuple(rule for rule in RULES if rule.name not in names and "all" not in names)


def avoided_by(text):
    """In the form that Case.has takes."""
    words = text.split()
    return "".join(word[1:] for word in words if cases.is_letters(word)), *words


def run(options, root):
    version = version_of(options.reference)
    if options.self_test:
        return mutations.run(options.reference, version, root)
    programs = Programs(options.reference, version, install(options.mpcp, root, "bin"), options.rules,
                        avoided_by(options.avoid))
    if options.keep:
        programs.kept = tempfile.mkdtemp(prefix="mpcp-compare-kept-", dir=options.directory)
        common.note(f"what was copied stays in {programs.kept}")
    return run_one(options, programs, root) if options.case is not None else run_all(options, programs, root)


def check(options):
    """Is there anything to compare?"""
    if not options.mpcp and not options.self_test:
        sys.exit("which program? --mpcp or $MPCP says")
    if not version_of(options.reference):
        common.skip_all(f"{options.reference} isn't GNU cp")
    if options.mpcp and not options.self_test and not copies_trees(options.mpcp):
        common.skip_all("this mpcp copies no trees")


def main():
    options = parse_arguments()
    options.mpcp = os.path.abspath(options.mpcp) if options.mpcp else None
    check(options)
    options.rules = choose_rules(options.without)
    options.directory = options.directory or default_directory()
    root = tempfile.mkdtemp(prefix="mpcp-compare-", dir=options.directory)
    os.chmod(root, 0o755)
    try:
        return run(options, root)
    finally:
        clear(root)


if __name__ == "__main__":
    sys.exit(main())
