#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# -x stays on the file system of each source: what is mounted below it is made, but empty.
load ../support

@test "a directory on which something is mounted is made empty" {
    with_mount tmpfs 4M
    mkdir -p in/mounted
    echo inside >"$MNT/file"
    mkdir "$MNT/below"
    mount --bind "$MNT" in/mounted
    echo text >in/file
    mpcp -rx in out
    [ "$(find out | sort | xargs)" = 'out out/file out/mounted' ]
    mpcp -r in all
    [ "$(cat all/mounted/file)" = inside ]
    mpcp -ax in archive
    [ "$(stat -c '%a %Y' archive/mounted)" = "$(stat -c '%a %Y' in/mounted)" ]
}

@test "a source that is mounted itself is copied" {
    with_mount tmpfs 4M
    mkdir "$MNT/dir"
    echo inside >"$MNT/dir/file"
    mpcp -rx "$MNT" out
    [ "$(cat out/dir/file)" = inside ]
}

@test "a destination elsewhere doesn't matter" {
    with_mount tmpfs 4M
    some_tree in 3 3
    mpcp -ax in "$MNT/out"
    assert_same_trees in "$MNT/out"
}
