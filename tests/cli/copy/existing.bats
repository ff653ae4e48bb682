#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What becomes of a destination that exists: -n, -i, -u, --inplace.
load ../support

eval "enter_$(declare -f setup)"

setup() {
    enter_setup
    echo new >src
    echo old >dst
}

@test "it is replaced by a new file" {
    inode=$(stat -c %i dst)
    mpcp src dst
    cmp src dst
    [ "$(stat -c %i dst)" != "$inode" ]
    assert_clean
}

@test "--inplace keeps the file" {
    inode=$(stat -c %i dst)
    head -c 100000 /dev/urandom >dst
    mpcp --inplace src dst
    cmp src dst
    [ "$(stat -c %i dst)" = "$inode" ]
}

@test "-n leaves it, and copies what isn't there" {
    mpcp -n src dst
    [ "$(cat dst)" = old ]
    mpcp -n src dst2
    cmp src dst2
}

@test "-i asks, and takes anything but y as no" {
    for answer in n N x '' yes-but; do
        echo old >dst
        run --separate-stderr mpcp -i src dst <<<"$answer"
        [ "$status" = "$([ "$answer" = yes-but ] && echo 0 || echo 1)" ]
        [ "$stderr" = "mpcp: overwrite 'dst'?" ]
        [ "$(cat dst)" = "$([ "$answer" = yes-but ] && echo new || echo old)" ]
    done
    echo old >dst
    run --separate-stderr mpcp --json -i src dst </dev/null
    [ "$status" = 1 ]
    [ "$stderr" = "mpcp: overwrite 'dst'?" ]
    [ "$(json '[o["outcome"], o["error"]]' <<<"$output")" = "['declined', None]" ]
    [ "$(cat dst)" = old ]
}

@test "-i asks about one that can't be written to in other words, before it is refused" {
    chmod 400 dst
    as_nobody -i src dst <<<y
    assert_refused 1 "unwritable 'dst' (mode 0400, r--------); try anyway? mpcp: cannot create regular file 'dst': Permission denied (--force replaces it anyway)"
    run --separate-stderr mpcp_as_nobody -i src dst <<<n
    assert_refused 1 "unwritable 'dst' (mode 0400, r--------); try anyway?"
    chmod 5070 dst
    run --separate-stderr mpcp_as_nobody -if src dst <<<n
    assert_refused 1 "replace 'dst', overriding mode 5070 (--Srwx--T)?"
    run --separate-stderr mpcp_as_nobody -if src dst <<<y
    [ "$status" = 0 ]
    cmp src dst
}

@test "--update=none-fail leaves it, which is a failure" {
    for option in "" -a; do
        run --separate-stderr mpcp $option --update=none-fail src dst
        assert_refused 1 "not replacing 'dst'"
        [ "$(cat dst)" = old ]
    done
    mpcp --update=none-fail src dst2
    cmp src dst2
}

@test "of -i and -n the last counts" {
    echo y | mpcp -n -i src dst
    [ "$(cat dst)" = new ]
    echo old >dst
    echo y | mpcp -i -n src dst
    [ "$(cat dst)" = old ]
}

@test "-u replaces what is older, and only that" {
    touch -d '2001-01-01 00:00:00.5' src dst
    mpcp -u src dst
    [ "$(cat dst)" = old ]
    touch -d '2001-01-01 00:00:00.500000001' dst
    mpcp -u src dst
    [ "$(cat dst)" = old ]
    touch -d '2001-01-01 00:00:00.499999999' dst
    mpcp -u src dst
    [ "$(cat dst)" = new ]
}

@test "a symbolic link to it is followed, and stays" {
    mkdir d
    ln -s ../dst d/link
    mpcp src d/link
    [ -L d/link ]
    cmp src dst
    assert_clean
}

@test "one with several hard links is written in place, and -v says so" {
    ln dst other
    run mpcp -v src dst
    [[ "${lines[0]}" == "'dst': written in place: it has more than one hard link" ]]
    cmp src other
}

@test "one in a directory where nothing can be created is written in place" {
    needs_root
    mkdir d
    echo old >d/dst
    chmod 666 d/dst
    chmod 755 . d
    run mpcp_as_nobody -v src d/dst
    [[ "${lines[0]}" == "'d/dst': written in place: nothing can be created in its directory" ]]
    cmp src d/dst
}

@test "one of another user is written in place, and stays theirs" {
    needs_root
    chmod 666 dst
    chmod 777 .
    run mpcp_as_nobody -v src dst
    [[ "${lines[0]}" == "'dst': written in place: a new file can't be given its owner" ]]
    cmp src dst
    [ "$(stat -c %u dst)" = 0 ]
}

@test "a mount point is written in place" {
    needs_root
    touch over
    mount --bind over dst || skip "no bind mounts here"
    MNT=$DIR/dst
    run mpcp -v src dst
    [[ "${lines[0]}" == "'dst': written in place: it is a mount point" ]]
    cmp src over
}

@test "a larger one in place is truncated" {
    head -c 5M /dev/urandom >dst
    head -c 3M /dev/urandom >src
    mpcp --inplace -j2 src dst
    cmp src dst
}

@test "through /dev/stdout, the file that is open is written" {
    mpcp src /dev/stdout >out
    cmp src out
}

