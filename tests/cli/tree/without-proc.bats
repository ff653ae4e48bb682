#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A tree where /proc isn't mounted, as early at boot, or in a chroot: nothing of it is missing.
load ../support

without_proc() { # command...
    unshare -m sh -c 'mount -t tmpfs tmpfs /proc && exec "$@"' sh "$@"
}

needs_to_hide_proc() {
    needs_root
    skip_sanitized "the sanitizer needs /proc"
    without_proc true 2>/dev/null || skip "no mount namespaces here"
}

@test "files, directories and links, with all that they have" {
    needs_to_hide_proc
    some_tree src 3 20
    ln -s d0 src/link
    ln -s nowhere src/d1/dangling
    ln src/d0/f1 src/d1/again
    without_proc "$DIR/$PROCESS" -a src dst
    assert_same_trees src dst
    assert_clean
}

@test "attributes that only links and special files can show" {
    needs_to_hide_proc
    needs_kept xattr
    mkdir src
    ln -s nowhere src/link
    setfattr -h -n trusted.mark -v value src/link || skip "no link can be marked here"
    without_proc "$DIR/$PROCESS" -a src dst
    assert_same_trees src dst
    [ "$(getfattr -h --only-values -n trusted.mark dst/link)" = value ]
}

@test "the working directory is what it was, where entries have no other name for a moment" {
    needs_to_hide_proc
    mkdir -p one/a two/a
    ln -s nowhere one/a/link
    ln -s nowhere two/a/link
    mkdir dst
    without_proc "$DIR/$PROCESS" -a -j 1 one two dst
    assert_same_trees one dst/one
    assert_same_trees two dst/two
}
