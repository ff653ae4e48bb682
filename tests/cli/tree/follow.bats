#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Which symbolic links of trees are followed: -P, -H, -L, -d; and cycles of them.
load ../support

linked() {
    mkdir -p in/dir elsewhere
    echo text >in/file
    echo other >elsewhere/file
    ln -s file in/link
    ln -s ../../elsewhere in/dir/to-directory
    ln -s in operand
}

@test "-r and -P copy links" {
    linked
    local options
    for options in -r -rP -rd -a; do
        mpcp $options in out
        [ "$(readlink out/link)" = file ]
        [ "$(readlink out/dir/to-directory)" = ../../elsewhere ]
        rm -r out
        mpcp $options operand out
        [ "$(readlink out)" = in ]
        rm out
    done
}

@test "-H follows operands only" {
    linked
    mpcp -rH operand out
    [ -d out ]
    [ ! -L out ]
    [ "$(readlink out/link)" = file ]
}

@test "-L follows all" {
    linked
    mpcp -rL operand out
    [ -z "$(find out -type l)" ]
    [ "$(cat out/dir/to-directory/file)" = other ]
    [ "$(cat out/link)" = text ]
}

@test "the last one counts" {
    linked
    mpcp -rLP in out
    [ -L out/link ]
    mpcp -aL in all
    [ ! -L all/link ]
}

@test "-L: a cycle is reported, and the rest is copied" {
    mkdir -p in/a/b
    echo text >in/a/b/file
    ln -s ../.. in/a/b/up
    ln -s . in/self
    run --separate-stderr mpcp -rL in out
    echo "$stderr"
    [ "$status" = 1 ]
    [ "$(sort <<<"$stderr")" = "mpcp: cannot copy cyclic symbolic link 'in/a/b/up'
mpcp: cannot copy cyclic symbolic link 'in/self'" ]
    [ "$(cat out/a/b/file)" = text ]
    [ ! -e out/self ]
    [ ! -e out/a/b/up ]
    assert_clean
}

@test "-L: the same directory through two links isn't a cycle" {
    mkdir -p in/a elsewhere
    echo text >elsewhere/file
    ln -s ../elsewhere in/one
    ln -s ../../elsewhere in/a/two
    mpcp -rL in out
    diff out/one/file out/a/two/file
}

@test "-L: a link that leads nowhere is reported" {
    mkdir in
    ln -s nowhere in/link
    echo text >in/file
    run --separate-stderr mpcp -rL in out
    assert_failed_like 1 "cannot stat 'in/link': No such file or directory"
    [ "$(cat out/file)" = text ]
}
