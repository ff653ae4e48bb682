#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Everything that can be in a tree is copied: by -a as it is, by -r as cp does it.
load ../support

all_kinds() {
    mkdir -p in/dir/empty in/shut in/sticky in/read-only
    echo text >in/file
    echo run >in/dir/program
    chmod 751 in/dir/program
    : >in/empty
    truncate -s 1M in/dir/holes
    echo end >>in/dir/holes
    random_file in/dir/large 9M
    ln -s file in/link
    ln -s nowhere in/dir/dangling
    ln -s dir in/to-directory
    mkfifo -m 640 in/fifo
    python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("in/dir/socket")'
    chmod 1777 in/sticky
    echo kept >in/read-only/file
    chmod 555 in/read-only
    touch -d '2001-02-03 04:05:06.789' in/file in/dir/empty in/fifo in/dir in/read-only
    touch -h -d '2002-02-03 04:05:06.789' in/link
    touch -d '2003-02-03 04:05:06.789' in
}

@test "-a keeps everything" {
    all_kinds
    mpcp -a in out
    assert_same_trees in out
    [ "$(stat -c %b out/dir/holes)" -lt 100 ]
    assert_clean
}

@test "-r makes everything anew, as cp does" {
    cp --version | grep -q coreutils || skip "cp isn't that of coreutils"
    all_kinds
    umask 027
    cp -r in by-cp
    mpcp -r in out
    find by-cp -printf '%P %y %m %l %s\n' | sed '/ d /s/ [0-9]*$//' | sort >expected
    find out -printf '%P %y %m %l %s\n' | sed '/ d /s/ [0-9]*$//' | sort >found
    diff expected found
    diff -r --no-dereference -x fifo -x socket in out
}

@test "-a into a directory of another, twice" {
    all_kinds
    mkdir out
    mpcp -a in out
    mpcp -a in out
    assert_same_trees in out/in
    assert_clean
}

@test "-a of links, FIFOs and directories that are operands" {
    all_kinds
    mkdir out
    mpcp -a in/link in/dir/dangling in/fifo "$DIR/in/dir" in/read-only out
    [ "$(readlink out/link)" = file ]
    [ "$(readlink out/dangling)" = nowhere ]
    assert_same_trees in/dir out/dir
    [ "$(stat -c '%a %Y %F' in/fifo in/link)" = "$(stat -c '%a %Y %F' out/fifo out/link)" ]
}

@test "the ACL of a FIFO, as an operand or below one" {
    needs_kept acl
    mkdir in out
    mkfifo in/fifo
    setfacl -m u:65534:rw in/fifo
    mpcp -a in in/fifo out
    [ "$(getfacl -pc out/fifo)" = "$(getfacl -pc in/fifo)" ]
    [ "$(getfacl -pc out/in/fifo)" = "$(getfacl -pc in/fifo)" ]
}

@test "devices, owners and set-id bits, as root" {
    needs_root
    mkdir -p in/dir
    mknod in/null c 1 3 2>/dev/null || skip "no devices can be made here"
    mknod -m 604 in/dir/block b 7 200
    echo program >in/program
    chown 12345:12346 in/program in/dir in/null
    ln -s nowhere in/link
    chown -h 12345:12346 in/link
    chmod 6755 in/program
    chmod 2770 in/dir
    chmod 3777 in
    mpcp -a in out
    assert_same_trees in out
}

@test "as an ordinary user, another's files become one's own, without set-id bits" {
    needs_root
    mkdir -p in/dir
    echo program >in/dir/program
    chmod 6755 in/dir/program
    chmod 777 . in in/dir
    mpcp_as_nobody -a in out
    [ "$(stat -c '%u %a' out/dir/program)" = "65534 755" ]
    [ "$(stat -c '%u %a' out/dir)" = "65534 777" ]
}

