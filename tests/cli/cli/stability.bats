#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the man page promises to scripts, in STABILITY: members of 1.0 exist, with the same type, and the man page knows
# all members. To add one, describe it there; removing one takes a new major version.
load ../support

# Asserts it of each line of a file: keeps FILE KIND, of these, each with its members and their types.
keeps() {
    python3 - "$1" "$2" "$MPCP_SOURCE_ROOT/man/mpcp.1" <<'EOF'
import json, re, sys

file, kind, page = sys.argv[1:]
text, number, whole, null = str, (int, float), int, type(None)
names = {"source": text, "destination": text, "outcome": text, "error": (text, null)}
copied = names | {
    "engine": (text, null), "last_engine": (text, null), "forecast": (float, int, null), "jobs": whole,
    "last_jobs": whole, "blocks": whole, "bytes": whole, "kept": whole, "verified": bool, "seconds": number,
    "throughput": number}
shown = {"pid": whole, "stopped": bool, "directory": text, "phase": text, "source": text, "destination": text,
         "bytes": whole, "seconds": number, "throughput": number, "size": (whole, null), "percent": (float, int, null),
         "seconds_left": (float, int, null)}
promised = {
    "copy": copied,
    "file": copied | {"kind": text},
    "entry": names | {"kind": text, "bytes": whole},
    "total": {"kind": text, "outcome": text, "entries": whole, "outcomes": dict, "kinds": dict, "jobs": whole,
              "bytes": whole, "seconds": number, "throughput": number},
    "status": shown | {"engine": text, "workers": list},
    "status of a tree": shown | {"sources": whole, "entries": whole, "found": whole, "jobs": whole},
}[kind]
section = re.search(r"^\.Sh JSON OUTPUT$.*?^\.(?:Sh|Ss JSON PROGRESS)", open(page).read(), re.M | re.S).group()
described = {word for line in re.findall(r"^\.(?:It )?Cm (.*)$", section, re.M) for word in line.split(" ")}
lines = [json.loads(line) for line in open(file)]
assert lines
for line in lines:
    print(line)
    for name, types in promised.items():
        assert name in line, f"{name} is missing"
        assert isinstance(line[name], types), f"{name} is {line[name]!r}"
    assert set(line) <= described, f"not in the man page: {set(line) - described}"
EOF
}

@test "a copy: done, resumed, skipped, failed" {
    random_file src 9M
    mpcp --json src dst >said
    mpcp --json --resume --verify src dst >>said
    mpcp --json -n src dst >>said
    mpcp --json missing dst >>said || [ $? = 1 ]
    mpcp --json --dry-run src new >>said
    [ "$(wc -l <said)" = 5 ]
    keeps said copy
}

@test "a tree" {
    some_tree src 2 3
    ln -s nowhere src/link
    mpcp -a --json src dst >all
    grep '"kind": "file"' all >said
    keeps said file
    grep -E '"kind": "(directory|link)"' all >said
    keeps said entry
    tail -1 all >said
    keeps said total
    json 'sorted(o["outcomes"]) + sorted(o["kinds"])' <said | tee kinds
    [ "$(cat kinds)" = "['copied', 'declined', 'failed', 'interrupted', 'planned', 'skipped', 'device', \
'directory', 'fifo', 'file', 'link', 'socket', 'unknown']" ]
}

# What --status says of the copy that has begun under the name of this test's processes: shown FILE.
shown() {
    mpcp --status --json "$PARENT" >"$1" 2>/dev/null && grep -q "throughput" "$1"
}

@test "what --status shows, of a file and of a tree" {
    random_file src 24M
    mpcp --bwlimit=2M --chunk=64K -j2 src dst 2>/dev/null &
    wait_for_processes 3
    wait_until shown said
    keeps said status
    kill "$PARENT"
    wait
    mkdir tree
    mv src tree/large
    random_file tree/other 12M
    mpcp -a --bwlimit=2M -j2 tree copy 2>/dev/null &
    wait_for_processes 2
    wait_until shown said
    keeps said 'status of a tree'
    kill "$PARENT"
    wait
}
