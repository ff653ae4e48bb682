#!/bin/sh
# Makes new corpora of announcements, errands, journals and shares, the journals from one that the program itself
# has left: for when the format, or what a fuzz target does with its input, changes.
# Usage: tests/fuzz/seeds.sh MPCP
set -eu
mpcp=$(realpath "$1")
corpora=$(realpath "$(dirname "$0")")/corpus
corpus=$corpora/journal
scratch=$(mktemp -d /var/tmp/mpcp-seeds-XXXXXX)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

header=96 line=32
good=$corpus/of-an-interrupted-copy

# A copy of ten chunks that is killed when seven are noted.
head -c 40000 /dev/urandom >src
"$mpcp" --resume -j1 --chunk=4K --bwlimit=10K src dst &
while [ "$(stat -c %s .dst.mpcp-journal 2>/dev/null || echo 0)" -lt $((header + 7 * line)) ]; do sleep 0.01; done
kill -KILL $!
wait $! 2>/dev/null || true
head -c $((header + 7 * line)) .dst.mpcp-journal >"$good"

bytes() { # from, count
    tail -c +$(($1 + 1)) "$good" | head -c "$2"
}

header() {
    bytes 0 $header
}

line() { # number
    bytes $((header + $1 * line)) $line
}

patched() { # offset, bytes as for printf
    { bytes 0 "$1"; printf "$2"; tail -c +$(($1 + $(printf "$2" | wc -c) + 1)) "$good"; }
}

: >"$corpus/empty"
header >"$corpus/header-only"
bytes 0 40 >"$corpus/truncated-in-header"
bytes 0 $((header + 3 * line + 11)) >"$corpus/truncated-in-record"
patched 8 '\377' >"$corpus/wrong-version"
patched 0 M >"$corpus/wrong-magic"
patched 12 '\377' >"$corpus/wrong-header-size"
patched 16 '\377\376' >"$corpus/wrong-source-size"
patched 88 '\377\376' >"$corpus/wrong-header-checksum"
patched $((header + line + 24)) '\377\376' >"$corpus/wrong-record-checksum"
patched $((header + line + 9)) '\377\376' >"$corpus/wrong-record-hash"
patched $((header + line)) '\020' >"$corpus/chunk-just-beyond-the-end"
patched $((header + line)) '\377\377\377\377\377\377\377\377' >"$corpus/chunk-far-beyond-the-end"
{ header; line 5; line 0; line 3; } >"$corpus/records-in-another-order"
{ header; line 2; line 2; line 2; } >"$corpus/records-of-one-chunk"
{ header; head -c 64 /dev/zero; line 1; } >"$corpus/zeros-in-the-middle"
{ header; line 0; printf x; line 1; line 2; } >"$corpus/records-out-of-step"
{ header; line 0; bytes $header 11; } >"$corpus/record-repeated-in-part"
{ header; header; line 0; } >"$corpus/two-headers"
head -c 200 /dev/zero >"$corpus/zeros"
head -c 200 src >"$corpus/noise"
echo 'Dear diary, this is a journal of another kind.' >"$corpus/text-short"
yes 'Dear diary, this is a journal of another kind.' | head -c 300 >"$corpus/text-long"

# --- shares: what tests/fuzz/share.c makes of its input ---

corpus=$corpora/share

number() { # bytes, value; the lowest byte first
    value=$2
    for _ in $(seq "$1"); do
        printf "\\$(printf %03o $((value & 255)))"
        value=$((value >> 8))
    done
}

text() { # up to 16 bytes, as for printf
    printf "$1"
    head -c $((16 - $(printf "$1" | wc -c))) /dev/zero
}

slot() { # done, pid, kept
    number 8 "$1"
    number 4 "$2"
    number 4 "$3"
}

