#!/bin/sh
# Makes the corpora of journals and shares anew, the former from one that the program itself has left: for when the
# format, or what a fuzz target makes of its input, changes.
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

slot() { # done, pid
    number 8 "$1"
    number 4 "$2"
    number 4 0
}

# A share of copying 1000 bytes, 10 seconds old; what isn't like that is set before: share SLOT...
share() {
    number 4 "${version-2}"
    number 4 "${count-$#}"
    number 4 "${phase-0}"
    number 4 "${cut-0}"
    number 4 "${way-0}"
    number 4 0
    number 8 "${size-1000}"
    number 8 "${start-0x408ef00000000000}" # 990 as a double
    text "${engine-read-write}"
    text "${src-src}"
    text "${dst-dst}"
    for claims in "$@"; do
        slot "${claims%,*}" "${claims#*,}"
    done
}

most=0x7fffffffffffffff
share 100,4711 200,4712 300,0 >"$corpus/of-a-copy"
(size=-1; share 100,4711) >"$corpus/of-a-stream"
(phase=1; share 640,0 0,0) >"$corpus/of-flushing"
(phase=2 size=0; share 0,4711) >"$corpus/of-nothing"
(size=1; share 1000000,4711) >"$corpus/more-done-than-there-is"
(size=$most; share $most,1 $most,2) >"$corpus/sum-overflows"
(size=-1; share $most,1 1,2) >"$corpus/sum-overflows-without-size"
(size=$most; share $most,1) >"$corpus/most"
(size=-2; share 0,1) >"$corpus/size-negative"
share -1,1 >"$corpus/done-negative"
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
(version=3; share 1,1) >"$corpus/other-version"
(phase=7; share 100,0 5,0 20,0) >"$corpus/of-a-tree-that-is-counted"
share 100,0 20,0 20,0 >"$corpus/of-a-tree"
share $most,0 $most,0 1,0 >"$corpus/of-a-tree-with-more-done-than-found"
(way=0xfffffffe; share 1,0 1,0 1,0) >"$corpus/of-a-tree-by-very-many"
(way=0xffffffff; share 1,0 1,0 1,0) >"$corpus/of-a-tree-by-nobody"
(count=2; share 1,1) >"$corpus/one-slot-too-few"
(count=0xffffffff; share 1,1) >"$corpus/very-many-slots"
(cut=1; share 1,1) >"$corpus/cut-in-a-slot"
(cut=65; share 1,1) >"$corpus/cut-before-the-slots"
(cut=0xffffffff; share 1,1) >"$corpus/cut-to-nothing"
: >"$corpus/empty"
