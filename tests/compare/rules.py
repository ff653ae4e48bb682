# SPDX-License-Identifier: MIT
"""Where mpcp differs from the reference on purpose, or can't be compared with it. A rule excuses a difference; what
none excuses is a bug of one of the two."""

import collections
import os
import re

from cases import ACLS, DEVICE, DIRECTORY, FILE, LINK, TWIN, WORK, atime_of
from ground import WITHIN
from lines import lines_of, names_in, plain

# covers(difference, both): `both` has the case, the outcome with the reference and with mpcp (`wanted`, `got`), and
# the reference's version as a tuple.
Rule = collections.namedtuple("Rule", "name why covers")


def files_in(line):
    """That it speaks of, as they are called in the working directory."""
    return {name.rpartition(f"/{WITHIN}/")[2] for name in names_in(line)}


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
    """Of a copy whose source may have been read for another copy first, which depends on the order of names; or of a
    link, which may have been followed to see where it leads."""
    if difference.kind != "atime" or difference.before or "now" not in (difference.wanted, difference.got):
        return False
    if difference.entry == LINK:
        return True
    names = [os.path.normpath(operand) for operand in both.case.operands]
    return (any(entry.kind == TWIN for entry in both.case.entries) or len(set(names)) < len(names)
            or both.case.has("LH", "--dereference"))


def is_astray(difference, both):
    """Of a backup that cp puts where its name leads from the working directory, or doesn't make if that leads
    nowhere, and of the names that it has then."""
    if both.version >= (9, 2) or not both.case.has("bS", "--backup", "--suffix"):
        return False
    path = difference.path
    unmade = {entry.path for entry in both.case.entries
              if backups_of(entry.path, both.got, both.case) != backups_of(entry.path, both.wanted, both.case)}
    if difference.kind == "links":
        names = unstrayed(difference.got, both.case)
        return names == unstrayed(difference.wanted, both.case) or bool(names & unmade)
    if difference.kind == "stdout":
        return "(backup: " in (difference.got or "") and bool(files_in(difference.got) & unmade)
    if path is None:
        told = {name for line in lines_of(both.wanted.stderr) for name in files_in(line)}
        return difference.got in (None, 0) and bool(told & unmade)
    if path.startswith("d/") and path[2:] in both.wanted.entries or f"d/{path}" in both.got.entries:
        if is_backup(path, both.case):
            return True
    strays = [path for path in both.wanted.entries.keys() - both.got.entries.keys() if "/" not in path and path != "d"]
    return (path in unmade or (difference.kind == "extra" and path.startswith(tuple(unmade)) and is_backup(path, both.case))
            or (difference.kind in ("missing", "extra") and os.path.basename(path) in strays))


def unstrayed(links, case):
    """A set of names, those of backups without the destination."""
    names = (links or "").split(" = ")
    return {name.removeprefix("d/") if is_backup(name, case) else name for name in names}


def suffixes_of(case):
    suffixes = [word for option in case.options for word in option if "S" in option[0] or "--suffix" in option[0]]
    suffixes += [value for name, value in case.environment if name == "SIMPLE_BACKUP_SUFFIX"]
    return tuple(suffix.rpartition("=")[2] for suffix in ("~", *suffixes) if suffix)


def backups_of(path, outcome, case):
    """What they are."""
    names = [path + suffix for suffix in (*suffixes_of(case), ".~1~", ".~2~", ".~3~")]
    found = [outcome.entries.get(name, {}) for name in names]
    return [[entry.get(field) for field in ("type", "content", "target")] for entry in found]


def is_backup(path, case):
    return path.endswith(suffixes_of(case))


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
    words = [word for option in case.options for word in option]
    kept = any(word.startswith("--preserve=") and ("mode" in word or "all" in word) for word in words)
    return case.has("pa", "--archive") or "--preserve" in words or kept


