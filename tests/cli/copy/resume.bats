#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# With --resume, what an earlier run has copied isn't copied again.
load ../support
load ../resume

@test "after kill -9 at four fifths, one fifth is copied" {
    killed_after 16
    [ ! -e dst ]
    resume
    assert_resumed
    [ ! -s err ]
}

@test "an old destination stays until the new one is complete" {
    only_once
    echo old >dst
    killed_after 16
    [ "$(cat dst)" = old ]
    resume
    assert_resumed
}

@test "what is kept is verified, too" {
    killed_after 16
    resume --verify
    assert_resumed
    [ "$(member verified <out)" = True ]
}

@test "after SIGTERM" {
    only_once
    ended_by TERM 16
    resume
    assert_resumed
}

@test "twice" {
    only_once
    killed_after 8
    killed_after 16
    resume
    assert_resumed
}

@test "of a sparse file" {
    truncate -s 60M src
    random_file data 20M
    dd if=data of=src bs=1M seek=30 conv=notrunc status=none
    killed_after 16
    resume
    assert_resumed
    [ "$(stat -c %b dst)" -lt 50000 ]
}

@test "what was written into a hole meanwhile isn't kept" {
    only_once
    random_file src 20M
    truncate -s 28M src
    random_file more 2M
    cat more >>src
    killed_after 16
    printf X | dd of=$PARTIAL bs=1 seek=$((24 << 20)) conv=notrunc status=none
    printf X | dd of=$PARTIAL bs=1 seek=$((20 << 20)) conv=notrunc status=none
    resume
    [ "$KEPT" -ge 14 ]
    assert_clean
}

@test "where zeros become holes, they do so over what was there" {
    random_file src 16M
    head -c 4M /dev/zero >>src
    killed_after 16 --sparse=always
    random_file other 20M
    dd if=other of=$PARTIAL conv=notrunc status=none # so no chunk is right
    resume --sparse=always
    [ "$KEPT" = 0 ]
    sync dst
    [ "$(stat -c %b dst)" -lt 34000 ]
    assert_clean
}

@test "where there are no holes, zeros are written over what was there" {
    only_once
    with_mount ramfs 100M
    cd "$MNT"
    random_file src 16M
    head -c 4M /dev/zero >>src
    killed_after 16 --sparse=always
    random_file other 20M
    dd if=other of=$PARTIAL conv=notrunc status=none
    resume --sparse=always
    [ "$KEPT" = 0 ]
    assert_clean
}

@test "what the staged file has lost is copied again" {
    only_once
    killed_after 16
    printf x | dd of=$PARTIAL bs=1 seek=$((3 << 20)) conv=notrunc status=none
    [ "$(python3 -c "print(open('src', 'rb').read()[3 << 20] == ord('x'))")" = False ] || skip "one in 256"
    resume
    [ "$KEPT" -ge 13 ]
    assert_clean
}

@test "a copy that fails says that it can be resumed" {
    only_once
    skip_across
    with_mount tmpfs 32M
    random_file src 20M
    random_file "$MNT/other" 25M
    run --separate-stderr mpcp --resume --sparse=always --chunk=1M -j2 src "$MNT/dst"
    assert_failed_like 1 "error writing '$MNT/dst': No space left on device \([^)]*\) \(--resume goes on from what is copied\)"
    rm "$MNT/other"
    mpcp --resume --sparse=always --chunk=1M --json -j2 src "$MNT/dst" >out
    [ "$(member kept <out)" -gt 0 ]
    cmp src "$MNT/dst"
    assert_clean
}

@test "a journal that can't be removed is told, and the copy is made" {
    needs_strace
    only_once
    random_file src 9M
    run --separate-stderr traced unlinkat:error=EIO:when=1 --resume src dst
    echo "$stderr"
    [ "$status" = 0 ]
    [ "$stderr" = "mpcp: dst: cannot remove its journal: Input/output error" ]
    cmp src dst
    [ -e .dst.mpcp-journal ]
    traced unlinkat:error=EIO:when=1 --resume --quiet src other 2>err
    [ ! -s err ]
}
