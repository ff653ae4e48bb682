#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Neither depth nor the number of names in a directory, nor that of open files, limits a tree.
load ../support

# Makes a DIRECTORY that deep, with names that long, and a file at each level: deep_tree DIRECTORY LEVELS LENGTH.
deep_tree() {
    python3 -c 'import os, sys
top, levels, length = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
os.mkdir(top)
os.chdir(top)
for i in range(levels):
    with open("file", "w") as file: file.write(f"level {i}\n")
    name = f"{i % 10}" * length
    os.mkdir(name)
    os.chdir(name)' "$@"
}

# How deep it is; fails unless the files are right, and nothing else is there: depth_of DIRECTORY LENGTH.
depth_of() {
    python3 -c 'import os, sys
os.chdir(sys.argv[1])
i = 0
while os.path.exists("file"):
    assert open("file").read() == f"level {i}\n"
    name = f"{i % 10}" * int(sys.argv[2])
    assert sorted(os.listdir(".")) == sorted(["file", name])
    os.chdir(name)
    i += 1
assert os.listdir(".") == []
print(i)' "$@"
}

# rm(1) and find(1) take long for what is so deep.
remove_deep() {
    python3 -c 'import os, sys
os.chdir(sys.argv[1])
depth = 0
while True:
    if os.path.exists("file"): os.unlink("file")
    names = os.listdir(".")
    if not names: break
    os.chdir(names[0])
    depth += 1
for _ in range(depth):
    os.chdir("..")
    os.rmdir(os.listdir(".")[0])' "$1"
    rmdir "$1"
}

@test "a path longer than the kernel accepts" {
    deep_tree in 600 200
    mpcp -r in out
    [ "$(depth_of out 200)" = 600 ]
    mpcp -a in archive
    [ "$(depth_of archive 200)" = 600 ]
    remove_deep out
    remove_deep archive
    remove_deep in
}

@test "with hard links at its end, and -v" {
    deep_tree in 100 200
    python3 -c 'import os
os.chdir("in")
fd = os.open("file", os.O_PATH)
top = os.open(".", os.O_PATH)
while True:
    names = [name for name in os.listdir(".") if name != "file"]
    if not names: break
    os.chdir(names[0])
os.link("file", "twin", src_dir_fd=top)'
    mpcp -av in out >said
    [ "$(awk 'length > 40000' said | wc -l)" -ge 1 ]
    python3 -c 'import os
os.chdir("out")
st = os.stat("file")
while True:
    names = [name for name in os.listdir(".") if name not in ("file", "twin")]
    if not names: break
    os.chdir(names[0])
assert os.path.samestat(st, os.stat("twin"))'
}

# bats test_tags=slow
@test "6,000 levels" {
    skip_sanitized "it takes too long there"
    deep_tree in 6000 1
    in_time "$DIR/$PROCESS" -r in out
    [ "$(depth_of out 1)" = 6000 ]
    remove_deep out
    remove_deep in
}

@test "with --atomic, which removes what isn't whole, however deep" {
    needs_strace
    deep_tree in 600 200
    run traced openat:error=EIO:when=2000 -r --atomic in out
    [ "$status" != 0 ] || skip "so many files aren't opened"
    [ "$(ls -A | grep -c out)" = 0 ]
    remove_deep in
}

# bats test_tags=slow
@test "10,000 names in a directory" {
    mkdir in
    python3 -c 'for i in range(10000): open(f"in/{i}", "w").write(str(i))'
    mpcp -a in out
    assert_same_trees in out
}

# bats test_tags=slow
@test "10,000 directories in a directory" {
    python3 -c 'import os
for i in range(10000): os.makedirs(f"in/{i}")'
    mpcp -r in out
    [ "$(ls out | wc -l)" = 10000 ]
}

@test "with 64 open files" {
    some_tree in 200 3
    deep_tree in/deep 200 3
    (
        ulimit -n 64
        mpcp -a in out
        mpcp -a -j16 in again
    )
    assert_same_trees in out
    assert_same_trees in again
}

@test "many open files aren't needed for many directories side by side" {
    needs_strace
    some_tree in 300 2
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=openat "$DIR/$PROCESS" -r in out
    [ "$(grep -oE '= [0-9]+$' trace | cut -c3- | sort -n | tail -1)" -lt 60 ]
}
