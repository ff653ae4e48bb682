#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --status shows the copies that are under way, and nothing else.
load ../support

# A copy that takes long: whoever starts it ends it.
start() { # option...
    random_file src 24M
    mpcp --bwlimit=2M --chunk=64K -j2 --engine=read-write "$@" src dst 2>/dev/null &
    JOB=$!
    wait_for_processes 3
}

# An expression over o, the JSON object printed for the copy that this test has started.
status_of() { # expression
    mpcp --status --json "$PARENT" | python3 -c 'import json, os, sys; o = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1"
}

past_bytes() { # bytes
    mpcp --status --json "$PARENT" | jq -e ".bytes > $1" >/dev/null
}

nothing_to_show() {
    local status=0
    mpcp --status "$PARENT" >out 2>err || status=$?
    [ "$status" = 1 ]
    [ ! -s out ]
    [ "$(cat err)" = "mpcp: $PARENT: cannot show its status: no such process is making a copy" ]
}

@test "a copy under way, for people" {
    start
    wait_until past_bytes 0
    mpcp --status "$PARENT" >out
    cat out
    [[ "$(sed -n 1p out)" == "$PARENT  "*"src"*" -> "*"dst"*"  in $DIR" ]]
    grep -q '%' out
    grep -q '/s' out
    grep -q 'by read-write' out
    [ "$(grep -c '^  worker [12] (pid [0-9]*)  .*' out)" = 2 ]
    kill "$PARENT"
}

@test "a copy under way, as JSON" {
    start
    wait_until past_bytes 0
    [ "$(status_of '[o["pid"], o["directory"] == os.getcwd(), o["source"], o["destination"], o["engine"], o["phase"], o["size"], o["stopped"]]')" = \
        "[$PARENT, True, 'src', 'dst', 'read-write', 'copying', 25165824, False]" ]
    [ "$(status_of 'abs(o["percent"] - 100 * o["bytes"] / o["size"]) < 0.1')" = True ]
    [ "$(status_of 'sum(w["bytes"] for w in o["workers"]) == o["bytes"]')" = True ]
    [ "$(status_of 'sorted(w["pid"] for w in o["workers"])')" = "[$(echo $(sort -n <<<"$WORKERS") | sed 's/ /, /')]" ]
    [ "$(status_of 'o["throughput"] > 0 and o["seconds_left"] > 0 and o["seconds"] > 0')" = True ]
    kill "$PARENT"
}

