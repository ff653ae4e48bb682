#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is staged belongs to nobody else until it is published, whoever will have rights to it then.
load ../support

# Starts a copy over a file of nobody's that everybody may write to, and looks at what is staged, named by a find(1)
# expression, while it is under way.
watch() { # directory, expression, option...
    local where=$1 which=$2
    shift 2
    random_file "$where/src" 3M
    echo old >"$where/dst"
    chown 65534:65534 "$where/dst"
    chmod 666 "$where/dst"
    setfacl -m u:1234:rwx "$where/dst" 2>/dev/null || true
    before=$(cd "$where" && getfacl -n dst 2>/dev/null)
    mpcp --bwlimit=2M --chunk=256K "$@" "$where/src" "$where/dst" &
    PID=$!
    begun() { STAGED=$(eval "$which") && [ "$(stat -Lc %s "$STAGED")" -ge 1 ]; }
    wait_until begun 2>/dev/null
    echo "$STAGED: $(stat -Lc '%u %a' "$STAGED")"
    [ "$(stat -Lc '%u %a' "$STAGED")" = "0 600" ]
    ! setpriv --reuid=65534 --regid=65534 --clear-groups cat "$STAGED" >/dev/null || false
    ! setpriv --reuid=1234 --regid=65534 --clear-groups cat "$STAGED" >/dev/null || false
    wait $PID
    cmp "$where/src" "$where/dst"
    [ "$(cd "$where" && getfacl -n dst 2>/dev/null)" = "$before" ]
    [ "$(stat -c '%u:%g' "$where/dst")" = 65534:65534 ]
    assert_clean "$where"
}

setup_file() {
    umask 022
}

@test "under no name" {
    needs_root
    chmod 755 .
    watch . 'find /proc/$(pgrep -o -x "$PROCESS")/fd -lname "*(deleted)" -lname "$PWD/*" | head -1'
}

@test "under a hidden one" {
    with_fuse 64M allow_other
    chmod 755 . "$MNT"
    watch "$MNT" 'find "$MNT" -name ".dst.mpcp-*" | grep .'
}

@test "where a later run finds it" {
    needs_root
    chmod 755 .
    watch . 'find . -name .dst.mpcp-partial | grep .' --resume
}

@test "-p gives it to the source's owner no sooner" {
    needs_root
    chmod 755 .
    random_file src 3M
    chown 65534:65534 src
    chmod 666 src
    mpcp -p --resume --bwlimit=2M --chunk=256K src dst &
    begun() { [ -s .dst.mpcp-partial ]; }
    wait_until begun
    [ "$(stat -c '%u %a' .dst.mpcp-partial)" = "0 600" ]
    wait $!
    [ "$(stat -c '%u %a' dst)" = "65534 666" ]
    assert_clean
}
