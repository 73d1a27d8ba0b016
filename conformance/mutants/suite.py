"""The unmutated suite pointed at a server program, and what its report says that it does not say of the server itself.

Decides what counts as caught. Starts and ends each server, bounds how long a run may take, and ends it at the first
finding that failed.
"""

import contextlib
import hashlib
import json
import os
import pathlib
import selectors
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from tree import ROOT, say

# What the server that is tested has beside its built-in data, as the suite's own runs have it.
POLICY = "\n[policy]\nregistration = true\n"
ADDRESS = "http://127.0.0.1:9000"
START_SECONDS = 20
# A mutant may be so much slower than the server itself.
PATIENCE = 10
SUITE_SEED = "1"
# The suite plays these by the server's own logic.
DRIVEN = ("driven/", "documented/")
HONEST = "sanity/honest-flow"


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()[:16]


@contextlib.contextmanager
def serving(program, arguments, log):
    """A server program on a free port until the block ends: where it listens, `None` if it does not say so in time."""
    command = [program, "--listen", "127.0.0.1:0", *arguments]
    environment = os.environ | {"RUST_LOG": "off"}
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": log}
    with subprocess.Popen(command, env=environment, **pipes) as server:
        try:
            yield listens(server.stdout)
        finally:
            server.kill()


def listens(stdout):
    """Where a server says that it listens."""
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        if not selector.select(START_SECONDS):
            return None
    line = stdout.readline().decode(errors="replace").strip()
    return line.removeprefix("listening on ") if line.startswith("listening on http://127.0.0.1:") else None


class Suite:
    """The unmutated suite, and how it is pointed at a server."""

    def __init__(self, program, folder, tree):
        self.program = program
        self.folder = folder
        self.digest = digest(program)
        self.target = (tree.path / "conformance/targets/reference.toml").read_text()
        self.config = folder / "server.toml"
        self.config.write_text((tree.path / "reference-server/config/default.toml").read_text() + POLICY)
        if ADDRESS not in self.target:
            sys.exit(f"conformance/targets/reference.toml does not name {ADDRESS}")

    def judge(self, server, profile, seconds, until=None):
        """What the suite says of a server program: the outcome, and the findings by verdict."""
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        arguments = ["--profile", profile, "--config", self.config]
        # The target names a clock that only a server with this argument has.
        arguments += ["--test-clock"] if "\n[clock]\n" in self.target else []
        with tempfile.TemporaryFile() as log, serving(server, arguments, log) as origin:
            if origin is None:
                log.seek(0)
                return "dead", {"says": self.portable(log.read().decode(errors="replace").strip()[-300:])}
            target = self.target.replace(ADDRESS, origin)
            if profile == "rfc6749":
                # What this profile's policy leaves to the client.
                target = target.replace("pkce_required = true", "pkce_required = false")
            file = self.folder / "target.toml"
            file.write_text(target)
            command = [self.program, "run", "--target", file, "--profile", profile, "--seed", SUITE_SEED]
            command += ["--skip", "driven/", "--json", report]
            ended, says = complete(command, seconds, until)
        if not report.exists():
            lines = says.decode(errors="replace").strip().splitlines()
            return "halted" if ended else "endless", {"says": self.portable(lines[-1]) if lines else ""}
        return None if ended else "endless", findings(json.loads(report.read_text()))

    def portable(self, text):
        """A text without the folder, which is another on each machine."""
        return text.replace(f"{self.folder}/", "")