@test "all of this user's copies" {
    start
    mpcp --bwlimit=4M src dst2 2>/dev/null &
    wait_for_processes 4
    # Other tests copy, too.
    two() { [ "$(mpcp --status --json | jq -c "select(.directory == \"$PWD\")" | wc -l)" = 2 ]; }
    wait_until two
    [ "$(mpcp --status --json | jq -s 'map(.pid) == (map(.pid) | sort)')" = true ]
    pkill -x "$PROCESS"
}

@test "a stopped copy is shown as such" {
    start
    wait_until past_bytes 0
    kill -STOP "$PARENT" $WORKERS
    is_stopped() { [ "$(status_of 'o["stopped"]')" = True ]; } # a moment later, where there are few CPUs
    wait_until is_stopped
    mpcp --status "$PARENT" | grep "^$PARENT (stopped)  "
    local so_far=$(status_of 'o["bytes"]')
    kill -CONT "$PARENT" $WORKERS
    wait_until past_bytes "$so_far"
    kill "$PARENT"
}

@test "one that has ended isn't shown" {
    start
    kill "$PARENT"
    wait $JOB || true
    nothing_to_show
}

@test "one that was killed isn't shown, nor what is left of it" {
    start
    kill -STOP $WORKERS
    kill -KILL "$PARENT"
    wait $JOB || true
    nothing_to_show
    mpcp --status --json >all
    run ! grep "\"$DIR" all
    wait_until no_process_left
}

@test "looking at a copy doesn't disturb it" {
    start --bwlimit=24M
    for i in $(seq 20); do mpcp --status >/dev/null; done
    wait $JOB
    cmp src dst
}

@test "the phases after the copying are shown" {
    needs_strace
    random_file src 9M
    traced fsync:delay_enter=4000000 --verify -j2 src dst 2>err &
    is_flushing() {
        PARENT=$(pgrep -o -x "$PROCESS")
        [ "$(status_of 'o["phase"]')" = flushing ]
    }
    wait_until is_flushing 2>/dev/null
    wait $!
    cmp src dst
}

@test "a copy without workers, and one of a stream" {
    mkfifo fifo
    mpcp fifo dst &
    (echo some; sleep 5) >fifo &
    wait_for_processes 1
    seen() { [ "$(status_of '[o["source"], o["size"], o["percent"]]')" = "['fifo', None, None]" ]; }
    wait_until seen 2>/dev/null
    pkill -x "$PROCESS"
}

@test "copies of others aren't shown, only that there are some" {
    needs_root
    chmod 755 "$DIR"
    start
    # Other tests copy as that user, too.
    run mpcp_as_nobody --status
    [ "$status" = 0 ]
    [ "${lines[-1]}" = "1 mpcp of another user is running" ]
    [[ "$output" != *"$DIR"* ]]
    run --separate-stderr mpcp_as_nobody --status --json
    [ "$status" = 0 ]
    [[ "$output" != *"$DIR"* ]]
    [[ "$output" != *"mpcp of"* ]]
    run --separate-stderr mpcp_as_nobody --status "$PARENT"
    assert_refused 1 "$PARENT: cannot show its status: it belongs to another user"
    kill "$PARENT"
}

@test "root is told of another user's copy, and can see it by its number" {
    needs_root
    chmod 777 "$DIR"
    random_file src 9M
    mpcp_as_nobody --bwlimit=1M -j2 src dst 2>/dev/null &
    wait_for_processes 3
    run mpcp --status
    [[ "$output" == *"1 mpcp of another user is running" ]]
    wait_until past_bytes 0
    mpcp --status "$PARENT" | grep "^$PARENT  'src' -> 'dst'"
    kill "$PARENT"
}

# A process that isn't this program, and claims to copy: claim FIELD=VALUE,... Sets PARENT.
claim() {
    python3 - "$1" >pid <<'END' 3>&- &
import os, struct, sys, time
def share(size=1000, done=10, kept=0, start=time.monotonic() - 1, phase=0, engine=b'mmap', pid=7, src=b'src',
          dst=b'dst'):
    head = b'mpcpcopy' + struct.pack('<IIiIqd', 4, 1, os.getpid(), phase, size, start)
    head += engine.ljust(64, b'\0') + src.ljust(4096, b'\0') + dst.ljust(4096, b'\0')
    head += bytes(80) # of several nodes
    head = head.ljust((len(head) + 128 + 63) // 64 * 64, b'\0')
    return head + struct.pack('<qqqqi', 0, 0, done, kept, pid).ljust(64, b'\0')
os.write(os.memfd_create('mpcp-share'), eval(f'share({sys.argv[1]})'))
print(os.getpid(), flush=True)
time.sleep(60)
END
    wait_until test -s pid
    PARENT=$(cat pid)
}

@test "what another process claims is believed as far as it can be" {
    claim "src=b'a\\x1b[31m\\n', dst=b'\\xf4\\x90\\x80\\x80'"
    mpcp --status "$PARENT" >out
    [[ "$(sed -n 1p out)" == "$PARENT  'a'\$'\\033''[31m'\$'\\n' -> ''\$'\\364\\220\\200\\200'  in $DIR" ]]
    [ "$(status_of '[o["source"], o["bytes"], o["size"], o["percent"]]')" = "['a\x1b[31m\n', 10, 1000, 1.0]" ]
    kill "$PARENT"
}

@test "what another process claims harms nobody" {
    for claim in size=1,done=1000000 size=-5 done=-5 kept=-5 phase=77 phase=2**32-1 "start=float('nan')" "start=float('inf')" \
        "engine=b'\\x1b[31m'" "src=b'x'*4096"; do
        claim "$claim"
        nothing_to_show
        [ -z "$(mpcp --status --json | grep "$DIR")" ]
        kill "$PARENT"
        rm pid
    done
}

@test "a small stack is enough" {
    skip_sanitized "sanitizers need more"
    echo a >src
    for i in $(seq 12); do env -i prlimit --stack=16384 "$(command -v cp)" src copy || skip "cp itself needs more"; done
    start
    for i in $(seq 12); do env -i prlimit --stack=16384 "$DIR/$PROCESS" --status >out; done
    grep "'src' -> 'dst'  in $DIR" out
    kill "$PARENT"
}

@test "what isn't a copy" {
    run --separate-stderr mpcp --status $$
    assert_refused 1 "$$: cannot show its status: no such process is making a copy"
}

@test "where nothing can be known" {
    needs_root
    skip_sanitized "the sanitizer needs /proc"
    unshare -m true 2>/dev/null || skip "no mount namespaces here"
    run --separate-stderr unshare -m sh -c 'umount -l /proc && "$0" --status' "$MPCP"
    assert_refused 1 "/proc: cannot list processes: No such file or directory"
}

@test "a copy that can't be shown is made anyway" {
    needs_strace
    random_file src 9M
    traced memfd_create:error=EMFILE -j2 src dst
    cmp src dst
}

@test "invalid operands" {
    for operands in nonsense 0 -5 '1 2' 99999999999999; do
        run --separate-stderr mpcp --status -- $operands
        assert_refused 2 "--status: takes at most one operand, the number of a process"
    done
}
