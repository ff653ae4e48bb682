#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# One static binary, set up with a prefix of its own, is all that an empty chroot needs: no library, no /etc, no /proc.
# Building it takes a while: suite slow.
load ../support

setup_file() {
    export STATIC
    STATIC=$(realpath "$(mktemp -d "${MPCP_TEST_DIR:-/var/tmp}/mpcp-test-XXXXXX")")
    command -v meson >/dev/null || return 0
    {
        meson setup "$STATIC/build" "$MPCP_SOURCE_ROOT" --prefix="$STATIC/opt" \
            -Dtests=disabled -Dbench=disabled -Dmpi=disabled -Dc_link_args=-static &&
            meson compile -C "$STATIC/build" && meson install -C "$STATIC/build"
    } >"$STATIC/log" 2>&1 || touch "$STATIC/failed"
}

teardown_file() {
    rm -rf "$STATIC"
}

# Makes ROOT, which has nothing but the binary.
needs_static() {
    command -v meson >/dev/null || skip "needs meson"
    [ ! -e "$STATIC/failed" ] || { cat "$STATIC/log"; return 1; }
    ROOT=$DIR/root
    mkdir "$ROOT"
    cp "$STATIC/opt/bin/mpcp" "$ROOT/mpcp"
}

inside() { # argument...
    in_time chroot "$ROOT" /mpcp "$@"
}

a_tree() {
    some_tree "$ROOT/tree" 3 20
    random_file "$ROOT/tree/d0/large" 20M
    ln -s f0 "$ROOT/tree/d1/link"
    ln -s nowhere "$ROOT/tree/d1/dangling"
    ln "$ROOT/tree/d0/f1" "$ROOT/tree/d2/again"
    chown -R 12345:54321 "$ROOT/tree/d2"
}

@test "it is static, and asks for no library as it runs" {
    needs_static
    cat "$STATIC/log"
    ! grep -i "statically linked applications" "$STATIC/log" || false
    ! grep -w warning "$STATIC/log" || false
    ! grep -q INTERP <(readelf -lW "$ROOT/mpcp") || false
}

@test "the prefix is where it is installed" {
    needs_static
    [ -x "$STATIC/opt/bin/mpcp" ]
    [ -s "$STATIC/opt/share/man/man1/mpcp.1" ]
}

@test "files, without /proc: copied, resumed, shown as JSON, refused" {
    needs_root
    needs_static
    random_file "$ROOT/src" 20M
    inside -v src dst
    cmp "$ROOT/src" "$ROOT/dst"
    inside --resume -p src "dst 2"
    cmp "$ROOT/src" "$ROOT/dst 2"
    [ "$(inside --json -j 2 --engine=mmap src dst3 | member outcome)" = copied ]
    cmp "$ROOT/src" "$ROOT/dst3"
    run --separate-stderr inside missing dst
    assert_refused 1 "cannot stat 'missing': No such file or directory"
    run --separate-stderr inside --verify src dst4
    assert_refused 1 "dst4: cannot verify: it can't be read back, because /proc is not mounted"
    [ ! -e "$ROOT/dst4" ]
    assert_clean
}

@test "trees, without /proc" {
    needs_root
    needs_static
    a_tree
    inside -a tree copy
    assert_same_trees "$ROOT/tree" "$ROOT/copy"
    inside -a --atomic tree at-once
    assert_same_trees "$ROOT/tree" "$ROOT/at-once"
    assert_clean
}

@test "with /proc, and nothing else, --verify and --status" {
    needs_root
    needs_static
    a_tree
    mkdir "$ROOT/proc"
    mount -t proc proc "$ROOT/proc" || skip "no /proc can be mounted here"
    inside -a --verify tree copy
    assert_same_trees "$ROOT/tree" "$ROOT/copy"
    [ "$(inside --json --verify tree/d0/large dst | member verified)" = True ]
    inside --status
}

@test "help and names, though there is no locale" {
    needs_root
    needs_static
    inside --help | grep -- --recursive
    inside --usage | grep -- --recursive
    [[ "$(inside --version)" == "mpcp "* ]]
    run --separate-stderr inside "$(printf 'n\303\244he')" dst
    assert_refused 1 "cannot stat 'n'$'\\303\\244''he': No such file or directory"
}
