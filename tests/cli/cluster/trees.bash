# SPDX-License-Identifier: MIT
# Trees that are worth several nodes, and what the copies must be like.

# A tree with all kinds of entries, and with names of one file in several directories; or, where KIND is sshfs, of what
# that knows: large_tree DIRECTORY [KIND].
large_tree() {
    python3 - "$@" <<'END'
import os, sys
top = sys.argv[1]
plain = sys.argv[2:] == ['sshfs']
os.mkdir(top)
for a in range(12):
    for b in range(6):
        where = f'{top}/d{a}/e{b}'
        os.makedirs(where)
        for c in range(8):
            with open(f'{where}/file {c}', 'wb') as f:
                f.write(os.urandom(100 * (a + b + c)))
            os.utime(f'{where}/file {c}', (1e9 + c, 1.1e9 + a * b + (0 if plain else c / 8)))
            os.chmod(f'{where}/file {c}', 0o600 + 8 * c)
        with open(f'{where}/sparse', 'wb') as f:
            f.truncate(300000)
            f.seek(200000)
            f.write(b'data')
        os.utime(f'{where}/sparse', (1.2e9, 1.2e9))
        if plain:
            continue
        os.symlink(f'../e{b}/file 1', f'{where}/link')
        os.mkfifo(f'{where}/fifo')
        if a > 0:
            os.link(f'{top}/d{a - 1}/e{b}/file 0', f'{where}/again')
            os.link(f'{top}/d0/e{b}/file 7', f'{where}/and again')
for path, names, files in os.walk(top, topdown=False):
    os.chmod(path, 0o555 if path.endswith('e3') else 0o2750 if path.endswith('e4') else 0o755)
    os.utime(path, (1.2e9, 1.3e9 + len(path)))
END
    [ "${2-}" = sshfs ] && return
    setfacl -m u:1234:rw "$1/d1/e1/file 1" 2>/dev/null || true
    setfacl -d -m u:1234:rwx "$1/d2/e2" 2>/dev/null || true
}

# What a tree is, with the first of all names that each file has in it: print_tree DIRECTORY.
print_tree() {
    python3 - "$1" <<'END'
import hashlib, os, stat, sys
os.chdir(sys.argv[1])
first = {}
for path, names, files in os.walk('.'):
    names.sort()
    for name in ['.'] * (path == '.') + sorted(names + files):
        it = os.path.join(path, name)
        st = os.lstat(it)
        said = [it, oct(st.st_mode), st.st_uid, st.st_gid, st.st_mtime_ns]
        said += [(x, os.getxattr(it, x, follow_symlinks=False)) for x in sorted(os.listxattr(it, follow_symlinks=False))]
        if not stat.S_ISDIR(st.st_mode):
            said += [st.st_size, st.st_nlink, first.setdefault(st.st_ino, it)]
        if stat.S_ISLNK(st.st_mode):
            said += [os.readlink(it)]
        if stat.S_ISREG(st.st_mode):
            said += [hashlib.md5(open(it, 'rb').read()).hexdigest()]
        print(*said)
END
}

# Its modes and ACLs: print_modes DIRECTORY.
print_modes() {
    (cd "$1" && find . -printf '%P %y %m\n' | sort && getfacl -R -n -p . 2>/dev/null)
}

# Asserts that DIRECTORY/dst is what cp makes of DIRECTORY/src: assert_as_cp DIRECTORY.
assert_as_cp() {
    cp -a "$1/src" "$1/expected"
    print_tree "$1/expected" >expected.txt
    print_tree "$1/dst" >got.txt
    diff expected.txt got.txt | head -20
    cmp expected.txt got.txt
}

# The same except for symbolic links.
assert_as_cp_but_links() {
    print_tree "$SHARED/src" | grep -v ' 0o120777 ' >expected.txt
    print_tree "$SHARED/dst" | grep -v ' 0o120777 ' >got.txt
    diff expected.txt got.txt | head -20
    cmp expected.txt got.txt
}

# Makes the first node slower, where that is possible: or it may have copied all before the other has joined it.
let_all_take_part() {
    ! strace -qq -o /dev/null true 2>/dev/null || delay mkdirat 20000 nodeA
}

# Asserts that -v has reported of each node that it has copied something: assert_all_took_part FILE.
assert_all_took_part() {
    tail -1 "$1"
    grep -q "copied by several nodes: nodeB [1-9][0-9]* entries, .*; nodeA [1-9][0-9]* entries, " "$1"
}

# Whatever has its own name is whole.
assert_whole() {
    [ -d "$SHARED/dst" ] || return 0
    python3 - "$SHARED/src" "$SHARED/dst" <<'END'
import os, stat, sys
src, dst = sys.argv[1:]
for path, names, files in os.walk(dst):
    names[:] = [name for name in names if '.mpcp-' not in name]
    for name in files:
        copy = os.path.join(path, name)
        if '.mpcp-' not in name and stat.S_ISREG(os.lstat(copy).st_mode):
            with open(copy, 'rb') as f, open(os.path.join(src, os.path.relpath(copy, dst)), 'rb') as g:
                assert f.read() == g.read(), copy
END
}

# --- where something goes wrong meanwhile ---

# So slow that there is time to interfere: each file takes a while, on both nodes.
slow_down() { # microseconds
    needs_strace
    skip_sanitized "it would be slow itself"
    delay utimensat "$1" nodeA nodeB
}

begin() { # MPI, [ranks, [how long each file takes]]
    prepare "$1" "${3-20000}"
    start "${2-4}"
}

prepare() { # MPI, how long each file takes
    needs_mpi "$1"
    with_two_nodes
    large_tree "$SHARED/src"
    slow_down "$2"
}

start() { # ranks
    on_two_nodes "$1" -a "$SHARED/src" "$SHARED/dst" 2>err &
    JOB=$!
    # Two of the crew, and there are directories.
    has_begun() { [ -n "$(pids_of worker A)" ] && [ -n "$(pids_of worker B)" ] && [ -d "$SHARED/dst/d3" ]; }
    wait_until has_begun
    sleep 0.5
}

# Kills those processes of a node while they copy, and sets STATUS: begin_and_kill MPI KIND NODE HOW-THEY-ARE-MISSED.
# If they have nothing to do just then, nobody misses them: it is tried again.
begin_and_kill() {
    local attempt
    prepare "$1" 20000
    for attempt in $(seq 10); do
        rm -rf "$SHARED/dst"
        start 4
        kill -KILL $(pids_of "$2" "$3") || : # all is copied already
        await_end
        ! grep -q "$4" err || return 0
    done
    return 1
}

# Waits until all has ended, which must take no more than 10 s, and sets STATUS.
await_end() {
    STATUS=0
    assert_all_ended
    wait $JOB || STATUS=$?
    cat err
    echo "status $STATUS"
}

assert_ended() { # status (a pattern)
    await_end
    [[ "$STATUS" == $1 ]]
}

# Asserts that this was printed first: a pattern.
assert_told() {
    [[ "$(said err | head -1)" == $1 ]]
}

assert_clean_copy() {
    assert_clean
    assert_whole
}
