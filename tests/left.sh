#!/bin/sh
# Reports what tests have left below a directory: mounts, loop devices, processes, files. Ends it all, removes the
# directory, and exits 1 if there was something. Usage: left.sh DIRECTORY
set -u
below=$(cd "$1" && pwd -P) || exit 2

# As awk doesn't see a space there, which is \040.
mounts() {
    awk -v below="$below/" 'index($2, below) == 1 { print "mounted: " $2 }' /proc/mounts
}

loops() {
    losetup -nO NAME,BACK-FILE 2>/dev/null | awk -v below="$below/" 'index($2, below) == 1 { print "loop device: " $1 }'
}

processes() {
    for directory in /proc/[0-9]*/cwd; do
        case $(readlink "$directory" 2>/dev/null) in
        "$below"/*)
            pid=${directory#/proc/} pid=${pid%/cwd}
            echo "process: $pid $(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline")"
            ;;
        esac
    done
}

files() {
    find "$below" -xdev -mindepth 1 -maxdepth 1 -printf 'file: %p\n'
}

all() {
    mounts
    loops
    processes
    files
}

# What has just been killed needs a moment to go.
for _ in 1 2 3 4 5 6 7 8 9 10; do
    left=$(all)
    [ -n "$left" ] || break
    sleep 0.3
done

processes | while read -r _ pid _; do kill -KILL "$pid"; done
mounts | tac | while read -r _ point; do umount -l "$(printf %b "$point")"; done
loops | while read -r _ _ device; do losetup -d "$device"; done
chmod -R u+rwx "$below"
rm -rf --one-file-system "$below"

[ -z "$left" ] || printf 'left behind by the tests:\n%s\n' "$left"
[ -z "$left" ]
