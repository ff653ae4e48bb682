#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The picture of the README is drawn from what was measured, which is kept beside it.
load ../support

needs_gnuplot() {
    gnuplot -e 'set terminal pngcairo' 2>/dev/null || skip 'no gnuplot with pngcairo is installed'
}

@test "it is drawn again from what was measured" {
    needs_gnuplot
    cp "$MPCP_SOURCE_ROOT/bench/plots/overview.json" picture.json
    "$MPCP_SOURCE_ROOT/bench/overview" --redraw -o picture.png
    [ "$(head -c 8 picture.png | od -An -tx1 | tr -d ' ')" = 89504e470d0a1a0a ]
    # Its width and height in pixels.
    [ "$(od -An -j16 -N8 -tu4 --endian=big picture.png | xargs)" = "1600 1000" ]
}

@test "each method has its bar in each panel" {
    run -0 python3 - "$MPCP_SOURCE_ROOT/bench/plots/overview.json" <<'END'
import json, sys
found = json.load(open(sys.argv[1]))
for name in "warm", "fsync", "middling", "tree":
    series = found[name]["series"][0]
    assert series["rounds"] >= 1, name
    assert not any(cell["left_out"] for cell in series["cells"]) and len(series["cells"]) == 4, name
END
}

@test "what can't be drawn is said before anything is measured" {
    needs_gnuplot
    run --separate-stderr "$MPCP_SOURCE_ROOT/bench/overview" -o nowhere/picture.png
    [ "$status" = 1 ]
    [ "$stderr" = "overview: nowhere: nothing can be written there" ]
    run --separate-stderr "$MPCP_SOURCE_ROOT/bench/overview" --redraw -o picture.png
    [ "$status" = 1 ]
    [ "$stderr" = "overview: picture.json: No such file or directory" ]
}
