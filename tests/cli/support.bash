# SPDX-License-Identifier: MIT
# Shared by the tests of the program. Each test starts in an empty directory of its own, $DIR, which is
# removed afterwards, with everything that the test has mounted or left running.

bats_require_minimum_version 1.8.0 # which knows tags

setup() {
    # Not in $TMPDIR, which may be a tmpfs: O_TMPFILE, fallocate and the like differ there. Without links in its path,
    # as mounts below it are listed.
    DIR=$(realpath "$(mktemp -d "${MPCP_TEST_DIR:-/var/tmp}/mpcp-test-XXXXXX")")
    cd "$DIR"
    # A name that no other process has, so that processes left behind can be found by it.
    PROCESS=mpcp$$t$BATS_TEST_NUMBER
    ln -s "$MPCP" "$DIR/$PROCESS"
    ulimit -c 0 # some are killed by what leaves a core
}

teardown() {
    [ -n "${DIR-}" ] || return 0 # what follows is about all that is below
    no_process_left || pkill -KILL -x "$PROCESS"
    kill $(jobs -p)
    cd /
    unmount_all
    [ -z "${LOOP-}" ] || losetup -d "$LOOP"
    [ -z "${GROUP-}" ] || rmdir "$GROUP"
    rm -rf --one-file-system "$DIR" || {
        chmod -R u+rwx "$DIR"
        rm -rf --one-file-system "$DIR"
    }
} 2>/dev/null

# Unmounts what is mounted below $DIR, the latest first.
unmount_all() {
    local point points=()
    while read -r _ point _; do
        printf -v point %b "$point" # a space is \040 there
        [[ $point != "$DIR"/?* ]] || points=("$point" "${points[@]}")
    done </proc/mounts
    for point in "${points[@]}"; do umount -l "$point"; done
}

# The program, with the engine under test if there is one.
mpcp() {
    "$DIR/$PROCESS" ${ENGINE:+--engine="$ENGINE"} "$@"
}

# The same as a user who isn't root. Skips if we aren't root either.
mpcp_as_nobody() {
    setpriv --reuid=65534 --regid=65534 --clear-groups "$DIR/$PROCESS" ${ENGINE:+--engine="$ENGINE"} "$@"
}

# The same under strace: traced INJECT-EXPRESSION ARGUMENT... (see -e inject in strace(1)).
traced() {
    local inject=$1
    shift
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace="${inject%%:*}" -e inject="$inject" \
        "$DIR/$PROCESS" ${ENGINE:+--engine="$ENGINE"} "$@"
}

# The same, so slow that there is time to interfere: each chunk takes 50 ms or more. Only what moves bytes is
# slowed down; mmap, which a sanitizer calls often at the start, only for the engine of that name. Of the eight calls in
# which read-write writes a chunk, two are.
slowly() {
    local calls when=3+
    case ${ENGINE-} in
    mmap) calls=mmap ;;
    mmap-read) calls=pread64 ;;
    copy-range) calls=copy_file_range ;;
    sendfile | splice) calls=$ENGINE ;;
    read-write) calls=pwrite64 when=3+4 ;;
    *) calls=pwrite64,splice ;;
    esac
    traced "$calls:delay_exit=50000:when=$when" --chunk=256K "$@"
}

# Waits, up to 20 s, until a command succeeds.
wait_until() {
    local i
    for i in $(seq 400); do
        "$@" && return
        sleep 0.05
    done
    echo "waited in vain for: $*" >&2
    return 1
}

# Waits until COUNT processes (the parent and its workers) exist, and sets PARENT and WORKERS.
wait_for_processes() {
    local count=$1
    enough() { [ "$(its_processes | wc -l)" -ge "$count" ]; }
    wait_until enough
    PARENT=$(pgrep -o -x "$PROCESS")
    WORKERS=$(pgrep -P "$PARENT")
}

# A member of the JSON object on stdin, as Python prints it: member NAME.
member() {
    jq -r --arg name "$1" '.[$name] | if . == true then "True" elif . == false then "False" else . // "None" end'
}