def preserves_owner(case):
    words = [word for option in case.options for word in option]
    kept = any(word.startswith("--preserve=") and ("ownership" in word or "all" in word) for word in words)
    left = any(word.startswith("--no-preserve=") and ("ownership" in word or "all" in word) for word in words)
    return (case.has("pa", "--archive") or "--preserve" in words or kept) and not left


def sources_of(difference, both):
    """What may have been copied there: other entries with that name, or operands, or any if the destination has
    another name or a link of that name leads to one."""
    entries = {entry.path: entry for entry in both.case.entries}
    name = os.path.basename(difference.path)
    own = file_of(entries, difference.path)
    operands = {os.path.normpath(operand.removeprefix(WORK + "/")) for operand in both.case.operands}
    any_name = "/" not in difference.path or any(
        entry.kind == LINK and os.path.basename(entry.path) == name for entry in both.case.entries)
    for path in entries:
        entry = file_of(entries, path)
        if entry is not own and (os.path.basename(path) == name or path in operands or any_name):
            yield entry


def file_of(entries, path):
    """What has that name, and maybe others; None: nothing had it before."""
    entry = entries.get(path)
    while entry and entry.kind == TWIN:
        entry = entries[entry.target]
    return entry


def may_be_preserved(difference, both, bits):
    """Whether what may be its source has one of these bits."""
    return preserves_mode(both.case) and any(
        entry.mode & bits for entry in sources_of(difference, both) if entry.kind == difference.entry)


def is_set_id(difference, both):
    """Of a file that was there, with such bits of its own."""
    bits = lost_bits(difference, SET_ID)
    return (bits and difference.entry == FILE and difference.before
            and not may_be_preserved(difference, both, bits))


def rights_of(entry):
    """Its mode as it is seen, with its ACL."""
    return entry.mode & SPECIAL | mode_of(ACLS[entry.acl]) if entry.acl else entry.mode


def is_left_over(difference, both):
    """Of what has the mode of a source without such bits, but had them, or inherited them, or got them from a source
    that was copied there before."""
    bits = lost_bits(difference, SPECIAL)
    return bits and preserves_mode(both.case) and any(
        rights_of(entry) == int(difference.got, 8) for entry in sources_of(difference, both))


def is_ownerless(difference, both):
    """Of a copy that doesn't get the owner of its source, be it for the one who copies may not give that."""
    bits = SET_ID if difference.entry == FILE else SPECIAL
    return lost_bits(difference, bits) and (both.case.user != "root" or not preserves_owner(both.case))


def replaces(difference, both):
    """A file that isn't what was there before."""
    return not difference.before or both.case.has("bS", "--backup", "--suffix", "--remove-destination")


def is_narrowed(difference, both):
    """Of a new file whose source has an ACL that isn't preserved."""
    if (difference.kind, difference.entry) != ("mode", FILE) or not replaces(difference, both):
        return False
    wanted, got = int(difference.wanted, 8), int(difference.got, 8)
    return (got & ~wanted == 0 and wanted & ~got & ~0o077 == 0
            and any(entry.acl for entry in sources_of(difference, both)))


def is_kept(difference, both):
    """Of what was there, and cp removed before it failed to replace it."""
    return (difference.kind in ("extra", "links") and difference.before
            and both.wanted.status == both.got.status == 1
            and both.case.has("s", "--symbolic-link", "--remove-destination"))


def is_empty_clone(difference, both):
    """Of what cp leaves where extents can't be shared: nothing in it."""
    if "failed to clone" not in both.wanted.stderr or both.wanted.status != both.got.status:
        return False
    left = both.wanted.entries.get(difference.path, {})
    emptied = left.get("content", "").startswith("0 ") and left["mtime"] == "now"
    return emptied and (difference.kind == "missing" or difference.before and difference.kind in (
        "content", "mtime", "atime", "sparse", "mode", "owner", "group", "acl", "xattr"))


