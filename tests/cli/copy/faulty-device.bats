#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A disk whose reads or writes fail is reported as such, in one sentence; nothing is published, and nothing is left.
load ../support

eval "leave_$(declare -f teardown)"

# A file system is unmounted while the disk below it is still there.
teardown() {
    rm -f reads-fail writes-fail
    let_go
    [ -z "${MNT-}" ] || umount "$MNT" 2>/dev/null
    leave_teardown
}

# A disk, the file fuse/disk, whose reads fail as long as there is a file reads-fail, and its writes as long as
# there is writes-fail. The requests that it refused are in disk.log.
with_disk() {
    needs_root
    command -v nbdkit >/dev/null || skip "nbdkit is missing"
    command -v nbdfuse >/dev/null || skip "nbdfuse is missing"
    [ -c /dev/fuse ] || skip "no FUSE here"
    mkdir fuse
    nbdfuse fuse/disk --command nbdkit -s --exit-with-parent --filter=error memory 128M error=EIO \
        error-pread-rate=100% error-pread-file="$DIR/reads-fail" \
        error-pwrite-rate=100% error-pwrite-file="$DIR/writes-fail" </dev/null >disk.log 2>&1 3>&- &
    wait_until test -e fuse/disk || skip "nbdfuse can't mount here"
    prove_mount "$DIR/fuse" 'fuse*' 128M
}

# Whatever the machine's settings tell mkfs: the kernel mustn't panic.
OPTIONS=loop,commit=600,errors=continue

# An ext4 on it, at $MNT. Later only what the test writes is written to it: not even its journal, every five
# seconds as usual, which would make it read-only if the disk fails just then.
with_disk_formatted() {
    with_disk
    mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0 fuse/disk
    mkdir mnt
    mount -o "$OPTIONS" fuse/disk mnt || skip "no file on FUSE can be loop mounted here"
    prove_mount "$DIR/mnt" ext4 128M
    MNT=$DIR/mnt
}

# It stays while the file system is still mounted elsewhere, as in the namespace that another test has just made.
has_no_loop_device() {
    [ -z "$(losetup -j fuse/disk)" ]
}

# Drops what is cached, so that only the disk counts: a mount that took over the loop device would take over its cache.
remount() {
    umount "$MNT"
    wait_until has_no_loop_device
    mount -o "$OPTIONS" fuse/disk "$MNT"
}

# --- reads ---

# Expects a sentence about the source, and sets OFFSET and BYTES to what it says.
cannot_read() { # source, destination, option...
    local src=$1 dst=$2
    shift 2
    echo old >"$dst"
    touch reads-fail
    run --separate-stderr mpcp "$@" "$src" "$dst"
    rm reads-fail
    assert_failed_like 1 "error reading '$src': Input/output error \((([0-9]+) bytes )?at offset ([0-9]+)\)"
    BYTES=${BASH_REMATCH[2]:-1} OFFSET=${BASH_REMATCH[3]}
    [ "$(cat "$dst")" = old ]
    assert_clean
}

@test "reading fails on FUSE" {
    skip_across
    with_disk
    cannot_read fuse/disk dst -j2
}

# A source of which the first half is cached, and can be read in any case.
with_half_cached() { # size
    with_disk_formatted
    random_file "$MNT/src" "$1"
    remount
    HALF=$(($(stat -c %s "$MNT/src") / 2))
    head -c $HALF "$MNT/src" >/dev/null
}

# Keeps that half in memory, even if the machine needs memory for something else, until let_go.
hold_half() {
    coproc HOLDER {
        exec python3 -c 'import ctypes, mmap, sys
with open(sys.argv[1], "rb") as source:
    half = mmap.mmap(source.fileno(), int(sys.argv[2]), prot=mmap.PROT_READ)
half.madvise(mmap.MADV_RANDOM)  # nothing beyond it is read ahead
MCL_CURRENT = 1
if ctypes.CDLL(None).mlockall(MCL_CURRENT) == 0:
    print("held", flush=True)
sys.stdin.read()' "$MNT/src" "$HALF" 3>&-
    }
    local held
    read -r held <&"${HOLDER[0]}"
    [ "$held" = held ]
}

let_go() {
    [ -z "${HOLDER_PID-}" ] || { kill "$HOLDER_PID" && wait "$HOLDER_PID"; } 2>/dev/null || :
}

# Where to copy to: elsewhere, so that writing needs nothing of the disk that isn't cached.
destination() {
    [ "$ENGINE" = copy-range ] && echo "$MNT/dst" || echo dst
}

# What is reported as failed is in the other half, or, as direct I/O reads whole chunks, reaches into it.
cannot_read_all() { # size, option...
    with_half_cached "$1"
    hold_half
    shift
    cannot_read "$MNT/src" "$(destination)" "$@"
    [ $((OFFSET + BYTES)) -gt $HALF ]
    [ "$OFFSET" -lt $((2 * HALF)) ]
}

@test "reading fails on ext4" { cannot_read_all 32M -j2; }
@test "reading fails on ext4, with more workers" { cannot_read_all 32M -j7; }
@test "reading fails on ext4, without workers" { cannot_read_all 6M; }
@test "reading fails where zeros are looked for" { cannot_read_all 32M --sparse=always -j2; }

@test "reading fails in a stream" {
    [ "$ENGINE" = read-write ] || skip "a stream is copied in its own way"
    with_half_cached 32M
    touch reads-fail
    run --separate-stderr mpcp - dst <"$MNT/src"
    rm reads-fail
    assert_failed_like 1 'error reading standard input: Input/output error \(([0-9]+ bytes )?at offset [0-9]+\)'
    [ ! -e dst ]
    assert_clean
}

