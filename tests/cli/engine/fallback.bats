#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What can't be mapped is copied in another way, unless an engine that maps was asked for.
load ../support

limited() { # option...
    skip_sanitized "the sanitizer needs more address space"
    needs_room 300M
    truncate -s 300M src
    (ulimit -v 200000 && "$MPCP" --sparse=never "$@" src dst)
}

@test "a file larger than the address space" {
    limited
    cmp src dst
}

@test "with --engine=mmap it is refused" {
    run --separate-stderr limited --engine=mmap
    [ "$status" != 0 ] && [ -n "$stderr" ] || skip "$output"
    assert_refused 1 'src: engine mmap cannot copy it: Cannot allocate memory'
    [ ! -e dst ]
    assert_clean
}
