#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A closed stdin, stdout or stderr spoils nothing: no message gets into a file that took its place.
load ../support

@test "copies are right without any of them" {
    random_file src 9M
    mpcp -v src dst <&- >&- 2>&- || true
    cmp src dst
    mpcp -j2 src dst2 <&-
    cmp src dst2
    mpcp -j2 src dst3 >&-
    cmp src dst3
    mpcp -j2 src dst4 2>&-
    cmp src dst4
}

@test "an error without stderr is only the exit status" {
    echo old >dst
    status=0
    mpcp nope dst 2>&- || status=$?
    [ "$status" = 1 ]
    [ "$(cat dst)" = old ]
}

@test "a closed standard input can't be copied" {
    run --separate-stderr bash -c '"$0" - dst <&-' "$MPCP"
    assert_refused 1 'error reading standard input: Bad file descriptor (at offset 0)'
    [ ! -e dst ]
}

@test "output that can't be written is an error" {
    echo a >src
    for option in --json -v --explain; do
        run --separate-stderr bash -c '"$0" "$1" src dst >/dev/full' "$MPCP" $option
        assert_refused 1 'write error: No space left on device'
        cmp src dst
    done
    status=0
    mpcp --json src dst >&- 2>/dev/null || status=$?
    [ "$status" = 1 ]
}
