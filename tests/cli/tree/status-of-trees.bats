#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --status of a tree that is being copied: one entry for all its processes.
load ../support

# Copies `in` so slowly that it can be looked at for seconds, even if the machine is busy: start OPTION...
start() {
    needs_strace
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=write,pwrite64 \
        -e inject=write,pwrite64:delay_enter=50000 "$DIR/$PROCESS" -r "$@" >/dev/null 2>&1 &
    JOB=$!
    find_parent
}

find_parent() {
    wait_until pgrep -x "$PROCESS" >/dev/null
    PARENT=$(pgrep -o -x "$PROCESS")
}

# An expression over o, the JSON object of the copy that this test has started.
status_of() { # expression
    mpcp --status --json "$PARENT" | python3 -c 'import json, os, sys; o = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1"
}

past_entries() { # how many
    mpcp --status --json "$PARENT" 2>/dev/null | jq -e ".entries > $1" >/dev/null
}

finish() {
    pkill -KILL -x "$PROCESS"
    wait $JOB || true
}

@test "a tree under way, as JSON" {
    some_tree in 60 10
    start -j4 in out
    wait_until past_entries 40
    # Not whether it is stopped: strace may have done that just then.
    [ "$(status_of '[o["pid"], o["source"], o["destination"], o["sources"], o["jobs"], o["directory"] == os.getcwd(), o["phase"]]')" = \
        "[$PARENT, 'in', 'out', 1, 4, True, 'counting']" ]
    [ "$(status_of '40 < o["entries"] <= o["found"] <= 721 and 0 < o["bytes"] <= o["size"]')" = True ]
    [ "$(status_of '[o["percent"], o["seconds_left"], o["throughput"] > 0, o["seconds"] > 0]')" = '[None, None, True, True]' ]
    finish
}

@test "a tree under way, for people" {
    some_tree in 60 10
    start -j4 in out
    wait_until past_entries 40
    mpcp --status "$PARENT" >out.txt
    cat out.txt
    [ "$(sed 's/ (stopped)//; 1q' out.txt)" = "$PARENT  'in' -> 'out'  in $DIR" ] # strace may have stopped it just then
    grep -qE '^  counting  [0-9]+ of [0-9]+ entries  [0-9.]+ K?i?B of [0-9.]+ K?i?B' out.txt
    [ "$(sed -n 3p out.txt)" = '  by 4 processes' ]
    [ "$(wc -l <out.txt)" = 3 ]
    finish
}

@test "one that is alone is shown, too" {
    some_tree in 60 10
    start -j1 in out
    wait_until past_entries 40
    [ "$(mpcp --status "$PARENT" | tail -1)" = '  by 1 process' ]
    finish
}

# With --resume, the process that copies a large file has something to show of it.
@test "its processes aren't copies of their own" {
    mkdir in
    for i in $(seq 40); do echo some >in/$i; done
    for i in $(seq 4); do random_file in/large$i 9M; done
    start -j4 --engine=read-write --resume in out
    large_ones_are_copied() {
        local pid
        for pid in $(pgrep -P "$PARENT"); do ls -l "/proc/$pid/fd"; done 2>/dev/null | grep -q mpcp-share
    }
    all_of_them() { [ "$(status_of 'o["jobs"]' 2>/dev/null)" = 4 ]; }
    wait_until all_of_them
    wait_until large_ones_are_copied
    [ "$(mpcp --status --json | jq -c "select(.directory == \"$PWD\") | .pid")" = "$PARENT" ]
    finish
}

@test "a large file's bytes count as they are copied, once all is found" {
    mkdir in
    echo some >in/small
    random_file in/large 24M
    mpcp -r --bwlimit=4M --chunk=64K in out 2>/dev/null &
    JOB=$!
    find_parent
    past_bytes() { mpcp --status --json "$PARENT" 2>/dev/null | jq -e ".bytes > $1" >/dev/null; }
    wait_until past_bytes 2000000
    [ "$(status_of '[o["phase"], o["entries"], o["found"], o["size"], 0 < o["percent"] < 100, o["seconds_left"] > 0]')" = \
        "['copying', 1, 3, 25165829, True, True]" ]
    mpcp --status "$PARENT" >out.txt
    cat out.txt
    grep -qE '^  .*copying  1 of 3 entries +[0-9]+%  [0-9.]+ MiB of 24.0 MiB' out.txt
    finish
}

@test "several sources" {
    some_tree in 30 10
    some_tree more 30 10
    mkdir out
    start -j4 in more out
    wait_until past_entries 40
    mpcp --status "$PARENT" >out.txt
    cat out.txt
    # strace may have stopped it just then.
    [ "$(sed 's/ (stopped)//; 1q' out.txt)" = "$PARENT  'in' and 1 more -> 'out'  in $DIR" ]
    [ "$(status_of '[o["source"], o["sources"], o["destination"]]')" = "['in', 2, 'out']" ]
    finish
}

# A process that isn't this program, and claims to copy a tree: claim FIELD=VALUE,... Sets PARENT.
claim() {
    python3 - "$1" >pid <<'END' 3>&- &
import os, struct, sys, time
def tree(magic=b'mpcptree', version=2, sources=1, start=time.monotonic() - 1, jobs=2, unfinished=0, entries=1, found=4,
         done=10, size=1000, unmoved=4, src=b'src', dst=b'dst', more=b''):
    head = magic + struct.pack('<IIdIIqqqqq', version, sources, start, jobs, unfinished, entries, found, done, size,
                               unmoved)
    return head + src.ljust(4096, b'\0') + dst.ljust(4096, b'\0') + struct.pack('<ii', 3, 0) + more
os.write(os.memfd_create('mpcp-tree'), eval(f'tree({sys.argv[1]})'))
print(os.getpid(), flush=True)
time.sleep(60)
END
    wait_until test -s pid
    PARENT=$(cat pid)
}

@test "what another process claims is believed as far as it can be" {
    claim "src=b'a\\x1b[31m\\n', dst=b'\\xf4\\x90\\x80\\x80', entries=9, done=2000"
    mpcp --status "$PARENT" >out.txt
    cat out.txt
    [[ "$(sed -n 1p out.txt)" == "$PARENT  'a'\$'\\033''[31m'\$'\\n' -> ''\$'\\364\\220\\200\\200'  in $DIR" ]]
    [ "$(status_of '[o["source"], o["entries"], o["found"], o["bytes"], o["size"], o["percent"]]')" = \
        "['a\x1b[31m\n', 4, 4, 1000, 1000, 100.0]" ]
    kill "$PARENT"
}

@test "what wasn't copied by this run is no throughput" {
    claim "start=time.monotonic() - 10, done=1000, size=2000, unmoved=900"
    [ "$(status_of '[o["bytes"], 1 < o["throughput"] <= 10, o["seconds_left"] >= 100]')" = '[1000, True, True]' ]
    kill "$PARENT"
}

@test "what another process claims harms nobody" {
    for claim in "magic=b'mpcpcopy'" version=1 sources=0 "start=float('nan')" "start=float('inf')" start=0 jobs=0 \
        entries=-1 found=-1 done=-1 size=-5 unmoved=-1 "src=b''" "src=b'x'*4096" "dst=b'x'*4096" "more=b'x'"; do
        claim "$claim"
        run ! mpcp --status "$PARENT"
        echo "$claim: $output"
        [[ "$output" == *"no such process is making a copy" ]]
        kill "$PARENT"
        rm pid
    done
}

@test "a tree that can't be shown is copied anyway" {
    needs_strace
    some_tree in 10 5
    traced memfd_create:error=EMFILE -r in out
    diff -r in out
}
