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

@test "a source that isn't there" { refuses "cannot stat 'nope': No such file or directory" nope dst; }

@test "a directory" {
    mkdir d
    refuses "-r not specified; omitting directory 'd'" d dst
}

@test "a destination in a directory that isn't there" {
    touch a
    refuses "cannot create regular file 'no/dst': No such file or directory" a no/dst
    refuses "cannot create regular file 'no/': Not a directory" a no/
}

@test "a destination below a file" {
    touch a f
    refuses "cannot stat 'f/dst': Not a directory" a f/dst
}

@test "a link that leads nowhere" {
    touch a
    ln -s nowhere link
    refuses "not writing through dangling symlink 'link'" a link
    [ ! -e nowhere ]
}

@test "the source itself, by its name, a hard link or a symbolic link" {
    echo a >a
    ln a hard
    ln -s a soft
    for same in a ./a hard soft; do
        refuses "'a' and '$same' are the same file" a $same
    done
    [ "$(cat a)" = a ]
}

@test "a source that may not be read" {
    needs_root
    echo a >a
    chmod 600 a
    chmod 777 .
    run --separate-stderr mpcp_as_nobody a dst
    assert_refused 1 "cannot open 'a' for reading: Permission denied"
}

@test "a directory that may not be written to" {
    needs_root
    echo a >a
    chmod 755 .
    run --separate-stderr mpcp_as_nobody a dst
    assert_refused 1 "cannot create regular file 'dst': Permission denied"
}

@test "a destination that may not be written, which --force replaces" {
    needs_root
    echo a >a
    echo old >dst
    chmod 444 dst
    chmod 777 .
    run --separate-stderr mpcp_as_nobody a dst
    assert_refused 1 "cannot create regular file 'dst': Permission denied (--force replaces it anyway)"
    [ "$(cat dst)" = old ]
    mpcp_as_nobody -f a dst
    cmp a dst
    [ "$(stat -c %a dst)" = 644 ]
}

@test "a name too long" {
    touch a
    name=$(printf 'x%.0s' $(seq 256))
    refuses "cannot stat '$name': File name too long" a "$name"
}

@test "names are quoted where they need it" {
    refuses "cannot stat 'a b': No such file or directory" 'a b' dst
    refuses "cannot stat \"it's\": No such file or directory" "it's" dst
    refuses "cannot stat 'a'\$'\\n''b'\$'\\377': No such file or directory" $'a\nb\377' dst
    refuses "cannot stat 'ä': No such file or directory" ä dst
}

@test "a FIFO onto itself doesn't wait for ever" {
    mkfifo ff
    run --separate-stderr timeout 20 "$DIR/$PROCESS" ff ff
    assert_refused 1 "'ff' and 'ff' are the same file"
    run --separate-stderr timeout 20 "$DIR/$PROCESS" ff .
    assert_refused 1 "'ff' and './ff' are the same file"
}