def is_locale(difference, both):
    """Of a line with a name that isn't ASCII."""
    return (difference.kind in ("stdout", "stderr") and both.case.locale == "C"
            and ("'$'\\" in (difference.wanted or "") or not (difference.got or "").isascii()))


def is_slash(difference, _):
    """Of a line about a name that was given with more slashes than it needs."""
    if difference.kind != "stdout" or not difference.wanted or not difference.got:
        return False
    wanted, got = (re.sub("/+", "/", line).replace("/'", "'") for line in (difference.wanted, difference.got))
    return wanted == got


AGAIN = re.compile("(cp: will not create hard link .*) to directory ")


def is_given_again(difference, both):
    """Of one directory given twice, of which cp copies the first, unless that fails."""
    refused = [name for line in lines_of(both.wanted.stderr) for found in [AGAIN.match(line)] if found
               for name in files_in(found[1])]
    words = "specified more than once", "will not create hard link"
    said = any(word in text for word in words for text in (both.wanted.stderr, both.got.stderr))
    if difference.path is None:
        names = files_in(difference.got or "") if difference.kind == "stdout" else ()
        return (said and difference.kind in ("stderr", "status")) or any(
            f"{name}/".startswith(f"{top}/") for top in refused for name in names)
    return said and (difference.kind in ("extra", "links", "target")
                     or any(f"{difference.path}/".startswith(f"{top}/") for top in refused))


def is_parents_time(difference, both):
    """Of a directory on the way, which cp gives its time more than once."""
    return difference.kind in ("mtime", "atime") and difference.entry == DIRECTORY and both.case.has("", "--parents")


EXISTS = re.compile(r"cp: cannot (create|make) (directory|regular file) (.*): File exists")


def is_parents_clash(difference, both):
    """Of a directory that cp doesn't enter, for it has looked at another one, or has just made it: as with "t/."."""
    tops = [os.path.normpath(name) for line in lines_of(both.wanted.stderr) for found in [EXISTS.match(line)] if found
            for name in files_in(line)]
    if not tops or not both.case.has("", "--parents"):
        return False
    if difference.path is None:
        return difference.kind in ("stderr", "stdout") or difference.got == 0
    names = difference.got.split(" = ") if difference.kind == "links" and difference.got else [difference.path]
    if difference.kind == "extra":  # the first name may be that of a link to another directory
        tops, names = [top.partition("/")[2] or top for top in tops], [difference.path.partition("/")[2]]
    return any(f"{name}/".startswith(f"{top}/") for top in tops for name in names)


def is_parents_error(difference, both):
    """Of a name with something on the way that is no directory, which one names, and the other what is there."""
    return (difference.kind == "stderr" and both.case.has("", "--parents")
            and "exists but is not a directory" in both.wanted.stderr and both.wanted.status == both.got.status == 1)


def is_parents_line(difference, both):
    """Of a directory on the way, whose names cp prints as they are."""
    if difference.kind != "stdout" or not both.case.has("", "--parents"):
        return False
    if difference.got is None:
        return difference.wanted in [part for line in lines_of(both.got.stdout) for part in plain(line).splitlines()]
    return difference.wanted is None and plain(difference.got) + "\n" in both.wanted.stdout


def is_default_acl(difference, both):
    """Of what is made where a default ACL says what new ones have."""
    most = [mode_of(ACLS[entry.default_acl]) for entry in both.case.entries if entry.default_acl]
    anew = not difference.before or (difference.entry != DIRECTORY and (
        difference.entry != FILE or replaces(difference, both)))
    if not anew or not most:
        return False
    if difference.kind == "acl":
        return difference.got is not None or difference.entry == DIRECTORY
    return difference.kind == "mode" and any(int(difference.got, 8) & 0o777 & ~mode == 0 for mode in most)


