#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Names of one file are names of one copy: in a directory, across directories, across operands.
load ../support

linked_tree() {
    some_tree in 12 6
    ln in/d1/f1 in/d1/same-directory
    ln in/d2/f2 in/d9/other-directory
    ln in/d2/f2 in/d3/below/third
    ln in/d4/f1 in/top
    ln -s nowhere in/soft
    ln in/soft in/d5/soft 2>/dev/null || true # not everywhere
    mkfifo in/fifo
    ln in/fifo in/d6/fifo
    random_file in/d7/large 9M
    ln in/d7/large in/large
    ln in/d7/large in/d8/large
}

@test "with -a, -d and --preserve=links, in every way of copying" {
    local options
    linked_tree
    for options in -a '-a --fsync' '-a --atomic' '-a --resume' '-a --verify' '-a -j1' '-a -j8' '-a --reflink=never'; do
        mpcp $options in out
        assert_same_trees in out || { echo "with $options"; false; }
        rm -r out
    done
    for options in -rd '-r --preserve=links'; do
        mpcp $options in out
        [ out/d2/f2 -ef out/d9/other-directory ]
        [ out/d2/f2 -ef out/d3/below/third ]
        rm -r out
    done
    assert_clean
}

@test "not with -r" {
    linked_tree
    mpcp -r in out
    [ "$(find out -type f -links +1 | wc -l)" = 0 ]
}

@test "across operands, in every way of copying" {
    local options
    some_tree a 4 4
    some_tree b 4 4
    ln -f a/d1/f1 b/d1/f1
    ln -f a/d1/f2 b/link
    ln a/d2/f1 file
    for options in -a '-a --fsync' '-a --atomic' '-a -j1'; do
        mkdir out
        mpcp $options a b file out
        [ out/a/d1/f1 -ef out/b/d1/f1 ] && [ out/a/d1/f2 -ef out/b/link ] && [ out/a/d2/f1 -ef out/file ] ||
            { echo "with $options"; false; }
        rm -r out
    done
}

@test "with existing trees" {
    linked_tree
    mkdir -p out/d9 out/d1
    echo old >out/d9/other-directory
    echo old >out/d1/f1
    mpcp -aT in out
    assert_same_trees in out
}

@test "a skipped one is linked to anyway" {
    mkdir -p in/a in/b out/a
    echo text >in/a/file
    ln in/a/file in/b/file
    mpcp -aT -j1 in out
    mpcp -aT -u in out
    [ out/a/file -ef out/b/file ]
}

@test "with -L, two links to one file are one copy" {
    mkdir -p in/a in/b
    echo text >in/file
    ln -s ../file in/a/link
    ln -s ../file in/b/link
    mpcp -rL --preserve=links in out
    [ out/file -ef out/a/link ]
    [ out/file -ef out/b/link ]
    [ ! -L out/a/link ]
}

@test "one whose first copy fails is copied by the next" {
    needs_root
    mkdir -p in out/a
    mkdir in/a in/b
    echo text >in/a/file
    ln in/a/file in/b/file
    ln in/a/file in/b/again
    mkdir out/a/file
    run --separate-stderr mpcp -aT -j1 in out
    assert_failed_like 1 ".*cannot overwrite directory 'out/a/file' with non-directory"
    [ "$(cat out/b/file)" = text ]
    [ out/b/file -ef out/b/again ]
}

@test "a further name takes the place of a link that leads nowhere" {
    mkdir -p in to
    echo text >in/a
    ln in/a in/b
    ln -s nowhere to/b
    mpcp -a in/a in/b to
    [ to/a -ef to/b ]
}

@test "what can't have more names is copied, which is reported" {
    needs_strace
    some_tree in 3 3
    ln in/d1/f1 in/d2/other
    run --separate-stderr traced linkat:error=EMLINK:when=1 -a -j1 in out
    assert_failed_like 1 "copied 'out/.*', as it cannot be a hard link to 'out/.*': Too many links"
    diff -r in out
    assert_clean
}

@test "-l links to the source, and -s with a full name" {
    some_tree in 3 3
    mpcp -rl in linked
    [ linked/d1/f1 -ef in/d1/f1 ]
    [ ! linked/d1 -ef in/d1 ]
    mpcp -rs "$DIR/in" soft
    [ "$(readlink soft/d1/f1)" = "$DIR/in/d1/f1" ]
    [ -d soft/d1 ]
    [ ! -L soft/d1 ]
    run --separate-stderr mpcp -rs in/d1 other
    [ "$status" = 1 ]
    [[ "$stderr" == *"can make relative symbolic links only in current directory"* ]]
}