# A share of a copy of 1000 bytes, 10 seconds old; anything different is set before: share SLOT...
share() {
    number 4 "${version-4}"
    number 4 "${count-$#}"
    number 4 "${phase-0}"
    number 4 "${cut-0}"
    number 4 "${way-0}"
    number 4 "${nodes-0}"
    number 8 "${size-1000}"
    number 8 "${start-0x408ef00000000000}" # 990 as a double
    text "${engine-read-write}"
    text "${src-src}"
    text "${dst-dst}"
    for claims in "$@"; do
        slot "${claims%,*}" "${claims#*,}" "${kept-0}"
    done
}

most=0x7fffffffffffffff
share 100,4711 200,4712 300,0 >"$corpus/of-a-copy"
(size=-1; share 100,4711) >"$corpus/of-a-stream"
(phase=1; share 640,0 0,0) >"$corpus/of-flushing"
(phase=2 size=0; share 0,4711) >"$corpus/of-nothing"
(nodes=0x00010003; share 100,4711 200,4712) >"$corpus/of-one-of-several-nodes"
(nodes=0x00030003; share 100,4711) >"$corpus/of-a-node-too-many"
(nodes=0x00000002 dst=; share 100,4711) >"$corpus/of-nodes-that-nobody-leads"
(size=1; share 1000000,4711) >"$corpus/more-done-than-there-is"
(size=$most; share $most,1 $most,2) >"$corpus/sum-overflows"
(size=-1; share $most,1 1,2) >"$corpus/sum-overflows-without-size"
(size=$most; share $most,1) >"$corpus/most"
(size=-2; share 0,1) >"$corpus/size-negative"
share -1,1 >"$corpus/done-negative"
(kept=70; share 100,4711 200,4712) >"$corpus/of-a-copy-that-goes-on"
(kept=70; share 1,1) >"$corpus/more-kept-than-done"
(kept=-1; share 1,1) >"$corpus/kept-negative"
share 1,-1 >"$corpus/pid-negative"
(phase=77; share 1,1) >"$corpus/phase-unknown"
(start=0x7ff8000000000000; share 1,1) >"$corpus/start-nan"
(start=0x7ff0000000000000; share 1,1) >"$corpus/start-infinite"
(start=-0x3f70c00000000000; share 1,1) >"$corpus/start-negative"
(start=0x7fefffffffffffff; share 1,1) >"$corpus/start-far-ahead"
(start=0x408f3fffffffffff; share 1,1) >"$corpus/start-just-now"
(start=0; share 1,1) >"$corpus/start-none"
(start=1; share 1,1) >"$corpus/start-tiny"
(engine='\033[31m'; share 1,1) >"$corpus/engine-escape"
(engine=0123456789abcdef; share 1,1) >"$corpus/engine-without-end"
(engine=; share 1,1) >"$corpus/engine-missing"
(way=3; share 1,1) >"$corpus/way-last"
(way=4; share 1,1) >"$corpus/way-none"
(src='a\n\033[2J"\\'"'" dst='\364\220\200\200\377'; share 1,1) >"$corpus/names-of-any-bytes"
(src='\303\244\342\200\256'; share 1,1) >"$corpus/names-in-utf-8"
(version=5; share 1,1) >"$corpus/other-version"
(phase=7; share 100,0 5,0 20,0) >"$corpus/of-a-tree-that-is-counted"
share 100,0 20,0 20,0 >"$corpus/of-a-tree"
share 100,0 20,0 20,0 70,0 >"$corpus/of-a-tree-that-goes-on"
share 100,0 20,0 20,0 170,0 >"$corpus/of-a-tree-with-more-unmoved-than-done"
share 100,0 20,0 20,0 -1,0 >"$corpus/of-a-tree-with-fewer-unmoved-than-none"
share $most,0 $most,0 1,0 >"$corpus/of-a-tree-with-more-done-than-found"
(way=0xfffffffe; share 1,0 1,0 1,0) >"$corpus/of-a-tree-by-very-many"
(way=0xffffffff; share 1,0 1,0 1,0) >"$corpus/of-a-tree-by-nobody"
(count=2; share 1,1) >"$corpus/one-slot-too-few"
(count=0xffffffff; share 1,1) >"$corpus/very-many-slots"
(cut=1; share 1,1) >"$corpus/cut-in-a-slot"
(cut=65; share 1,1) >"$corpus/cut-before-the-slots"
(cut=0xffffffff; share 1,1) >"$corpus/cut-to-nothing"
: >"$corpus/empty"