def mode_of(acl):
    """The rights that an ACL gives; those of its mask as the group's."""
    rights = dict(word.rsplit(":", 1) for word in acl.split())
    return int(rights["u:"] + rights.get("m:", rights["g:"]) + rights["o:"], 8)


def is_update_link(difference, both):
    """cp 9.1 links what -u leaves to what it has left before, asked for or not."""
    if not both.case.has("u", "--update"):
        return False
    wanted = both.wanted.entries.get(difference.path, {}).get("links")
    got = both.got.entries.get(difference.path, {}).get("links")
    return difference.before and wanted and wanted != got


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
    return (difference.kind in ("extra", "missing", "links", "mtime", "atime", "stdout", "stderr")
            and "into itself" in both.wanted.stderr + both.got.stderr
            and both.wanted.status == both.got.status == 1)


def is_long_backup(difference, both):
    """Of a file whose name has no room for a suffix."""
    if not both.case.has("bS", "--backup", "--suffix"):
        return False
    if difference.kind == "stdout":
        return any(len(os.fsencode(os.path.basename(name))) >= NAME_MAX - 2 for name in files_in(difference.wanted or ""))
    if difference.path is None:
        return "File name too long" in (both.got.stderr if difference.kind == "status" else difference.got or "")
    name = os.fsencode(os.path.basename(difference.path))
    return len(name) >= NAME_MAX - 2


NAME_MAX = 255


def is_hidden_xattr(difference, both):
    """Of what may be seen by root alone, and so can't be given to a file that replaces another."""
    if difference.kind != "xattr" or both.case.user == "root" or not difference.before:
        return False
    kept = [part for part in (difference.wanted or "").split(" ") if not part.startswith("trusted.")]
    return " ".join(kept) == (difference.got or "")


def is_xattr_of_link(difference, both):
    """cp gives a link by -s what its source has of those that links can have, and a directory that was reached through
    a link what that link has."""
    said = [line for line in lines_of(both.wanted.stderr) if line.startswith("cp: setting attribute ")]
    if difference.path is None and both.case.has("s", "--symbolic-link"):
        return difference.wanted in said or (difference.kind == "status" and [] != said == lines_of(both.wanted.stderr))
    if difference.kind != "xattr" or (difference.before and difference.entry != DIRECTORY):
        return False
    by_link = difference.entry == LINK and both.case.has("s", "--symbolic-link")
    followed = difference.entry == DIRECTORY and any(entry.kind == LINK for entry in both.case.entries)
    lost = difference.entry == DIRECTORY and both.case.user != "root" and both.case.has("a", "--archive")
    return (by_link and difference.got is None) or ((followed or lost) and difference.wanted is None)


def is_group_of_link(difference, both):
    """Of a link whose owner can't be preserved, though its group can."""
    return (difference.kind == "group" and difference.entry == LINK and both.case.user != "root"
            and preserves_owner(both.case))


def is_unread(difference, both):
    """Of the attributes of what couldn't be opened, or can't be given them, which mpcp says once and in other words; cp
    gives no default ACL then."""
    said = re.compile(r"cp: [gs]etting attribute '.*' (of|for) ")
    if not said.search(both.wanted.stderr) or not both.wanted.status == both.got.status == 1:
        return False
    if difference.kind == "default ACL":
        return True
    return difference.kind == "stderr" and bool(
        said.match(difference.wanted or "") or "cannot set the attributes of" in (difference.got or ""))


def is_trailing_slash(difference, both):
    """Of a name with a slash behind it that is to be no directory."""
    made = re.compile("cp: cannot create .*/'")
    return difference.kind == "stderr" and made.match(difference.wanted or "") and made.match(difference.got or "")


def is_unbackup(difference, _):
    """Of a backup that has got its name again."""
    return difference.kind == "stdout" and (difference.wanted or "").endswith(" (unbackup)") and not difference.got


