#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --parents puts a source's whole name below the directory.
load ../support

@test "files and trees, with the attributes of what is above them" {
    mkdir -p a/b/c to
    echo text >a/b/c/file
    chmod 750 a/b
    chmod 711 a
    touch -d 2001-02-03 a/b
    mpcp --parents a/b/c/file to
    [ "$(cat to/a/b/c/file)" = text ]
    [ "$(stat -c %a to/a to/a/b | xargs)" = '711 750' ]
    mpcp -a --parents a/b to
    [ "$(stat -c %Y to/a/b)" = "$(date -d 2001-02-03 +%s)" ]
}

@test "a full name, too, and slashes don't matter" {
    mkdir -p a/b to
    echo text >a/b/file
    mpcp -r --parents "$DIR/a//b/" to
    [ "$(cat "to$DIR/a/b/file")" = text ]
}

@test "several that have parents in common" {
    some_tree a 5 2
    mkdir to
    mpcp -a --parents a/d0 a/d1 a/d2/f0 to
    [ "$(ls to/a | xargs)" = 'd0 d1 d2' ]
    assert_same_trees a/d1 to/a/d1
    [ "$(stat -c %y to/a)" = "$(stat -c %y a)" ]
}

@test "the destination must be a directory" {
    mkdir a
    run --separate-stderr mpcp -r --parents a to
    [ "$status" = 2 ]
    [[ "$stderr" == *"with --parents, the destination must be a directory"* ]]
}

@test "existing directories on the way stay as they are" {
    mkdir -p a/b to/a/b
    echo text >a/b/file
    chmod 700 to/a to/a/b to
    mpcp -p --parents ./a/b/file to
    [ "$(cat to/a/b/file)" = text ]
    [ "$(stat -c %a to to/a to/a/b | xargs)" = '700 700 700' ]
}

@test "directories on the way may be links to directories, what is copied may not" {
    mkdir -p a/b to elsewhere
    echo text >a/b/file
    ln -s ../elsewhere to/a
    mpcp -r --parents a/b to
    [ -L to/a ]
    [ "$(cat elsewhere/b/file)" = text ]
    run --separate-stderr mpcp -r --parents a to
    assert_refused 1 "cannot overwrite non-directory 'to/a' with directory 'a'"
    rm to/a
    ln -s nowhere to/a
    run --separate-stderr mpcp -r --parents a/b to
    assert_refused 1 "cannot create directory 'to/a': File exists"
}

@test "what follows a directory on the way, even a dot, isn't a cycle" {
    mkdir -p a to/a
    echo text >a/file
    mpcp -r --parents a/. to
    [ "$(cat to/a/file)" = text ]
    ln -s ../a a/self
    mpcp -r --parents a/self/ to
    [ "$(cat to/a/self/file)" = text ]
}

@test "on the way there may be . and .., also after what was just made" {
    mkdir -p s/q s/w d d2
    echo text >s/q/a
    mpcp --parents s/w/../q/a d
    cmp s/q/a d/s/q/a
    [ -d d/s/w ]
    mpcp --parents ./s/./q/a d2
    cmp s/q/a d2/s/q/a
}
