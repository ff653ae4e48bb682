# SPDX-License-Identifier: MIT
"""Where mpcp differs from the reference on purpose, or can't be compared with it. A rule excuses a difference; what
none excuses is a mistake of one of the two."""

import collections
import re

from cases import DIRECTORY, FILE, TWIN, atime_of

# covers(difference, both): `both` has the case, the outcome by the reference and by mpcp (`wanted`, `got`), and the
# reference's version as a tuple.
Rule = collections.namedtuple("Rule", "name why covers")


def is_declined(difference, both):
    return (difference.kind == "status" and both.version < (9, 2) and both.case.has("i", "--interactive")
            and (both.wanted.status, both.got.status) == (0, 1))


def is_reading(difference, both):
    """Of what was there before, and wasn't given another's time: that it was read, or not, or made anew."""
    if difference.kind != "atime" or not difference.before:
        return False
    entries = {entry.path: entry for entry in both.case.entries}
    entry = entries[difference.path]
    while entry.kind == TWIN:
        entry = entries[entry.target]
    return difference.wanted in ("now", atime_of(entry))


def is_staging(difference, both):
    """Of a directory in which there is a file that was there before, and may have been replaced."""
    if (difference.kind, difference.entry, difference.before, difference.got) != ("mtime", DIRECTORY, True, "now"):
        return False
    return any(entry.path.rpartition("/")[0] == difference.path and entry.kind in (FILE, TWIN)
               for entry in both.case.entries)


def is_set_id(difference, _):
    """Of a file that was there."""
    if (difference.kind, difference.entry, difference.before) != ("mode", FILE, True):
        return False
    wanted, got = int(difference.wanted, 8), int(difference.got, 8)
    return wanted & 0o6000 != 0 and got == wanted & ~0o6000


def is_wording(difference, _):
    """Of one error in other words: the two lines name the same file, and give the same reason if they give one."""
    lines = difference.wanted, difference.got
    if difference.kind != "stderr" or not all(line and line.startswith("cp: ") for line in lines):
        return False
    reasons = [reason_of(line) for line in lines]
    return None in reasons or reasons[0] == reasons[1]


def reason_of(line):
    """As the C library words it."""
    found = re.search(r": ([A-Z][A-Za-z -]*( \([a-z ]+\))?)$", line)
    return found[1] if found else None


def is_into_itself(difference, both):
    """How much was copied when it was noticed."""
    return (difference.kind in ("extra", "missing", "links", "mtime") and "into itself" in both.wanted.stderr
            and both.wanted.status == both.got.status == 1)


RULES = [
    Rule("declined", "before 9.2 cp exits with 0 when -i is answered by no; since then with 1", is_declined),
    Rule("reading", "whether the times of access of what is read change is nobody's business", is_reading),
    Rule("into itself", "what is copied before that is noticed depends on the order of names", is_into_itself),
    Rule("staging", "a file that is replaced gets its name anew, and its directory another time", is_staging),
    Rule("set-id", "a file that is replaced keeps no set-id bits", is_set_id),
    Rule("wording", "mpcp has sentences of its own: the name, what failed, why", is_wording),
]
