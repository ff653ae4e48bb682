#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --json of trees: one line per entry, and one for all.
load ../support

# Prints the value of an expression over the lines of the file `said`: over o, those of entries, by their sources, and
# total, the last one, which must be their sum.
said() { # expression
    python3 -c 'import collections, json, os, sys
*entries, total = [json.loads(line) for line in open("said", newline="\n")]
assert total["kind"] == "total" and total["entries"] == len(entries), total
for name, member in ("outcomes", "outcome"), ("kinds", "kind"):
    assert {k: n for k, n in total[name].items() if n} == collections.Counter(e[member] for e in entries), total
o = {entry["source"]: entry for entry in entries}
assert len(o) == len(entries)
print(eval(sys.argv[1]))' "$1"
}

@test "each entry has a line, with its kind" {
    mkdir -p in/d
    echo some >in/file
    ln in/file in/twin
    ln -s nowhere in/link
    mkfifo in/fifo
    python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("in/socket")'
    mpcp -a --json in out >said
    [ "$(said 'sorted((k, v["kind"], v["outcome"], v["error"]) for k, v in o.items())')" = "[('in', 'directory', 'copied', None), ('in/d', 'directory', 'copied', None), ('in/fifo', 'fifo', 'copied', None), ('in/file', 'file', 'copied', None), ('in/link', 'link', 'copied', None), ('in/socket', 'socket', 'copied', None), ('in/twin', 'file', 'copied', None)]" ]
    [ "$(said 'all(v["destination"] == "out" + k[2:] for k, v in o.items())')" = True ]
    [ "$(said 'sum(v["bytes"] for v in o.values())')" = 5 ] # the twin has none of its own
    assert_same_trees in out
}

@test "a file has the members that one file alone has" {
    mkdir in
    echo some >in/small
    random_file in/large 9M
    mpcp -r --json in out >said
    mpcp --json in/small copy >one
    [ "$(said 'sorted(o["in/small"])')" = "$(json 'sorted([*o, "kind"])' <one)" ]
    [ "$(said 'sorted(o["in/large"])')" = "$(json 'sorted([*o, "kind"])' <one)" ]
    [ "$(said '[(v["bytes"], v["blocks"] > 0, v["engine"] is not None, v["seconds"] > 0) for k, v in sorted(o.items()) if k != "in"]')" = \
        "[(9437184, True, True, True), (5, True, True, True)]" ]
    [ "$(said 'total["bytes"]')" = 9437189 ]
    [ "$(said 'total["seconds"] > 0 and total["throughput"] > 0')" = True ]
}

@test "lines of several processes are whole, and each is there once" {
    some_tree in 60 20
    mpcp -r --json -j8 in out >said
    [ "$(said 'len(o)')" = "$(find in | wc -l)" ]
    find in | sort >expected
    said '"\n".join(sorted(o))' | LC_ALL=C sort | diff <(LC_ALL=C sort expected) -
    [ "$(said 'total["jobs"]')" = 8 ]
    [ "$(said 'total["bytes"]')" = "$(find in -type f -printf '%s\n' | paste -sd+ | bc)" ]
}

@test "a directory's line comes after those of what is in it" {
    some_tree in 20 5
    mpcp -r --json -j8 in out >said
    said '[k for k, v in o.items() if v["kind"] == "directory"]' >/dev/null
    python3 -c 'import json, os
done = set()
for line in open("said"):
    source = json.loads(line).get("source")
    if source:
        assert os.path.dirname(source) not in done, source
        done.add(source)'
}

