# SPDX-License-Identifier: MIT
"""Runs mpcp-bench for the scripts beside this file, and reads what it has found."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

BENCH = pathlib.Path(__file__).resolve().parent.parent / "build/bench/mpcp-bench"
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Failure(Exception):
    """What mpcp-bench, or the command line, got wrong; in words for the user."""


def wait_for(process):
    """Its status. A signal that asks this program to stop is passed on, because mpcp-bench then removes what it has
    made; after that this program dies of it, too."""
    asked = []

    def pass_on(number, _):
        asked.append(number)
        process.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in STOPPING
              if signal.getsignal(number) != signal.SIG_IGN}
    status = process.wait()
    for number, handler in before.items():
        signal.signal(number, handler)
    if asked:
        signal.signal(asked[0], signal.SIG_DFL)
        os.kill(os.getpid(), asked[0])
    return status


def run_main(name, main):
    """Runs it, and ends with a sentence instead of a traceback."""
    try:
        main()
    except Failure as failure:
        sys.exit(f"{name}: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)


def run_bench(bench, options, sources=()):
    """The JSON of one run. What goes wrong is a Failure with mpcp-bench's own words."""
    if not os.access(bench, os.X_OK):
        raise Failure(f"{bench} isn't built: meson setup build -Dbench=enabled && meson compile -C build")
    with tempfile.TemporaryFile("r+") as found, tempfile.TemporaryFile("r+") as words:
        # A file without a name can't be left behind.
        command = [str(bench), f"--json=/proc/self/fd/{found.fileno()}", *options, "--", *map(str, sources)]
        # On a terminal it shows how far it is, and says itself what is wrong.
        errors = None if sys.stderr.isatty() else words
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors,
                                   pass_fds=[found.fileno()])
        if wait_for(process) != 0:
            words.seek(0)
            raise Failure(words.read().strip() or "mpcp-bench failed, see above")
        return json.load(found)
