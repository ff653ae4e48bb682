#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Types into an interactive shell on a terminal, and prints what is seen there: typed.py KEYS... -- COMMAND...

In KEYS, "\\t" is Tab. Each is typed into an empty line. The shell must prompt by "ready> ", and have a key Ctrl-X that
prints the line as it is then, between "<<" and ">>", and prompts again: keys are worked off in their order, so that
nothing else needs to be waited for.
"""

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time

PATIENCE = 60  # seconds


def read_until(terminal, mark):
    seen = b""
    end = time.monotonic() + PATIENCE
    while not re.search(mark, seen):
        ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
        if not ready:
            sys.exit(f"waited in vain for {mark} in: {seen.decode(errors='replace')}")
        seen += os.read(terminal, 65536)
    return seen


def main():
    end = sys.argv.index("--")
    lines, command = sys.argv[1:end], sys.argv[end + 1:]
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack("HHHH", 120, 160, 0, 0))
        os.environ["TERM"] = "xterm"
        os.execvp(command[0], command)
    read_until(terminal, rb"ready> ")
    seen = b""
    for keys in lines:
        os.write(terminal, b"\x15" + keys.replace("\\t", "\t").encode() + b"\x18")
        seen += read_until(terminal, rb"<<.*>>[^<]*ready> ")
    os.close(terminal)  # which ends the shell
    os.waitpid(pid, 0)
    print(re.sub(r"\x1b(\[[0-9;?>]*[a-zA-Z]|[=>])|\r", "", seen.decode(errors="replace")))


main()