def is_failed_backup(difference, both):
    """Of a directory in which something couldn't be copied, of which there was to be a backup."""
    return ((difference.kind, difference.entry, difference.before, difference.wanted) == ("mtime", DIRECTORY, True, "now")
            and both.case.has("b", "--backup") and both.wanted.status == both.got.status == 1
            and re.search(rf"(?<!\w){re.escape(difference.path)}/", both.got.stderr) is not None)


def is_posix(difference, both):
    """Of a link that leads nowhere."""
    return dict(both.case.environment).get("POSIXLY_CORRECT") and (
        "not writing through dangling symlink" in both.got.stderr and difference.kind in ("stderr", "status", "missing"))


def is_just_created(difference, both):
    """Whether the question comes first, and which of the two sentences."""
    return (difference.kind == "stderr" and "just-created" in both.wanted.stderr and "just-created" in both.got.stderr
            and both.wanted.status == both.got.status == 1)


def is_unlinkable(difference, both):
    """Of a further name that can't be a link, and so is a copy, which mpcp tells."""
    path = difference.path
    told = [line for line in lines_of(both.got.stderr) if "as it cannot be a hard link to" in line]
    if path is None:
        return difference.kind == "stderr" and difference.got in told
    return both.got.status == 1 and difference.kind in ("content", "mtime", "atime", "mode", "missing") and any(
        path in files_in(line) for line in told)


def is_device(difference, _):
    """Of a device that was written to, and stays as it is."""
    return difference.kind in ("mtime", "atime") and difference.entry == DEVICE


def is_other_fault(difference, both):
    """Of a source that can't be read and a destination that can't be written, one of which is told."""
    return (difference.kind == "stderr" and both.wanted.status == both.got.status == 1
            and "not writing through dangling symlink" in both.got.stderr
            and "for reading: Permission denied" in both.wanted.stderr)


def is_announced(difference, both):
    """Of a line about what is to be done next, and fails then, which was told."""
    if difference.kind != "stdout" or not both.wanted.status == both.got.status == 1:
        return False
    line, outcome = (difference.got, both.got) if difference.wanted is None else (difference.wanted, both.wanted)
    failed = {name for complaint in lines_of(outcome.stderr) for name in files_in(complaint)}
    return None in (difference.wanted, difference.got) and bool(files_in(line) & failed)


def is_removed(difference, both):
    """Of what is replaced, for it can't be written to, or by a link, without being removed before."""
    return (difference.kind == "stdout" and (difference.wanted or "").startswith("removed ") and difference.got is None
            and all(name in both.got.entries for name in files_in(difference.wanted)))


def is_directory_bits(difference, both):
    """Of a directory whose owner can't be preserved: setgid and sticky are no rights of his."""
    if (difference.kind, difference.entry) != ("mode", DIRECTORY) or both.case.user == "root":
        return False
    wanted, got = int(difference.wanted, 8), int(difference.got, 8)
    return wanted & 0o777 == got & 0o777 and got & wanted == wanted


def is_link_of_link(difference, both):
    """Of a further name that cp -s links to what its own link leads to, which is the source."""
    return (difference.kind in ("type", "links") and both.case.has("s", "--symbolic-link")
            and any(entry.kind == TWIN for entry in both.case.entries) and both.case.has("LH", "--dereference"))


def is_attributes_only(difference, both):
    """Of what -f would have to be removed for, with its bytes."""
    refused = {name for line in lines_of(both.got.stderr) if "cannot create regular file" in line and
               "Permission denied" in line for name in files_in(line)}
    if not refused or not both.case.has("", "--attributes-only") or not both.case.has("f", "--force"):
        return False
    if difference.path is None:
        return difference.kind == "status" or difference.got and bool(files_in(str(difference.got)) & refused)
    links = str(both.got.entries.get(difference.path, {}).get("links")).split(" = ")
    return bool({difference.path, *links} & refused)