# Runs a command. The shell ignores SIGINT and SIGQUIT for what it runs in the background, and nohup SIGHUP; no
# shell can undo that, but python can.
with_default_signals() {
    python3 -c 'import os, signal, sys
for sig in signal.SIGINT, signal.SIGQUIT, signal.SIGHUP: signal.signal(sig, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' "$@"
}

# What the program itself has said in a file, without strace's and the shell's words.
own_messages() {
    grep '^mpcp: ' "$1" || true
}

# A line for each process of the program. This is asked often, and pgrep takes three times as long.
its_processes() {
    grep -hsxF "$PROCESS" /proc/[0-9]*/comm
}

no_process_left() {
    [ -z "$(its_processes)" ] # whatever the status: others may end in the middle of the search
}

# Prints the value of a Python expression over o, the JSON object on standard input.
json() { # expression
    python3 -c 'import json, os, sys
o = json.loads(sys.stdin.read())
print(eval(sys.argv[1]))' "$1"
}

random_file() { # name, size
    head -c "$2" /dev/urandom >"$1"
}

# Asserts that the last `run --separate-stderr` ended with a status, exactly one sentence, and no output.
assert_refused() { # status, sentence without "mpcp: "
    echo "status $status, stdout: $output, stderr: $stderr"
    [ "$status" = "$1" ]
    [ "$stderr" = "mpcp: $2" ]
    [ -z "$output" ]
}

# The same, but the sentence is matched by an extended regular expression, and stdout doesn't matter.
assert_failed_like() { # status, expression
    local said
    echo "status $status, stderr: $stderr"
    [ "$status" = "$1" ]
    # strace tells of a process that was killed just when its call was to fail; that isn't the program's.
    said=$(grep -v '^strace: Failed to tamper' <<<"$stderr")
    [[ "$said" =~ ^mpcp:\ $2$ ]]
    [ "$(wc -l <<<"$said")" = 1 ]
}

# Asserts that nothing was left behind in a directory (default: the test's), and no process.
assert_clean() {
    local left
    left=$(find "${1-$DIR}" -name '.*mpcp-*')
    echo "left: $left"
    [ -z "$left" ]
    wait_until no_process_left
}

skip_across() {
    [ "${ENGINE-}" != copy-range ] || skip "copy_file_range never goes from one kind of file system to another"
}

# For what --reflink=never or --sparse=never is to do there: skip_sharing DIRECTORY.
skip_sharing() {
    [ "${ENGINE-}" != copy-range ] || [[ "$(stat -f -c %T "$1")" == @(ext2/ext3|tmpfs) ]] ||
        skip "copy_file_range may share extents there"
}

# For what has nothing to do with how bytes are moved: once is enough.
only_once() {
    [ "$ENGINE" = read-write ] || skip "the engine has no part in this"
}

needs_root() {
    [ "$(id -u)" = 0 ] || skip "needs root"
}

# Skips in a build with AddressSanitizer: skip_sanitized REASON.
skip_sanitized() {
    ! nm -D "$MPCP" 2>/dev/null | grep -q __asan || skip "$1"
}

needs_strace() {
    strace -qq -o /dev/null true 2>/dev/null || skip "strace can't trace here"
}

# Runs a command on a terminal of so many columns, and prints everything written there: on_terminal COLUMNS COMMAND...
on_terminal() {
    python3 -c 'import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack("HHHH", 25, int(sys.argv[1]), 0, 0))
    os.environ["TERM"] = "xterm"
    os.execvp(sys.argv[2], sys.argv[2:])
try:
    while data := os.read(fd, 65536):
        sys.stdout.buffer.write(data)
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))' "$@"
}

# Makes a control group and sets GROUP: make_group CONTROLLER FILE VALUE FILE VALUE. It gets the first value where the
# groups are of version 2, the second where they are of version 1.
make_group() {
    if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
        GROUP=/sys/fs/cgroup/$PROCESS
        mkdir "$GROUP" && echo "$3" >"$GROUP/$2"
    else
        GROUP=/sys/fs/cgroup/$1/$PROCESS
        mkdir "$GROUP" && echo "$5" >"$GROUP/$4"
    fi
} 2>/dev/null

