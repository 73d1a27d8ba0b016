"""The client's own tests over a client with a mutant: the checks of its hostile server, and what is asked from outside.

Decides what counts as caught of the client. Starts and ends the tests, and bounds how long they may take.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time

from suite import digest
from tree import say

PACKAGE = "oauth-reference-client"
FOLDER = "reference-client"
# The second are asked of what the first let pass.
TESTS = ["hostile", "client"]
# Whether checks fall under faults says nothing of a client without one, and takes the longest.
SKIPPED = "each_rule_of_each_fault_is_seen_to_fall"
CHECKS = "reference-client/tests/hostile/checks.txt"
# Tests that take longer hang: none waits for an answer longer than 30 seconds.
SECONDS = 120
CONTROL = "control failed: "


class ByTests:
    """Builds each mutant of the client with its tests, and has these judge it."""

    def __init__(self, tree, folder, _):
        self.tree = tree
        self.log = folder / "tests.log"
        lines = (tree.path / CHECKS).read_text().splitlines()
        self.checks = dict(line.split(": ", 1) for line in lines)
        built, error = tree.tests(PACKAGE, TESTS)
        if error:
            sys.exit(f"the tree does not compile: {error}")
        missing = set(TESTS) - built.keys()
        if missing:
            sys.exit(f"Cargo tells of no test {', '.join(sorted(missing))}, only of {', '.join(sorted(built))}")
        self.clean = digests(built)
        judged = self.judge(built)
        if judged["outcome"] != "missed":
            sys.exit(f"the client without a mutant: {judged['outcome']}: {judged['by']}")
        say(f"clean by the client's tests: {judged['seconds']:.0f} s")
        self.told = {}

    def measure(self, mutant):
        """Builds a mutant and has it judged."""
        begun = time.monotonic()
        with self.tree.mutated(mutant):
            built, error = self.tree.tests(PACKAGE, TESTS)
        result = {"build_seconds": round(time.monotonic() - begun, 1)}
        if error:
            return result | {"outcome": "unviable", "says": error}
        if digests(built) == self.clean:
            return result | {"outcome": "absent"}
        judged = self.judge(built)
        if judged["outcome"] == "caught" and judged["seen"] != "check":
            # A machine that is too busy fails controls as well.
            judged = self.judge(built)
        return result | judged

    def judge(self, built):
        """What the tests say of the client that they were built with."""
        begun = time.monotonic()
        told = {"outcome": "missed", "by": []}
        for name in TESTS:
            code, text = self.run(built[name])
            if code is None:
                told = {"outcome": "endless", "by": [[name, "", "", last_line(text)]]}
            elif code != 0:
                told = self.caught(name, text)
            if told["outcome"] != "missed":
                break
        return told | {"seconds": round(time.monotonic() - begun, 1)}

    def run(self, tests):
        """Runs a program of tests; gives its exit code, `None` if it does not end in time, and what it wrote."""
        environment = os.environ | {"RUST_BACKTRACE": "0"}
        folder = self.tree.path / FOLDER
        with self.log.open("wb") as log:
            pipes = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": subprocess.STDOUT}
            command = [tests, "--skip", SKIPPED]
            # A session of its own, so that the clients which the tests started end with them.
            running = subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True, **pipes)
            try:
                code = running.wait(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                code = None
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)
                running.wait()
        return code, self.log.read_text(errors="replace")

    def caught(self, name, text):
        """What fell, like findings: the check or the test, no variant, the rules, and what was seen."""
        by = []
        for line in text.splitlines():
            check, _, saw = line.partition(": ")
            if check in self.checks:
                by.append([check, "", self.checks[check], saw[:200]])
        # What fell tells more than what could not be tried.
        by.sort(key=lambda row: row[3].startswith(CONTROL))
        seen = "control"
        if name != "hostile":
            seen = "test"
        elif by and not by[0][3].startswith(CONTROL):
            seen = "check"
        if not by:
            failed = re.findall(r"^test (\S+) \.\.\. FAILED$", text, re.MULTILINE) or [name]
            panics = re.findall(r" panicked at .*:\n(.+)", text) or [last_line(text)]
            by = [[test, "", "", panics[0][:200]] for test in failed]
        return {"outcome": "caught", "seen": seen, "fallen": len(by), "by": by[:3]}


def digests(built):
    return {name: digest(path) for name, path in built.items()}


def last_line(text):
    lines = text.strip().splitlines()
    return lines[-1][:200] if lines else ""
