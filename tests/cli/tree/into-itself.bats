#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A directory can't be copied into itself, however it is named: that is reported, and the copy ends.
load ../support

assert_itself() { # command...
    run --separate-stderr in_time "$DIR/$PROCESS" "$@"
    echo "$*: $stderr"
    [ "$status" = 1 ]
    [[ "$stderr" == *"cannot copy a directory, "*", into itself, "* ]]
    [ "$(grep -vc 'not creating directory .* as not everything could be copied' <<<"$stderr")" = 1 ]
    [ "$(find "$DIR" -name file | wc -l)" -le 30 ]
    assert_clean
}

tree() {
    mkdir -p in/a/b
    echo text >in/file
    echo text >in/a/file
    ln -s in link
}

@test "into the directory itself" {
    tree
    assert_itself -r in in
    [ ! -e in/in/in ]
}

@test "into a new directory below it" {
    tree
    assert_itself -r in in/new
}

@test "into one that is deep below it" {
    tree
    assert_itself -r in in/a/b
}

@test "through . and .." {
    tree
    cd in
    assert_itself -r . a
    assert_itself -r ../in a/b
    assert_itself -r a/.. new
}

@test "through a link" {
    tree
    assert_itself -r in link
    assert_itself -r link/. in/a
    assert_itself -rH link in/a
}

@test "with -L, through a link in it" {
    tree
    mkdir out
    ln -s ../out in/a/to-out
    run --separate-stderr in_time "$DIR/$PROCESS" -rL in out
    [ "$status" = 1 ]
    [ "$(find out -name file | wc -l)" -le 4 ]
}

@test "through another place where it is mounted" {
    needs_root
    tree
    mkdir mounted
    mount --bind in mounted 2>/dev/null || skip "nothing can be mounted here"
    assert_itself -r in mounted/new
}

@test "with --atomic, --fsync and --resume" {
    tree
    local option
    for option in --atomic --fsync --resume; do
        assert_itself -r $option in in/new
        rm -rf in/new
    done
}

@test "what is next to it may have a name that begins like its own" {
    tree
    mpcp -r in in2
    diff -r in in2
    mkdir inn
    mpcp -r in inn
    diff -r in inn/in
}
