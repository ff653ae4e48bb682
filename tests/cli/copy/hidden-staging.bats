#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Where files without a name are unknown, the copy is staged under a hidden one.
load ../support

@test "FUSE: a new file, and one that is replaced" {
    with_fuse 64M
    random_file src 9M
    mpcp src "$MNT/dst"
    cmp src "$MNT/dst"
    random_file src 8M
    mpcp src "$MNT/dst"
    cmp src "$MNT/dst"
    assert_clean "$MNT"
    # FUSE itself gives such a name to what is replaced before it has heard of the last close, and is late to remove it.
    [ "$(ls -A "$MNT" | grep -v -e lost+found -e '^\.fuse_hidden')" = dst ]
}

@test "while it is hidden, only its owner may open it" {
    needs_strace
    random_file src 16M
    chmod 644 src
    # The first O_TMPFILE is refused, as by an older file system.
    export ASAN_OPTIONS=detect_leaks=0
    strace -f -qq -o trace -e trace=openat,fchmod,renameat,renameat2 "$MPCP" src warmup
    when=$(grep openat trace | grep -n O_TMPFILE | cut -d: -f1)
    strace -f -qq -o trace -e trace=openat,fchmod,renameat,renameat2 \
        -e inject=openat:error=EOPNOTSUPP:when="$when" "$MPCP" src dst
    cmp src dst
    [ "$(stat -c %a dst)" = 644 ]
    grep -q 'openat.*\.dst\.mpcp-.*O_CREAT|O_EXCL' trace
    grep -q 'fchmod([0-9]*, 0600)' trace
    assert_clean
}

@test "as an ordinary user without /proc, too" {
    needs_root
    skip_sanitized "the sanitizer needs /proc"
    unshare -m true 2>/dev/null || skip "no mount namespaces here"
    random_file src 9M
    chmod 777 .
    unshare -m bash -c 'mount -t tmpfs tmpfs /proc && exec setpriv --reuid=65534 --regid=65534 --clear-groups "$0" src dst' "$MPCP"
    cmp src dst
    assert_clean
}
