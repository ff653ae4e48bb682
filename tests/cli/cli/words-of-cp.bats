#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Where GNU cp has a sentence for a case, mpcp uses the same words and the same quoting. cp itself is asked for them.
load ../support

eval "enter_$(declare -f setup)"

setup() {
    enter_setup
    cp --version 2>/dev/null | grep -Eq 'GNU coreutils\) (9|[1-9][0-9])\.' || skip "there is no cp of GNU's coreutils 9"
    export LC_ALL=C.UTF-8
    AS=()
    echo a >a
    echo b >b
    echo old >old
    mkdir d e d/a
}

# From here on, both are used by somebody who can be refused.
as_nobody() {
    needs_root
    chmod 777 . e
    chown 65534:65534 a b old
    AS=(setpriv --reuid=65534 --regid=65534 --clear-groups)
}

# What cp says and what mpcp says, each in one line, so that a blank at its end counts.
ask_both() { # argument...
    THEIRS=$("${AS[@]}" cp "$@" 2>&1 >/dev/null </dev/null | sed -n '1s/^cp: /mpcp: /p')
    OURS=$("${AS[@]}" "$DIR/$PROCESS" "$@" 2>&1 >/dev/null </dev/null) || true
    printf '%s\n' "$*" "  cp:   $THEIRS" "  mpcp: $OURS"
    [ -n "$THEIRS" ]
}

says_as_cp() { # argument...
    ask_both "$@"
    [ "$OURS" = "$THEIRS" ]
}

# The same where mpcp knows more, as matched by an extended regular expression.
adds() { # expression, argument...
    local more=$1
    shift
    ask_both "$@"
    [[ "${OURS#"$THEIRS"}" =~ ^$more$ ]]
}

@test "of a source" {
    ln -s loop loop
    for src in nope ./no/where a/b loop '' d; do
        says_as_cp "$src" dst
    done
    as_nobody
    chmod 0 a
    says_as_cp a dst
    mkdir -m 0 private
    says_as_cp private/a dst
    says_as_cp private dst
}

@test "of a destination" {
    ln -s nowhere dangling
    ln -s loop loop
    for dst in '' no/ no/x a/x b/ dangling loop d "$(printf 'x%.0s' $(seq 256))" no$'\n'/x /proc/x/y; do
        says_as_cp a "$dst"
    done
    says_as_cp -T a d
    says_as_cp -f a dangling
}

@test "of a destination that may not be written to" {
    mkdir fixed
    touch fixed/old
    as_nobody
    chmod 444 old
    adds ' \(--force replaces it anyway\)' a old
    says_as_cp a fixed/new
    says_as_cp a fixed
    says_as_cp a fixed/old
    says_as_cp -f a fixed/old
    chmod 1777 fixed
    says_as_cp -f a fixed/old
}

@test "of a destination on a file system that can only be read" {
    with_mount tmpfs 1M
    echo old >"$MNT/old"
    mount -o remount,ro "$MNT"
    says_as_cp a "$MNT/new"
    says_as_cp a "$MNT/old"
    says_as_cp -f a "$MNT/old"
}

@test "of one file under two names" {
    ln a hard
    ln -s a soft
    mkfifo fifo
    for same in a ./a hard soft .; do
        says_as_cp a "$same"
    done
    says_as_cp soft a
    says_as_cp fifo fifo
}

@test "of names, quoted as there" {
    for name in 'a b' "it's" "it's \$1" $'a\nb' $'a\n' $'\n' $'\001a\377' ä 'a"b' '~' '*' $'a\n\'b' $'e\302\205'; do
        says_as_cp "$name" dst
    done
}

@test "of operands" {
    adds ' \(see mpcp --help\)'
    adds ' \(see mpcp --help\)' a
    adds ' \(see mpcp --help\)' -t d
    adds ' \(see mpcp --help\)' -T a
    adds ' \(see mpcp --help\)' -T a b c
    says_as_cp a b no
    says_as_cp a b old
    says_as_cp -t no a
    says_as_cp -t old a
    says_as_cp a ./a e
}

@test "of two sources of one name" {
    rmdir d/a
    echo other >d/a
    THEIRS=$(cp a d/a e 2>&1 | sed 's/^cp: /mpcp: /')
    rm e/a
    run --separate-stderr mpcp a d/a e
    [ "$status" = 1 ]
    [ "$stderr" = "$THEIRS" ]
}

@test "of what is asked" {
    says_as_cp -i a old
    says_as_cp -if a old
    as_nobody
    for mode in 444 0 2070 5111; do
        chmod "$mode" old
        says_as_cp -i a old
        says_as_cp -if a old
    done
}

@test "of bytes that can't be read or written" {
    with_device full
    adds ' \(at offset 0\)' a full
    adds ' \(at offset 0\)' /proc/self/mem dst
    THEIRS=$(cp -v a dst 2>&1 >full) || true
    rm dst
    run --separate-stderr bash -c '"$0" -v a dst >full' "$DIR/$PROCESS"
    [ "$status" = 1 ]
    [ "$stderr" = "mp$THEIRS" ]
}

@test "of extents that can't be shared" {
    with_mount ext4 64M
    echo a >"$MNT/a"
    says_as_cp --reflink=always "$MNT/a" "$MNT/b"
    says_as_cp --reflink=always a "$MNT/b"
}

# Fails a system call of cp -p and of mpcp -p.
fails_both() { # call
    rm -f dst
    THEIRS=$(strace -qq -o /dev/null -e trace="$1" -e inject="$1:error=EIO" cp -p a dst 2>&1 | sed 's/^cp: /mpcp: /')
    rm -f dst
    run --separate-stderr traced "$1:error=EIO" -p a dst
    echo "cp: $THEIRS, mpcp: $stderr"
    [ "$status" = 1 ]
    [ "$stderr" = "$THEIRS (the copy is complete)" ]
}

@test "of what can't be preserved" {
    needs_root
    needs_strace
    export LC_ALL=C # elsewhere cp quotes some of these names in the quotes of the language
    chown 12:34 a
    fails_both fchown
    fails_both fchmod,fsetxattr # by one of them cp gives mode and ACL
    fails_both utimensat
}

@test "of extended attributes that a file system doesn't know" {
    setfattr -n user.colour -v blue a 2>/dev/null || skip "no extended attributes here"
    with_mount ramfs 1M
    adds ' \(the copy is complete\)' --preserve=xattr a "$MNT/dst"
}
