# SPDX-License-Identifier: MIT
# Shared by the tests of --resume.

PARTIAL=.dst.mpcp-partial
JOURNAL=.dst.mpcp-journal
HEADER=80 LINE=32 # bytes of the journal

# Starts a copy of 20 chunks of 1 MiB, and kills it when so many of them are journalled.
killed_after() { # chunks, option...
    ended_by KILL "$@"
}

# The same with another signal.
ended_by() { # signal, chunks, option...
    local signal=$1 chunks=$2
    shift 2
    [ -e src ] || random_file src 20M
    mpcp --resume --chunk=1M --bwlimit=16M -j2 "$@" src dst &
    copied() { [ "$(stat -c %s $JOURNAL)" -ge $((HEADER + chunks * LINE)) ]; }
    wait_until copied 2>/dev/null
    pkill -"$signal" -o -x "$PROCESS"
    wait $! || true
    wait_until no_process_left
    ls -l $PARTIAL $JOURNAL
}

# Copies anew, and sets KEPT to the MiB that weren't copied again.
resume() { # option...
    mpcp --resume --chunk=1M --json -j2 "$@" src dst >out 2>err
    cat err
    cmp src dst
    KEPT=$(($(member kept <out) >> 20))
    echo "$KEPT MiB were kept"
}

assert_resumed() {
    [ "$KEPT" -ge 14 ] # 16 were journalled, but workers may have been about to
    assert_clean
}

assert_started_over() { # why
    [ "$KEPT" = 0 ]
    [ "$(cat err)" = "mpcp: dst: $1" ]
    assert_clean
}
