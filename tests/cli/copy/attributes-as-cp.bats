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

compare() { # directory, how many, seed (by default another each time)
    setfacl -d -m u:1:r "$1" 2>/dev/null && setfacl -k "$1" || skip "no ACLs here"
    setfattr -n user.probe -v 1 "$1" 2>/dev/null || skip "no extended attributes here"
    python3 "$BATS_TEST_DIRNAME/attributes_as_cp.py" "$MPCP" "$1/copies" "${@:2}"
}

on() { # type, size, how many, seed
    with_mount "$1" "$2"
    compare "$MNT" "${@:3}"
}

on_fuse() { # how many, seed
    with_fuse 64M allow_other
    compare "$MNT" "$@"
}

@test "here" { compare . 100 1; }
@test "on xfs" { on xfs 400M 30 1; }
@test "on btrfs" { on btrfs 200M 30 2; }
@test "on tmpfs" { on tmpfs 64M 30 3; }
@test "where files without a name are unknown" { on_fuse 30 4; }

# bats test_tags=slow
@test "many more of them here" { compare . 400; }
# bats test_tags=slow
@test "many more on xfs" { on xfs 400M 150; }
# bats test_tags=slow
@test "many more on btrfs" { on btrfs 200M 150; }
# bats test_tags=slow
@test "many more on tmpfs" { on tmpfs 64M 150; }
# bats test_tags=slow
@test "many more where files without a name are unknown" { on_fuse 100; }
