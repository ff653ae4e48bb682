#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Mode, ACL, owner, extended attributes and times of a copy are those that cp gives it, in all combinations of what is
# there before: a sample of them, on each file system.
load ../support

eval "enter_$(declare -f setup)"

setup() {
    enter_setup
    needs_root
    chmod 755 .
}

compare() { # directory, how many
    setfacl -d -m u:1:r "$1" 2>/dev/null && setfacl -k "$1" || skip "no ACLs here"
    setfattr -n user.probe -v 1 "$1" 2>/dev/null || skip "no extended attributes here"
    python3 "$BATS_TEST_DIRNAME/attributes_as_cp.py" "$MPCP" "$1/copies" "$2"
}

@test "here" {
    compare . 400
}

@test "on xfs" {
    with_mount xfs 400M
    compare "$MNT" 150
}

@test "on btrfs" {
    with_mount btrfs 200M
    compare "$MNT" 150
}

@test "on tmpfs" {
    with_mount tmpfs 64M
    compare "$MNT" 150
}

@test "where files without a name are unknown" {
    with_fuse 64M allow_other
    compare "$MNT" 100
}
