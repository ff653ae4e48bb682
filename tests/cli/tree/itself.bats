#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Nothing takes the place of its own only copy.
load ../support

setup_link() {
    echo text >file
    ln -s file link
}

# What is asked for is refused, and nothing is lost because of it.
refused() { # option...
    run --separate-stderr mpcp "$@" link file
    assert_refused 1 "'link' and 'file' are the same file"
    [ ! -L file ]
    [ "$(cat file)" = text ]
    assert_clean
}

@test "a link never replaces the file that it leads to" {
    setup_link
    for options in -P -d -a -Pf -Pu -Ps -Psf '-P --remove-destination'; do
        # shellcheck disable=SC2086
        refused $options
    done
}

@test "nor does it in a tree, where the file has a further name" {
    mkdir in to
    echo text >in/file
    ln -s file in/link
    ln in/file to/link
    run --separate-stderr mpcp -rT in to
    assert_refused 1 "'in/link' and 'to/link' are the same file"
    [ "$(cat to/link)" = text ]
}

@test "-l leaves it alone, and a backup keeps it" {
    setup_link
    mpcp -Plf link file
    [ ! -L file ]
    mpcp -Pb link file
    [ -L file ]
    [ "$(cat file~)" = text ]
}

@test "-s doesn't replace a further name of the source, unless that is asked for" {
    mkfifo pipe
    ln pipe other
    run --separate-stderr mpcp -rs pipe other
    assert_refused 1 "'pipe' and 'other' are the same file"
    [ -p other ]
    mpcp -rs --remove-destination pipe other
    [ -L other ]
}

@test "-l replaces nothing with a FIFO, except with -f" {
    mkfifo pipe
    echo text >file
    run --separate-stderr mpcp -rl pipe file
    assert_refused 1 "cannot create hard link 'file' to 'pipe': File exists"
    [ "$(cat file)" = text ]
    mpcp -rlf pipe file
    [ -p file ]
}

@test "a directory isn't copied onto itself, even if it is empty" {
    mkdir -p a/b
    run --separate-stderr mpcp -r a/b/. a/b
    assert_refused 1 "'a/b/.' and 'a/b/.' are the same file"
    mpcp -rn a .
    mpcp -rl a .
}

@test "-f with a backup makes one of a file that is copied onto itself" {
    echo text >file
    run --separate-stderr mpcp -b file file
    assert_refused 1 "'file' and 'file' are the same file"
    mpcp -fb file file
    mpcp -f --backup=numbered file file
    mpcp -f --backup=existing file file
    [ "$(ls | grep '~' | xargs)" = 'file.~1~ file.~2~ file~' ]
    diff file file~
    mkdir d
    mv file d
    mpcp -f --backup=simple -S .old d/file d/file
    diff d/file d/file.old
}
