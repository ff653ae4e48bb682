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
    assert_refused 1 "cannot overwrite directory 'd' with non-directory"
    [ -z "$(ls d)" ]
}

@test "options end at --" {
    echo a >-j
    mpcp -- -j --preserve
    cmp ./-j ./--preserve
}

@test "a bare --preserve or --progress leaves the operand after it alone" {
    echo a >a
    mpcp --preserve a b
    mpcp --progress a c
    cmp a b
    cmp a c
}

@test "--strip-trailing-slashes takes a name for that of a file, or of a link" {
    mkdir d t
    echo text >file
    ln -s t link
    run mpcp -rv --strip-trailing-slashes file/// d
    [ "$output" = "'file' -> 'd/file'" ]
    [ "$(cat d/file)" = text ]
    mpcp -r --strip-trailing-slashes link/ d
    [ -L d/link ]
}

@test "a name with a trailing slash is announced, and then isn't a file's" {
    echo text >file
    ln -s "$MPCP" cp
    run --separate-stderr ./cp -v file new/
    [ "$output" = "'file' -> 'new/'" ]
    [ "$stderr" = "cp: cannot create regular file 'new/': Not a directory" ]
}

@test "a missing source is reported before its destination" {
    run --separate-stderr mpcp -r missing no/such/place
    assert_refused 1 "cannot stat 'missing': No such file or directory"
}

@test "two links that lead to one directory are two sources, if links are copied" {
    mkdir to a b t
    ln -s ../t a/one
    ln -s ../t b/one
    run --separate-stderr mpcp -r a/one b/one to
    assert_refused 1 "will not overwrite just-created 'to/one' with 'b/one'"
}

@test "several sources need a directory" {
    touch a b
    run --separate-stderr mpcp a b c
    assert_refused 1 "target 'c': No such file or directory"
    run --separate-stderr mpcp -t a b
    assert_refused 1 "target directory 'a': Not a directory"
}

@test "two sources with the same name aren't both copied into a directory" {
    mkdir d e
    echo 1 >a
    echo 2 >d/a
    echo 3 >3
    ln -s d link
    for options in "" -f -p; do
        run --separate-stderr mpcp $options a d/a 3 e
        assert_refused 1 "will not overwrite just-created 'e/a' with 'd/a'"
        cmp a e/a
        cmp 3 e/3
        rm e/*
    done
    run --separate-stderr mpcp d/a link/a e
    assert_refused 1 "will not overwrite just-created 'e/a' with 'link/a'"
    run --separate-stderr mpcp --json d/a a e
    [ "$status" = 1 ]
    [[ "${lines[0]}" == *'"outcome": "copied"'* ]]
    [[ "${lines[1]}" == *'"outcome": "failed", "error": "will not overwrite just-created '"'e/a' with 'a'"'", '* ]]
}

@test "the name goes to the first that can be copied" {
    mkdir d e f
    echo 2 >d/a
    echo 3 >f/a
    run --separate-stderr mpcp a d/a f/a e
    [ "$status" = 1 ]
    [ "$stderr" = "mpcp: cannot stat 'a': No such file or directory
mpcp: will not overwrite just-created 'e/a' with 'f/a'" ]
    cmp d/a e/a
}

@test "what the rules leave alone is no error, whoever has made it" {
    mkdir d e
    echo 1 >a
    echo 2 >d/a
    mpcp -n a d/a e
    cmp a e/a
    rm e/a
    mpcp -u a d/a e
    cmp a e/a
    touch -d '1 hour' d/a
    rm e/a
    run --separate-stderr mpcp -u a d/a e
    assert_refused 1 "will not overwrite just-created 'e/a' with 'd/a'"
    cmp a e/a
}

@test "a source that is named twice is copied once" {
    mkdir d e
    echo a >a
    ln a b
    run --separate-stderr mpcp a ./a a b e
    [ "$status" = 0 ]
    [ "$stderr" = "mpcp: warning: source file './a' specified more than once
mpcp: warning: source file 'a' specified more than once" ]
    cmp a e/a
    cmp a e/b
    run --separate-stderr mpcp -q a a -t e
    [ "$status" = 0 ]
    [ -z "$stderr" ]
    run --separate-stderr mpcp d d nope nope e
    [ "$status" = 1 ]
    [ "$(grep -cx "mpcp: -r not specified; omitting directory 'd'" <<<"$stderr")" = 2 ]
    [ "$(grep -cx "mpcp: cannot stat 'nope': No such file or directory" <<<"$stderr")" = 2 ]
}

@test "a source that fails doesn't keep the others from being copied" {
    mkdir d
    echo a >a
    echo b >b
    run --separate-stderr mpcp a nope b d
    assert_refused 1 "cannot stat 'nope': No such file or directory"
    cmp a d/a
    cmp b d/b
}