@test "reading works again once the disk does" {
    with_half_cached 32M
    cannot_read "$MNT/src" "$(destination)" -j2
    mpcp -j2 "$MNT/src" "$MNT/dst"
    remount
    cmp "$MNT/src" "$MNT/dst"
}

# --- writes ---

# Only direct I/O learns at once what the disk said; the fate of what went through the cache is known only to the file.
write_error() {
    local at='([0-9]+ bytes )?at offset [0-9]+' later='on its way to the disk'
    [ "$ENGINE" = direct ] || at="($at|$later)"
    echo "error writing '$MNT/dst': Input/output error \($at\)"
}

# The source is on the same file system for the sake of copy-range, and is cached.
cannot_write() { # sentence's end as an expression, option...
    local end=$1
    shift
    touch writes-fail
    run --separate-stderr mpcp --fsync "$@" "$MNT/src" "$MNT/dst"
    rm writes-fail
    assert_failed_like 1 "$(write_error)$end"
    assert_clean
}

with_source_on_disk() {
    with_disk_formatted
    random_file "$MNT/src" 32M
    sync "$MNT/src"
}

@test "writing a new file fails" {
    with_source_on_disk
    cannot_write '' -j2
    [ ! -e "$MNT/dst" ]
    remount
    [ ! -e "$MNT/dst" ]
}

@test "writing what is to replace a file fails" {
    with_source_on_disk
    echo old >"$MNT/dst"
    sync "$MNT/dst"
    cannot_write '' -j2
    [ "$(cat "$MNT/dst")" = old ]
    remount
    [ "$(cat "$MNT/dst")" = old ]
}

@test "writing fails without workers" {
    with_disk_formatted
    random_file "$MNT/src" 4M
    sync "$MNT/src"
    cannot_write ''
    remount
    [ ! -e "$MNT/dst" ]
}

@test "writing in place fails" {
    with_source_on_disk
    random_file "$MNT/dst" 32M
    sync "$MNT/dst"
    cannot_write ' \(the destination was written in place and is now incomplete\)' --inplace -j2
}

refused_a_write() {
    grep -q 'injecting EIO error into pwrite' disk.log
}

fails_early_on() { # option...
    local status=0
    with_source_on_disk
    echo old >"$MNT/dst"
    sync "$MNT/dst"
    touch writes-fail
    mpcp --fsync --chunk=256K --bwlimit=32M -j2 "$@" "$MNT/src" "$MNT/dst" 2>err &
    wait_until refused_a_write
    rm writes-fail
    wait $! || status=$?
    cat err
    [ "$status" = 1 ]
    [[ "$(cat err)" =~ ^mpcp:\ $(write_error)$ ]]
    [ "$(cat "$MNT/dst")" = old ]
    assert_clean
}

@test "a write that failed early on isn't forgotten" { fails_early_on; }
# Here a worker that waits for what it has written, to drop it from the cache, is told.
@test "a write that failed early on isn't forgotten with --cache=drop" { fails_early_on --cache=drop; }

become_read_only() {
    local trigger
    trigger=/sys/fs/ext4/$(basename "$(losetup -nO NAME -j fuse/disk)")/trigger_fs_error
    [ -w "$trigger" ] || skip "this kernel can't make ext4 fail: there is no $trigger"
    echo 1 >"$trigger"
}

@test "a file system that has become read-only couldn't do what --fsync asks for" {
    local status=0
    only_once
    needs_strace
    with_source_on_disk
    mount -o remount,errors=remount-ro "$MNT"
    random_file "$MNT/dst" 1M
    traced fsync:delay_enter=3000000 --inplace --fsync -j2 "$MNT/src" "$MNT/dst" 2>err &
    wait_until cmp -s "$MNT/src" "$MNT/dst"
    sleep 1 # until there is nothing left to flush
    become_read_only
    wait $! || status=$?
    cat err
    [ "$status" = 1 ]
    [ "$(own_messages err)" = "mpcp: error writing '$MNT/dst': Read-only file system (on its way to the disk) (the destination was written in place and is now incomplete)" ]
    assert_clean
}

# The kernel reports a failed write once, keeps what couldn't be written cached as if it had been, and may on ext4
# lose even what is written again to the same place of the same file. So nothing of that file may be built upon.

@test "--resume begins anew after the disk has failed" {
    with_source_on_disk
    cannot_write '' --resume -j2
    mpcp --fsync --resume -j2 "$MNT/src" "$MNT/dst"
    remount
    cmp "$MNT/src" "$MNT/dst"
    assert_clean
}

@test "--resume looks at the disk after a crash" {
    local status=0
    [ "$ENGINE" != direct ] || skip "direct I/O is told at once"
    with_source_on_disk
    touch writes-fail
    mpcp --resume --chunk=256K --bwlimit=16M -j2 "$MNT/src" "$MNT/dst" 2>err &
    wait_until test -s "$MNT/.dst.mpcp-journal"
    sync "$MNT/.dst.mpcp-partial" || true
    wait_until refused_a_write
    pkill -KILL -o -x "$PROCESS" || true # it may be through
    wait $! || true
    wait_until no_process_left
    rm writes-fail
    mpcp --fsync --resume -j2 "$MNT/src" "$MNT/dst" 2>err || status=$?
    cat err
    ! grep -q 'Read-only file system' err || skip "ext4 wrote something of its own meanwhile, and gave up"
    if [ "$status" != 0 ]; then # this run was told of it
        [[ "$(cat err)" =~ ^mpcp:\ $MNT/dst:\ cannot\ write\ to\ the\ disk:\ Input/output\ error$ ]]
        assert_clean
        mpcp --fsync --resume -j2 "$MNT/src" "$MNT/dst"
    fi
    remount
    cmp "$MNT/src" "$MNT/dst"
    assert_clean
}
