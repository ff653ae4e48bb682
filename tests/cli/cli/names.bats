#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Any name works.
load ../support

@test "blanks, newlines, quotes, bytes that aren't UTF-8" {
    for name in 'a b' $'a\nb' "a'b" $'\377\376' ä '*' '$x' '-'; do
        echo "$name" >"./$name"
        mpcp "./$name" "./$name.copy"
        cmp "./$name" "./$name.copy"
    done
}

@test "a name of 255 bytes, which leaves no room for a longer hidden name" {
    name=$(printf 'x%.0s' $(seq 255))
    echo 1 >a
    mpcp a "$name"
    echo 2 >a
    mpcp a "$name"
    cmp a "$name"
    assert_clean
}

@test "a name of 255 bytes where staging takes a hidden name" {
    with_fuse 64M
    name=$(printf 'x%.0s' $(seq 255))
    echo 1 >a
    mpcp a "$MNT/$name"
    cmp a "$MNT/$name"
    assert_clean "$MNT"
}

@test "-v quotes both names" {
    echo a >'a b'
    run mpcp -v 'a b' $'c\nd'
    [[ "$output" == "'a b' -> 'c'\$'\\n''d' ("* ]]
}
