#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Calls that move fewer bytes than they were asked to, which is no error, still give an exact copy.
load ../support

# The sanitizer's library would come after the preloaded one, and refuses to.
needs_preload() {
    skip_sanitized "a sanitizer must be loaded first"
}

mpcp_with_short_counts() {
    LD_PRELOAD=$SHORT_COUNTS mpcp "$@"
}

copies_exactly() { # option...
    needs_preload
    run mpcp_with_short_counts -j3 "$@" src dst
    echo "$output"
    [ "$status" = 0 ]
    [ -z "$output" ]
    cmp src dst
    assert_clean
}

# An odd size, more than one chunk per worker, and zeros in the middle.
make_source() {
    random_file src 9000001
    dd if=/dev/zero of=src bs=1M seek=4 count=2 conv=notrunc status=none
}

@test "the counts are short indeed" {
    needs_preload
    needs_strace
    random_file src 9000
    strace -E LD_PRELOAD="$SHORT_COUNTS" -qq -o trace "$MPCP" --engine=read-write src dst
    grep '^pread64(.*, 3000, 0) *= 3000$' trace
}

@test "a new destination" {
    make_source
    copies_exactly
}

@test "an old destination" {
    make_source
    echo old >dst
    copies_exactly
}

@test "an old destination, written in place" {
    make_source
    random_file dst 10M
    copies_exactly --inplace
}

@test "zeros become holes" {
    make_source
    copies_exactly --sparse=always
}

@test "to the disk" {
    make_source
    copies_exactly --fsync
}

# direct I/O reads from the disk only what isn't cached.
@test "a source that isn't cached" {
    make_source
    sync src
    dd if=src iflag=nocache count=0 status=none
    copies_exactly
}

copies_a_fifo_exactly() { # option...
    needs_preload
    random_file data 9000001
    mkfifo src
    cat data >src &
    run mpcp_with_short_counts "$@" src dst
    echo "$output"
    [ "$status" = 0 ]
    [ -z "$output" ]
    cmp data dst
    assert_clean
}

@test "a FIFO" { copies_a_fifo_exactly; }
@test "a FIFO whose zeros become holes" { copies_a_fifo_exactly --sparse=always; }
