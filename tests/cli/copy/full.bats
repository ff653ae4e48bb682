#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A destination without enough room is one sentence; what was there stays.
load ../support

# Zeros, but no holes, which would need no room.
full_of_zeros() { # name, size
    head -c "$2" /dev/zero >"$1"
}

refuses_when_full() { # sentence as an expression
    skip_across
    full_of_zeros src 100M
    echo old >"$MNT/dst"
    run --separate-stderr mpcp -j2 src "$MNT/dst"
    assert_failed_like 1 "$1"
    [ "$(cat "$MNT/dst")" = old ]
    run --separate-stderr mpcp -j2 src "$MNT/new"
    assert_failed_like 1 "$1"
    [ ! -e "$MNT/new" ]
    assert_clean
}

@test "ext4 refuses before the first byte" {
    with_mount ext4 64M
    refuses_when_full '.*: cannot reserve 100\.0 MiB: No space left on device'
}

@test "xfs refuses before the first byte" {
    with_mount xfs 320M
    random_file "$MNT/filler" 200M
    refuses_when_full '.*: cannot reserve 100\.0 MiB: No space left on device'
}

@test "tmpfs refuses before the first byte" {
    with_mount tmpfs 64M
    refuses_when_full '.*: cannot reserve 100\.0 MiB: No space left on device'
}

@test "ext2, which can't reserve space, fails with the offset" {
    with_mount ext2 64M
    refuses_when_full '.*: cannot write [0-9]+ bytes at offset [0-9]+: No space left on device'
}

@test "ext2 with blocks smaller than pages, too" {
    with_mount ext2 64M -b 1024
    refuses_when_full '.*: cannot write [0-9]+ bytes at offset [0-9]+: No space left on device'
}

@test "a limit on the size of files is told as such" {
    random_file src 4M
    echo old >dst
    run --separate-stderr bash -c 'ulimit -f 1000; "$@"' - "$DIR/$PROCESS" --engine="$ENGINE" -j2 src dst
    assert_failed_like 1 'dst: cannot reserve 4\.0 MiB: File too large'
    [ "$(cat dst)" = old ]
    assert_clean
}

@test "a copy in place that runs out of room says that it is incomplete" {
    skip_across
    with_mount ext2 64M
    full_of_zeros src 100M
    echo old >"$MNT/dst"
    run --separate-stderr mpcp -j2 --inplace src "$MNT/dst"
    assert_failed_like 1 '.*No space left on device \(the destination was written in place and is now incomplete\)'
}
