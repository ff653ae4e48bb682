#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Holes are kept, made or filled, as --sparse says, whatever moves the bytes.
load ../support

# The runs of data in a file, as "begin-end" in bytes.
data_map() {
    python3 -c 'import os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
size, off = os.fstat(fd).st_size, 0
while off < size:
    try: off = os.lseek(fd, off, os.SEEK_DATA)
    except OSError: break
    end = os.lseek(fd, off, os.SEEK_HOLE)
    print(f"{off}-{end}")
    off = end' "$1"
}


allocated() { # KiB
    sync "$1"
    echo $(($(stat -c %b "$1") / 2))
}

put() { # file, offset in MiB, bytes
    head -c "$3" /dev/urandom | dd of="$1" bs=1M seek="$2" conv=notrunc status=none
}

# 64 MiB: data at the start, in the middle, and before the end, which is a hole.
a_sparse_file() {
    truncate -s 64M "$1"
    put "$1" 0 4096
    put "$1" 20 3000000
    put "$1" 60 65536
}

assert_same_layout() { # src, dst
    cmp "$1" "$2"
    diff <(data_map "$1") <(data_map "$2")
    echo "source $(allocated "$1") KiB, destination $(allocated "$2") KiB"
    [ "$(allocated "$2")" -le $(($(allocated "$1") + 64)) ]
}

keeps_holes_on() { # type, size, mkfs option...
    with_mount "$@"
    cd "$MNT"
    a_sparse_file src
    mpcp -j3 src dst
    assert_same_layout src dst
    cd /
}

@test "holes are kept on ext4" { keeps_holes_on ext4 256M -b 4096; }
@test "holes are kept on xfs" { keeps_holes_on xfs 512M; }
@test "holes are kept on btrfs" { keeps_holes_on btrfs 512M; }
@test "holes are kept on tmpfs" { keeps_holes_on tmpfs 256M; }

# On a disk without room for a mistake.
@test "a TiB with some MiB of data takes only as long as these" {
    with_mount ext4 128M -b 4096
    cd "$MNT"
    truncate -s 1T src
    for at in 0 123456 500000 1048570; do
        put src $at 5000000
    done
    timeout 30 "$DIR/$PROCESS" --engine="$ENGINE" src dst
    [ "$(stat -c %s dst)" = 1099511627776 ]
    diff <(data_map src) <(data_map dst)
    for at in 0 123456 500000 1048570; do
        cmp -n 5000000 -i $((at * 1048576)) src dst
    done
    [ "$(allocated dst)" -le $(($(allocated src) + 64)) ]
    cd /
}

@test "a file that is one hole" {
    truncate -s 100M src
    mpcp src dst
    [ "$(stat -c %s dst)" = 104857600 ]
    [ "$(allocated dst)" -le 64 ]
}

@test "zeros become holes if they are to" {
    head -c 8M /dev/zero >src
    put src 3 100000
    mpcp --sparse=always -j2 src dst
    cmp src dst
    [ "$(allocated src)" -ge 8192 ]
    [ "$(allocated dst)" -le 256 ]
}

@test "holes are filled if they are to be" {
    skip_sharing .
    a_sparse_file src
    mpcp --sparse=never src dst
    cmp src dst
    [ "$(allocated dst)" -ge 65536 ]
}

@test "in place, nothing of the old file is left in what is a hole" {
    random_file dst 70M
    a_sparse_file src
    mpcp --inplace src dst
    cmp src dst
    [ "$(allocated dst)" -le $(($(allocated src) + 64)) ]
}

@test "a device is written zeros where the source has holes" {
    skip_across
    head -c 64M /dev/zero | tr '\0' x >image
    with_loop_device image
    a_sparse_file src
    mpcp src "$LOOP"
    cmp src "$LOOP"
}

@test "a stream leaves holes for zeros if it is to" {
    head -c 8M /dev/zero >src
    put src 3 100000
    truncate -s 9M src
    cat src | mpcp --sparse=always - dst
    cmp src dst
    [ "$(allocated dst)" -le 1100 ]
}

@test "space is reserved for data only" {
    skip_across
    with_mount ext4 64M
    truncate -s 10G src
    put src 100 5000000
    put src 9000 5000000
    mpcp src "$MNT/dst"
    [ "$(stat -c %s "$MNT/dst")" = 10737418240 ]
    diff <(data_map src) <(data_map "$MNT/dst")
}

@test "more data than there is room for is refused immediately" {
    skip_across
    with_mount ext4 64M
    truncate -s 10G src
    put src 100 50000000
    put src 9000 50000000
    run --separate-stderr mpcp src "$MNT/dst"
    assert_failed_like 1 "error writing '$MNT/dst': No space left on device \(reserving 95\.4 MiB\)"
    [ ! -e "$MNT/dst" ]
    assert_clean
}

@test "zeros at the end of a stream that can't be made a hole are an error" {
    needs_strace
    echo old >dst
    run --separate-stderr bash -c 'head -c 1M /dev/zero |
        ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=lseek -e inject=lseek:error=EIO:when=5+ \
            "$0" --sparse=always - dst' "$MPCP"
    assert_failed_like 1 "error writing 'dst': Input/output error \(at offset 1048576\)"
    [ "$(cat dst)" = old ]
    assert_clean
}

@test "a hole of exbibytes takes no time, even with --fsync, --verify or --resume" {
    local option
    only_once
    with_mount xfs 400M
    truncate -s 4E "$MNT/src"
    echo data >>"$MNT/src"
    for option in --fsync --verify --resume; do
        timeout 20 "$DIR/$PROCESS" --reflink=never $option "$MNT/src" "$MNT/dst"
        [ "$(stat -c %s "$MNT/dst")" = $(((4 << 60) + 5)) ]
        [ "$(tail -c 5 "$MNT/dst")" = data ]
    done
}
