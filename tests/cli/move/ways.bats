#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# How bytes are moved, and by how many workers, may change in the middle of a copy.
load ../support

# A cached source that is large enough to find out, with a size that isn't a whole number of pages.
setup_source() {
    random_file src 48M
    printf tail >>src
    cat src >/dev/null
}

# Calls that write take long; stores into a mapping don't: slow_writes COMMAND...
slow_writes() {
    needs_strace
    traced "pwrite64:delay_enter=${DELAY-5000}" "$@"
}

# What should be cached isn't written directly, so the other way is a mapping, where that is known to be good.
needs_mapping() {
    mpcp --dry-run --explain --cache=keep src dst | grep -q ' mmap' || skip "nothing is mapped on this file system"
}

@test "what proves slow is given up for what is quicker, and every byte is right" {
    setup_source
    needs_mapping
    DELAY=30000 # much more than a busy machine lets a process wait
    slow_writes --json --cache=keep -j2 src dst >out
    cmp src dst
    cat out
    [ "$(json '[o["engine"], o["last_engine"]]' <out)" = "['read-write', 'mmap']" ]
}

@test "-v reports it" {
    setup_source
    needs_mapping
    DELAY=30000
    slow_writes -v --cache=keep -j2 src dst >out
    cat out
    grep '; read-write, 2 jobs; ended with mmap)$' out
}

@test "an engine that was asked for stays" {
    setup_source
    slow_writes --json --engine=read-write src dst >out
    cmp src dst
    [ "$(json '[o["engine"], o["last_engine"]]' <out)" = "['read-write', 'read-write']" ]
}

@test "what is to stay in the page cache is never written past it" {
    setup_source
    needs_strace
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=openat,pwrite64 \
        -e inject=pwrite64:delay_enter=5000 "$DIR/$PROCESS" --cache=keep src dst
    cmp src dst
    run ! grep 'O_WRONLY.*O_DIRECT' trace
}

@test "more workers are added if they only wait, unless a number was asked for" {
    setup_source
    needs_strace
    traced pread64,pwrite64:delay_enter=30000 --json --chunk=256K --cache=keep --reflink=never src dst >out
    cmp src dst
    [ "$(json 'o["last_jobs"] > o["jobs"] > 0' <out)" = True ]
    traced pread64,pwrite64:delay_enter=30000 --json --chunk=1M -j3 src dst >out
    cmp src dst
    [ "$(json '[o["jobs"], o["last_jobs"]]' <out)" = "[3, 3]" ]
}

@test "there are no more workers than there is work for" {
    setup_source
    needs_strace
    traced pread64,pwrite64:delay_enter=20000 --json --chunk=16M --buffer=4M --engine=read-write src dst >out
    cmp src dst
    [ "$(json 'o["last_jobs"] == o["jobs"]' <out)" = True ]
}

# What the page cache has of one part must not be written back over what was written directly next to it, or be read
# instead of it.
stay_apart() { # chunk...
    setup_source
    for chunk; do
        slow_writes --chunk="$chunk" --json src dst >out
        cmp src dst
        sync dst
        dd if=dst iflag=nocache count=0 status=none
        cmp src dst
    done
}

@test "what was written directly and what was cached stay apart, in the cache and on the disk" { stay_apart 4K 1000K; }
# bats test_tags=slow
@test "what was written directly and what was cached stay apart, with more sizes of chunks" { stay_apart 20K 2M; }

@test "with --resume and --verify ways change as well, and what was copied in all of them is kept" {
    setup_source
    slow_writes --resume --chunk=256K -j2 src dst &
    more_than_its_header() { [ "$(stat -c %s .dst.mpcp-journal)" -gt 1000 ]; }
    wait_until more_than_its_header
    pkill -KILL -x "$PROCESS"
    wait $! || true
    mpcp --resume --chunk=256K --verify --json src dst >out
    cmp src dst
    [ "$(json 'o["kept"] > 0' <out)" = True ]
    assert_clean
}
