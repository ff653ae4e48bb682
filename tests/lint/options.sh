#!/bin/sh
# Fails if man page, --help and the table in src/cli/table.c don't have the same options, values and letters (--help:
# those that the table doesn't call rare), or if man page and --engine=help don't name the existing engines.
# Usage: options.sh SOURCE_ROOT MPCP
set -eu
root=$1 mpcp=$(realpath "$2")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Each list has lines "-letter,--name=" (either may be missing, = stands for a value), sorted.

# {"jobs", 'j', ..., .value = ...}, over several lines
sed -n '/^static const struct option table/,/^};/p' "$root/src/cli/table.c" | tr -d '\n' | sed 's/},/}\n/g' |
    awk '/\.help/ {
        name = letter = value = ""
        if (match($0, /\{"[a-z-]+"/)) name = "--" substr($0, RSTART + 2, RLENGTH - 3)
        if (match($0, /\047.\047/)) letter = "-" substr($0, RSTART + 1, 1)
        if (/\.value/) value = "="
        print letter "," name value (/\.rare/ ? " rare" : "")
    }' | sort >"$scratch/rows"
sed 's/ rare//' "$scratch/rows" | sort >"$scratch/table.man"
sed '/ rare/d' "$scratch/rows" >"$scratch/table.help"

#   -j, --jobs=N   text        or        --reflink[=WHEN]   text        or        -p   text
"$mpcp" --help | awk '/^  (-.|    --)/ {
    name = letter = value = ""
    if (match($0, /^  -./)) letter = substr($0, 3, 2)
    if (match($0, /^  (-., |    )--[a-z-]+/)) name = substr($0, 7, RLENGTH - 6)
    if (name && substr($0, RSTART + RLENGTH, 2) ~ /^\[?=/) value = "="
    print letter "," name value
}' | sort >"$scratch/help"

# .It Fl j , -jobs Ns = Ns Ar N      or      .It Fl -engine Ns = ...      or      .It Fl p
awk '/^\.It Fl/ {
    gsub(/\\&/, "")
    name = letter = value = ""
    for (i = 3; i <= NF; i++) {
        if ($i ~ /^-[a-z]/) name = "-" $i
        else if ($i != "," && i == 3) letter = "-" $i
        if ($i == "=") value = "="
    }
    print letter "," name value
}' "$root/man/mpcp.1" | sort >"$scratch/man"

[ "$(wc -l <"$scratch/table.help")" -ge 20 ] || {
    echo "the table in src/cli/table.c could not be read"
    exit 1
}
failed=0
for place in help man; do
    diff "$scratch/table.$place" "$scratch/$place" >"$scratch/diff" || {
        echo "src/cli/table.c (<) and $place (>) differ:"
        grep '^[<>]' "$scratch/diff"
        failed=1
    }
done

engines=$(sed -n '/engines\[\] = {/,/NULL/p' "$root/src/engine/engine.c" | grep -o 'engine_[a-z_]*')
[ "$(echo "$engines" | wc -l)" -ge 9 ] || {
    echo "the table in src/engine/engine.c could not be read"
    failed=1
}
for engine in $engines; do
    name=$(sed -n "/struct engine $engine = /,/};/s/.*\.name = \"\(.*\)\".*/\1/p" "$root"/src/engine/*.c)
    "$mpcp" --engine=help | grep -q "^$name " || {
        echo "--engine=help doesn't name the engine $name"
        failed=1
    }
    grep -q "^\.It Cm $name" "$root/man/mpcp.1" || {
        echo "the man page doesn't name the engine $name"
        failed=1
    }
done

for option in --help --engine=help --usage; do
    if "$mpcp" "$option" | LC_ALL=C.UTF-8 awk 'length > 80' | grep .; then
        echo "$option has lines of more than 80 columns"
        failed=1
    fi
done
exit $failed
