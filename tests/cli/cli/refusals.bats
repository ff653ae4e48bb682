#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What can't be copied is refused in one sentence, and nothing is changed.
load ../support

refuses() { # sentence, argument...
    local sentence=$1
    shift
    run --separate-stderr mpcp "$@"
    assert_refused 1 "$sentence"
    assert_clean
}

@test "a source that isn't there" { refuses 'nope: cannot open: No such file or directory' nope dst; }

@test "a directory" {
    mkdir d
    refuses 'd: cannot copy: it is a directory, and mpcp copies files (for trees there is cp -R)' d dst
}

@test "a destination in a directory that isn't there" {
    touch a
    refuses 'no/dst: cannot open its directory: No such file or directory' a no/dst
    refuses 'no/: cannot create: there is no such directory' a no/
}

@test "a destination below a file" {
    touch a f
    refuses 'f/dst: cannot create: Not a directory' a f/dst
}

@test "a link that leads nowhere" {
    touch a
    ln -s nowhere link
    refuses 'link: cannot create: it is a symbolic link that leads nowhere; remove it first' a link
    [ ! -e nowhere ]
}

@test "the source itself, by its name, a hard link or a symbolic link" {
    echo a >a
    ln a hard
    ln -s a soft
    for same in a ./a hard soft; do
        refuses "$same: cannot copy: source and destination are the same file" a $same
    done
    [ "$(cat a)" = a ]
}

@test "a source that may not be read" {
    needs_root
    echo a >a
    chmod 600 a
    chmod 777 .
    run --separate-stderr mpcp_as_nobody a dst
    assert_refused 1 'a: cannot open: Permission denied'
}

@test "a directory that may not be written to" {
    needs_root
    echo a >a
    chmod 755 .
    run --separate-stderr mpcp_as_nobody a dst
    assert_refused 1 'dst: cannot create: Permission denied'
}

@test "a destination that may not be written, which --force replaces" {
    needs_root
    echo a >a
    echo old >dst
    chmod 444 dst
    chmod 777 .
    run --separate-stderr mpcp_as_nobody a dst
    assert_refused 1 'dst: cannot replace: it is not writable (--force replaces it anyway)'
    [ "$(cat dst)" = old ]
    mpcp_as_nobody -f a dst
    cmp a dst
    [ "$(stat -c %a dst)" = 644 ]
}

@test "a name too long" {
    touch a
    name=$(printf 'x%.0s' $(seq 256))
    refuses "$name: cannot create: File name too long" a "$name"
}

@test "names are quoted where they need it" {
    refuses "'a b': cannot open: No such file or directory" 'a b' dst
    refuses "\$'a\\nb\\377': cannot open: No such file or directory" $'a\nb\377' dst
    refuses "ä: cannot open: No such file or directory" ä dst
}

@test "a FIFO onto itself doesn't wait for ever" {
    mkfifo ff
    run --separate-stderr timeout 20 "$DIR/$PROCESS" ff ff
    assert_refused 1 'ff: cannot copy: source and destination are the same file'
    run --separate-stderr timeout 20 "$DIR/$PROCESS" ff .
    assert_refused 1 'ff: cannot copy: source and destination are the same file'
}