def complete(command, seconds, until):
    """Runs the suite until it ends or, if `until` is given, its text has that beginning of a line; says whether one of them
    came in that time, and what it wrote to standard error."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as suite:
        reader = threading.Thread(target=end_at, args=(suite, until))
        errors = []
        writer = threading.Thread(target=lambda: errors.append(suite.stderr.read()))
        reader.start()
        writer.start()
        try:
            suite.wait(timeout=seconds)
            return True, joined(reader, writer, errors)
        except subprocess.TimeoutExpired:
            # It still reports what there is.
            suite.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                suite.wait(timeout=60)
                return False, joined(reader, writer, errors)
            return False, b""
        finally:
            suite.kill()


def end_at(suite, until):
    """Reads the text of the suite, and has it end where a line begins as told: what comes then would not change a verdict."""
    for line in suite.stdout:
        if until and line.startswith(until):
            suite.terminate()
            until = None


def joined(reader, writer, errors):
    reader.join()
    writer.join()
    return errors[0]


def findings(report):
    """What of a report may differ: case, variant and rules of each finding, by verdict, with what it saw."""
    found = {verdict: {} for verdict in ("failed", "errored", "warned", "not-tested")}
    for case in report["cases"]:
        if case["id"].startswith(DRIVEN):
            continue
        for finding in case["findings"]:
            if finding["verdict"] in found:
                name = (case["id"], finding["variant"] or "", " ".join(finding["rules"]))
                found[finding["verdict"]][name] = finding["saw"] or finding["reason"] or ""
    if report["unsound"]:
        found["errored"]["the honest flow at the end", "", ""] = report["unsound"]
    found["seconds"] = report["seconds"]
    return found


class Clean:
    """The server without a mutant, and what the suite says of it, which no mutant is charged with."""

    def __init__(self, tree, suite, folder):
        built, error = tree.build("oauth-reference-server", "oauth-server")
        if error:
            sys.exit(f"the tree does not compile: {error}")
        self.program = folder / "oauth-server"
        shutil.copy2(built, self.program)
        self.digest = digest(self.program)
        self.suite = suite
        self.file = folder / f"clean-{self.digest}-{suite.digest}.json"
        self.kept = json.loads(self.file.read_text()) if self.file.exists() else {}

    def of(self, profile):
        """Its findings as `[verdict, case, variant, rules]`, of two runs together, and how long the suite takes."""
        if profile not in self.kept:
            entry = {"seconds": 0, "findings": []}
            for _ in range(2):
                outcome, found = self.suite.judge(self.program, profile, 3600)
                if outcome:
                    sys.exit(f"the server without a mutant, by {profile}: {outcome}: {found.get('says', '')}")
                entry["seconds"] = max(entry["seconds"], found.pop("seconds"))
                entry["findings"] += [[verdict, *name] for verdict, names in found.items() for name in names]
            wrong = {finding[1] for finding in entry["findings"] if finding[0] in ("failed", "errored")}
            say(f"clean by {profile}: {entry['seconds']:.0f} s; failed or errored: {', '.join(wrong) or 'nothing'}")
            self.kept[profile] = entry
            self.file.write_text(json.dumps(self.kept))
        return self.kept[profile]


def judge(suite, clean, server, profile):
    """The outcome of a mutant that was built, with what tells it from the clean run."""
    before = clean.of(profile)
    known = {tuple(finding) for finding in before["findings"]}
    # One failed finding is enough, unless the server itself has some.
    until = None if any(finding[0] == "failed" for finding in before["findings"]) else b"failed "
    outcome, found = suite.judge(server, profile, max(60, PATIENCE * before["seconds"]), until)
    if "says" in found:
        return {"outcome": outcome, "says": found["says"]}
    seconds = found.pop("seconds")
    new = {
        verdict: {name: saw for name, saw in names.items() if (verdict, *name) not in known}
        for verdict, names in found.items()
    }
    counts = {verdict: len(names) for verdict, names in new.items() if names}
    if new["failed"] or new["errored"]:
        outcome = "caught"
    elif outcome is None:
        outcome = "warned" if new["warned"] else "missed"
    worst = next((names for names in new.values() if names), {})
    everything = any(name[0] == HONEST for name in new["failed"] | new["errored"] | new["not-tested"])
    by = [[*name, saw[:200]] for name, saw in list(worst.items())[:3]]
    told = {"outcome": outcome, "new": counts, "honest_flow_breaks": everything, "by": by}
    return told | {"seconds": round(seconds, 1)}


class BySuite:
    """Builds the server from each mutant, and has the suite judge it."""

    def __init__(self, tree, folder, args):
        program = pathlib.Path(args.suite or ROOT / "target/release/oauth-conformance").resolve()
        if not program.exists():
            sys.exit(f"{program} is missing; `cargo build --release` makes it, or --suite names another")
        self.tree = tree
        self.folder = folder
        self.suite = Suite(program, folder, tree)
        self.clean = Clean(tree, self.suite, folder)
        self.told = {"suite": self.suite.digest}

    def measure(self, mutant):
        """Builds a mutant and has it judged."""
        begun = time.monotonic()
        with self.tree.mutated(mutant):
            built, error = self.tree.build("oauth-reference-server", "oauth-server")
        result = {"build_seconds": round(time.monotonic() - begun, 1)}
        if error:
            return result | {"outcome": "unviable", "says": error}
        server = self.folder / "mutant"
        shutil.copy2(built, server)
        if digest(server) == self.clean.digest:
            return result | {"outcome": "absent"}
        judged = judge(self.suite, self.clean, server, mutant["profile"])
        if judged["outcome"] == "caught" and "failed" not in judged["new"]:
            # A machine that is too busy errs as well.
            judged = judge(self.suite, self.clean, server, mutant["profile"])
        return result | judged
