#!/bin/sh
# Fails if a file under src includes a header of a higher folder, so that dependencies only point downward.
# Usage: layers.sh SOURCE_ROOT
set -eu
cd "$1/src"

# From the ground up.
folders='base engine move copy cluster cli tree'

floor_of() { # folder
    echo "$folders" | awk -v folder="$1" '{for (i = 1; i <= NF; i++) if ($i == folder) print i}'
}

failed=0
complain() {
    echo "$*"
    failed=1
}

for file in */*.[ch]; do
    own=$(floor_of "${file%%/*}")
    [ -n "$own" ] || complain "$file: its folder is no layer: add it to $0"
    for header in $(sed -n 's/^#include "\(.*\)"$/\1/p' "$file"); do
        floor=$(floor_of "${header%%/*}")
        if [ -z "$floor" ]; then
            complain "$file: includes $header, which names no folder of src"
        elif [ "$floor" -gt "${own:-0}" ]; then
            complain "$file: includes $header, which is of a higher layer"
        fi
    done
done
[ "$(ls */*.c | wc -l)" -ge 40 ] || complain "the sources could not be found"
exit $failed