needs_terminal() {
    python3 -c 'import pty; pty.openpty()' 2>/dev/null || skip "no terminal can be opened here"
}

# Skips unless the disk has at least twice as much free as is asked for, as memory isn't a disk: needs_room SIZE.
needs_room() {
    local free
    free=$(df --output=avail -B1 "$DIR" | tail -1)
    [ "$free" -ge $((2 * $(numfmt --from=iec "$1"))) ] || skip "needs twice $1 of disk space"
    [ "$(stat -f -c %T "$DIR")" != tmpfs ] || skip "needs $1 of disk space, and there is memory only"
}

# --- mounts ---

# Mounts a new file system at $MNT: with_mount TYPE SIZE [MKFS-OPTION...]. Skips if that isn't possible.
with_mount() {
    local type=$1 size=$2
    shift 2
    needs_root
    mkdir "$DIR/mnt"
    case $type in
    tmpfs | ramfs) mount -t "$type" -o size="$size" "$type" "$DIR/mnt" || skip "no $type can be mounted" ;;
    ext*) mount_image "$type" "$size" -q -F "$@" ;;
    vfat) mount_image "$type" "$size" "$@" ;;
    *) mount_image "$type" "$size" -q -f "$@" ;;
    esac
    prove_mount "$DIR/mnt" "$type" "$size"
    MNT=$DIR/mnt
}

mount_image() { # type, size, mkfs option...
    local type=$1
    needs_room "$2"
    truncate -s "$2" "$DIR/image"
    shift 2
    mkfs."$type" "$@" "$DIR/image" >/dev/null 2>&1 || skip "mkfs.$type is missing"
    mount -o loop "$DIR/image" "$DIR/mnt" 2>/dev/null || skip "no $type on a loop device can be mounted"
}

# The same with a file system that has no files without names: FUSE, by fuse2fs.
with_fuse() { # size, mount option
    needs_root
    needs_room "$1"
    mkdir "$DIR/mnt"
    truncate -s "$1" "$DIR/image"
    mkfs.ext4 -q -F "$DIR/image"
    fuse2fs "$DIR/image" "$DIR/mnt" -o rw${2:+,$2} 2>/dev/null 3>&- || skip "fuse2fs is missing, or can't mount here"
    prove_mount "$DIR/mnt" 'fuse*' "$1"
    MNT=$DIR/mnt
}

# Skips unless a file system is mounted there that isn't the directory's own, of that type (a pattern), and no larger
# than that. A tool's word is no proof: fuse2fs succeeds even without /dev/fuse, and everything goes to the machine's
# own disk.
prove_mount() { # directory, type, size
    mountpoint -q "$1" && [ "$(stat -c %d "$1")" != "$(stat -c %d "$DIR")" ] &&
        [[ "$(findmnt -rno FSTYPE --mountpoint "$1")" == $2 ]] &&
        [ "$(size_of_mount "$1")" -le "$(numfmt --from=iec "$3")" ] || skip "no $2 gets mounted here, though it seems so"
}

# In bytes; 0 if it has no limit.
size_of_mount() { # directory
    echo $(($(stat -f -c '%b * %S' "$1")))
}

MAY_BE_FILLED=$((1 << 30)) # bytes: what is larger isn't mounted for that

# Fills a file system with a file "filler": take_all_room DIRECTORY. Fails unless it is a small one that this test has
# mounted; and writes no more than twice what that one can hold.
take_all_room() {
    local point size
    point=$(stat -c %m "$1")
    size=$(size_of_mount "$1")
    if [[ $point != "$DIR"/?* ]] || [ "$(stat -c %d "$1")" = "$(stat -c %d "$DIR")" ] ||
        [ "$size" = 0 ] || [ "$size" -gt $MAY_BE_FILLED ]; then
        echo "$1 won't be filled: it is no small file system that the test has mounted" >&2
        return 1
    fi
    dd if=/dev/zero of="$1/filler" bs=128K count=$((size >> 17)) 2>/dev/null || true
    # The last blocks, too.
    dd if=/dev/zero of="$1/filler" bs=4K count=$((size >> 12)) oflag=append conv=notrunc 2>/dev/null || true
}

