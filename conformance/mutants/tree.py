"""A copy of the last commit: which mutants it has, and programs built from it with one of them in it.

Decides what is mutated and how it is compiled, and nothing of what a mutant means.
"""

import collections
import contextlib
import json
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The server's logic, codecs and edge. Configuration, command line and faults are not what a client meets.
FILES = ["model/core/src/**/*.rs", "reference-server/src/**/*.rs"]
LEFT_OUT = [
    "model/core/src/client/**",
    "reference-server/src/config/**",
    "reference-server/src/program/**",
    "reference-server/src/faulty.rs",
    "reference-server/src/main.rs",
    "reference-server/src/store/blind.rs",
    "reference-server/src/test_clock.rs",
]
# Quick to build, and with the arithmetic of a release: a mutant must not be caught because a sum panics.
BUILD = [
    "profile.dev.debug=false",
    "profile.dev.incremental=true",
    "profile.dev.overflow-checks=false",
    "profile.dev.debug-assertions=false",
    "profile.dev.strip=true",
    "profile.dev.package.oauth-core.opt-level=0",
]


def say(text):
    print(text, flush=True)


def output(command, folder=ROOT):
    """What a command prints; ends the measurement if it fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


class Tree:
    """A copy of the last commit, in which the mutants are built with one target directory."""

    def __init__(self, folder, jobs):
        self.path = folder / "tree"
        self.target = folder / "build"
        self.jobs = jobs
        self.commit = output(["git", "rev-parse", "--short=12", "HEAD"]).strip()
        if output(["git", "status", "--porcelain", "--untracked-files=no"]).strip():
            say("note: what is not committed is not measured")
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)
        packed = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
        # -m: Cargo builds anew what is younger than its last build, however old the commit is.
        subprocess.run(["tar", "-xm", "-C", self.path], input=packed, check=True)

    def mutants(self):
        """All mutants of the tree, with a key that lines above them do not change."""
        chosen = [word for glob in FILES for word in ("-f", glob)]
        chosen += [word for glob in LEFT_OUT for word in ("-e", glob)]
        packages = ["-p", "oauth-core", "-p", "oauth-reference-server"]
        listed = json.loads(
            output(["cargo", "mutants", "--list", "--json", "--diff", *packages, *chosen], self.path)
        )
        seen = collections.Counter()
        mutants = []
        for entry in listed:
            file, place, change = re.fullmatch(r"(.+?):(\d+:\d+): (.+)", entry["name"], re.DOTALL).groups()
            key = f"{file}: {change}"
            seen[key] += 1
            if seen[key] > 1:
                key += f" #{seen[key]}"
            mutants.append({"key": key, "file": file, "place": f"{file}:{place}", "diff": entry["diff"]})
        return mutants

    @staticmethod
    def by_hand(folder):
        """Defects that somebody made: one diff of the tree a file, with its name for a key and what stands above it for words."""
        files = sorted(pathlib.Path(folder).glob("*.patch"))
        if not files:
            sys.exit(f"{folder} has no file NAME.patch")
        defects = []
        for file in files:
            diff = file.read_text()
            changed = re.findall(r"^\+\+\+ b/(.+)$", diff, re.MULTILINE)
            if not changed:
                sys.exit(f"{file}: no line `+++ b/PATH`; `git diff` writes such a file")
            place = f"{changed[0]}:{''.join(re.findall(r'^@@ -([0-9]+)', diff, re.MULTILINE)[:1])}"
            about, _, changes = diff.partition("diff --git ")
            told = {"key": file.stem, "about": about.strip(), "files": changed, "place": place}
            defects.append(told | {"diff": f"diff --git {changes}"})
        return defects

    @contextlib.contextmanager
    def mutated(self, mutant):
        """The tree with the mutant in it, for as long as the block lasts."""
        paths = [self.path / file for file in mutant.get("files") or [mutant["file"]]]
        kept = [(path, path.read_bytes()) for path in paths]
        # A mutant's diff names the file by words of its tool.
        where = ["-p1", "-d", str(self.path)] if "files" in mutant else [str(paths[0])]
        patch = ["patch", "--quiet", "--no-backup-if-mismatch", "--reject-file=-", *where]
        try:
            done = subprocess.run(patch, input=mutant["diff"], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                sys.exit(f"{mutant['key']}: its diff does not apply: {done.stdout}{done.stderr}")
            yield
        finally:
            for path, bytes_ in kept:
                path.write_bytes(bytes_)

    def build(self, package, program):
        """Builds a program; gives its path, or the compiler's first error."""
        command = ["cargo", "build", "--quiet", "--locked", "-p", package, "--bin", program]
        command += ["--target-dir", str(self.target), "--message-format", "short"]
        command += [word for setting in BUILD for word in ("--config", setting)]
        command += ["-j", str(self.jobs)] if self.jobs else []
        done = subprocess.run(command, cwd=self.path, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return self.target / "debug" / program, None
        errors = [line for line in done.stderr.splitlines() if re.search(r"\berror(\[E\d+\])?: ", line)]
        if "could not compile `oauth-" not in done.stderr:
            sys.exit(f"the build fails, and not by the mutant: {done.stderr}")
        return None, errors[0]
