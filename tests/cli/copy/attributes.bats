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

# A file system whose files all have the same owner and mode: with_ntfs SIZE.
with_ntfs() {
    needs_root
    needs_room "$1"
    mkdir "$DIR/mnt"
    truncate -s "$1" "$DIR/image"
    mkntfs -q -F "$DIR/image" >/dev/null 2>&1 || skip "mkntfs is missing"
    lowntfs-3g "$DIR/image" "$DIR/mnt" -o allow_other 2>/dev/null 3>&- || skip "lowntfs-3g is missing, or can't mount here"
    prove_mount "$DIR/mnt" 'fuse*' "$1"
    MNT=$DIR/mnt
}

@test "a new file has the source's mode minus the umask" {
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

@test "an existing file keeps its mode, even one that umask would not give" {
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

@test "--preserve=xattr carries extended attributes, and not the ACL" {
    has_acls
    has_xattrs
    echo a >src
    setfacl -m u:1234:rw src
    setfattr -n user.colour -v blue src
    cp --preserve=xattr src cp
    mpcp --preserve=xattr src dst
    [ -z "$(getfacl -csn dst)" ]
    [ "$(getfattr --only-values -n user.colour dst)" = blue ]
}

@test "-p carries the ACL: its mask isn't the group's right" {
    has_acls
    echo a >src
    chmod 600 src
    setfacl -m u:nobody:rw- src
    for how in -p --preserve=mode --preserve=all "-p --inplace" "-p --resume"; do
        rm -f dst
        mpcp $how src dst
        [ "$(getfacl -cn dst)" = "$(getfacl -cn src)" ]
    done
}

@test "a new file without an ACL gives nobody what the source's denies" {
    has_acls
    umask 022
    echo a >src
    chmod 644 src
    setfacl -m u:1234:---,g::---,m::rw- src
    for how in "" --inplace --resume; do
        rm -f dst
        mpcp $how src dst
        [ "$(mode_of dst)" = 600 ]
    done
}

@test "where no ACL can be had, -p narrows the mode and says so" {
    has_acls
    with_mount ramfs 64M
    echo a >src
    chmod 640 src
    setfacl -m u:nobody:rw-,g::--- src
    for how in "" --resume --inplace; do
        rm -f "$MNT/dst"
        run --separate-stderr mpcp -p $how src "$MNT/dst"
        assert_failed_like 1 "preserving permissions for '$MNT/dst': Operation not supported \(it lacks the ACL\) \(the copy is complete\)"
        cmp src "$MNT/dst"
        [ "$(mode_of "$MNT/dst")" = 600 ]
        [ "$(stat -c %Y "$MNT/dst")" = "$(stat -c %Y src)" ]
        assert_clean "$MNT"
    done
}

@test "where ACLs are stored but not heeded, -p gives nobody more, and says so" {
    has_acls
    with_fuse 32M allow_other,default_permissions
    echo a >src
    chmod 640 src
    setfacl -m u:5:r,g::-,m::r src
    for how in "" --resume --inplace; do
        for old in "" 600 640 644; do
            rm -f "$MNT/dst"
            [ -z "$old" ] || { touch "$MNT/dst" && chmod "$old" "$MNT/dst"; }
            run --separate-stderr mpcp -p $how src "$MNT/dst"
            assert_failed_like 1 "preserving permissions for '$MNT/dst': Operation not supported \(it lacks the ACL\) \(the copy is complete\)"
            cmp src "$MNT/dst"
            [ "$(mode_of "$MNT/dst")" = 600 ]
            [ -z "$(getfattr -m- "$MNT/dst")" ]
        done
    done
}

@test "an existing file there keeps its mode, and the ACL that nobody heeds" {
    has_acls
    with_fuse 32M allow_other,default_permissions
    echo a >src
    touch "$MNT/dst"
    setfacl -m u:5:rw,g::-,m::rw "$MNT/dst"
    chmod 604 "$MNT/dst"
    before=$(getfattr -d -m- -e hex "$MNT/dst")
    [ -n "$before" ]
    mpcp src "$MNT/dst"
    cmp src "$MNT/dst"
    [ "$(mode_of "$MNT/dst")" = 604 ]
    [ "$(getfattr -d -m- -e hex "$MNT/dst")" = "$before" ]
}

@test "what can't be preserved is said when the copy is published, which it is" {
    has_xattrs
    with_mount ramfs 64M
    echo a >src
    setfattr -n user.colour -v blue src
    run --separate-stderr mpcp --preserve=xattr src "$MNT/dst"
    assert_failed_like 1 "setting attributes for '$MNT/dst': Operation not supported \(the copy is complete\)"
    cmp src "$MNT/dst"
    mpcp --preserve=all src "$MNT/dst2"
    cmp src "$MNT/dst2"
    assert_clean "$MNT"
}

@test "owner and mode that a file system accepts without storing them are missed" {
    with_ntfs 16M
    echo a >src
    chown 12:34 src
    chmod 600 src
    run --separate-stderr mpcp -p src "$MNT/dst"
    assert_failed_like 1 "failed to preserve ownership for '$MNT/dst': Operation not supported \(it lacks the owner and the mode\) \(the copy is complete\)"
    cmp src "$MNT/dst"
    assert_clean "$MNT"
    mpcp src "$MNT/dst"
    mpcp src "$MNT/dst2"
}

@test "an extended attribute for which there is no room is missed, even with --preserve=all" {
    has_xattrs
    with_mount ext4 16M -I 128 -b 1024
    echo a >src
    setfattr -n user.a -v small src
    setfattr -n user.b -v "$(printf '%01500d' 0)" src || skip "no attribute as large as that here"
    setfattr -n user.c -v small src
    for list in xattr all; do
        run --separate-stderr mpcp --preserve=$list src "$MNT/$list"
        assert_failed_like 1 "setting attributes for '$MNT/$list': No space left on device \(the copy is complete\)"
        [ "$(getfattr --absolute-names "$MNT/$list" | grep user. | sort | xargs)" = "user.a user.c" ]
        cmp src "$MNT/$list"
    done
}

@test "an attribute that an ordinary user may not give is missed" {
    needs_root
    echo a >src
    setfattr -n security.test -v value src 2>/dev/null || skip "no security attributes here"
    chmod 777 .
    mpcp --preserve=xattr src dst
    [ "$(getfattr --only-values -n security.test dst)" = value ]
    rm dst
    run --separate-stderr mpcp_as_nobody --preserve=xattr src dst
    assert_failed_like 1 "setting attributes for 'dst': Operation not permitted \(the copy is complete\)"
    cmp src dst
}

# strace's word for the system calls that give: owner, mode, times.
@test "whatever of -p is refused, the copy is complete, and has the rest" {
    needs_root
    needs_strace
    random_file src 300K
    chown 12:34 src
    chmod 6751 src
    touch -d '2001-02-03 04:05:06' src
    while IFS=: read -r call what more mode time; do
        for how in "" --inplace --resume; do
            for old in "" old; do
                rm -f dst
                [ -z "$old" ] || { echo "$old" >dst && chmod 640 dst; }
                run --separate-stderr traced "$call:error=EPERM" -p $how src dst
                assert_failed_like 1 "$what for 'dst': Operation not permitted$more \(the copy is complete\)"
                cmp src dst
                [ "$(mode_of dst)" = "$mode" ] || [ "$call" = fchmod ]
                [ "$(stat -c %Y dst)" = "$(stat -c %Y src)" ] || [ -z "$time" ]
                assert_clean
            done
        done
    done <<END
fchown:failed to preserve ownership::751:kept
fchmod:preserving permissions:::kept
utimensat:preserving times::6751:
fchown,utimensat:failed to preserve ownership: \(it lacks the owner and the times\):751:
END
}

@test "--json says that such a copy is there, and what is wrong with it" {
    needs_root
    needs_strace
    echo a >src
    chown 12:34 src
    traced fchown:error=EPERM -p --json src dst >out 2>err || [ $? = 1 ]
    [ "$(member outcome <out)" = copied ]
    [ "mpcp: $(member error <out)" = "$(cat err)" ]
    traced fchown:error=EPERM -pv src dst >out 2>err || [ $? = 1 ]
    [[ "$(cat out)" == "'src' -> 'dst' (2 B in "* ]]
}
