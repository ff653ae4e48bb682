#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# How many workers there are.
load ../support

jobs_of() { # option...
    mpcp --json "$@" src dst | python3 -c 'import json, sys; print(json.load(sys.stdin)["jobs"])'
}

@test "none for a small file" {
    random_file src 1M
    [ "$(jobs_of)" = 0 ]
}

@test "one for each CPU that may be used" {
    random_file src 64M
    [ "$(jobs_of)" = "$(nproc)" ] || [ "$(nproc)" -gt 16 ]
    first=$(taskset -cp $$ | sed 's/.*: \([0-9]*\).*/\1/')
    [ "$(taskset -c "$first" "$MPCP" --json src dst | python3 -c 'import json, sys; print(json.load(sys.stdin)["jobs"])')" = 1 ]
}

@test "as many as were asked for, but no more than pages" {
    random_file src 20000
    [ "$(jobs_of -j 3)" = 3 ]
    [ "$(jobs_of -j 64)" = 4 ]
    cmp src dst
}

@test "10,000 are clamped, and -v and --explain say so" {
    random_file src 8M
    run mpcp --explain -v -j 10000 src dst
    [ "$status" = 0 ]
    [[ "$output" == *"'dst': fewer jobs than asked for: more can't be used for this file"* ]]
    [[ "$output" == *"jobs         1024: more can't be used for this file"* ]]
    cmp src dst
    assert_clean
}

@test "numbers may have suffixes" {
    random_file src 8M
    [ "$(jobs_of -j 0.5K --chunk=64KiB)" = 512 ]
}

@test "no more than the quota of the control group allows" {
    needs_root
    [ "$(nproc)" -gt 1 ] || skip "there is one CPU anyway"
    random_file src 64M
    # Half a CPU.
    make_group cpu cpu.max '50000 100000' cpu.cfs_quota_us 50000 || skip "no control group with a quota can be made here"
    bash -c 'echo $$ >"$1/cgroup.procs" && exec "$2" --json src dst' - "$GROUP" "$MPCP" >out
    [ "$(python3 -c 'import json; print(json.load(open("out"))["jobs"])')" = 1 ]
}
