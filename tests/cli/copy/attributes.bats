#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a copy has besides its bytes: as with cp.
load ../support

mode_of() { stat -c %a "$1"; }

has_acls() {
    touch probe
    setfacl -m u:1:r probe 2>/dev/null || skip "no ACLs here"
}

has_xattrs() {
    touch probe
    setfattr -n user.probe -v 1 probe 2>/dev/null || skip "no extended attributes here"
}

@test "a new file has the source's mode less the umask" {
    echo a >src
    chmod 666 src
    for mask in 000 022 077; do
        (umask $mask && mpcp src dst-$mask && cp src cp-$mask)
        [ "$(mode_of dst-$mask)" = "$(mode_of cp-$mask)" ]
    done
}

@test "a new file in a directory with a default ACL has the ACL that cp gives it" {
    has_acls
    mkdir d
    setfacl -d -m u:1234:rwx d
    echo a >src
    cp src d/cp
    mpcp src d/dst
    [ "$(getfacl -c d/cp)" = "$(getfacl -c d/dst)" ]
}

@test "set-id bits aren't copied" {
    echo a >src
    chmod 6755 src
    mpcp src dst
    [ "$(mode_of dst)" = 755 ]
    mpcp --preserve=mode src dst2
    [ "$(mode_of dst2)" = 755 ]
}

@test "an existing file keeps its mode, also one that umask would not give" {
    echo a >src
    touch dst
    chmod 667 dst
    mpcp src dst
    [ "$(mode_of dst)" = 667 ]
}

@test "an existing file keeps its owner" {
    needs_root
    echo a >src
    touch dst
    chown 12:34 dst
    mpcp src dst
    [ "$(stat -c %u:%g dst)" = 12:34 ]
}

@test "an existing file keeps its ACL and extended attributes" {
    has_acls
    has_xattrs
    echo a >src
    touch dst
    setfacl -m u:1234:rw,m::rw dst
    setfattr -n user.colour -v blue dst
    before=$(getfacl -c dst)
    mpcp src dst
    [ "$(getfacl -c dst)" = "$before" ]
    [ "$(getfattr --only-values -n user.colour dst)" = blue ]
}

@test "an existing file without ACL gets none from its directory" {
    has_acls
    mkdir d
    touch d/dst
    setfacl -d -m u:1234:rwx d
    echo a >src
    before=$(getfacl -c d/dst)
    mpcp src d/dst
    [ "$(getfacl -c d/dst)" = "$before" ]
}

@test "-p keeps mode and times to the nanosecond" {
    echo a >src
    chmod 751 src
    touch -d '2001-02-03 04:05:06.123456789' src
    mpcp -p src dst
    [ "$(stat -c '%a %.9Y %.9X' dst)" = "$(stat -c '%a %.9Y' src) $(date -d '2001-02-03 04:05:06' +%s).123456789" ]
}

@test "-p as root keeps owner and set-id bits" {
    needs_root
    echo a >src
    chown 12:34 src
    chmod 6755 src
    mpcp -p src dst
    [ "$(stat -c '%u:%g %a' dst)" = '12:34 6755' ]
}

@test "-p as an ordinary user keeps what may be kept, without complaint" {
    needs_root
    echo a >src
    chmod 4755 src
    chmod 777 .
    mpcp_as_nobody -p src dst
    [ "$(stat -c '%u %a' dst)" = '65534 755' ]
}

@test "--preserve=xattr carries extended attributes and the ACL" {
    has_acls
    has_xattrs
    echo a >src
    setfacl -m u:1234:rw src
    setfattr -n user.colour -v blue src
    mpcp --preserve=xattr src dst
    [ "$(getfacl -c dst)" = "$(getfacl -c src)" ]
    [ "$(getfattr --only-values -n user.colour dst)" = blue ]
}

@test "--preserve=xattr fails where there is no such thing; --preserve=all makes do" {
    with_mount ramfs 64M
    has_xattrs
    echo a >src
    setfattr -n user.colour -v blue src
    run --separate-stderr mpcp --preserve=xattr src "$MNT/dst"
    assert_failed_like 1 '.*/dst: cannot preserve extended attributes: Operation not supported'
    [ ! -e "$MNT/dst" ]
    mpcp --preserve=all src "$MNT/dst"
    cmp src "$MNT/dst"
}
