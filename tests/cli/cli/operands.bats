#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Operands are read as cp reads them.
load ../support

@test "SOURCE DEST" {
    echo a >a
    mpcp a b
    cmp a b
}

@test "SOURCE DIRECTORY" {
    echo a >a
    mkdir d
    mpcp a d
    cmp a d/a
    mpcp a d/
    mpcp ./a d/.
    cmp a d/a
}

@test "SOURCE... DIRECTORY" {
    mkdir d
    echo a >a
    echo b >b
    mpcp a b d
    cmp a d/a
    cmp b d/b
}

@test "-t DIRECTORY SOURCE..." {
    mkdir d
    echo a >a
    echo b >b
    mpcp -t d a b
    mpcp --target-directory=d a
    cmp a d/a
    cmp b d/b
}

@test "-T doesn't copy into a directory" {
    echo a >a
    mkdir d
    run --separate-stderr mpcp -T a d
    assert_refused 1 'd: cannot replace: it is a directory'
    [ -z "$(ls d)" ]
}

@test "options end at --" {
    echo a >-j
    mpcp -- -j --preserve
    cmp ./-j ./--preserve
}

@test "a bare --preserve or --progress leaves the operand behind it alone" {
    echo a >a
    mpcp --preserve a b
    mpcp --progress a c
    cmp a b
    cmp a c
}

@test "several sources need a directory" {
    touch a b
    run --separate-stderr mpcp a b c
    assert_refused 1 'c: cannot copy into it: there is no such directory'
    run --separate-stderr mpcp -t a b
    assert_refused 1 'a: cannot copy into it: Not a directory'
}

@test "two sources of one name aren't both copied into a directory" {
    mkdir d e
    echo 1 >a
    echo 2 >d/a
    run --separate-stderr mpcp a d/a e
    assert_refused 1 'd/a: cannot copy: an earlier source gets the same name in the directory'
    cmp a e/a
}

@test "a source that fails doesn't keep the others from being copied" {
    mkdir d
    echo a >a
    echo b >b
    run --separate-stderr mpcp a nope b d
    assert_refused 1 'nope: cannot open: No such file or directory'
    cmp a d/a
    cmp b d/b
}
