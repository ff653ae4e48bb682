#!/bin/sh
# Fails when packages, news and program are of different versions. Usage: version.sh SOURCE_ROOT MPCP
set -eu
mpcp=$(realpath "$2")
cd "$1"
version=$("$mpcp" --version | sed 's/^mpcp //')
status=0
same() { # file, its version
    [ "$2" = "$version" ] || {
        echo "$1 is of version $2, the program of $version"
        status=1
    }
}
same NEWS.md "$(sed -n 's/^## //p' NEWS.md | head -1)"
same debian/changelog "$(sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)"
same packaging/mpcp.spec "$(sed -n 's/^Version: *//p' packaging/mpcp.spec)"
exit $status
