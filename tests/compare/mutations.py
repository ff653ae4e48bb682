# SPDX-License-Identifier: MIT
"""Breaks copies on purpose: each property that is compared must be seen to break, and nothing else with it."""

import collections
import os

import common
from cases import DEVICE, DIRECTORY, FILE, LINK, TWIN, Case, Entry
from differences import Both, compare
from ground import Ground

# What can be broken.
TREE = (
    Entry("s", DIRECTORY, mode=0o755, xattrs=(("user.colour", "blue"),), default_acl="wide"),
    Entry("s/file", FILE, size=5000, xattrs=(("user.colour", "blue"),), acl="one more may"),
    Entry("s/plain", FILE, size=100),
    Entry("s/sparse", FILE, size=262144, holes="dhd"),
    Entry("s/twin", TWIN, target="s/plain"),
    Entry("s/link", LINK, target="file"),
    Entry("s/device", DEVICE),
    Entry("s/sub", DIRECTORY, mode=0o700),
    Entry("s/sub/inner", FILE, size=3),
)
CASE = Case(0, TREE, (("-av",),), ("s", "d"))

# commands: run by a shell when everything is copied; kinds: of the differences that must be found.
Mutation = collections.namedtuple("Mutation", "name commands kinds needs_root", defaults=[False])
PYTHON = "python3 -c 'import os; {}'"
MUTATIONS = [
    Mutation("nothing", ":", ""),
    Mutation("wrong mode", "chmod 601 d/plain", "mode"),
    Mutation("wrong mode of a directory", "chmod 750 d/sub", "mode"),
    Mutation("lost set-id bit", "chmod u+s d/plain", "mode"),
    Mutation("lost xattr", PYTHON.format('os.removexattr("d/file", "user.colour")'), "xattr"),
    Mutation("changed xattr", PYTHON.format('os.setxattr("d", "user.colour", b"red")'), "xattr"),
    Mutation("lost ACL", PYTHON.format('m = os.stat("d/file").st_mode; os.removexattr("d/file", "'
                                       'system.posix_acl_access"); os.chmod("d/file", m)'), "acl"),
    Mutation("lost default ACL", PYTHON.format('os.removexattr("d", "system.posix_acl_default")'), "default ACL"),
    Mutation("lost hard link", "{cp} -p d/twin x; mv x d/twin; touch -r s d", "links"),
    Mutation("hard link to the source", "rm d/link; ln s/link d/link; touch -r s d", "links"),
    Mutation("changed byte", "printf x | dd of=d/file bs=1 seek=99 conv=notrunc 2>/dev/null; touch -r s/file d/file",
             "content"),
    Mutation("lost bytes", "truncate -s 99 d/plain; touch -r s/plain d/plain", "content"),
    Mutation("changed source", "printf x | dd of=s/file bs=1 conv=notrunc 2>/dev/null; touch -r d/file s/file",
             "content"),
    Mutation("wrong exit", "status=3", "status"),
    Mutation("killed", "kill -KILL $$", "status"),
    Mutation("extra file", "touch d/extra", "extra"),
    Mutation("extra hidden file", "touch .left", "extra"),
    Mutation("missing file", "rm d/sub/inner", "missing"),
    Mutation("missing source", "rm s/link", "missing"),
    Mutation("wrong mtime", "touch -m -d @5 d/plain", "mtime"),
    Mutation("mtime a nanosecond off", "touch -m -d @1000000000.123456788 d/file", "mtime"),
    Mutation("mtime of now", "touch -m d/sub", "mtime"),
    Mutation("mtime of a link", "touch -h -m d/link", "mtime"),
    Mutation("wrong atime", "touch -a d/plain", "atime"),
    Mutation("changed link target", "ln -sfn other d/link; touch -h -r s/link d/link; touch -r s d", "target"),
    Mutation("file instead of link", "rm d/link; {cp} -L s/link d/link", "type"),
    Mutation("holes filled", "{cp} -a --sparse=never s/sparse x; mv x d/sparse; touch -r s d", "sparse"),
    Mutation("wrong owner", "chown 1234 d/plain", "owner", True),
    Mutation("wrong group", "chgrp 1234 d/plain", "group", True),
    Mutation("wrong device", "mknod -m 644 x c 1 5; mv x d/device; touch -r s/device d/device; touch -r s d",
             "device", True),
    Mutation("another line", "echo more", "stdout"),
    Mutation("an error said", "echo oops >&2", "stderr"),
    Mutation("hanging", "sleep 60", "hang"),
]


def write_wrapper(path, reference, commands):
    """A cp that copies as it should, and then breaks something."""
    with open(path, "x", encoding="ascii") as file:
        file.write(f'#!/bin/sh\n{reference} "$@"; status=$?\n{commands.format(cp=reference)}\nexit $status\n')
    os.chmod(path, 0o755)


def kinds_of(ground, reference, version, program):
    wanted, got = ground.try_out(reference, CASE), ground.try_out(program, CASE)
    return {difference.kind for difference in compare(Both(CASE, wanted, got, version))}


def complaints_about(mutation, kinds):
    # Looking changes the time of access, and so may breaking.
    kinds = kinds - ({"atime"} if mutation.kinds != "atime" else set())
    if kinds == {mutation.kinds} - {""}:
        return []
    return [f"seen: {', '.join(sorted(kinds)) or 'nothing'}; must be seen: {mutation.kinds or 'nothing'}"]


def run(reference, version, root):
    """Prints TAP; returns the status."""
    ground = Ground(os.path.join(root, "ground"), timeout=1)
    tap = common.Tap(len(MUTATIONS))
    for number, mutation in enumerate(MUTATIONS):
        if mutation.needs_root and not ground.is_root:
            tap.point(mutation.name, [], skip="only root can do that")
            continue
        wrapper = os.path.join(root, f"cp{number}")
        write_wrapper(wrapper, reference, mutation.commands)
        tap.point(mutation.name, complaints_about(mutation, kinds_of(ground, reference, version, wrapper)))
    return tap.status()
