#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --verify finds bytes that the disk returns differently from what it was given, and lets nothing else pass.
load ../support

is_found_right() { # option...
    mpcp --verify --json "$@" src dst >out
    cmp src dst
    [ "$(member verified <out)" = True ]
    assert_clean
}

@test "a copy that is right passes" {
    random_file src 12345679
    is_found_right -j3
}

@test "with odd chunks, too" {
    random_file src 12345679
    is_found_right -j3 --chunk=300000
}

@test "without workers" {
    random_file src 1000001
    is_found_right
}

@test "a single byte" {
    echo -n a >src
    is_found_right
}

@test "in place of a longer file" {
    random_file src 9000001
    random_file dst 10M
    is_found_right --inplace
}

@test "of a sparse file" {
    truncate -s 40M src
    head -c 9000001 /dev/urandom | dd of=src bs=1M seek=20 conv=notrunc status=none
    is_found_right -j2
}

@test "where zeros become holes" {
    random_file src 6M
    head -c 9M /dev/zero >>src
    is_found_right -j2 --sparse=always
}

@test "an empty file" {
    only_once
    : >src
    is_found_right
}

@test "where there is no disk" {
    skip_across
    with_mount tmpfs 64M
    random_file src 9M
    mpcp --verify -j2 src "$MNT/dst"
    cmp src "$MNT/dst"
}

@test "on FUSE" {
    skip_across
    with_fuse 64M
    random_file src 9000001
    mpcp --verify -j2 src "$MNT/dst"
    cmp src "$MNT/dst"
}

# --- one byte of the disk is changed after it was written and before it is read back ---

staged_file() {
    find "/proc/$PARENT/fd" -lname "$MNT/*" ! -lname "$MNT/src" ! -lname '*-journal' | head -1
}

# Where on the disk the byte at an offset of a file is. filefrag's lines: number: first.. last: begin.. end: ...
place_of() { # file, offset
    python3 - "$1" "$2" <<'P'
import re, subprocess, sys
for line in subprocess.run(["filefrag", "-v", "-b1", sys.argv[1]], capture_output=True, text=True).stdout.splitlines():
    found = re.match(r" *\d+: +(\d+)\.\. +(\d+): +(\d+)\.\.", line)
    if found and int(found[1]) <= int(sys.argv[2]) <= int(found[2]):
        print(int(found[3]) + int(sys.argv[2]) - int(found[1]))
P
}

byte() { # file, offset
    od -An -tu1 -j"$2" -N1 "$1"
}

change_byte() { # file, offset
    local was
    was=$(byte "$1" "$2")
    printf "\\$(printf %o $((was ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# Copies, while the byte at OFFSET of the copy is changed on the disk.
copy_onto_bad_disk() { # offset, option...
    local offset=$1 inject=fsync:delay_exit=3000000 staged place
    is_written() { [ "$(byte image "$place")" = "$(byte "$MNT/src" "$offset")" ]; }
    shift
    STATUS=0
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=fsync -e inject=$inject \
        "$DIR/$PROCESS" --engine="$ENGINE" --verify -j2 "$@" "$MNT/src" "$MNT/dst" 2>err &
    wait_until test -s trace
    PARENT=$(pgrep -o -x "$PROCESS")
    staged=$(staged_file)
    place=$(place_of "$staged" "$offset")
    echo "offset $offset of $staged is at $place of the disk"
    wait_until is_written
    change_byte image "$place"
    wait $! || STATUS=$?
    cat err
}

with_bad_disk() {
    needs_strace
    with_mount ext4 64M
    random_file "$MNT/src" 9000001
    echo old >"$MNT/dst"
}

finds_byte() { # offset, offset and length of its chunk
    with_bad_disk
    copy_onto_bad_disk "$1"
    [ "$STATUS" = 1 ]
    [ "$(own_messages err)" = "mpcp: $MNT/dst: cannot verify: the $3 bytes at offset $2 that the disk returns aren't those copied" ]
    [ "$(cat "$MNT/dst")" = old ]
    assert_clean
}

@test "the first byte is wrong" {
    only_once
    finds_byte 0 0 2097152
}

@test "one in the middle is wrong" { finds_byte 5000000 4194304 2097152; }
@test "the last byte is wrong" {
    only_once
    finds_byte 9000000 8388608 611393
}

@test "with --resume, nothing of it is kept" {
    only_once
    with_bad_disk
    copy_onto_bad_disk 5000000 --resume
    [ "$STATUS" = 1 ]
    assert_clean
}

@test "in place, the destination is said to be incomplete" {
    only_once
    with_bad_disk
    copy_onto_bad_disk 5000000 --inplace
    [ "$STATUS" = 1 ]
    [[ "$(own_messages err)" == *" that the disk returns aren't those copied (the destination was written in place and is now incomplete)" ]]
}

@test "without /proc, through which it would be opened again, it is refused before anything is copied" {
    needs_root
    only_once
    skip_sanitized "the sanitizer needs /proc"
    unshare -m true || skip "no mount namespace can be made here"
    random_file src 9M
    run --separate-stderr unshare -m sh -c 'umount -l /proc && "$0" --verify src dst' "$MPCP"
    assert_refused 1 "dst: cannot verify: it can't be read back, because /proc is not mounted"
    [ ! -e dst ]
    assert_clean
}
