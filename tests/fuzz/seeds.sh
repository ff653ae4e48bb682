#!/bin/sh
# Makes the corpus of journals anew, from one that the program itself has left: for when the format changes.
# Usage: tests/fuzz/seeds.sh MPCP
set -eu
mpcp=$(realpath "$1")
corpus=$(realpath "$(dirname "$0")")/corpus/journal
scratch=$(mktemp -d /var/tmp/mpcp-seeds-XXXXXX)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

header=80 line=32
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
patched 72 '\377\376' >"$corpus/wrong-header-checksum"
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
