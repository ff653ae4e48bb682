# SPDX-License-Identifier: MIT
"""Compares two outcomes, and puts differences with one cause together."""

import collections
import difflib
import re

from lines import QUOTED, lines_of, names_in
from rules import RULES

# path: None for what isn't a property of an entry. entry: its type; before: was it there before the copy?
Difference = collections.namedtuple("Difference", "kind path wanted got entry before")
# otherwise(): what the reference does where directories list their names in other orders.
Both = collections.namedtuple("Both", "case wanted got version otherwise", defaults=[tuple])
Excused = collections.namedtuple("Excused", "difference rule")

# --- what differs ---


def compare(both):
    """All differences."""
    if both.got.hangs:
        return [Difference("hang", None, both.wanted.status, "no end", None, False)]
    found = []
    if both.wanted.status != both.got.status:
        found.append(Difference("status", None, both.wanted.status, both.got.status, None, False))
    for kind in "stdout", "stderr":
        found += compare_lines(kind, getattr(both.wanted, kind), getattr(both.got, kind))
    before = {entry.path for entry in both.case.entries}
    for path in sorted({*both.wanted.entries, *both.got.entries}):
        found += compare_entries(path, both.wanted.entries.get(path), both.got.entries.get(path), path in before)
    return without_consequences(found)


def compare_entries(path, wanted, got, before):
    if wanted is None:
        return [Difference("extra", path, None, got["type"], got["type"], before)]
    if got is None:
        return [Difference("missing", path, wanted["type"], None, wanted["type"], before)]
    if wanted["type"] != got["type"]:
        return [Difference("type", path, wanted["type"], got["type"], wanted["type"], before)]
    return [Difference(field, path, wanted.get(field), got.get(field), wanted["type"], before)
            for field in {**wanted, **got} if wanted.get(field) != got.get(field)]


def without_consequences(found):
    """What is extra, missing or of another type changes the directory's time, and takes what is below along."""
    tops = {d.path for d in found if d.kind in ("extra", "missing", "type")}
    parents = {path.rpartition("/")[0] for path in tops}
    return [d for d in found if not (d.kind == "mtime" and d.path in parents and "now" in (d.wanted, d.got))
            and not (d.kind in ("extra", "missing") and any(d.path.startswith(top + "/") for top in tops))]


# --- lines ---

def compare_lines(kind, wanted, got):
    """Lines that only one has; those of both that name the same file in pairs."""
    ours = collections.Counter(lines_of(got))
    ours.subtract(lines_of(wanted))
    missing = [line for line, count in ours.items() for _ in range(-count)]
    extra = [line for line, count in ours.items() for _ in range(count)]
    found = []
    for line in missing:
        partner = partner_of(line, extra)
        if partner is not None:
            extra.remove(partner)
        found.append(Difference(kind, None, line, partner, None, False))
    return found + [Difference(kind, None, None, line, None, False) for line in extra]


def partner_of(line, others):
    names = names_in(line)
    near = [other for other in others if names & names_in(other)]
    near = near or [other for other in others if not names and not names_in(other)]
    return max(near, key=lambda other: difflib.SequenceMatcher(None, line, other).ratio(), default=None)


# --- rules ---


def sort_out(both, differences, rules=tuple(RULES)):
    """Those that no rule excuses, and those that one does."""
    left, excused = [], []
    for difference in differences:
        rule = next((rule for rule in rules if rule.covers(difference, both)), None)
        if rule:
            excused.append(Excused(difference, rule.name))
        else:
            left.append(difference)
    return left, excused


# --- what they have in common ---


def key_of(difference):
    """The same for differences that look alike: without names, and without numbers except meaningful ones."""
    where = "an old" if difference.before else "a new"
    what = f" of {where} {difference.entry}" if difference.entry else ""
    if difference.kind == "mode":
        return f"mode{what}: {change_of(int(difference.wanted, 8), int(difference.got, 8))}"
    values = [normal(difference.kind, value) for value in (difference.wanted, difference.got)]
    return f"{difference.kind}{what}: {' → '.join(values)}"


CLASSES = {"set-user-id": 0o4000, "set-group-id": 0o2000, "sticky": 0o1000, "user": 0o700, "group": 0o070,
           "others": 0o007}


def change_of(wanted, got):
    """Who has more rights, or fewer."""
    fewer = [name for name, bits in CLASSES.items() if wanted & ~got & bits]
    more = [name for name, bits in CLASSES.items() if got & ~wanted & bits]
    return ", ".join(f"{how} for {' '.join(names)}" for how, names in (("less", fewer), ("more", more)) if names)


def normal(kind, value):
    if value is None:
        return "nothing"
    if kind in ("mtime", "atime"):
        return "now" if value == "now" else "a set time"
    if kind == "content":
        return "none" if value.startswith("0 ") else "some"
    if kind in ("links", "target", "xattr", "acl", "default ACL"):
        return "one"
    if kind in ("stdout", "stderr"):
        line = re.sub(r"[\d.]+ ([KMGT]i)?B\b", "SIZE", QUOTED.sub("NAME", value))
        return re.sub(r"^(\w+): (?!-)[^\s:]+: ", r"\1: NAME: ", re.sub(r"\d+", "N", line))
    return str(value)


def telling(differences):
    """Those that show the cause: what mpcp complains about says more than what is missing then, and that more than
    what wasn't printed, or the status."""
    complaints = [d for d in differences if d.kind == "stderr" and d.got]
    there = [d for d in differences if d.kind not in ("stdout", "stderr", "status")]
    return complaints or there or [d for d in differences if d.kind != "status"] or differences


Cluster = collections.namedtuple("Cluster", "key cases examples")


def clusters(reports):
    """Puts each case with most of the others that have the same difference, so that one cause is one cluster."""
    members = collections.defaultdict(dict)
    for report in reports:
        for difference in telling(report.differences):
            members[key_of(difference)][report.seed] = report
    while members:
        key = max(members, key=lambda k: (len(members[k]), k))
        inside = members.pop(key)
        # The simplest first.
        examples = sorted(inside.values(), key=lambda r: (len(r.differences), r.weight))
        yield Cluster(key, len(inside), examples)
        for other in list(members):
            for seed in inside:
                members[other].pop(seed, None)
            if not members[other]:
                del members[other]