# Announcements.
python3 - "$corpora/announcement" <<'P'
import os, struct, sys
os.makedirs(sys.argv[1], exist_ok=True)
def packed(extents=((0, 8192, 0), (40960, 4096, 8192)), size=81920, src=b"src\0", dst=b"dir/dst\0", hidden=b".dst.mpcp-1",
           chunk=8192, count=None, data=None, src_len=None,
           flags=(1, 0, 0, 0, 0, 0), witness=b"", leader=b"node1"):
    rows = b"".join(struct.pack("=3q", *e) for e in extents)
    return hidden.ljust(256, b"\0") + witness.ljust(256, b"\0") + leader.ljust(64, b"\0") + struct.pack(
        "=6q2Q8I", size, sum(e[1] for e in extents) if data is None else data, 1, 2, 3, 4, chunk,
        len(extents) if count is None else count, len(src) if src_len is None else src_len, len(dst), *flags) + rows + src + dst
made = {"of-a-sparse-file": packed(), "of-a-whole-file": packed(extents=((0, 81920, 0),)), "of-nothing": packed(extents=()),
        "extents-overlap": packed(extents=((0, 8192, 0), (4096, 4096, 8192))),
        "extents-beyond-the-end": packed(extents=((0, 90000, 0),)),
        "extent-without-end": packed(extents=((0, 2**63 - 1, 0),), size=2**63 - 1),
        "size-negative": packed(size=-1), "chunk-of-nothing": packed(chunk=0), "very-many-extents": packed(count=2**60),
        "sum-wrong": packed(data=1), "name-with-slash": packed(hidden=b"../../etc"), "name-without-end": packed(hidden=b"x" * 256),
        "path-without-end": packed(dst=b"dst"), "path-longer-than-all": packed(src_len=2**32 - 1), "empty": b"",
        "cut": packed()[:300], "to-be-resumed": packed(flags=(1, 1, 0, 1, 1, 0), hidden=b".dst.mpcp-partial", witness=b".dst.mpcp-2"),
        "leader-without-end": packed(leader=b"x" * 64), "witness-with-slash": packed(witness=b"/tmp"), "to-be-verified": packed(flags=(1, 1, 1, 0, 0, 0)),
        "to-be-verified-by-no-hashes": packed(flags=(0, 0, 1, 0, 0, 0))}
for name, text in made.items():
    with open(os.path.join(sys.argv[1], name), "wb") as file:
        file.write(text)
P

# What Lustre says of how a file is spread.
python3 - "$corpora/stripe" <<'P'
import os, struct, sys
os.makedirs(sys.argv[1], exist_ok=True)
MIB, EOF = 1 << 20, 2**64 - 1
def plain(magic=0x0BD10BD0, pattern=1, stripe=MIB, count=4, servers=None):
    pool = b"flash".ljust(16, b"\0") if magic == 0x0BD30BD0 else b""
    rows = b"".join(struct.pack("<2Q2I", 256 + i, 0, 0, i) for i in range(count if servers is None else servers))
    return struct.pack("<2I2QI2H", magic, pattern, 0x2345, 7, stripe, count, 0) + pool + rows