def is_asked(difference, both):
    """Of a name that is the same link already."""
    names = [name for name in files_in(difference.wanted or "")] if difference.kind == "stderr" else []
    return (bool(names) and difference.got is None and difference.wanted.startswith("cp: overwrite ")
            and all("links" in both.got.entries.get(name, {}) for name in names))


def is_slash_of_link(difference, both):
    """Of a link to a directory that is named with a slash and -T: to mpcp it is the link."""
    if "cannot overwrite non-directory" not in both.got.stderr or not both.case.has("T", "--no-target-directory"):
        return False
    named = {os.path.normpath(word) for word in both.case.operands[-1:] if word.endswith("/")}
    return bool(named) and any(entry.kind == LINK and entry.path in named for entry in both.case.entries) and (
        both.got.status == 1)


def is_staged_source(difference, both):
    """Of a copy of a directory in which a file was replaced before, through a link."""
    if (difference.kind, difference.entry, difference.got) != ("mtime", DIRECTORY, "now"):
        return False
    changed = [path for path, entry in both.got.entries.items() if entry["type"] == DIRECTORY
               and entry["mtime"] == "now" != both.wanted.entries.get(path, {}).get("mtime")]
    return any(path != difference.path and os.path.basename(path) == os.path.basename(difference.path)
               for path in changed)


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
    Rule("parents' clash", "cp 9.1 --parents fails at some directories that are there", is_parents_clash),
    Rule("parents' error", "with --parents, what is no directory is told otherwise", is_parents_error),
    Rule("parents' line", "cp prints the names of directories on the way without quotes", is_parents_line),
    Rule("default ACL", "where a default ACL is, what is new gets no more than that says", is_default_acl),
    Rule("update link", "cp links what -u leaves to what it has left before", is_update_link),
    Rule("told", "extended attributes that are lost are told, where cp -a says nothing", is_told),
    Rule("usage", "what is wrong with a command line is one sentence", is_usage),
    Rule("wording", "mpcp has sentences of its own: the name, what failed, why", is_wording),
    Rule("long backup", "cp cuts a name that has no room for a suffix; mpcp refuses", is_long_backup),
    Rule("hidden xattr", "a file that is replaced keeps the attributes that may be seen", is_hidden_xattr),
    Rule("xattr of link", "cp reads and gives some attributes of links for those of files", is_xattr_of_link),
    Rule("group of link", "a link gets the group of its source, if not the owner", is_group_of_link),
    Rule("unread", "what can't be opened is told once", is_unread),
    Rule("trailing slash", "a name with a slash behind it is no file's, which is said as of files", is_trailing_slash),
    Rule("unbackup", "that a backup has got its name again isn't told", is_unbackup),
    Rule("failed backup", "no backup is made before the copy is complete", is_failed_backup),
    Rule("POSIX", "nothing is written through a link that leads nowhere, by POSIXLY_CORRECT neither", is_posix),
    Rule("just created", "nobody is asked whether to overwrite what mustn't be", is_just_created),
    Rule("unlinkable", "what can't be linked to is copied", is_unlinkable),
    Rule("device", "a device that is written to keeps its times", is_device),
    Rule("other fault", "of two faults of one copy one is told", is_other_fault),
    Rule("announced", "what is going to be done is told before it fails", is_announced),
    Rule("removed", "what is replaced isn't removed before, nor said to be", is_removed),
    Rule("directory bits", "a directory's setgid and sticky bits don't depend on its owner", is_directory_bits),
    Rule("link of link", "cp -s links further names to the source itself, with -L", is_link_of_link),
    Rule("attributes only", "with --attributes-only no bytes are lost, by -f neither", is_attributes_only),
    Rule("asked", "nobody is asked about a link that is there already", is_asked),
    Rule("slash of link", "with -T, a link to a directory is a link, with a slash, too", is_slash_of_link),
    Rule("staged source", "a directory in which a link has had a file replaced has another time", is_staged_source),
    Rule("order", "cp makes the same of it where directories list their names in another order", is_order),
]