# Makes 10 files in each of several directories in `in` at some depth. The names on the way have bytes that take six
# times as many characters, and no packet of a socket holds such a path.
deep_files() { # directories, depth, mode
    python3 -c 'import os, sys
directories, depth, mode = sys.argv[1:]
for i in range(int(directories)):
    os.makedirs(f"in/{i}")
    fd = os.open(f"in/{i}", os.O_RDONLY)
    for _ in range(int(depth)):
        os.mkdir(b"\xff" * 250, dir_fd=fd)
        below = os.open(b"\xff" * 250, os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = below
    for k in range(10): os.close(os.open(f"{k}", os.O_CREAT | os.O_WRONLY, int(mode, 0), dir_fd=fd))
    os.close(fd)' "$@"
}

@test "lines of any length are whole" {
    deep_files 4 150 0o600
    mpcp -r --json -j8 in out >said
    [ "$(said 'len(o)')" = $((1 + 4 * 161)) ]
    [ "$(said 'max(len(json.dumps(v)) for v in o.values()) > 400000')" = True ]
    [ "$(said 'all(os.fsencode(v["destination"]) == b"out" + os.fsencode(k)[2:] for k, v in o.items())')" = True ]
    mpcp -r --json -j8 in out >said # into what is there
    [ "$(said 'len(o)')" = $((1 + 4 * 161)) ]
}

@test "sentences of any length are whole" {
    needs_root
    deep_files 4 120 0
    chmod 777 . && chown -R 65534:65534 in
    mpcp_as_nobody -r --json -j8 in out >said 2>err || [ $? = 1 ]
    [ "$(wc -l <err)" = 40 ]
    [ "$(grep -cE "^mpcp: cannot open '[^:]*' for reading: Permission denied$" err)" = 40 ]
    [ "$(said 'sorted("mpcp: " + v["error"] for v in o.values() if v["error"]) == sorted(open("err").read().splitlines())')" = True ]
}

@test "what fails is reported with its sentence, and what is skipped" {
    mkdir -p in/d out/in/taken
    echo some >in/taken
    echo some >in/kept
    echo other >out/in/kept
    ln -s nowhere dangling
    status=0
    mpcp -rnL --json in nothing dangling out >said 2>err || status=$?
    [ "$status" = 1 ]
    [ "$(said '[o[k]["outcome"] for k in ("in", "in/d", "in/kept", "in/taken", "nothing", "dangling")]')" = \
        "['copied', 'copied', 'skipped', 'skipped', 'failed', 'failed']" ]
    [ "$(said '"\n".join("mpcp: " + v["error"] for v in o.values() if v["error"])' | sort)" = "$(sort err)" ]
    [ "$(said '(o["nothing"]["kind"], total["outcome"])')" = "('unknown', 'failed')" ]
    mpcp -r --json in out >said 2>err || status=$?
    [ "$(said '(o["in/taken"]["outcome"], o["in/taken"]["error"])')" = \
        "('failed', \"cannot overwrite directory 'out/in/taken' with non-directory\")" ]
    [ "$(said 'o["in"]["outcome"]')" = copied ]
}

@test "a directory that can't be read has failed, with what was printed about it" {
    needs_root
    some_tree in 3 3
    chmod 0 in/d1
    chmod 777 . && chown -R 65534:65534 in
    mpcp_as_nobody -r --json in out >said 2>err || [ $? = 1 ]
    [ "$(said '(o["in/d1"]["outcome"], o["in/d1"]["error"])')" = \
        "('failed', \"cannot access 'in/d1': Permission denied\")" ]
    [ "$(said '[k for k, v in o.items() if v["error"]]')" = "['in/d1']" ]
    chmod 755 in/d1
}

@test "a tree that should be whole, and isn't" {
    needs_root
    some_tree in 2 2
    chmod 0 in/d1/f1
    chmod 777 . && chown -R 65534:65534 in
    mpcp_as_nobody -r --atomic --json in out >said 2>err || [ $? = 1 ]
    [ ! -e out ]
    [ "$(said '(o["in"]["outcome"], o["in"]["error"])')" = \
        "('failed', \"not creating directory 'out', as not everything could be copied\")" ]
}

@test "what isn't copied because of --dry-run" {
    some_tree in 2 2
    mpcp -r --dry-run --json in out >said
    [ ! -e out ]
    [ "$(said 'total["outcomes"]["planned"]')" = "$(find in | wc -l)" ]
    [ "$(said 'total["outcome"]')" = planned ]
}

@test "what is declined" {
    mkdir -p in out/in
    echo some | tee in/a in/b | tee out/in/a >out/in/b
    mpcp -ri --json in out >said 2>err <<<$'y\nn' || [ $? = 1 ]
    [ "$(said 'sorted(v["outcome"] for v in o.values() if v["kind"] == "file")')" = "['copied', 'declined']" ]
}

@test "what lacks something is copied, and the sentence says what" {
    needs_root
    some_tree in 1 2
    chown -R 1:1 in
    chmod 777 .
    chmod -R a+rX in
    mpcp_as_nobody -r --preserve=ownership --json in out >said 2>err || true
    [ "$(said 'sorted({v["outcome"] for v in o.values()})')" = "['copied']" ]
    [ "$(said '"\n".join("mpcp: " + v["error"] for v in o.values() if v["error"])' | sort)" = "$(sort err)" ]
}

@test "with --parents, directories that were made" {
    mkdir -p a/b out
    echo some | tee a/b/c >a/b/d
    mpcp --parents --json a/b/c a/b/d out >said
    [ "$(said 'sorted(o)')" = "['a', 'a/b', 'a/b/c', 'a/b/d']" ]
    mpcp --parents --json a/b/c a/b/d out >said
    [ "$(said 'sorted(o)')" = "['a/b/c', 'a/b/d']" ]
}

@test "what -v, --debug and --explain say goes elsewhere" {
    some_tree in 3 3
    mpcp -rv --explain --json in out >said 2>err
    [ "$(said 'len(o)')" = "$(find in | wc -l)" ]
    grep -q "^'in/d1' -> 'out/d1'$" err
    grep -q '^  engine ' err
}

# Stopped at reads alone: between what it prints and what it counts is no time to kill it in.
@test "a process that is killed: what it was copying has failed" {
    needs_strace
    some_tree in 60 5
    ASAN_OPTIONS=detect_leaks=0 strace -f --seccomp-bpf -qq -o /dev/null -e trace=read -e inject=read:delay_enter=10000 \
        "$DIR/$PROCESS" -a -j4 --json in out >said 2>err &
    local job=$! status=0
    wait_for_processes 5
    pkill -KILL -n -x "$PROCESS"
    wait $job || status=$?
    [ "$status" = 1 ]
    [ "$(said '"\n".join("mpcp: " + v["error"] for v in o.values() if v["outcome"] == "failed")')" = "$(own_messages err)" ]
    [ "$(said 'all(os.path.exists(v["destination"]) for v in o.values() if v["outcome"] == "copied" and v["kind"] == "directory")')" = True ]
    wait_until no_process_left
}

@test "small files are copied in as few calls as without it" {
    needs_strace
    some_tree in 2 200
    calls() { # option...
        rm -rf out
        ASAN_OPTIONS=detect_leaks=0 strace -f -qq -c -o calls -e trace=openat,linkat,renameat2,fstat,newfstatat "$MPCP" -r "$@" in out >/dev/null
        awk '$NF == "total" {print $4 ~ /^[0-9]+$/ ? $4 : $3}' calls
    }
    local without with
    without=$(calls -j1)
    with=$(calls -j1 --json)
    echo "$without without, $with with it"
    [ "$with" -le $((without + 10)) ]
}
