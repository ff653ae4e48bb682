#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --dry-run says no where the copy would fail at its beginning, and yes where it wouldn't.
load ../support

# A dry run ends with this status and sentence, and so does the copy.
both_say() { # sentence as an expression, argument...
    local sentence=$1 option
    shift
    for option in --dry-run --quiet; do
        run --separate-stderr "${MPCP_AS:-mpcp}" $option "$@"
        assert_failed_like 1 "$sentence"
    done
}

@test "a file system that is mounted read-only" {
    with_mount ext4 64M
    echo old >"$MNT/old"
    mount -o remount,ro "$MNT"
    echo new >src
    both_say "cannot create regular file '$MNT/new': Read-only file system" src "$MNT/new"
    both_say "cannot create regular file '$MNT/old': Read-only file system" src "$MNT/old"
}

@test "a directory that may not be written to" {
    needs_root
    mkdir dir
    echo new >src
    chmod 755 . dir
    chmod 644 src
    MPCP_AS=mpcp_as_nobody both_say "cannot create regular file 'dir/new': Permission denied" src dir/new
}

@test "a full disk" {
    with_mount ext4 64M
    echo old >"$MNT/old"
    head -c 100M /dev/zero >src
    for dst in old new; do
        both_say "error writing '$MNT/$dst': No space left on device \\(reserving 100\\.0 MiB\\)" src "$MNT/$dst"
        both_say "error writing '$MNT/$dst': No space left on device \\(reserving 100\\.0 MiB\\)" --inplace src "$MNT/$dst"
    done
    [ "$(cat "$MNT/old")" = old ]
}

@test "a disk that is full except for what is replaced in place" {
    with_mount ext4 64M
    head -c 40M /dev/zero >src
    cp src "$MNT/dst"
    mpcp --dry-run --inplace src "$MNT/dst"
    run mpcp --dry-run src "$MNT/dst"
    [ "$status" = 1 ]
}

@test "a disk with no room, but extents to share" {
    with_mount btrfs 256M
    head -c 150M /dev/urandom >"$MNT/src"
    mpcp --dry-run "$MNT/src" "$MNT/dst"
    mpcp "$MNT/src" "$MNT/dst"
}

@test "for streams and devices, permissions and room don't matter" {
    echo new >src
    mpcp --dry-run src /dev/null
    mpcp --dry-run src - >/dev/null
    mpcp --dry-run - dst <src
    [ ! -e dst ]
}
