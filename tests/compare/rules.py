# SPDX-License-Identifier: MIT
"""Where mpcp differs from the reference on purpose, or can't be compared with it. A rule excuses a difference; what
none excuses is a mistake of one of the two."""

import collections
import os
import re

from cases import DIRECTORY, FILE, TWIN, atime_of
from lines import lines_of

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


def is_read_before(difference, both):
    """Of a copy whose source may have been read for another copy first, which depends on the order of names."""
    if difference.kind != "atime" or difference.before or "now" not in (difference.wanted, difference.got):
        return False
    names = [os.path.normpath(operand) for operand in both.case.operands]
    return (any(entry.kind == TWIN for entry in both.case.entries) or len(set(names)) < len(names)
            or both.case.has("LH", "--dereference"))


def is_astray(difference, both):
    """Of a backup that cp puts into the working directory, and the names that it has then."""
    if both.version >= (9, 2) or not both.case.has("bS", "--backup", "--suffix"):
        return False
    found = both.wanted.entries.keys() - both.got.entries.keys()
    strays = [path for path in found if "/" not in path and path != "d"]
    name = os.path.basename(difference.path or "")
    return ((difference.kind in ("missing", "extra") and name in strays)
            or (difference.kind == "links" and any(path in str(difference.wanted) for path in strays)))


def is_usage(difference, both):
    """Both refuse the command line."""
    return (difference.kind == "stderr" and "Try 'cp --help' for more information." in both.wanted.stderr
            and both.wanted.status == both.got.status and bool(both.got.stderr))


SPECIAL, SET_ID = 0o7000, 0o6000


def lost_bits(difference, bits):
    """Those that mpcp lacks, if that is all that differs in a mode."""
    if difference.kind != "mode":
        return 0
    wanted, got = int(difference.wanted, 8), int(difference.got, 8)
    return wanted & bits if got == wanted & ~bits else 0


def preserves_mode(case):
    return case.has("pa", "--preserve", "--archive")


def may_be_preserved(difference, both, bits):
    """Whether another entry has one of these bits, and may be the source: d is the destination of nearly all cases."""
    others = [entry for entry in both.case.entries
              if entry.path.partition("/")[0] != "d" and entry.kind == difference.entry]
    return preserves_mode(both.case) and any(entry.mode & bits for entry in others)


def is_set_id(difference, both):
    """Of a file that was there, with such bits of its own."""
    bits = lost_bits(difference, SET_ID)
    return (bits and difference.entry == FILE and difference.before
            and not may_be_preserved(difference, both, bits))


def is_left_over(difference, both):
    """Of what gets its mode from a source without such bits, but had them, or inherited them."""
    bits = lost_bits(difference, SPECIAL)
    return bits and preserves_mode(both.case) and not may_be_preserved(difference, both, bits)


def is_ownerless(difference, both):
    """Of a copy that gets its mode, but not its owner, from its source."""
    kept = " ".join(word for option in both.case.options for word in option if word.startswith("--preserve="))
    owned = both.case.has("pa", "--archive") or "ownership" in kept or "all" in kept
    return lost_bits(difference, SET_ID) and "mode" in kept and not owned


def is_narrowed(difference, both):
    """Of a new file whose source has an ACL that isn't preserved."""
    if (difference.kind, difference.entry, difference.before) != ("mode", FILE, False):
        return False
    wanted, got = int(difference.wanted, 8), int(difference.got, 8)
    return got & ~wanted == 0 and wanted & ~got & ~0o077 == 0 and any(entry.acl for entry in both.case.entries)


def is_kept(difference, both):
    """Of what was there, and cp removed before it failed to replace it."""
    return (difference.kind in ("extra", "links") and difference.before
            and both.wanted.status == both.got.status == 1 and both.case.has("s", "--symbolic-link"))


def is_empty_clone(difference, both):
    """Of what cp leaves where extents can't be shared."""
    clones = any("--reflink=always" in option or "--reflink" in option for option in both.case.options)
    return difference.kind == "missing" and clones and "failed to clone" in both.wanted.stderr


def is_locale(difference, both):
    """Of a line with a name that isn't ASCII."""
    return (difference.kind in ("stdout", "stderr") and both.case.locale == "C"
            and ("'$'\\" in (difference.wanted or "") or not (difference.got or "").isascii()))


