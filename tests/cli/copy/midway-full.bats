#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A file system that becomes full, a quota that is used up, or a limit that is met in the middle of a copy is one
# sentence with the offset; what was there stays, and nothing is left. (What is known at the start: full.bats.)
load ../support

setup_source() { # directory
    random_file "$1/src" 24M
}

# --sparse=always reserves nothing, because nobody knows how much will become holes.
start_unreserved() { # source, destination
    mpcp --sparse=always --chunk=256K --bwlimit=16M -j2 "$1" "$2" 2>err &
    wait_for_processes 3
}

assert_ended() { # sentence as an expression
    local status=0
    wait $! || status=$?
    echo "status $status"
    cat err
    [ "$status" = 1 ]
    [[ "$(cat err)" =~ ^mpcp:\ $1$ ]]
    [ "$(wc -l <err)" = 1 ]
    assert_clean
}

no_room() { # destination, why
    echo "error writing '$1': $2 \(([0-9]+ bytes )?at offset [0-9]+\)"
}

# Another writer takes all the room there is while the workers are stopped. The source is on the same file system for
# the sake of copy-range.
fills_up() { # destination
    start_unreserved "$MNT/src" "$1"
    kill -STOP $WORKERS
    take_all_room "$MNT"
    kill -CONT $WORKERS
    assert_ended "$(no_room "$1" "No space left on device")"
    rm "$MNT/filler"
}

fills_up_twice() {
    setup_source "$MNT"
    sync "$MNT/src"
    fills_up "$MNT/dst"
    [ ! -e "$MNT/dst" ]
    echo old >"$MNT/dst"
    fills_up "$MNT/dst"
    [ "$(cat "$MNT/dst")" = old ]
}

@test "tmpfs becomes full" {
    with_mount tmpfs 64M
    fills_up_twice
}

@test "ext4 becomes full" {
    with_mount ext4 64M -m 0
    fills_up_twice
}

@test "xfs becomes full" {
    with_mount xfs 320M -m reflink=0 # where nothing can be shared, copy-range needs room, too
    random_file "$MNT/other" 200M
    fills_up_twice
}

@test "a quota is used up" {
    [ "$ENGINE" != copy-range ] || skip "within btrfs it shares the data, which needs no room"
    with_mount btrfs 256M
    btrfs quota enable "$MNT" 2>/dev/null || skip "this btrfs has no quotas"
    btrfs -q subvolume create "$MNT/sub"
    setup_source "$MNT"
    btrfs qgroup limit 8M "$MNT/sub"
    echo old >"$MNT/sub/dst"
    sync -f "$MNT"
    start_unreserved "$MNT/src" "$MNT/sub/dst"
    assert_ended "$(no_room "$MNT/sub/dst" "Disk quota exceeded")"
    [ "$(cat "$MNT/sub/dst")" = old ]
    run --separate-stderr mpcp --reflink=never -j2 "$MNT/src" "$MNT/sub/dst"
    assert_failed_like 1 "error writing '$MNT/sub/dst': Disk quota exceeded \(reserving 24\.0 MiB\)"
    [ "$(cat "$MNT/sub/dst")" = old ]
    assert_clean
}

# What is mapped may be written by the kernel alone, after the copy: then the flush before the file gets its name
# reports it.
@test "FUSE becomes full" {
    skip_across
    with_fuse 64M
    setup_source .
    for old in '' old; do
        [ -z "$old" ] || echo old >"$MNT/dst"
        start_unreserved src "$MNT/dst"
        kill -STOP $WORKERS
        take_all_room "$MNT"
        # fuse2fs can't remove an open file without room. What is only mapped so far has none to give back.
        [[ $ENGINE != mmap && $ENGINE != mmap-read ]] || truncate -s -64K "$MNT/filler"
        kill -CONT $WORKERS
        assert_ended "error writing '$MNT/dst': No space left on device \(([0-9]+ bytes at offset [0-9]+|on its way to the disk)\)"
        rm "$MNT/filler"
        [ "$(cat "$MNT/dst" 2>/dev/null)" = "$old" ]
    done
}

# A limit that existed at the start would have been hit when the size was set. Mappings know no such limit.
@test "a limit on the size of files comes up" {
    [[ $ENGINE != mmap && $ENGINE != mmap-read ]] || skip "to mappings the limit doesn't apply"
    command -v prlimit >/dev/null || skip "prlimit is missing"
    setup_source .
    echo old >dst
    start_unreserved src dst
    kill -STOP $WORKERS
    for worker in $WORKERS; do prlimit --pid "$worker" --fsize=4096; done
    kill -CONT $WORKERS
    assert_ended "$(no_room dst "File too large")"
    [ "$(cat dst)" = old ]
}

only_once() {
    [ "$ENGINE" = read-write ] || skip "the engine has no part in this"
}

# SIGXFSZ, which kills by default, is sent to any process that goes beyond the limit.
@test "a stream that reaches the limit on the size of files" {
    only_once
    setup_source .
    echo old >dst
    run --separate-stderr bash -c 'ulimit -f 4096; "$0" - dst <src' "$DIR/$PROCESS"
    assert_failed_like 1 "$(no_room dst "File too large")"
    [ "$(cat dst)" = old ]
    assert_clean
}

@test "a stream that fills up the file system" {
    only_once
    with_mount tmpfs 16M
    setup_source .
    echo old >"$MNT/dst"
    run --separate-stderr bash -c '"$0" - "$1" <src' "$DIR/$PROCESS" "$MNT/dst"
    assert_failed_like 1 "$(no_room "$MNT/dst" "No space left on device")"
    [ "$(cat "$MNT/dst")" = old ]
    assert_clean
}

# --- larger than the file system's files can be ---

is_too_large() { # size
    truncate -s "$1" src
    echo old >"$MNT/dst"
    run --separate-stderr "$DIR/$PROCESS" src "$MNT/dst"
    assert_failed_like 1 "error writing '$MNT/dst': File too large \(reserving [0-9.]+ (B|.iB)\)"
    [ "$(cat "$MNT/dst")" = old ]
    assert_clean
}

@test "5 GiB are too much for vfat" {
    only_once
    with_mount vfat 64M
    is_too_large 5G
}

@test "20 GiB are too much for ext2 with blocks of 1 KiB" {
    only_once
    with_mount ext2 64M -b 1024
    is_too_large 20G
}
