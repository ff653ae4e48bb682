# SPDX-License-Identifier: MIT
"""Makes a case smaller while a difference stays, and writes it down as a shell script."""

import dataclasses
import shlex

from cases import ACLS, DEVICE, DIRECTORY, FIFO, FILE, LINK, OWNERS, SOCKET, TWIN, WORK

PLAIN = {"owner": "me", "group": "me", "mode": None, "xattrs": (), "acl": "", "default_acl": "", "size": 1, "holes": "",
         "mtime": 1000000000123456789}
CIRCUMSTANCES = {"environment": (), "umask": 0o022, "locale": "C", "user": "root", "answers": "", "last": False}


def minimise(case, stays):
    """The smallest case found for which stays(case) is still true."""
    while True:
        smaller = next((other for other in simpler(case) if stays(other)), None)
        if smaller is None:
            return case
        case = smaller


def simpler(case):
    """Cases with a little less, in the order in which they are worth trying."""
    yield from without_entries(case)
    for i in range(len(case.options)):
        yield dataclasses.replace(case, options=case.options[:i] + case.options[i + 1:])
    for i in range(len(case.operands)):
        yield dataclasses.replace(case, operands=case.operands[:i] + case.operands[i + 1:])
    yield from with_less(case, CIRCUMSTANCES)
    for i, operand in enumerate(case.operands):
        for plainer in plainer_names(operand):
            yield dataclasses.replace(case, operands=case.operands[:i] + (plainer,) + case.operands[i + 1:])
    for i, entry in enumerate(case.entries):
        for plainer in with_less(entry, PLAIN | {"mode": 0o755 if entry.kind == DIRECTORY else 0o644}):
            yield dataclasses.replace(case, entries=case.entries[:i] + (plainer,) + case.entries[i + 1:])


def without_entries(case):
    """Each once, with what is below it, and its twins."""
    for entry in case.entries:
        gone = {entry.path} | {other.path for other in case.entries if other.path.startswith(entry.path + "/")}
        gone |= {other.path for other in case.entries if other.kind == TWIN and other.target in gone}
        # A twin's twin.
        gone |= {other.path for other in case.entries if other.kind == TWIN and other.target in gone}
        yield dataclasses.replace(case, entries=tuple(other for other in case.entries if other.path not in gone))


def plainer_names(operand):
    plainer = operand.rstrip("/").removeprefix("./").removeprefix(WORK + "/").replace("//", "/").removesuffix("/.")
    return [plainer] if plainer and plainer != operand else []


def with_less(thing, plain):
    for field, value in plain.items():
        if getattr(thing, field) not in (value, 0 if field == "size" else value):
            yield dataclasses.replace(thing, **{field: value})


# --- as a script ---


def quoted(word):
    """For bash, whatever bytes it has."""
    if word.isprintable() and word.isascii():
        return shlex.quote(word)
    raw = word.encode(errors="surrogateescape")
    return "$'" + "".join(chr(b) if 32 <= b < 127 and chr(b) not in "\\'" else f"\\x{b:02x}" for b in raw) + "'"


def command(case):
    environment = [f"{name}={quoted(value)}" for name, value in case.environment]
    return " ".join([*environment, "cp", *map(located, case.words())])


def located(word):
    """Quoted, with a variable for the working directory."""
    before, here, after = word.partition(WORK + "/")
    if not here or not (before == "" or before.endswith("=")):
        return quoted(word)
    return f"{before}\"$PWD\"/{quoted(after) if after else ''}"


def circumstances(case):
    """What of a case isn't in its command."""
    said = [f"as {case.user}"]
    if case.umask != 0o022:
        said.append(f"umask {case.umask:03o}")
    if case.locale != "C":
        said.append(case.locale)
    if case.answers:
        shown = case.answers if len(case.answers) < 20 else case.answers[:4] + "..."
        said.append(f"answers {shown!r}")
    return ", ".join(said)


def script(case):
    """How to build it and copy by hand."""
    lines = [line for entry in case.entries for line in creation(entry)]
    lines += [line for entry in reversed(case.entries) if entry.kind != TWIN for line in dressing(entry)]
    return [*lines, f"{command(case)}   # {circumstances(case)}"]


def creation(entry):
    path = quoted("./" + entry.path if entry.path.startswith("-") else entry.path)
    target = located(entry.target)
    return {DIRECTORY: [f"mkdir {path}"], FILE: [f"head -c {entry.size} /dev/urandom >{path}"],
            LINK: [f"ln -s -- {target} {path}"], TWIN: [f"ln -P -- {target} {path}"], FIFO: [f"mkfifo {path}"],
            SOCKET: [f"python3 -c 'import os, sys; os.mknod(sys.argv[1], 0o140600)' {path}"],
            DEVICE: [f"mknod {path} c 1 3"]}[entry.kind] + ([f"# with holes: {entry.holes}"] if entry.holes else [])


def dressing(entry):
    path = quoted("./" + entry.path if entry.path.startswith("-") else entry.path)
    if (entry.owner, entry.group) != ("me", "me"):
        yield f"chown -h {OWNERS.get(entry.owner, '')}:{OWNERS.get(entry.group, '')} {path}"
    if entry.kind != LINK:
        yield from (f"setfattr -n {name} -v '{value}' {path}" for name, value in entry.xattrs)
        if entry.mode != (0o755 if entry.kind == DIRECTORY else 0o644):
            yield f"chmod {entry.mode:o} {path}"
        yield from (f"setfacl {default}-m {ACLS[acl].replace(' ', ',')} {path}"
                    for default, acl in (("", entry.acl), ("-d ", entry.default_acl)) if acl)
    if entry.mtime != PLAIN["mtime"]:
        yield f"touch -h -d @{entry.mtime // 10**9}.{entry.mtime % 10**9:09d} {path}"
