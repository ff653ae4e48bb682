# SPDX-License-Identifier: MIT
"""The calls that a copy makes, and the faults that follow from them."""

import collections
import re

from errors import LEFT_OUT, PLAUSIBLE

# --- cases ---

Case = collections.namedtuple("Case", "where call number errno")


def spelled(case):
    return f"{case.where}:{case.call}:{case.number}:{case.errno}"


def some_of(numbers):
    """All of them, or, if a call is made many times, the first two, the middle one, and the last."""
    numbers = list(numbers)
    if len(numbers) <= 24:
        return numbers
    return [numbers[0], numbers[1], numbers[len(numbers) // 2], numbers[-1]]


class Recording:
    """The calls of each process of one copy without faults, from strace's log: how many of each."""

    def __init__(self, log, in_turn=False):
        self.in_turn = in_turn  # each call fails with all its errors at first, and then with one after the other
        self.calls = collections.OrderedDict()  # by pid, the parent's first
        self.begun = {}  # by pid: how many were made before its own work began
        self.alone = {}  # by number: those of a worker that has all the work to do, from that on
        for line in log.splitlines():
            match = re.match(r"(\d+) +(\w+)\((.*)", line)
            if match:
                self.add(int(match[1]), match[2], match[3])

    def add(self, pid, call, arguments):
        calls = self.calls.setdefault(pid, collections.Counter())
        is_parent = pid == next(iter(self.calls))
        # What main() does first.
        if is_parent and call == "fcntl" and arguments.startswith("0, F_GETFD") and pid not in self.begun:
            self.begun[pid] = calls.copy()
        calls[call] += 1
        if not is_parent and call == "prctl":  # what a worker does first
            self.begun[pid] = calls.copy()

    def parent(self):
        return next(iter(self.calls))

    def workers(self):
        return [pid for pid in self.calls if pid in self.begun and pid != self.parent()]

    def add_alone(self, index, log):
        self.alone[index] = collections.Counter(re.findall(r"^(\w+)\(", log, re.M))

    def unknown(self):
        own = {call for pid in self.begun for call in self.calls[pid] - self.begun[pid]}
        own |= {call for calls in self.alone.values() for call in calls}
        return sorted(call for call in own - PLAUSIBLE.keys() - LEFT_OUT.keys() if not call.startswith("syscall_"))

    def of_parent(self):
        pid = self.parent()
        for call, count in self.calls[pid].items():
            yield from self.cases_of("parent", call, self.begun[pid][call] + 1, count)

    def of_worker(self, index):
        for call, count in self.alone[index].items():
            yield from self.cases_of(f"worker{index}", call, 1, count)

    def of_all(self):
        parent, workers = self.calls[self.parent()], self.workers()
        made = {call for pid in workers for call in self.calls[pid]} & PLAUSIBLE.keys()
        made -= {"write"}  # which the parent's sentence needs
        for call in sorted(made):
            most = max(self.calls[pid][call] for pid in workers)
            yield from self.cases_of("all", call, parent[call] + 1, most, errnos=1)

    def cases(self):
        yield from self.of_parent()
        for index in self.alone:
            yield from self.of_worker(index)
        yield from self.of_all()

    def cases_of(self, where, call, first, last, errnos=None):
        errors = PLAUSIBLE.get(call, "").split()[:errnos]
        for i, number in enumerate(some_of(range(first, last + 1))):
            for error in errors if i == 0 or not self.in_turn else errors[i % len(errors):][:1] if errors else []:
                yield Case(where, call, number, error)
