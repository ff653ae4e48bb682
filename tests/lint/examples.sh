#!/bin/sh
# Runs the examples of the man page, so that they stay true. Usage: examples.sh SOURCE_ROOT MPCP
set -eu
root=$1 mpcp=$(realpath "$2")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# What the examples speak of.
mkdir -p bin backup mnt photos/2026
echo photo >photos/2026/a.jpg
ln -s "$mpcp" bin/mpcp
PATH=$scratch/bin:$PATH
head -c 9M /dev/urandom >big.img
head -c 1M /dev/zero >disk.raw
echo a >a.img
echo b >b.img
echo dump | gzip >dump.gz

sed -n '/^\.Sh EXAMPLES/,/^\.Sh DIAGNOSTICS/s/^\.Dl //p' "$root/man/mpcp.1" | grep -v pkill >examples
[ "$(wc -l <examples)" -ge 6 ]
# Nothing outside is touched, not even where an example's reader would.
sed -i "s| /mnt/| $scratch/mnt/|g" examples
while read -r example; do
    echo "$example"
    if echo "$example" | grep " /" | grep -qv " $scratch/"; then
        echo "it would write to the machine's own directories"
        exit 1
    fi
    sh -euc "$example" </dev/null
done <examples
cmp big.img copy.img
cmp a.img backup/a.img
diff -r photos backup/photos
cmp big.img mnt/big.img
[ "$(cat dump)" = dump ]
