#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Trees that are copied into trees: what is in both, what clashes, and what -n, -u, -i and other options do with it.
load ../support

# "to" has old files of the names in "in", and others.
two_trees() {
    some_tree in 5 3
    mkdir -p to/in/d1 to/in/d2/below to/in/other
    echo old >to/in/d1/f0
    echo old >to/in/d2/below/file
    echo other >to/in/other/file
    echo other >to/in/d1/other
}

@test "what is in the source replaces, and everything else stays" {
    two_trees
    mpcp -r in to
    diff -r in to/in >differences || true
    cat differences
    [ "$(sort differences)" = "Only in to/in/d1: other
Only in to/in: other" ]
    [ "$(cat to/in/other/file)" = other ]
    assert_clean
}

@test "existing directories keep their attributes without -p, and get the source's with it" {
    two_trees
    chmod 700 to/in/d1
    touch -d 2001-01-01 to/in/d2
    touch -d 2002-02-02 in/d2
    mpcp -r in to
    [ "$(stat -c %a to/in/d1)" = 700 ]
    mpcp -rp in to
    [ "$(stat -c %a to/in/d1)" = "$(stat -c %a in/d1)" ]
    [ "$(stat -c %Y to/in/d2)" = "$(date -d 2002-02-02 +%s)" ]
}

@test "types that clash are reported, and the rest is copied" {
    some_tree in 4 2
    mkdir -p to/in/d1/f0 to/elsewhere
    echo file >to/in/d0
    ln -s ../elsewhere to/in/d2
    run --separate-stderr mpcp -r in to
    echo "$stderr"
    [ "$status" = 1 ]
    [ "$(sort <<<"$stderr")" = "mpcp: cannot overwrite directory 'to/in/d1/f0' with non-directory
mpcp: cannot overwrite non-directory 'to/in/d0' with directory 'in/d0'
mpcp: cannot overwrite non-directory 'to/in/d2' with directory 'in/d2'" ]
    [ "$(cat to/in/d0)" = file ]
    [ -z "$(ls to/elsewhere)" ]
    diff -r in/d3 to/in/d3
    diff in/d1/f1 to/in/d1/f1
    assert_clean
}

@test "--keep-directory-symlink follows a link to a directory" {
    some_tree in 2 2
    mkdir -p to/in to/elsewhere
    ln -s ../elsewhere to/in/d1
    mpcp -r --keep-directory-symlink in to
    [ -L to/in/d1 ]
    diff -r in/d1 to/elsewhere
}

@test "a file is written through a link, and anything else replaces it" {
    mkdir -p in to/in
    echo new >in/file
    ln -s somewhere in/link
    mkfifo in/fifo
    echo old >to/target
    local name
    for name in file link fifo; do ln -s ../target to/in/$name; done
    mpcp -a in to
    [ "$(cat to/target)" = new ]
    [ -L to/in/file ]
    [ "$(readlink to/in/link)" = somewhere ]
    [ -p to/in/fifo ]
    assert_clean
}

@test "a link that leads nowhere is not written through" {
    mkdir -p in to/in
    echo new >in/file
    ln -s nowhere to/in/file
    run --separate-stderr mpcp -r in to
    assert_failed_like 1 ".*not writing through dangling symlink 'to/in/file'"
    [ ! -e to/in/nowhere ]
}

@test "nor is one that leads to itself, but -f puts the file in its place" {
    mkdir -p in to/in
    echo new >in/file
    ln -s file to/in/file
    run --separate-stderr mpcp -r in to
    assert_failed_like 1 ".*cannot stat 'to/in/file': Too many levels of symbolic links"
    [ -L to/in/file ]
    mpcp -rf in to
    [ ! -L to/in/file ]
    [ "$(cat to/in/file)" = new ]
    assert_clean
}

@test "-n keeps what is there, silently" {
    two_trees
    mpcp -rn in to
    [ "$(cat to/in/d1/f0)" = old ]
    [ "$(cat to/in/d2/below/file)" = old ]
    diff in/d1/f1 to/in/d1/f1
    diff -r in/d3 to/in/d3
}

@test "--update=none-fail says so" {
    two_trees
    run --separate-stderr mpcp -r --update=none-fail in to
    [ "$status" = 1 ]
    [ "$(sort <<<"$stderr")" = "mpcp: not replacing 'to/in/d1/f0'
mpcp: not replacing 'to/in/d2/below/file'" ]
    [ "$(cat to/in/d1/f0)" = old ]
    diff -r in/d3 to/in/d3
}

@test "-u replaces only what is older" {
    two_trees
    touch -d 2100-01-01 to/in/d1/f0
    touch -d 2001-01-01 to/in/d2/below/file
    mpcp -ru in to
    [ "$(cat to/in/d1/f0)" = old ]
    diff in/d2/below/file to/in/d2/below/file
}

@test "-i asks about each, in the order in which they come" {
    two_trees
    run --separate-stderr mpcp -ri in to <<<$'y\ny'
    echo "$stderr"
    [ "$status" = 0 ]
    diff in/d1/f0 to/in/d1/f0
    diff in/d2/below/file to/in/d2/below/file
    run --separate-stderr mpcp -ri in/d1 in/d2 to/in <<<$'n\nn\nn\nn\nn\nn\nn\nn'
    [ "$status" = 1 ]
    [[ "$stderr" == *"overwrite 'to/in/d1/f0'?"* ]]
}

@test "--remove-destination removes links and files first" {
    two_trees
    echo target >target
    ln -sf ../../../target to/in/d1/f0
    ln to/in/d2/below/file hard
    mpcp -r --remove-destination in to
    [ "$(cat target)" = target ]
    [ ! -L to/in/d1/f0 ]
    [ "$(cat hard)" = old ]
    diff in/d2/below/file to/in/d2/below/file
    assert_clean
}

# Somebody else's file in a directory where only owners may remove or rename theirs, anew.
sticky() {
    rm -rf to
    mkdir -m 1777 to
    echo old >to/f
    chmod 666 to/f # so that the kernel doesn't forbid a link to it
}

# Refuses the copy of `in` to to/f with that reason, without having said that anything was removed.
refuses_removal() { # reason, command, option...
    run --separate-stderr "${@:2}" in to/f
    assert_refused 1 "cannot remove 'to/f': $1"
    [ "$(ls -A to)" = f ]
    [ "$(cat to/f)" = old ]
}

@test "what can't be removed isn't said to be" {
    needs_root
    echo newer >in
    sticky
    chmod 755 .
    refuses_removal "Operation not permitted" mpcp_as_nobody -v --remove-destination
    refuses_removal "Operation not permitted" mpcp_as_nobody -vd --remove-destination --resume
    chmod 755 to
    refuses_removal "Permission denied" mpcp_as_nobody -v --remove-destination
}

@test "nor what is immutable" {
    with_mount ext4 8M
    cd "$MNT"
    echo newer >in
    sticky
    chattr +i to/f || skip "no file can be made immutable here"
    refuses_removal "Operation not permitted" mpcp -v --remove-destination
    refuses_removal "Operation not permitted" mpcp -rvf --remove-destination
    ln -sf nowhere in
    refuses_removal "Operation not permitted" mpcp -vd
    chattr -i to/f
    [ "$(mpcp -vd in to/f)" = "removed 'to/f'
'in' -> 'to/f'" ]
}

@test "-b keeps what is replaced, of files only" {
    two_trees
    mpcp -rb in to
    [ "$(cat to/in/d1/f0~)" = old ]
    [ "$(cat to/in/d2/below/file~)" = old ]
    [ ! -e to/in/d1~ ]
    diff in/d1/f0 to/in/d1/f0
    mpcp -r --backup=numbered in to
    [ -e to/in/d1/f0.~1~ ]
    [ "$(find to -name '*.~1~' | wc -l)" = "$(find in -type f | wc -l)" ]
    assert_clean
}

@test "-b: what cannot be a link, and so is copied, has its backup" {
    needs_strace
    mkdir -p in out/in
    echo new >in/a
    ln in/a in/b
    echo a >out/in/a
    echo b >out/in/b
    # Those before are two for backups, and one for the first copy's name.
    run --separate-stderr traced linkat:error=EMLINK:when=4 -a -b -j1 in out
    echo "$stderr"
    [[ "$stderr" == *"copied 'out/in/"*"', as it cannot be a hard link to 'out/in/"*"': Too many links"* ]]
    [ "$(cat out/in/a out/in/b | uniq)" = new ]
    [ "$(cat out/in/a~)" = a ]
    [ "$(cat out/in/b~)" = b ]
    assert_clean
}

@test "-b: what fails gets its name back" {
    needs_strace
    two_trees
    traced pwrite64,write:error=EDQUOT:when=1+ -r -b in/d1/f0 to/in/d1/f0 2>err || true
    cat err
    [ "$(cat to/in/d1/f0)" = old ] || [ "$(cat to/in/d1/f0~)" = old ]
    mkdir -p one two/one
    echo new >one/file
    echo old >two/one/file
    run traced write:error=EDQUOT:when=1 -r -b one two
    [ "$status" = 1 ]
    [ "$(cat two/one/file)" = old ]
    [ ! -e two/one/file~ ]
}

@test "-b leaves no link to somebody else's file that can't be renamed" {
    needs_root
    mkdir in
    echo newer >in/f
    chmod 755 .
    local options
    for options in -vb -bf '-b --inplace' '-v --backup=numbered' '-rb --resume'; do
        sticky
        run --separate-stderr mpcp_as_nobody $options in/f to/f
        assert_refused 1 "cannot backup 'to/f': Operation not permitted"
        [ "$(ls -A to)" = f ]
        [ "$(cat to/f)" = old ]
        [ "$(stat -c %h to/f)" = 1 ]
    done
    run --separate-stderr mpcp_as_nobody -rbT in to
    assert_refused 1 "cannot backup 'to/f': Operation not permitted"
    [ "$(ls -A to)" = f ]
    mpcp -rbT in to
    [ "$(cat to/f~)" = old ]
}

@test "-b of somebody else's file, where the right to rename it is had, and where root has lost it" {
    needs_root
    echo new >new
    chmod 755 .
    chmod 666 new
    local as="setpriv --reuid=65534 --regid=65534 --clear-groups"
    sticky
    $as --inh-caps=+fowner --ambient-caps=+fowner "$DIR/$PROCESS" -b new to/f
    [ "$(cat to/f~)" = old ]
    [ "$(cat to/f)" = new ]
    sticky
    chown 65534:65534 to to/f
    run --separate-stderr setpriv --bounding-set=-fowner "$DIR/$PROCESS" -b new to/f
    assert_refused 1 "cannot backup 'to/f': Operation not permitted"
    [ "$(ls -A to)" = f ]
}

@test "--attributes-only changes no bytes" {
    some_tree in 2 2
    mkdir -p to/in/d1
    echo old >to/in/d1/f1
    chmod 600 in/d1/f1
    touch -d 2001-02-03 in/d1/f1
    mpcp -a --attributes-only in to
    [ "$(cat to/in/d1/f1)" = old ]
    [ "$(stat -c '%a %Y' to/in/d1/f1)" = "600 $(date -d 2001-02-03 +%s)" ]
    [ -f to/in/d0/f1 ]
    [ ! -s to/in/d0/f1 ]
}

@test "a/. merges a into the directory" {
    some_tree in 2 2
    mkdir to
    mpcp -r in/. to
    diff -r in to
    mpcp -r in/d0/.. other
    diff -r in other
}

@test "of two trees with the same name, the last one's files win" {
    mkdir -p a/x/only-a b/x/only-b to
    echo a >a/x/file
    echo b >b/x/file
    local round
    for round in $(seq 5); do
        run --separate-stderr mpcp -r a/x b/x to
        [ -d to/x/only-a ]
        [ -d to/x/only-b ]
        [ "$(cat to/x/file)" = b ] || [[ "$stderr" == *"will not overwrite just-created"* ]]
        rm -r to/x
    done
}
