#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Copies the same files with cp and with mpcp, and compares what the copies have besides their bytes: owner, mode, ACL,
extended attributes, time of modification. All combinations of what may matter are too many: a sample is taken, by chance.

Usage: attributes_as_cp.py MPCP DIRECTORY [COUNT [SEED]]    (COUNT 0: all; as root; the modes that cp preserves on FUSE,
where an ACL may be kept but means nothing, aren't the source's, and so are of no interest)
"""

import itertools
import os
import random
import shutil
import struct
import subprocess
import sys

ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
NOBODY, SOMEONE = 65534, 1234
USER_OBJ, USER, GROUP_OBJ, GROUP, MASK, OTHER = 1, 2, 4, 8, 16, 32


def acl(*entries):
    nobody = 0xffffffff
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", tag, rights, who if who is not None else nobody)
                                           for tag, rights, who in entries)


ACLS = {
    "no ACL": None,
    "one more may": acl((USER_OBJ, 6, None), (USER, 6, SOMEONE), (GROUP_OBJ, 0, None), (MASK, 6, None), (OTHER, 0, None)),
    "one may not": acl((USER_OBJ, 6, None), (USER, 0, SOMEONE), (GROUP_OBJ, 4, None), (GROUP, 2, SOMEONE), (MASK, 7, None),
                       (OTHER, 4, None)),
}
DEFAULTS = {
    "none by default": None,
    "wide by default": acl((USER_OBJ, 7, None), (USER, 7, 4321), (GROUP_OBJ, 5, None), (MASK, 7, None), (OTHER, 5, None)),
    "narrow by default": acl((USER_OBJ, 6, None), (GROUP_OBJ, 0, None), (OTHER, 0, None)),
}
# What is there before: owner, group, mode and ACL.
OLD = {
    "new": None,
    "over its own": (None, None, 0o664, "no ACL"),
    "over another's": (SOMEONE, SOMEONE, 0o666, "no ACL"),
    "over one with an ACL": (None, None, 0o660, "one more may"),
    "over another's with an ACL": (SOMEONE, 100, 0o666, "one may not"),
}
DIMENSIONS = [
    [0o600, 0o644, 0o464, 0o1777, 0o6755],
    list(ACLS),
    [(0, 0), (NOBODY, NOBODY), (SOMEONE, 100)],
    list(DEFAULTS),
    list(OLD),
    [None, "-p", "--preserve=mode", "--preserve=ownership", "--preserve=timestamps", "--preserve=xattr", "--preserve=all",
     "--preserve=mode,ownership"],
    [0o022, 0o077, 0o000],
    [0, NOBODY],
    [[], ["--resume"], ["--inplace"]],
]


def is_sensible(case):
    mode, _, _, default, old, preserve, _, user, way = case
    # Documented: a replaced file keeps no set-id bits, and there are none without the owner.
    if mode & 0o6000 and preserve not in (None, "-p", "--preserve=all", "--preserve=mode,ownership"):
        return False
    # Documented: what must be written in place can't be resumed.
    if user == NOBODY and old.startswith("over another's") and way == ["--resume"]:
        return False
    # cp, which has the file narrower, or wider, for a while, forgets what the default ACL has made of it.
    forgets = preserve == "--preserve=ownership" or (preserve == "--preserve=xattr" and mode == 0o464 and user == NOBODY)
    return not (forgets and old == "new" and default != "none by default")


def set_acl(path, name, value):
    if value:
        os.setxattr(path, name, value)


def set_up(directory, case):
    mode, source_acl, owner, default, old, _, _, user, _ = case
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory + "/d")
    src, dst = directory + "/src", directory + "/d/dst"
    with open(src, "w", encoding="ascii") as file:
        file.write("new")
    os.chmod(src, 0o600)
    os.setxattr(src, "user.colour", b"blue")
    os.chown(src, *owner)
    set_acl(src, ACCESS, ACLS[source_acl])
    now = os.stat(src).st_mode & 0o777
    os.chmod(src, mode if source_acl == "no ACL" else now | (mode & 0o7000))
    os.utime(src, ns=(1000000000123456789, 1000000001987654321))
    if OLD[old]:
        make_old(dst, user, *OLD[old])
    os.chown(directory + "/d", user, user)
    os.chmod(directory + "/d", 0o755)
    set_acl(directory + "/d", DEFAULT, DEFAULTS[default])
    os.chmod(directory, 0o755)


def make_old(dst, user, uid, gid, mode, old_acl):
    with open(dst, "w", encoding="ascii") as file:
        file.write("older")
    os.chmod(dst, 0o600)
    os.setxattr(dst, "user.shape", b"round")
    os.chown(dst, user if uid is None else uid, user if gid is None else gid)
    os.chmod(dst, mode)
    set_acl(dst, ACCESS, ACLS[old_acl])


def copy(directory, case, program):
    """The outcome, and what was printed."""
    set_up(directory, case)
    _, _, _, _, _, preserve, mask, user, _ = case

    def become():
        os.umask(mask)
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    command = [*program, *([preserve] if preserve else []), directory + "/src", directory + "/d/dst"]
    done = subprocess.run(command, preexec_fn=become, capture_output=True, text=True, check=False)
    # FUSE gives such names to what is removed while it is open, and removes them in its own time.
    left = sorted(name for name in os.listdir(directory + "/d") if name != "dst" and not name.startswith(".fuse_hidden"))
    return outcome(directory + "/d/dst", done.returncode, left), done.stderr


def outcome(dst, status, left):
    result = {"status": status, "left": left}
    try:
        st = os.stat(dst)
        with open(dst, encoding="ascii") as file:
            result["content"] = file.read()
    except FileNotFoundError:
        return result
    result |= {"owner": st.st_uid, "group": st.st_gid, "mode": oct(st.st_mode & 0o7777)}
    result |= {name: os.getxattr(dst, name) for name in sorted(os.listxattr(dst))}
    result["time"] = st.st_mtime_ns if st.st_mtime_ns == 1000000001987654321 else "now"
    return result


def narrowed(mode, source_acl):
    """What a mode may be without the ACL that belonged to it: see mpcp(1)."""
    entries = [struct.unpack_from("<HHI", source_acl, at)[:2] for at in range(4, len(source_acl), 8)]
    mask = next(rights for tag, rights in entries if tag == MASK)
    for tag, rights in entries:
        if tag in (USER, GROUP_OBJ):
            mode &= ~0o070 | (rights & mask) << 3
        if tag in (USER, GROUP):
            mode &= ~0o007 | (rights & mask)
    return mode


def adapt(result, case):
    """Where mpcp differs from cp on purpose."""
    _, source_acl, _, _, old, _, _, _, _ = case
    if old == "new" and source_acl != "no ACL" and not keeps_mode(case) and ACCESS not in result and "mode" in result:
        result["mode"] = oct(narrowed(int(result["mode"], 8), ACLS[source_acl]))
    return result


def compare(directory, case, mpcp):
    wanted, said_by_cp = copy(directory, case, ["cp"])
    got, said = copy(directory, case, [mpcp, *case[-1]])
    if "cannot create regular file" in said_by_cp:  # with such a mode on FUSE; but it has
        return True
    wanted = adapt(wanted, case)
    if "setting attribute" in said_by_cp:  # of a file that it has made read-only before
        got.pop("user.colour", None)
    if wanted["status"] == got["status"] == 1:  # cp gives up the others after the first that it can't preserve
        for result in wanted, got:
            for name in result.keys() - {"status", "left", "content", "owner"}:
                del result[name]
    if got == wanted:
        return True
    print("#", *case, file=sys.stderr)
    for name in sorted(wanted.keys() | got.keys()):
        if wanted.get(name) != got.get(name):
            print(f"#   {name}: cp has {wanted.get(name)}, mpcp {got.get(name)}", file=sys.stderr)
    print(f"#   cp said: {said_by_cp.strip()}\n#   mpcp said: {said.strip()}", file=sys.stderr)
    return False


def keeps_mode(case):
    return case[5] in ("-p", "--preserve=mode", "--preserve=all", "--preserve=mode,ownership")


def is_fuse(directory):
    return "fuse" in subprocess.run(["stat", "-f", "-c", "%T", directory], capture_output=True, text=True, check=True).stdout


def main():
    mpcp, directory, *rest = sys.argv[1:]
    count, seed = [*rest, *["500", str(random.randrange(1 << 32))][len(rest):]]
    cases = [case for case in itertools.product(*DIMENSIONS) if is_sensible(case)]
    if is_fuse(os.path.dirname(directory)):
        cases = [case for case in cases if not keeps_mode(case)]
    if int(count):
        cases = random.Random(int(seed)).sample(cases, int(count))
    print(f"# {len(cases)} cases, seed {seed}", file=sys.stderr)
    wrong = sum(not compare(directory, case, os.path.abspath(mpcp)) for case in cases)
    print(f"# {wrong} of {len(cases)} differ", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