@test "ACLs, and default ACLs, with -a and -p" {
    local option
    needs_kept acl
    mkdir -p in/dir/below
    echo text >in/dir/file
    setfacl -m u:65534:rw in/dir/file
    setfacl -m u:65534:rwx in/dir
    setfacl -d -m u:65534:rwx,g::r in/dir
    for option in -a -rp; do
        mpcp $option in out
        (cd in && getfacl -R -p .) >expected
        (cd out && getfacl -R -p .) >found
        diff expected found
        rm -r out
    done
}

@test "what is copied into a directory with a default ACL doesn't keep it with -a" {
    needs_kept acl
    mkdir -p in/dir to
    echo text >in/dir/file
    ln -s file in/dir/link
    mkfifo in/dir/fifo
    setfacl -d -m u:65534:rwx to
    mpcp -a in to
    getfacl -R -p in | sed 's/^# file: //' >expected
    (cd to && getfacl -R -p in) | sed 's/^# file: //' >found
    diff expected found
}

@test "and gets it with -r" {
    needs_kept acl
    cp --version | grep -q coreutils || skip "cp isn't that of coreutils"
    mkdir -p in/dir to by-cp
    echo text >in/dir/file
    setfacl -d -m u:65534:rwx,g::rx,o::- to by-cp
    cp -r in by-cp
    mpcp -r in to
    (cd by-cp && getfacl -R -p in) >expected
    (cd to && getfacl -R -p in) >found
    diff expected found
}

@test "extended attributes, of directories, too" {
    needs_kept xattr
    mkdir -p in/dir
    echo text >in/dir/file
    setfattr -n user.one -v 1 in/dir/file
    setfattr -n user.two -v 2 in/dir
    mpcp -a in out
    assert_same_trees in out
    mpcp -rp in without
    [ -z "$(getfattr -R -d without)" ]
    mpcp -r --preserve=xattr in with
    [ "$(getfattr -R -d with | grep -c '^user')" = 2 ]
}

@test "also of what may not be written" {
    needs_root
    needs_kept xattr
    mkdir -p in/dir
    echo text >in/dir/file
    setfattr -n user.one -v 1 in/dir/file
    setfattr -n user.two -v 2 in/dir
    chmod 444 in/dir/file
    chmod 555 in/dir
    chmod 777 .
    chown -R 65534:65534 in
    mpcp_as_nobody -r --preserve=xattr in out
    [ "$(getfattr -R -d out | grep -c '^user')" = 2 ]
    [ "$(stat -c %a out/dir out/dir/file | xargs)" = '555 444' ]
}

@test "capabilities" {
    needs_root
    needs_kept capability
    mkdir -p in/dir
    echo program >in/dir/program
    setcap cap_net_raw+ep in/dir/program
    mpcp -a in out
    assert_same_trees in out
    [[ "$(getcap out/dir/program)" == *cap_net_raw* ]]
}

