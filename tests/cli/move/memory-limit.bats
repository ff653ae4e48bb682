#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# How much memory there is depends on the control group: a copy too large for it stays out of its page cache.
load ../support

limited() { # option...
    bash -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' - "$GROUP" "$MPCP" "$@"
}

@test "a copy larger than a third of what the control group may use" {
    needs_root
    skip_sanitized "a sanitizer takes more memory than that"
    random_file src 64M
    random_file small 10M
    make_group memory memory.max 96M memory.limit_in_bytes 96M || skip "no control group with a limit can be made here"
    run limited --explain src dst
    [ "$status" = 0 ]
    [[ "$output" == *"page cache   cleared: such a large file would push others out of it"* ]]
    cmp src dst
    run limited --explain small dst
    [[ "$output" == *"page cache   used: there is enough memory"* ]]
    run mpcp --dry-run --explain src dst
    [[ "$output" == *"page cache   used: there is enough memory"* ]]
}
