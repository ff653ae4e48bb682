#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Files of every size are copied exactly, by any number of workers, in chunks of any size.
load ../support

copies_exactly() { # size
    local jobs chunk
    random_file src "$1"
    for jobs in 1 2 3 7 64; do
        for chunk in 4K 100K 2M; do
            rm -f dst
            mpcp -j $jobs --chunk=$chunk src dst
            cmp src dst
        done
    done
    mpcp src auto
    cmp src auto
    assert_clean
}

@test "an empty file" { copies_exactly 0; }
@test "one byte" { copies_exactly 1; }
@test "a page minus one" { copies_exactly 4095; }
@test "a page" { copies_exactly 4096; }
@test "a page plus one" { copies_exactly 4097; }
@test "2 MiB minus one" { copies_exactly 2097151; }
@test "2 MiB" { copies_exactly 2097152; }
@test "2 MiB plus one" { copies_exactly 2097153; }
@test "an odd size with a remainder" { copies_exactly 33333333; }
