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
# Of each program its logic, codecs and edge. Configuration, command line and faults are not what a peer meets. What server and
# client share is the server's here.
MUTATED = {
    "server": {
        "packages": ["oauth-core", "oauth-reference-server"],
        "files": ["model/core/src/**/*.rs", "reference-server/src/**/*.rs"],
        "left out": [
            "model/core/src/client/**",
            "reference-server/src/config/**",
            "reference-server/src/program/**",
            "reference-server/src/faulty.rs",
            "reference-server/src/main.rs",
            "reference-server/src/store/blind.rs",
            "reference-server/src/test_clock.rs",
        ],
    },
    "client": {
        "packages": ["oauth-core", "oauth-reference-client"],
        "files": ["model/core/src/client/**/*.rs", "reference-client/src/**/*.rs"],
        "left out": [
            "reference-client/src/config.rs",
            "reference-client/src/config/**",
            "reference-client/src/program/**",
            "reference-client/src/main.rs",
        ],
    },
    # The logic that worlds run. Codecs are not, since worlds have typed messages.
    "model": {
        "packages": ["oauth-core"],
        "files": [
            "model/core/src/grant.rs",
            "model/core/src/client/flow.rs",
            "model/core/src/client/login.rs",
            "model/core/src/server/*.rs",
        ],
        "left out": [
            f"model/core/src/server/{codec}.rs"
            for codec in ("client_id", "cookie", "jwk", "metadata", "receive", "received", "reply", "resource_metadata")
        ],
    },
}
# Quick to build, and with the arithmetic of a release: a mutant must not be caught because a sum panics.
BUILD = [
    "profile.dev.debug=false",
    "profile.dev.incremental=true",
    "profile.dev.overflow-checks=false",
    "profile.dev.debug-assertions=false",
    "profile.dev.strip=true",
    "profile.dev.package.oauth-core.opt-level=0",
    "profile.dev.package.oauth-faults.opt-level=0",
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

    def mutants(self, of):
        """All mutants of the server, the client or the model, with a key that lines above them do not change."""
        options = (("-p", "packages"), ("-f", "files"), ("-e", "left out"))
        chosen = [word for option, name in options for value in MUTATED[of][name] for word in (option, value)]
        listed = json.loads(output(["cargo", "mutants", "--list", "--json", "--diff", *chosen], self.path))
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
        _, error = self.compile("build", "-p", package, "--bin", program, "--message-format", "short")
        return (None, error) if error else (self.target / "debug" / program, None)

    def tests(self, package, names):
        """Builds tests, and the programs that they start; gives the paths of all by name, or the compiler's first error."""
        chosen = [word for name in names for word in ("--test", name)]
        # What was built is told as JSON, what is wrong as `build` has it.
        form = ["--message-format", "json-render-diagnostics,json-diagnostic-short"]
        told, error = self.compile("test", "--no-run", "-p", package, *chosen, *form)
        if error:
            return None, error
        artifacts = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
        built = [artifact for artifact in artifacts if artifact.get("executable")]
        return {artifact["target"]["name"]: pathlib.Path(artifact["executable"]) for artifact in built}, None

    def compile(self, *words):
        """Has Cargo compile something; gives what it prints, or the compiler's first error."""
        command = ["cargo", *words, "--quiet", "--locked", "--target-dir", str(self.target)]
        command += [word for setting in BUILD for word in ("--config", setting)]
        command += ["-j", str(self.jobs)] if self.jobs else []
        done = subprocess.run(command, cwd=self.path, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout, None
        errors = [line for line in done.stderr.splitlines() if re.search(r"\berror(\[E\d+\])?: ", line)]
        if "could not compile `oauth-" not in done.stderr:
            sys.exit(f"the build fails, and not by the mutant: {done.stderr}")
        return None, errors[0]
