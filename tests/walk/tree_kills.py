# SPDX-License-Identifier: MIT
"""What must hold after a kill that strikes the copying of a tree, and what another run must make of it."""

import os
import re
import signal
import stat

from runs import CREW, Verdict
from tree_verdicts import Differences
from trees import HIDDEN, MANIES, look

# Of each file that was in work.
HINT = re.compile(r"mpcp: dst/.*: interrupted: --resume goes on from what is copied")


class TreeKillVerdict(Verdict):
    def __init__(self, run, the_kill, result, wanted):
        super().__init__(run, result)
        self.kill, (self.expected, self.before) = the_kill, wanted
        self.lines = result.stderr.splitlines()

    def look(self):
        now = look(self.run.directory, ["src", "dst"])
        return Differences(self.scenario, self.expected, self.before, now, self.lines)

    def check_outcome(self):
        there = self.look()
        self.check_status()
        self.check_there(there)
        self.check_hidden(there)
        complete = self.scenario.atomic and "dst" in there.now  # and can't be gone on with
        if self.result.status != 0 and not self.wrong and not complete:
            self.go_on(there)

    def check_status(self):
        status = self.result.status
        if status == 0:
            self.must(not self.lines, "exit 0, but it says something")
        elif status < 0:
            fatal = self.kill.who != "worker" and self.kill.how != "STOP"
            self.must(fatal and -status == getattr(signal, "SIG" + self.kill.how), f"it died of signal {-status}")
            asked = self.scenario.resumes and status != -signal.SIGKILL
            self.must(not self.lines or asked and all(HINT.fullmatch(line) for line in self.lines),
                      "it died of the signal, but says something")
        else:
            self.must((self.kill.who, self.kill.how, status) == ("worker", "KILL", 1), f"exit {status}")
            self.must(any("was killed" in line for line in self.lines), "nothing is said of who was killed")

    def check_there(self, there):
        self.must(not there.torn(), f"neither old nor new: {'; '.join(there.torn())}")
        self.must(not there.lost(), f"lost: {'; '.join(there.lost())}")
        if self.result.status == 0:
            self.must(not there.all(), f"exit 0, but: {'; '.join(there.told())}")
        elif self.result.status == 1:
            self.must(not there.unsaid(), f"nothing is said of: {'; '.join(there.unsaid())}")
        else:
            self.must(not self.unfinished(there), f"begun: {'; '.join(self.unfinished(there))}")
        if self.scenario.atomic and self.result.status != 0 and there.all():
            self.must("dst" not in there.now, "there is something in spite of --atomic")

    def unfinished(self, there):
        """Small files that are missing in directories that were made by this copy and can be seen. Those with
        several names, and large ones, come later."""
        return [path for path, known in there.expected.items()
                if path not in there.now and known.kind == stat.S_IFREG and len(known.links) == 1
                and not path.endswith("large") and os.path.dirname(path) in there.now
                and os.path.dirname(path) not in there.before]

    def check_hidden(self, there):
        hidden = there.hidden()
        if self.result.status == -signal.SIGKILL or self.result.status == 1:
            most = CREW + 1 if self.result.status < 0 else 1
            nests = [path for path in hidden if not HIDDEN.search(os.path.dirname(path))
                     and not path.endswith("-journal")]
            self.must(len(nests) <= most, f"more is left than a name a process: {' '.join(nests)}")
            return
        if self.scenario.resumes:
            hidden = [path for path in hidden if there.now[path].kind == stat.S_IFDIR or not path.endswith(
                (".mpcp-partial", ".mpcp-journal"))]
        self.must(not hidden, f"left: {' '.join(hidden)}")

    def go_on(self, then):
        more = () if self.scenario.resumes else ["--resume"]
        old = {path for path in then.hidden() if not self.scenario.resumes}
        self.result = self.run.plainly(more=more)
        self.lines = []
        there = self.look()
        self.must(self.result.status == 0, f"going on ended with {self.result.status}: {self.result.stderr}")
        # What isn't regular is copied once more, and what the killed run has copied gets a backup then.
        differences = {path: fields for path, fields in there.all().items()
                       if not ("-b" in self.scenario.options and path.endswith("~"))}
        told = [f"{path}: {', '.join(fields)}" for path, fields in differences.items()
                if not any(path == name or path.startswith(name + "/") for name in old)]
        self.must(not told, f"the copy that went on isn't exact: {'; '.join(told)}")
