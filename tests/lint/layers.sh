#!/bin/sh
# Fails when a file under src includes a header of a higher layer, so that dependencies only point downward.
# Usage: layers.sh SOURCE_ROOT
set -eu
cd "$1/src"

# From the ground up; what stands on one line may include each other.
layers='block clock io signals size diag cpus filesystem zeros name lock json_text
cache extent facts pace
share record
worker digest journal sighting
engine/engine engine/mapping
engine/copy_range engine/direct engine/mmap engine/mmap_read engine/mmap_write engine/null engine/read_write engine/reflink engine/sendfile engine/splice engine/stream
mover verify
inspect plan stage attributes
ending
copy step/step step/check step/decide step/move step/place step/resume
options operands progress report batch status
main'

level_of() { # module
    echo "$layers" | awk -v module="$1" '{for (i = 1; i <= NF; i++) if ($i == module) print NR}'
}

failed=0
for file in *.[ch] engine/*.[ch] step/*.[ch]; do
    own=$(level_of "${file%.*}")
    if [ -z "$own" ]; then
        echo "$file: is in no layer: add it to $0"
        failed=1
        continue
    fi
    for header in $(sed -n 's/^#include "\(.*\)\.h"$/\1/p' "$file"); do
        if [ "$(level_of "$header")" -gt "$own" ]; then
            echo "$file: includes $header.h, which is of a higher layer"
            failed=1
        fi
    done
done
exit $failed
