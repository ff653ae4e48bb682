#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A file system that compresses what is written goes on doing so: nothing is reserved, which would stay uncompressed.
load ../support

some_text() { # name, size
    yes 'a line of text that can be compressed well' | head -c "$2" >"$1"
}

# Megabytes of the file system that are used, once all is written to the disk.
used_mb() {
    sync -f "$MNT"
    echo $((($(stat -f -c '(%b - %f) * %S' "$MNT")) / 1000000))
}

# Copies 100 MB of text, which must take up less than a fifth of that.
is_compressed() { # destination, option...
    some_text src 100M
    local dst=$1 before=$(used_mb)
    shift
    mpcp "$@" src "$dst"
    cmp src "$dst"
    [ $(($(used_mb) - before)) -lt 20 ]
}

@test "btrfs, compressing by a mount option" {
    with_mount btrfs 512M
    mount -o remount,compress=zstd "$MNT"
    is_compressed "$MNT/dst"
    is_compressed "$MNT/resumed" --resume
}

@test "btrfs, compressing by a flag of the directory" {
    with_mount btrfs 512M
    mkdir "$MNT/dir"
    chattr +c "$MNT/dir"
    is_compressed "$MNT/dir/dst"
}

@test "btrfs, compressing by a flag of the file, written in place" {
    with_mount btrfs 512M
    touch "$MNT/dst"
    chattr +c "$MNT/dst"
    is_compressed "$MNT/dst" --inplace
}

@test "a copy that only fits because it is compressed is made" {
    with_mount btrfs 256M
    mount -o remount,compress=zstd "$MNT"
    some_text src 600M
    mpcp src "$MNT/dst"
    cmp src "$MNT/dst"
}

@test "--explain says why nothing is reserved" {
    with_mount btrfs 512M
    random_file src 10M
    run mpcp --dry-run --explain src "$MNT/dst"
    [[ "$output" == *'  room         taken first: '* ]]
    mount -o remount,compress=zstd "$MNT"
    run mpcp --dry-run --explain src "$MNT/dst"
    [[ "$output" == *'  room         not looked for: the file system may compress it, but not what is reserved'* ]]
}