@test "what may not be entered or read is reported, and made anyway" {
    needs_root
    mkdir -p in/closed in/open in/unreadable
    echo text >in/open/file
    echo secret >in/open/secret
    echo text >in/closed/file
    echo text >in/unreadable/file
    chmod 0 in/closed in/open/secret
    chmod 311 in/unreadable
    chmod 777 .
    chown -R 65534:65534 in
    run --separate-stderr mpcp_as_nobody -r in out
    echo "$stderr"
    [ "$status" = 1 ]
    [ "$(sort <<<"$stderr")" = "mpcp: cannot access 'in/closed': Permission denied
mpcp: cannot access 'in/unreadable': Permission denied
mpcp: cannot open 'in/open/secret' for reading: Permission denied" ]
    [ "$(stat -c %a out/closed)" = 0 ]
    [ "$(stat -c %a out/unreadable)" = 311 ]
    [ "$(cat out/open/file)" = text ]
    assert_clean
}

@test "read-only directories, as an ordinary user" {
    needs_root
    mkdir -p in/a/b
    echo text >in/a/b/file
    echo text >in/a/file
    chmod 555 in/a/b in/a in
    chmod 777 .
    chown -R 65534:65534 in
    mpcp_as_nobody -r in out
    mpcp_as_nobody -a in archive
    assert_same_trees in archive
    [ "$(stat -c %a out out/a out/a/b | xargs)" = '555 555 555' ]
    diff -r in out
}

@test "an existing directory that may not be read keeps its mode, unless that is preserved" {
    needs_root
    mkdir -p in to/in
    echo text >in/file
    chmod 777 . to
    chmod 311 to/in
    chown -R 65534:65534 in to
    mpcp_as_nobody -r --preserve=xattr,timestamps in to
    [ "$(cat to/in/file)" = text ]
    [ "$(stat -c %a to/in)" = 311 ]
    mpcp_as_nobody -rp in to
    [ "$(stat -c %a to/in)" = 755 ]
}

@test "--preserve=xattr, without the mode, of files with an ACL" {
    mkdir in
    echo text >in/file
    chmod 755 in/file
    setfacl -m u:4321:7 in/file 2>/dev/null || skip "no ACLs here"
    mpcp -r in plain
    mpcp -r --preserve=xattr in out
    [ "$(stat -c %a out/file plain/file | xargs)" = '755 755' ]
}

@test "umask counts only without -p" {
    some_tree in 3 3
    chmod 777 in/d1
    chmod 666 in/d1/f1
    umask 077
    mpcp -r in out
    [ "$(stat -c %a out out/d1 out/d1/f1 | xargs)" = '700 700 600' ]
    mpcp -a in archive
    [ "$(stat -c %a archive/d1 archive/d1/f1 | xargs)" = '777 666' ]
    umask 0777
    mpcp -r in none
    chmod 700 none
    [ "$(stat -c %a none/d1)" = 0 ]
}

@test "a directory with setgid gives its group, as cp does" {
    needs_root
    mkdir -p in/dir to
    echo text >in/dir/file
    chown :12346 to
    chmod 2775 to
    mpcp -r in to
    [ "$(stat -c '%g %a' to/in to/in/dir | xargs)" = '12346 2755 12346 2755' ]
    [ "$(stat -c '%g' to/in/dir/file)" = 12346 ]
    mpcp -a in to/archive
    [ "$(stat -c '%g' to/archive/dir to/archive/dir/file | xargs)" = '0 0' ]
}

@test "so does one whose default ACL leaves its owner fewer rights than copying needs" {
    needs_root
    needs_kept acl
    mkdir -p in/dir to
    echo text >in/dir/file
    chown :12346 to
    chmod 2775 to
    setfacl -d -m u::6,u:1234:6,g::0,m::6,o::4 to
    mpcp -r in to
    [ "$(stat -c '%g' to/in to/in/dir to/in/dir/file | xargs)" = '12346 12346 12346' ]
}

@test "directories keep their times, though things are put into them" {
    some_tree in 20 5
    ln in/d3/f1 in/d17/link
    find in -type d -exec touch -d '2001-02-03 04:05:06.789' {} +
    mpcp -a in out
    assert_same_trees in out
}

@test "names of all kinds" {
    mkdir -p in
    python3 -c 'import os
for name in b"new\nline", b"\xff\xfe", b" ", b"-r", b"%s", b"x" * 255, b".hidden", b"..."  , b".x.mpcp-y":
    open(b"in/" + name, "w").close()
    os.mkdir(b"in/" + name[:250] + b"-dir")'
    mpcp -a in out
    assert_same_trees in out
}

@test "with --copy-contents, a FIFO is read when its writer comes, until that has ended" {
    mkdir in
    mkfifo in/fifo
    echo some >in/file
    (
        sleep 0.5
        {
            echo first
            sleep 0.5
            echo last
        } >in/fifo
    ) 3>&- &
    mpcp -r --copy-contents in out
    [ "$(cat out/fifo)" = "$(printf 'first\nlast')" ]
    [ "$(cat out/file)" = some ]
}
