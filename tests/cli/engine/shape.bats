#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The shape of a copy by the mmap engine, as strace sees it.
load ../support

setup_file() {
    export SIZE=33554445 # 32 MiB and 13: there is a remainder
}

trace() {
    needs_strace
    random_file src $SIZE
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -X raw "$MPCP" --engine=mmap -j3 src dst
    cmp src dst
}

count() { # expression
    grep -cE "$1" trace || true
}

@test "the destination gets its size before it is mapped" {
    trace
    [ "$(count "ftruncate\([0-9]+, $SIZE\)")" = 1 ]
    [ "$(grep -nE "ftruncate\(" trace | head -1 | cut -d: -f1)" -lt "$(grep -nE "mmap\([^,]+, $SIZE," trace | head -1 | cut -d: -f1)" ]
}

@test "both files are mapped shared and whole, the source for reading only" {
    trace
    # PROT_READ is 1, PROT_READ|PROT_WRITE is 3, MAP_SHARED is 1
    [ "$(count "mmap\([^,]+, $SIZE, 0x1, 0x1,")" = 1 ]
    [ "$(count "mmap\([^,]+, $SIZE, 0x3, 0x1,")" = 1 ]
}

@test "as many processes are forked as there are jobs" {
    trace
    [ "$(count '(clone|clone3|fork|vfork)\(')" = 3 ]
}

@test "the parent waits without WNOHANG" {
    trace
    [ "$(count 'wait4.*\], 0, NULL\)')" -ge 3 ]
    [ "$(count 'wait4.*0x1, NULL\)')" = 0 ]
    [ "$(count 'waitid')" = 0 ]
}

@test "no process but the workers copies" {
    skip_sanitized "the sanitizer maps memory in the same way"
    trace
    parent=$(head -1 trace | cut -d' ' -f1)
    # Whoever has copied something unmaps it afterwards: MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS|MAP_NORESERVE
    [ "$(grep -cE "^$parent +mmap\([^,]+, [0-9]+, 0, 0x4032," trace || true)" = 0 ]
    [ "$(count 'mmap\([^,]+, [0-9]+, 0, 0x4032,')" -ge 6 ]
}

@test "the name comes last" {
    trace
    [ "$(grep -nE 'linkat\(' trace | tail -1 | cut -d: -f1)" -gt "$(grep -nE 'wait4\(' trace | tail -1 | cut -d: -f1)" ]
}
