#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Block devices as source and as destination.
load ../support

loop_device() { # size
    truncate -s "$1" disk
    with_loop_device disk
}

@test "as source, with the size that it has" {
    random_file disk 8M
    loop_device 8M
    for engine in auto mmap read-write; do
        mpcp --engine=$engine -j2 "$LOOP" dst
        cmp disk dst
        rm dst
    done
}

@test "as destination" {
    loop_device 8M
    random_file src 8M
    for engine in auto mmap read-write; do
        head -c 8M /dev/zero >"$LOOP"
        mpcp --engine=$engine --fsync -j2 src "$LOOP"
        cmp src disk
    done
    [ -b "$LOOP" ]
}

@test "a smaller source leaves the rest as it is" {
    loop_device 8M
    random_file src 3M
    random_file old 8M
    cat old >"$LOOP"
    mpcp --fsync src "$LOOP"
    cmp -n 3145728 src disk
    cmp -i 3145728 old disk
}

@test "one that is too small is refused before a byte is written" {
    random_file disk 8M
    cp disk before
    loop_device 8M
    random_file src 9M
    run --separate-stderr mpcp src "$LOOP"
    assert_refused 1 "$LOOP: cannot hold the copy: the device has 8.0 MiB, the source 9.0 MiB"
    cmp before disk
}

@test "one that is mounted is refused, and written with --force" {
    with_mount ext4 16M
    device=$(losetup -nO NAME -j image) # no other is written to
    [ -b "$device" ]
    random_file src 1M
    run --separate-stderr mpcp src "$device"
    assert_refused 1 "$device: cannot open: the device is in use, mounted perhaps (--force writes to it anyway)"
    mpcp --force src "$device"
}

@test "one isn't copied onto itself" {
    loop_device 8M
    run --separate-stderr mpcp "$LOOP" "$LOOP"
    assert_refused 1 "'$LOOP' and '$LOOP' are the same file"
}