# As nobody, who can be refused: as_nobody ARGUMENT...
as_nobody() {
    needs_root
    chmod 777 .
    chown -h 65534:65534 * d/* 2>/dev/null || true
    run --separate-stderr mpcp_as_nobody "$@"
}

@test "-f replaces one that can't be written, and its other names keep it" {
    chmod 400 dst
    ln dst other
    as_nobody src dst
    assert_refused 1 "cannot create regular file 'dst': Permission denied (--force replaces it anyway)"
    as_nobody -f src dst
    [ "$status" = 0 ]
    cmp src dst
    [ "$(cat other)" = old ]
    [ "$(stat -c %a other)" = 400 ]
}

@test "-f replaces a link to one that can't be written, as cp does" {
    mkdir d
    echo old >d/to
    chmod 400 d/to
    ln -s d/to link
    as_nobody src link
    assert_refused 1 "cannot create regular file 'link': Permission denied (--force replaces it anyway)"
    chmod 555 d
    for option in "" --resume; do
        as_nobody -f $option src link
        echo "$stderr"
        [ "$status" = 0 ]
        [ ! -L link ]
        cmp src link
        [ "$(cat d/to)" = old ]
        ln -sf d/to link
    done
    assert_clean
}

@test "-f isn't suggested where it would not help" {
    mkdir d
    echo old >d/dst
    chmod 400 d/dst dst
    for option in "" -f; do
        as_nobody --inplace $option src dst
        assert_refused 1 "cannot create regular file 'dst': Permission denied"
    done
    chmod 555 d
    as_nobody src d/dst
    assert_refused 1 "cannot create regular file 'd/dst': Permission denied"
    as_nobody -f src d/dst
    assert_refused 1 "cannot remove 'd/dst': Permission denied"
    chown 0:0 d d/dst
    chmod 1777 d
    run --separate-stderr mpcp_as_nobody src d/dst
    assert_refused 1 "cannot create regular file 'd/dst': Permission denied"
    run --separate-stderr mpcp_as_nobody -f src d/dst
    assert_refused 1 "cannot remove 'd/dst': Operation not permitted"
}

@test "one on a read-only file system is refused, with -f, too" {
    with_mount tmpfs 1M
    echo old >"$MNT/dst"
    mount -o remount,ro "$MNT"
    run --separate-stderr mpcp src "$MNT/dst"
    assert_refused 1 "cannot create regular file '$MNT/dst': Read-only file system"
    run --separate-stderr mpcp -f src "$MNT/dst"
    assert_refused 1 "cannot remove '$MNT/dst': Read-only file system"
}

@test "one that is immutable or append-only is refused at once" {
    needs_root
    local what
    for flag in i a; do
        chattr +$flag dst 2>/dev/null || skip "no such flag here"
        for option in "" -f --inplace --dry-run; do
            run --separate-stderr mpcp $option src dst
            chattr -$flag dst
            what=$([ "$option" = -f ] && echo remove || echo create regular file)
            assert_refused 1 "cannot $what 'dst': Operation not permitted (it is $([ $flag = i ] && echo immutable || echo append-only), see chattr(1))"
            chattr +$flag dst
        done
        chattr -$flag dst
    done
    [ "$(cat dst)" = old ]
}

@test "-u with -p compares times as exactly as the destination keeps them" {
    with_mount ext4 8M -I 128
    touch -d '2001-01-01 00:00:01.75' src
    mpcp -up src "$MNT/dst"
    [ "$(stat -c %.9Y "$MNT/dst")" = "$(date -d '2001-01-01 00:00:01' +%s).000000000" ] || skip "it keeps more of a time"
    touch -d '2001-01-01 00:00:01.80' src
    mpcp -upv src "$MNT/dst" | grep skipped
    cp -upv src "$MNT/dst" >out
    [ ! -s out ]
    mpcp -uv src "$MNT/dst" | grep -v skipped # without the times, it is newer
    touch -d '2001-01-01 00:00:02' src "$MNT/dst"
    touch -d '2001-01-01 00:00:03' src
    mpcp -upv src "$MNT/dst" | grep -v skipped
    # More of them is kept here.
    touch -d '2001-01-01 00:00:01' dst
    touch -d '2001-01-01 00:00:01.00001' src
    mpcp -upv src dst | grep -v skipped
}

@test "-n leaves the source itself, too, as with cp" {
    echo same >a
    mpcp -n a a
    [ "$(cat a)" = same ]
}

@test "-f replaces a link to what can't be replaced" {
    needs_root
    with_mount ext4 64M
    cd "$MNT"
    echo new >src
    for flag in i a; do
        echo old >fixed
        ln -s fixed link
        chattr +$flag fixed || skip "no file can be made +$flag here"
        run --separate-stderr mpcp -f src fixed
        [ "$status" = 1 ]
        mpcp -f src link
        [ ! -L link ]
        [ "$(cat link)" = new ]
        [ "$(cat fixed)" = old ]
        chattr -$flag fixed
        rm fixed link
    done
}

@test "what the plan says about a file of another owner is what happens" {
    needs_root
    echo old >dst
    echo new >src
    chmod 666 dst
    chmod 777 .
    run mpcp_as_nobody --dry-run --explain src dst
    [[ "$output" == *"placement    in place: a new file can't be given its owner"* ]]
    run mpcp_as_nobody -v src dst
    [[ "$output" == *"written in place: a new file can't be given its owner"* ]]
    [ "$(cat dst)" = new ]
}

@test "a file of /proc is written in the way that it requires" {
    echo 6 >src
    bash -c '"$0" src /proc/self/comm && cat src | "$0" - /proc/self/comm' "$MPCP"
}