def is_slash(difference, _):
    """Of a line about a directory whose name was given with slashes behind it."""
    return difference.kind == "stdout" and (difference.wanted or "").replace("/'", "'") == difference.got


def is_given_again(difference, both):
    """Of one directory given twice, which cp remembers by what became of the first."""
    words = "specified more than once", "will not create hard link"
    return any(word in text for word in words for text in (both.wanted.stderr, both.got.stderr)) and (
        difference.kind in ("stderr", "status", "extra", "links", "target"))


def is_parents_time(difference, both):
    """Of a directory on the way, which cp gives its time more than once."""
    return difference.kind in ("mtime", "atime") and difference.entry == DIRECTORY and both.case.has("", "--parents")


def is_parents_dot(difference, both):
    return (difference.kind == "stderr" and both.case.has("", "--parents")
            and ("cyclic symbolic link" in (difference.got or "") or "File exists" in (difference.wanted or "")))


def is_default_acl(difference, both):
    """Of a directory that is made where a default ACL says what new ones have."""
    return (difference.kind in ("acl", "mode") and difference.entry == DIRECTORY and not difference.before
            and any(entry.default_acl for entry in both.case.entries))


def is_update_link(difference, both):
    """cp 9.1 links what -u leaves to what it has left before, asked for or not."""
    return difference.before and both.case.has("u", "--update") and difference.kind not in ("stderr", "status")


def is_told(difference, _):
    """Of attributes that a copy lacks, of which cp -a says nothing."""
    return difference.kind == "stderr" and "cannot preserve extended attributes" in (difference.got or "")


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


def is_order(difference, both):
    """The reference does just this, too, where names are listed in another order."""
    return any(agrees(difference, outcome) for outcome in both.otherwise())


def agrees(difference, outcome):
    """Is there what mpcp has made?"""
    entry = outcome.entries.get(difference.path)
    if difference.kind == "status":
        return outcome.status == difference.got
    if difference.path is None:
        lines = lines_of(getattr(outcome, difference.kind)) if difference.kind in ("stdout", "stderr") else []
        return (difference.got is None or difference.got in lines) and difference.wanted not in lines
    if difference.kind in ("missing", "extra", "type"):
        return (entry and entry["type"]) == difference.got
    return entry is not None and entry.get(difference.kind) == difference.got


RULES = [
    Rule("declined", "before 9.2 cp exits with 0 when -i is answered by no; since then with 1", is_declined),
    Rule("reading", "whether the times of access of what is read change is nobody's business", is_reading),
    Rule("read before", "what is copied twice is read by the first copy, whichever that is", is_read_before),
    Rule("into itself", "what is copied before that is noticed depends on the order of names", is_into_itself),
    Rule("staging", "a file that is replaced gets its name anew, and its directory another time", is_staging),
    Rule("set-id", "a file that is replaced keeps no set-id bits", is_set_id),
    Rule("left over", "cp gives an ACL, and no mode, where the source has no such bits; they stay", is_left_over),
    Rule("ownerless", "set-id bits are preserved only together with the owner", is_ownerless),
    Rule("narrowed", "without an ACL a copy gives nobody what that denied", is_narrowed),
    Rule("astray", "cp 9.1 gives some backups their names in the working directory", is_astray),
    Rule("kept", "what can't be replaced stays, while cp has removed it before it fails", is_kept),
    Rule("empty clone", "cp leaves an empty file where extents can't be shared", is_empty_clone),
    Rule("locale", "names are printed as UTF-8, whatever the locale", is_locale),
    Rule("slash", "a new directory's name is told without the slashes behind it", is_slash),
    Rule("given again", "a directory given twice is one operand, whatever became of the first", is_given_again),
    Rule("parents' time", "a directory on the way has its source's time in the end", is_parents_time),
    Rule("parents' dot", "with --parents, a source that ends with a dot is told otherwise", is_parents_dot),
    Rule("default ACL", "a new directory gets no more than the default ACL says", is_default_acl),
    Rule("update link", "cp links what -u leaves to what it has left before", is_update_link),
    Rule("told", "extended attributes that are lost are told, where cp -a says nothing", is_told),
    Rule("usage", "what is wrong with a command line is one sentence", is_usage),
    Rule("wording", "mpcp has sentences of its own: the name, what failed, why", is_wording),
    Rule("order", "cp makes the same of it where directories list their names in another order", is_order),
]
