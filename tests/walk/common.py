# SPDX-License-Identifier: MIT
"""What the walks share: the program and its engines, directories to copy in, and TAP."""

import concurrent.futures
import contextlib
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile

STREAM = "stream"  # the engine of pipes, which can't be asked for by --engine
REFLINK = "reflink"  # needs a file system that can share extents


def is_sanitized(mpcp):
    """Sanitizers make calls of their own, and can't be traced or killed at any moment."""
    with open(mpcp, "rb") as program:
        return b"__asan_init" in program.read()


def engines_of(mpcp):
    """All engines by name, as the program itself lists them."""
    told = subprocess.run([mpcp, "--engine=help"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return [line.split()[0] for line in told.splitlines()[1:]] + [STREAM]


def choose(all_names, wanted, what):
    """Those of all_names that are wanted (a list separated by commas; None: all)."""
    chosen = wanted.split(",") if wanted else all_names
    unknown = set(chosen) - set(all_names)
    if unknown:
        sys.exit(f"no such {what}: {', '.join(sorted(unknown))} (there are {', '.join(all_names)})")
    return [name for name in all_names if name in chosen]


def content(size, seed):
    """`size` bytes without two pages alike, the same ones each time."""
    pages = (size + 4095) // 4096
    return b"".join(f"{seed} {page:12d} ".encode().ljust(64, b".") * 64 for page in range(pages))[:size]


def read_text(path):
    """What is in a file; nothing if it doesn't exist, or its process is gone."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def processes_of(session):
    """Those that run, as text: name, pid, state."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        name, _, rest = read_text(f"/proc/{pid}/stat").rpartition(")")
        fields = rest.split()
        if fields and int(fields[3]) == session:
            found.append(f"{name.partition('(')[2]} (pid {pid}, state {fields[0]})")
    return ", ".join(found)


def remove(path):
    if os.path.isdir(path):
        shutil.rmtree(path)
    else:
        with contextlib.suppress(FileNotFoundError):  # FUSE removes what it has hidden in its own time
            os.unlink(path)


def is_mounted(mnt, image):
    """mount's word is no proof: without /dev/fuse, fuse2fs succeeds, and everything goes to the machine's own disk."""
    if not os.path.ismount(mnt):
        return False
    room = os.statvfs(mnt)
    return room.f_blocks * room.f_frsize <= os.path.getsize(image)


class Places:
    """Directories of their own for as many threads as copy at the same time, below one that is removed at the
    end with everything that is mounted there."""

    def __init__(self, count, parent=None):
        # Not in $TMPDIR, which may be a tmpfs: O_TMPFILE, fallocate and the like differ there.
        parent = parent or os.environ.get("MPCP_TEST_DIR", "/var/tmp")
        self.root = tempfile.mkdtemp(prefix="mpcp-walk-", dir=parent)
        self.count = count
        self.mounts = []
        self.free = {}

    def __enter__(self):
        for sig in signal.SIGTERM, signal.SIGHUP:
            if signal.getsignal(sig) != signal.SIG_IGN:
                signal.signal(sig, lambda *_: sys.exit("terminated"))
        return self

    def __exit__(self, *_):
        for mount in reversed(self.mounts):
            subprocess.run(["umount", "-l", mount], check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.root, ignore_errors=True)

    def below(self, parent):
        """The queue of free directories there."""
        if parent not in self.free:
            self.free[parent] = queue.Queue()
            for i in range(self.count):
                path = os.path.join(parent, f"copies{i}")
                os.mkdir(path)
                self.free[parent].put(path)
        return self.free[parent]

    def mounted(self, kind, *commands):
        """Runs commands, of which the last mounts at {mnt}; {image} is a file for them. Returns {mnt}, or None
        where that can't be done."""
        names = {"mnt": os.path.join(self.root, kind), "image": os.path.join(self.root, kind + ".image")}
        os.mkdir(names["mnt"])
        self.mounts.append(names["mnt"])
        for command in commands:
            words = [word.format(**names) for word in command]
            if os.geteuid() != 0 or not shutil.which(words[0]):
                return None
            done = subprocess.run(words, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if done.returncode != 0:
                return None
        return names["mnt"] if is_mounted(**names) else None


class Pool(concurrent.futures.ThreadPoolExecutor):
    """Threads that only finish what they have begun, once something has gone wrong."""

    def __exit__(self, kind, error, trace):
        self.shutdown(cancel_futures=kind is not None)


class Tap:
    """Test points, numbered, and their diagnostics."""

    def __init__(self, count):
        self.number = 0
        self.failed = 0
        print(f"1..{count}", flush=True)

    def point(self, name, complaints, skip=None):
        self.number += 1
        self.failed += bool(complaints)
        end = f" # SKIP {skip}" if skip else ""
        print(f"{'not ok' if complaints else 'ok'} {self.number} - {name}{end}")
        for complaint in complaints:
            for line in complaint.splitlines():
                print(f"# {line}")
        sys.stdout.flush()

    def status(self):
        return 1 if self.failed else 0


def skip_all(reason):
    print(f"1..0 # SKIP {reason}")
    sys.exit(0)


def note(text):
    print(f"# {text}", flush=True)
