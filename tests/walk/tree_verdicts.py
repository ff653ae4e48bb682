# SPDX-License-Identifier: MIT
"""What may become of the copy of a tree in which something fails, and what must be reported."""

import errno
import os
import re
import stat

from errors import FATAL, OTHER_WORDS, is_warning
from runs import Verdict
from trees import HIDDEN, Known, look

# --- what may be ---

# If printed about a directory, it means that entries of it are missing.
UNREAD = ("cannot read directory", "cannot access", "cannot open the directory of", "cannot create directory",
          "cannot stat", "was killed", "target")


class Differences:
    """How the outcome differs from what was expected; and what was printed about that."""

    def __init__(self, scenario, expected, before, now, lines):
        self.scenario, self.expected, self.before, self.now, self.lines = scenario, expected, before, now, lines

    def is_compared(self, path, field):
        """Times only where they are preserved, which those of directories that something else was put into
        aren't, nor the source's own, which nobody may change."""
        preserved = "-r" not in self.scenario.options
        if field == "mtime":
            return preserved and not (self.scenario.to == "parents" and path == "dst")
        return True

    def of(self, path):
        """The fields that differ."""
        wanted, is_there = self.expected.get(path), self.now.get(path)
        if wanted is None or is_there is None:
            return [] if wanted is is_there else ["presence"]
        is_there = is_there._replace(links=frozenset(name for name in is_there.links if not HIDDEN.search(name)))
        return [field for field in Known._fields
                if getattr(wanted, field) != getattr(is_there, field) and self.is_compared(path, field)]

    def all(self):
        found = {}
        for path in sorted(self.expected.keys() | self.now.keys()):
            fields = self.of(path)
            if fields:
                found[path] = fields
        return found

    def told(self):
        return [f"{path}: {', '.join(fields)}" for path, fields in self.all().items()]

    # --- of a failure ---

    def names_of(self, path):
        """It and what it is a copy of, or a backup of, as sentences name them."""
        path = re.sub(r"(\.~\d+)?~$", "", path)
        if path == "src" or path.startswith("src/"):
            return [path]
        if self.scenario.to == "parents":
            return [path, path.removeprefix("dst/")]
        return [path, "src" + path.removeprefix("dst")]

    def lines_of(self, path):
        """The lines that name it."""
        quoted = "|".join(re.escape(name) for name in self.names_of(path))
        return [line for line in self.lines if re.search(rf"(?<![\w/.~])({quoted})(?![\w/.~-])", line)]

    def is_said(self, path):
        """It was, or it is missing with a directory that was, or its links are those of one that was."""
        if self.lines_of(path) or self.is_on_the_way(path):
            return True
        above = os.path.dirname(path)
        while above:
            lines = self.lines_of(above)
            if lines and (above not in self.now or any(words in line for line in lines for words in UNREAD)):
                return True
            above = os.path.dirname(above)
        return False

    def is_on_the_way(self, path):
        """It is a directory on the way to what --parents was to copy."""
        return path not in self.now and any(self.lines_of(other) for other in self.expected
                                            if other.startswith(path + "/") and self.scenario.to == "parents")

    def unsaid(self):
        """What differs without being reported."""
        every = self.all()
        return [f"{path}: {', '.join(fields)}" for path, fields in every.items() if not self.is_excused(path, fields)]

    def is_excused(self, path, fields):
        if HIDDEN.search(path):  # of which it is said that it is left
            return True
        if self.is_said(path):
            return True
        if path in self.now and path in self.expected and any(
                self.lines_of(other) for other in self.now[path].links & self.expected[path].links):
            return True  # they are one file
        if fields == ["links"]:  # others of its names are missing, or files of their own
            others = (self.expected[path].links ^ self.now[path].links) - {path}
            return any(self.is_said(other) for other in others | self.expected[path].links)
        known_there = self.now.get(path)
        # A directory in which something couldn't be done may have been changed afterwards.
        return fields == ["mtime"] and known_there.kind == stat.S_IFDIR and any(
            self.is_said(other) for other in self.expected if os.path.dirname(other) == path)

    def torn(self):
        """Regular files that are neither old nor new."""
        wholes = {known.data for known in self.before.values()} | {known.data for known in self.expected.values()}
        return [path for path, known in self.now.items()
                if known.kind == stat.S_IFREG and known.data not in wholes and not HIDDEN.search(path)]

    def lost(self):
        """Names of old files that nothing has any more."""
        return [path for path in self.before if path not in self.now]

    def hidden(self):
        return sorted(path for path in self.now if HIDDEN.search(os.path.basename(path)))


