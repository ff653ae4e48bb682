#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# No test harms the machine it runs on: nothing is filled or unmounted but what the test itself has mounted, and a
# mount that only seems to be one is found out.
load ../cli/support

# Puts commands before those of the machine that do nothing, successfully, but to note what they were asked.
pretend() { # command...
    local command
    mkdir pretended
    for command; do
        printf '#!/bin/sh\necho %s "$@" >>"%s/asked"\n' "$command" "$DIR" >"pretended/$command"
        chmod +x "pretended/$command"
    done
    PATH=$DIR/pretended:$PATH
}

# Runs a command, and expects that it skips the test for that reason.
skips_for() { # reason, command...
    local reason=$1
    shift
    run bash -c 'skip() { echo "skipped: $1"; exit; }; "$@"; echo "went on"' - "$@"
    echo "$output"
    [ "$output" = "skipped: $reason" ]
}

wont_be_filled() { # directory
    run take_all_room "$1"
    echo "$output"
    [ "$status" = 1 ]
    [ "$output" = "$1 won't be filled: it is no small file system that the test has mounted" ]
    [ ! -e "$1/filler" ]
}

@test "the machine's disk isn't filled" {
    mkdir mnt
    wont_be_filled "$DIR"
    wont_be_filled "$DIR/mnt"
    wont_be_filled .
}

@test "nor by another name of it" {
    needs_root
    mkdir mnt
    mount --bind /var mnt || skip "no bind mounts here"
    wont_be_filled "$DIR/mnt"
}

@test "nor is what others have mounted" {
    needs_root
    with_mount tmpfs 1M
    mkdir other
    DIR=$DIR/other wont_be_filled "$MNT" # as if that was the test's directory
}

@test "nor the machine's memory" {
    with_mount ramfs 1M
    wont_be_filled "$MNT"
}

@test "a large file system isn't filled" {
    with_mount tmpfs 2G
    wont_be_filled "$MNT"
}

@test "a small one is" {
    with_mount tmpfs 1M
    take_all_room "$MNT"
    [ "$(stat -c %s "$MNT/filler")" = 1048576 ]
}

@test "a mount that is none skips the test" {
    needs_root
    export -f with_mount mount_image with_fuse prove_mount size_of_mount needs_root needs_room
    export DIR
    pretend mount fuse2fs mkfs.ext4 nothing
    skips_for "no tmpfs gets mounted here, though it seems so" with_mount tmpfs 1M
    rmdir mnt
    skips_for "no ext4 gets mounted here, though it seems so" with_mount ext4 1M
    rmdir mnt
    skips_for "no fuse* gets mounted here, though it seems so" with_fuse 1M
    [ "$(grep -c "$DIR/mnt" asked)" = 3 ]
}

@test "a mount of another kind or size skips the test" {
    needs_root
    export -f prove_mount size_of_mount
    export DIR
    with_mount tmpfs 1M
    prove_mount "$MNT" tmpfs 1M
    skips_for "no ext4 gets mounted here, though it seems so" prove_mount "$MNT" ext4 1M
    skips_for "no tmpfs gets mounted here, though it seems so" prove_mount "$MNT" tmpfs 512K
}

@test "a test that gets no directory unmounts, kills and removes nothing" {
    (
        pretend umount pkill rmdir losetup chmod rm
        DIR=''
        teardown
        unset DIR
        teardown
    )
    [ ! -e asked ]
}

@test "what tests leave behind anyway is told, and removed" {
    mkdir below
    mkdir below/a below/b
    needs_root
    mount -t tmpfs -o size=1M tmpfs below/a || skip "no tmpfs can be mounted"
    truncate -s 1M below/disk
    with_loop_device below/disk
    (cd below/b && exec sleep 100) 3>&- &
    wait_until test /proc/$!/cwd -ef below/b
    run "$BATS_TEST_DIRNAME/../left.sh" below
    echo "$output"
    [ "$status" = 1 ]
    for left in "mounted: $DIR/below/a" "loop device: $LOOP" "process: $! sleep 100 " "file: $DIR/below/disk"; do
        grep -qx "$left" <<<"$output"
    done
    [ ! -e below ]
    run ! kill -0 $!
    [ -z "$(losetup -j "$DIR/below/disk")" ]
    LOOP=
}

@test "where nothing is left, nothing is said" {
    mkdir below
    run "$BATS_TEST_DIRNAME/../left.sh" below
    [ "$status" = 0 ]
    [ -z "$output" ]
    [ ! -e below ]
}