def composite(parts=((0, 4 * MIB, 0x10, plain(count=1)), (4 * MIB, 256 * MIB, 0x10, plain(0x0BD30BD0)),
                     (256 * MIB, EOF, 0, plain(stripe=4 * MIB, count=16, servers=0))), count=None, size=None, off=None):
    count = len(parts) if count is None else count
    at, entries, own = 32 + 48 * len(parts), b"", b""
    for i, (begin, end, flags, layout) in enumerate(parts):
        entries += struct.pack("<2I2Q3IQI", i + 1, flags, begin, end, at + len(own) if off is None else off, len(layout), 0, 0, 0)
        own += layout
    return struct.pack("<3I3H6xQ", 0x0BD60BD0, at + len(own) if size is None else size, 1, 0, count, 0, 0) + entries + own
made = {"plain": plain(), "of-a-pool": plain(0x0BD30BD0, stripe=4 * MIB), "in-one": plain(count=1), "composite": composite(),
        "mirrored": composite(((0, EOF, 0x11, plain(stripe=8 * MIB)), (0, EOF, 0x10, plain()))), "of-nothing": composite(()),
        "on-the-metadata-server": plain(0x0BD10BD0, 0x100), "on-tape": plain(pattern=0x80000001), "joined": plain(0x0BD20BD0),
        "stripe-odd": plain(stripe=3000), "servers-missing": plain(count=0xffff, servers=2),
        "cut": composite()[:200], "cut-in-the-head": plain()[:20], "very-many-components": composite(count=0xffff),
        "longer-than-it-is": composite(size=2**32 - 1), "shorter-than-its-list": composite(size=60),
        "layout-beyond-the-end": composite(off=2**32 - 16), "layout-in-the-list": composite(off=32),
        "composite-in-a-composite": composite(((0, EOF, 0x10, composite()),)), "turned": composite(((EOF, 0, 0x10, plain()),)),
        "empty": b""}
for name, text in made.items():
    with open(os.path.join(sys.argv[1], name), "wb") as file:
        file.write(text)
P

# Errands.
python3 - "$corpora/errand" <<'P'
import os, struct, sys
os.makedirs(sys.argv[1], exist_ok=True)
def number(*n):
    return b"".join(struct.pack("=Q", x) for x in n)
def text(t, length=None):
    return number(len(t) if length is None else length) + t + b"\0"
def step(name, dst=None, made=0):
    return text(name) + text(name if dst is None else dst) + number(11, 12, made)
def item(name, kind=0, huge=0):
    return number(kind, huge) + text(name) + text(name)
def packed(steps=(step(b"/from/src", b"src", 1), step(b"a b")), items=(item(b"dir"), item(b"file", 1, 1)), root=text(b"to/"),
           depth=None, count=None, bound=0):
    return (number(7, bound) + root + number(len(steps) if depth is None else depth) + b"".join(steps) +
            number(len(items) if count is None else count) + b"".join(items))
made = {"of-two-tasks": packed(), "of-a-further-name": packed(items=(item(b"x", 2),), bound=1), "of-nothing": packed(items=()),
        "nowhere": packed(steps=()), "in-an-operand": packed(steps=(step(b"../x/.", b"."),)), "empty": b"",
        "name-with-slash": packed(items=(item(b"a/b"),)), "name-of-the-parent": packed(steps=(step(b"s"), step(b".."))),
        "name-of-nothing": packed(items=(item(b""),)), "name-with-nul": packed(items=(item(b"a\0b"),)),
        "kind-unknown": packed(items=(item(b"x", 3),)), "made-twice": packed(steps=(step(b"s", made=2),)),
        "very-deep": packed(depth=2**60), "very-many-tasks": packed(count=2**60), "more-tasks-than-there-are": packed(count=3),
        "text-longer-than-all": packed(root=text(b"to/", 2**64 - 1)), "text-just-too-long": packed(root=text(b"to/", 4)),
        "cut": packed()[:100], "with-more-behind-it": packed() + b"x"}
for name, bytes in made.items():
    with open(os.path.join(sys.argv[1], name), "wb") as file:
        file.write(bytes)
P
