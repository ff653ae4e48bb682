#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A small stack (ulimit -s) is enough.
load ../support

# Runs a command several times with 24 KiB of stack, of which the kernel leaves out up to 8, at random (cp -a needs
# at least 16, mpcp up to 20). The environment lies there, too.
with_small_stack() { # program, argument...
    local i
    for i in $(seq 12); do
        env -i prlimit --stack=24576 "$@"
    done
}

needs_small_stack() {
    skip_sanitized "sanitizers need more"
    echo a >small
    with_small_stack "$(command -v cp)" small copy || skip "cp itself needs more"
}

@test "a small file" {
    needs_small_stack
    with_small_stack "$DIR/$PROCESS" -v small dst
}

@test "a large file, by workers" {
    needs_small_stack
    random_file src 9M
    with_small_stack "$DIR/$PROCESS" -v -j2 src dst
    cmp src dst
}

@test "whatever is to be done with it, and printed about it" {
    needs_small_stack
    random_file src 9M
    with_small_stack "$DIR/$PROCESS" --explain --json --progress --verify --resume -p --sparse=always src dst
    cmp src dst
}
