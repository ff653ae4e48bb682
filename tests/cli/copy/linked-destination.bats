#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# If the destination is a symbolic link, what it leads to is meant, wherever that lies.
load ../support

@test "a chain of links, each relative to where it lies" {
    mkdir -p a/deep b
    random_file src 1M
    echo old >b/file
    ln -s ../../b/file a/deep/one
    ln -s a/deep/one two
    mpcp src two
    cmp src b/file
    [ -L two ]
    [ -L a/deep/one ]
    [ "$(ls -A b)" = file ]
}

@test "below a directory that can't be searched" {
    needs_root
    mkdir -p closed/open/dir
    echo old >closed/open/dir/file
    ln -s dir/file closed/open/link
    echo new >src
    chmod 777 closed/open closed/open/dir
    chmod 666 closed/open/dir/file
    chmod 755 "$DIR"
    cd closed/open
    chmod 000 ..
    mpcp_as_nobody ../../src link 2>err || mpcp_as_nobody - link <"$DIR/src"
    chmod 755 ..
    [ "$(cat dir/file)" = new ]
    [ -L link ]
}

@test "deeper than a path may be long" {
    local name=$(printf 'd%.0s' {1..200})
    echo new >src
    for i in {1..25}; do
        mkdir "$name"
        cd "$name"
    done
    echo old >file
    ln -s file link
    mpcp - link <"$DIR/src"
    [ "$(cat file)" = new ]
    [ -L link ]
}

@test "to what a process has open: that file is written, not replaced" {
    echo new >src
    echo old >file
    ln -s /dev/fd/9 link
    for dst in /dev/fd/9 /proc/self/fd/9 link; do
        echo old >file
        exec 9<>file
        mpcp src $dst
        [ "$(cat <&9)" = new ]
        exec 9>&-
    done
}

@test "in a circle: one sentence" {
    ln -s b a
    ln -s a b
    echo new >src
    run --separate-stderr mpcp src a
    assert_failed_like 1 "cannot stat 'a': Too many levels of symbolic links"
}