# From strace, about a process that was killed meanwhile.
TAMPER = "strace: Failed to tamper with process"


class TreeVerdict(Verdict):
    """The verdict on a tree in whose copying one call has failed."""

    def __init__(self, run, case, result, expected, before):
        super().__init__(run, result)
        self.case, self.expected, self.before = case, expected, before
        self.met = "(INJECTED)" in result.log
        self.lines = [line for line in result.stderr.splitlines()
                      if not line.startswith(TAMPER) and "isn't this user's alone" not in line]  # then it goes on

    def differences(self):
        now = look(self.run.directory, ["src", "dst"])
        return Differences(self.scenario, self.expected, self.before, now, self.lines)

    def check_outcome(self):
        there = self.differences()
        if self.result.status == 0:
            self.check_success(there)
        elif self.result.status == 1:
            self.check_failure(there)
        else:  # what isn't known to be a directory can't be copied into
            harmless = self.result.status == 2 and self.lines and there.now.keys() == self.before.keys()
            self.must(harmless, f"it ended with {self.result.status}")
        self.check_left(there)
        if self.scenario.resumes and self.result.status == 1 and not self.wrong:
            self.go_on()

    def is_answer(self):
        """That there is none to be had is the answer; the C library ends a list with ENOENT; a backup gets the next
        number."""
        answers = "EOPNOTSUPP ENODATA" if self.case.call.endswith("xattr") else ""
        others = [("getdents64", "ENOENT")] + [("linkat", "EEXIST")] * ("--backup=numbered" in self.scenario.options)
        return self.case.errno in answers.split() or (self.case.call, self.case.errno) in others

    def check_success(self, there):
        wrong = [path for path in there.all() if not HIDDEN.search(path)]
        self.must(not wrong or self.is_answer() or self.lines, f"exit 0, but: {'; '.join(there.told())}")
        warned = all("the source's ACL can't be read" in line or is_warning(self.case.call, line)
                     for line in self.lines)
        self.must(warned, "exit 0, but it says something")
        self.must(not self.met or self.case.errno not in FATAL.get(self.case.call, ()) or self.case.call == "close",
                  "exit 0 in spite of a write error")

    def check_failure(self, there):
        self.must(self.lines, "exit 1 without a word")
        self.must(all(re.match("mpcp: (.*(src|dst)|write error)", line) for line in self.lines), "a line names no path")
        self.must(any(self.says_why(line) for line in self.lines), "no sentence says what failed")
        self.must(not there.unsaid(), f"nothing is said of: {'; '.join(there.unsaid())}")
        self.must(not there.torn(), f"neither old nor new: {'; '.join(there.torn())}")
        self.must(not there.lost(), f"lost: {'; '.join(there.lost())}")
        if self.scenario.atomic and not any("write error" in line for line in self.lines):  # on standard output
            self.must("dst" not in there.now, "there is something in spite of --atomic")

    def says_why(self, line):
        words = [e.said for e in OTHER_WORDS if e.call == self.case.call and self.case.errno in e.errnos.split()]
        return any(said in line for said in [*words, os.strerror(getattr(errno, self.case.errno))])

    def check_left(self, there):
        hidden = there.hidden() + [name for name in self.left() if HIDDEN.search(name)]
        if self.scenario.resumes and self.result.status == 1:
            hidden = [path for path in hidden if not re.search(r"\.mpcp-(partial|journal)$", path)]
        # What can't be removed stays, and that is said, but of what --resume goes on from.
        hidden = [path for path in hidden if self.case.call != "unlinkat" or not path.endswith("-journal")]
        said = [path for path in hidden if any(path in line for line in self.lines)]
        excused = self.case.call == "unlinkat" and said == hidden
        self.must(not hidden or excused, f"left: {' '.join(hidden)}")

    def go_on(self):
        """What exists, and only lacks something, which was reported, is kept."""
        self.result = self.run.plainly()
        self.lines = [line for line in self.lines if line.endswith("(the copy is complete)")]
        there = self.differences()
        self.must(self.result.status == 0, f"going on ended with {self.result.status}: {self.result.stderr}")
        self.must(not there.unsaid(), f"the copy that went on isn't exact: {'; '.join(there.unsaid())}")
        self.must(not there.hidden(), f"left after going on: {' '.join(there.hidden())}")
