#!/bin/sh
# Runs every example of the man page, as it stands there, so that they stay true. Usage: examples.sh SOURCE_ROOT MPCP
set -eu
page=$(realpath "$1/man/mpcp.1") mpcp=$(realpath "$2")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# What the examples mention.
mkdir -p bin backup mnt photos/2026 a/b d
echo photo >photos/2026/a.jpg
ln -s "$mpcp" bin/mpcp
PATH=$scratch/bin:$PATH
head -c 9M /dev/urandom >big.img
head -c 1M /dev/zero >disk.raw
echo a >a.img
echo b >b.img
echo c >a/b/c
echo dump | gzip >dump.gz

why_not_run() { # example
    case $1 in
    pkill*) echo "it would signal processes that aren't the test's" ;;
    mpirun* | mpiexec* | srun*) echo "it needs four machines" ;;
    esac
}

# Nothing outside is touched, not even where an example's reader would.
inside() { # example
    echo "$1" | sed "s| /mnt/| $scratch/mnt/|g"
}

stays_inside() { # example
    ! echo "$1" | grep -qE "[ =<>]/" || ! echo "$1" | grep -oE "[ =<>]/[^ ]*" | grep -qv "^.$scratch/"
}

# Examples are displayed lines (.Dl) and commands quoted in the text; scripts (.Bd) aren't, because they need Slurm.
sed -n -e 's/^\.Dl //p' -e 's/^\.Ql \(mpcp .*\)/\1/p' "$page" >examples
run=0
while read -r example; do
    why=$(why_not_run "$example")
    if [ -n "$why" ]; then
        echo "skipped, for $why: $example"
        continue
    fi
    echo "$example"
    example=$(inside "$example")
    stays_inside "$example" || {
        echo "it would write to the machine's own directories"
        exit 1
    }
    # An alias is known from the next line on: it is used there, with an option that cp doesn't have.
    case $example in
    alias*) example="$example
cp --verify a.img aliased.img" ;;
    esac
    sh -euc "$example" </dev/null
    run=$((run + 1))
done <examples
[ "$run" -ge 12 ] || {
    echo "only $run examples could be found"
    exit 1
}

cmp big.img copy.img
cmp a.img backup/a.img
cmp a.img aliased.img
cmp a/b/c d/a/b/c
cmp big.img backup/big.img
cmp disk.raw disk.img
[ "$(stat -c %b disk.img)" -lt "$(stat -c %b disk.raw)" ]
diff -r photos backup/photos
cmp big.img mnt/big.img
[ "$(cat dump)" = dump ]
