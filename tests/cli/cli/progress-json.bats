#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --progress=json: how far the copies are, for programs: objects on standard error, a second apart, and one in the end.
load ../support

# Prints what an expression in Python makes of the list o of all objects in a file: objects FILE EXPRESSION. What else
# is there doesn't begin with a brace.
objects() {
    python3 -c 'import json, os, sys
o = [json.loads(line) for line in open(sys.argv[1], "rb") if line.startswith(b"{")]
print(eval(sys.argv[2]))' "$@"
}

members="bytes entries final found outcome percent phase seconds seconds_left size source throughput"

@test "a copy that takes seconds is reported while it is made, and at the end" {
    random_file src 9M
    mpcp --progress=json --bwlimit=3M src dst 2>err
    cat err
    [ "$(objects err '" ".join(sorted(set().union(*o)))')" = "$members" ]
    [ "$(objects err 'len(o) >= 3 and all(len(i) == 12 for i in o)')" = True ]
    [ "$(objects err '[i["final"] for i in o] == [False] * (len(o) - 1) + [True]')" = True ]
    [ "$(objects err 'o[0]["phase"], o[0]["size"], o[0]["source"], o[0]["outcome"]')" = "('copying', 9437184, 'src', None)" ]
    [ "$(objects err '0 < o[0]["bytes"] < 9437184 and 0 < o[0]["percent"] < 100')" = True ]
    [ "$(objects err 'o[0]["throughput"] > 0 and 0 < o[0]["seconds_left"] < 60')" = True ]
    [ "$(objects err 'all(a["seconds"] <= b["seconds"] for a, b in zip(o, o[1:]))')" = True ]
    [ "$(objects err 'o[-1]["bytes"], o[-1]["size"], o[-1]["percent"], o[-1]["seconds_left"]')" = "(9437184, 9437184, 100.0, 0.0)" ]
    [ "$(objects err 'o[-1]["outcome"], o[-1]["phase"], o[-1]["entries"], o[-1]["found"]')" = "('copied', None, 1, 1)" ]
    cmp src dst
}

@test "a short copy has the last object only" {
    echo text >src
    mpcp --progress=json src dst 2>err
    [ "$(objects err 'len(o), o[0]["final"], o[0]["outcome"], o[0]["bytes"]')" = "(1, True, 'copied', 5)" ]
    [ "$(wc -l <err)" = 1 ]
}

@test "errors are lines as usual, and the last object says that it failed" {
    run --separate-stderr mpcp --progress=json nothing dst
    [ "$status" = 1 ]
    [ -z "$output" ]
    printf '%s\n' "$stderr" >err
    [ "$(head -1 err)" = "mpcp: cannot stat 'nothing': No such file or directory" ]
    [ "$(objects err 'len(o), o[0]["outcome"], o[0]["bytes"], o[0]["percent"], o[0]["seconds_left"]')" = "(1, 'failed', 0, None, None)" ]
}

@test "a signal leaves the last object, too" {
    random_file src 30M
    mpcp --progress=json --bwlimit=3M src dst 2>err &
    wait_until grep -q '"final": false' err
    pkill -TERM -o -x "$PROCESS"
    wait $! || true
    cat err
    [ "$(objects err 'o[-1]["final"], o[-1]["outcome"], 0 < o[-1]["bytes"] < o[-1]["size"]')" = "(True, 'interrupted', True)" ]
}

@test "for several files all bytes, and which file it is" {
    local strange=$'b"\e\n\377'
    random_file a 2M
    random_file "$strange" 6M
    mkdir d
    mpcp --progress=json --bwlimit=3M a nothing "$strange" d 2>err || true
    cat -v err
    [ "$(objects err '[os.fsencode(i["source"]) for i in o if not i["final"]][-1]')" = "b'b\"\\x1b\\n\\xff'" ]
    [ "$(objects err 'o[-2]["entries"], o[-2]["found"], o[-2]["size"], o[-2]["bytes"] > 2097152')" = "(2, 3, 8388608, True)" ]
    [ "$(objects err 'o[-1]["entries"], o[-1]["found"], o[-1]["bytes"], o[-1]["outcome"]')" = "(3, 3, 8388608, 'failed')" ]
}

@test "for a tree the entries, and what is being copied" {
    mkdir in
    random_file in/large 12M
    seq 100 | (cd in && xargs touch)
    mpcp -r --progress=json --bwlimit=6M in out 2>err
    cat err
    [ "$(objects err '"in/large" in [i["source"] for i in o]')" = True ]
    [ "$(objects err 'o[-1]["entries"], o[-1]["found"], o[-1]["bytes"], o[-1]["source"]')" = "(102, 102, 12582912, None)" ]
    diff -r in out
}

@test "for many small files that are copied side by side" {
    mkdir in out
    seq 100 | (cd in && xargs -I{} sh -c 'echo text >{}')
    mpcp --progress=json in/* out 2>err
    [ "$(objects err 'len(o), o[0]["entries"], o[0]["found"], o[0]["bytes"], o[0]["outcome"]')" = "(1, 100, 100, 500, 'copied')" ]
}

@test "standard output is for others: the copy itself, or the objects of --json" {
    random_file src 1M
    mpcp --progress=json src - >dst 2>err
    cmp src dst
    [ "$(objects err 'len(o)')" = 1 ]
    mpcp --progress=json --json src again >out 2>err
    [ "$(objects err 'len(o), o[0]["final"]')" = "(1, True)" ]
    [ "$(objects out 'len(o), o[0]["outcome"], "final" in o[0]')" = "(1, 'copied', False)" ]
}

@test "phases are reported, even those without figures" {
    needs_strace
    head -c 130M /dev/zero >src
    traced fsync:delay_enter=1500000 -j1 --engine=read-write --fsync --progress=json --bwlimit=100M src dst 2>err
    cat err
    [ "$(objects err '"flushing" in [i["phase"] for i in o]')" = True ]
    [ "$(objects err '[i["bytes"] for i in o if i["phase"] == "finishing"]')" = "[None]" ]
}

@test "with -q nothing" {
    echo text >src
    mpcp -q --progress=json src dst 2>err
    [ ! -s err ]
}

@test "a name that is too long for a pipe is left out" {
    local name
    name=$(printf '%0200d' 0 | tr 0 '\001')
    mkdir -p "$name/$name/$name/$name"
    echo text >"$name/$name/$name/$name/file"
    mpcp --progress=json "$name/$name/$name/$name/file" dst 2>err
    [ "$(objects err 'len(o), o[0]["source"], o[0]["outcome"]')" = "(1, None, 'copied')" ]
}
