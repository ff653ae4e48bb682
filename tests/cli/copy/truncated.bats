#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A source that shrinks while it is copied is reported as such, and nothing is published.
load ../support

shrinks_to() { # size, in words
    local status=0
    needs_strace
    random_file src 32M
    echo old >dst
    slowly -j2 src dst 2>err &
    wait_for_processes 3
    truncate -s "$1" src
    wait $! || status=$?
    cat err
    [ "$status" = 1 ]
    [ "$(own_messages err)" = "mpcp: src: cannot read: it shrank from 32.0 MiB to $2 while being copied" ]
    [ "$(cat dst)" = old ]
    assert_clean
}

@test "to nothing" { shrinks_to 0 '0 B'; }
@test "to whole pages" { shrinks_to 16M '16.0 MiB'; }
@test "within a page in the middle" { shrinks_to 16777000 '16.0 MiB'; }
@test "within the last page, where a mapping reads zeros" { shrinks_to 33554000 '32.0 MiB'; }