# Makes a file a block device, $LOOP. Skips if that isn't possible.
with_loop_device() { # file
    needs_root
    LOOP=$(losetup -f --show "$1" 2>/dev/null) || skip "no loop device can be set up"
    [ -b "$LOOP" ] && [ "$(blockdev --getsize64 "$LOOP")" = "$(stat -c %s "$1")" ] || skip "no loop devices here"
}

# Makes $DIR/NAME the device /dev/NAME: as root a node of its own, because that in /dev could be replaced by mistake.
with_device() { # name
    if [ "$(id -u)" != 0 ]; then
        ln -s "/dev/$1" "$DIR/$1"
    else
        cp -a "/dev/$1" "$DIR/$1" 2>/dev/null && : 2>/dev/null <"$DIR/$1" || skip "no device nodes can be made here"
    fi
}

# --- trees ---

# The program as it is used for trees, with a time limit: what hangs has to end.
in_time() {
    timeout 120 "$@"
}

# One line per entry of a tree, with all that a copy of it by -a has, too: described DIRECTORY. Without the size of
# directories, and without any times of reading; hard links by the first of their names.
described() {
    python3 -c 'import hashlib, os, stat, sys
first = {}
def tell(path, name):
    st = os.lstat(path)
    kind = stat.S_IFMT(st.st_mode)
    what = [name, oct(st.st_mode), st.st_uid, st.st_gid, st.st_mtime_ns]
    if kind == stat.S_IFREG:
        with open(path, "rb") as file:
            what += [st.st_size, hashlib.md5(file.read()).hexdigest()]
    if kind == stat.S_IFLNK:
        what.append(os.readlink(path))
    if kind in (stat.S_IFCHR, stat.S_IFBLK):
        what.append(st.st_rdev)
    if kind != stat.S_IFDIR:
        what += [st.st_nlink, first.setdefault((st.st_dev, st.st_ino), name)]
    for key in sorted(os.listxattr(path, follow_symlinks=False)):
        what.append((key, os.getxattr(path, key, follow_symlinks=False)))
    print(*what)
os.chdir(sys.argv[1])
tell(".", ".")
for top, directories, files in os.walk("."):
    directories.sort()
    for name in sorted(directories + files):
        tell(os.path.join(top, name), os.path.join(top, name))' "$1"
}

# Asserts that two trees are the same in all of that.
assert_same_trees() { # one, the other
    described "$1" >"$DIR/described-1"
    described "$2" >"$DIR/described-2"
    diff "$DIR/described-1" "$DIR/described-2"
}

# Makes DIRECTORY with so many directories of so many small files each: some_tree DIRECTORY DIRECTORIES FILES.
some_tree() {
    python3 -c 'import os, sys
top, directories, files = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for i in range(directories):
    os.makedirs(f"{top}/d{i}/below")
    for k in range(files):
        with open(f"{top}/d{i}/f{k}", "w") as file:
            file.write(f"file {i} {k}\n" * (k + 1))
    with open(f"{top}/d{i}/below/file", "w") as file:
        file.write(f"below {i}\n")' "$@"
}

# Skips unless the directory keeps what is asked for: acl, xattr or capability.
needs_kept() {
    touch "$DIR/kept"
    case $1 in
    acl) setfacl -m u:65534:r "$DIR/kept" ;;
    xattr) setfattr -n user.test -v value "$DIR/kept" ;;
    capability) setcap cap_net_raw+ep "$DIR/kept" ;;
    esac 2>/dev/null || skip "no $1 can be set here"
    rm "$DIR/kept"
}
