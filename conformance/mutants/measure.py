"""Measures what the suite sees of defects that nobody thought of: mutants of the reference server, drawn by a seed.

`run` draws them, builds the server alone from each, points the unmutated suite at it and appends what came of it;
an interrupted run goes on where it stopped. `summary` writes the rate and the survivors. Decides what counts as
caught; which survivors an outsider can see at all is judged by hand, in the file of verdicts.
"""

import argparse
import collections
import contextlib
import hashlib
import json
import math
import os
import pathlib
import re
import selectors
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESULTS = ROOT / "specs/mutants"
VERDICTS = RESULTS / "verdicts.toml"

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
PROFILES = ["rfc6749", "rfc9700", "oauth21"]
# Quick to build, and with the arithmetic of a release: a mutant must not be caught because a sum panics.
BUILD = [
    "profile.dev.debug=false",
    "profile.dev.incremental=true",
    "profile.dev.overflow-checks=false",
    "profile.dev.debug-assertions=false",
    "profile.dev.strip=true",
    "profile.dev.package.oauth-core.opt-level=0",
]
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
# What a run has to tell for a mutant to count as caught: the suite says so itself, or cannot go on and says why.
CAUGHT = ["caught", "dead", "halted", "endless"]
LEFT = ["warned", "missed"]
NOT_COUNTED = ["unviable", "absent"]
# What the file of verdicts may say of a survivor, beside `real`.
EXCUSED = ["equivalent", "out-of-reach"]
MEANS = {
    "caught": "a finding failed or errored that does not without the mutant",
    "dead": "the server does not start",
    "halted": "the suite ends without a report, and says why",
    "endless": f"the suite does not end in {PATIENCE} times its time",
    "warned": "a finding warns that does not without the mutant, and none fails",
    "missed": "nothing failed, errored or warned",
    "unviable": "it does not compile",
    "absent": "the program is the same, byte for byte",
}


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

    @contextlib.contextmanager
    def mutated(self, mutant):
        """The tree with the mutant in it, for as long as the block lasts."""
        path = self.path / mutant["file"]
        kept = path.read_bytes()
        patch = ["patch", "--quiet", "--no-backup-if-mismatch", "--reject-file=-", str(path)]
        try:
            done = subprocess.run(patch, input=mutant["diff"], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                sys.exit(f"{mutant['key']}: its diff does not apply: {done.stdout}{done.stderr}")
            yield
        finally:
            path.write_bytes(kept)

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


class Server:
    """A server program on a free port, until the block ends."""

    def __init__(self, program, arguments, log):
        self.command = [program, "--listen", "127.0.0.1:0", *arguments]
        self.log = log

    def __enter__(self):
        environment = os.environ | {"RUST_LOG": "off"}
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=self.log, stdin=subprocess.DEVNULL, env=environment
        )
        self.origin = self.listens()
        return self

    def listens(self):
        """Where it listens; `None` if it does not say so in time."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(START_SECONDS):
                return None
        line = self.process.stdout.readline().decode(errors="replace").strip()
        return line.removeprefix("listening on ") if line.startswith("listening on http://127.0.0.1:") else None

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


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

    def judge(self, server, profile, seconds):
        """What the suite says of a server program: the outcome, and the findings by verdict."""
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        arguments = ["--profile", profile, "--config", self.config]
        # The target names a clock that only a server with this argument has.
        arguments += ["--test-clock"] if "\n[clock]\n" in self.target else []
        with tempfile.TemporaryFile() as log, Server(server, arguments, log) as running:
            if running.origin is None:
                log.seek(0)
                return "dead", {"says": log.read()[-300:].decode(errors="replace").strip()}
            target = self.target.replace(ADDRESS, running.origin)
            if profile == "rfc6749":
                # What this profile's policy leaves to the client.
                target = target.replace("pkce_required = true", "pkce_required = false")
            file = self.folder / "target.toml"
            file.write_text(target)
            command = [self.program, "run", "--target", file, "--profile", profile, "--seed", SUITE_SEED]
            command += ["--skip", "driven/", "--json", report]
            suite = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
            )
            ended = True
            try:
                says = suite.communicate(timeout=seconds)[1]
            except subprocess.TimeoutExpired:
                ended = False
                # It still reports what there is.
                suite.terminate()
                try:
                    says = suite.communicate(timeout=60)[1]
                except subprocess.TimeoutExpired:
                    suite.kill()
                    says = suite.communicate()[1]
        if not report.exists():
            lines = says.decode(errors="replace").strip().splitlines()
            return "halted" if ended else "endless", {"says": lines[-1] if lines else ""}
        return None if ended else "endless", findings(json.loads(report.read_text()))


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


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()[:16]


def number(*words):
    """A number that the words alone decide."""
    return int.from_bytes(hashlib.sha256("\n".join(words).encode()).digest())


def draw(mutants, seed):
    """The mutants in the order that the seed gives them, so that a longer measurement begins with the shorter one."""
    drawn = sorted(mutants, key=lambda mutant: number(seed, mutant["key"]))
    for mutant in drawn:
        mutant["profile"] = PROFILES[number("profile", seed, mutant["key"]) % len(PROFILES)]
    return drawn


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
    outcome, found = suite.judge(server, profile, max(60, PATIENCE * before["seconds"]))
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
    return {"outcome": outcome, "new": counts, "honest_flow_breaks": everything, "by": by, "seconds": round(seconds, 1)}


def measure(suite, clean, tree, folder, mutant):
    """Builds a mutant and has it judged."""
    begun = time.monotonic()
    with tree.mutated(mutant):
        built, error = tree.build("oauth-reference-server", "oauth-server")
    result = {"build_seconds": round(time.monotonic() - begun, 1)}
    if error:
        return result | {"outcome": "unviable", "says": error}
    server = folder / "mutant"
    shutil.copy2(built, server)
    if digest(server) == clean.digest:
        return result | {"outcome": "absent"}
    judged = judge(suite, clean, server, mutant["profile"])
    if judged["outcome"] == "caught" and "failed" not in judged["new"]:
        # A machine that is too busy errs as well.
        judged = judge(suite, clean, server, mutant["profile"])
    return result | judged


def read(file):
    """The results of a file by key; where a mutant was judged twice, the later one."""
    if not file.exists():
        return {}
    return {result["key"]: result for result in map(json.loads, file.read_text().splitlines())}


def run(args):
    folder = pathlib.Path(args.folder or ROOT / "target/mutants").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    tree = Tree(folder, args.jobs)
    drawn = draw(tree.mutants(), args.seed)
    if args.list:
        for mutant in drawn[: args.count]:
            say(f"{mutant['profile']:<8} {mutant['place']} {mutant['key']}")
        return
    file = RESULTS / f"{args.seed}.jsonl"
    done = read(file)
    anew = {key for key, result in done.items() if args.again and result["outcome"] in LEFT}
    say(f"seed {args.seed}: {len(drawn)} mutants at {tree.commit}; {args.count} are judged, {len(done)} results stand")
    if args.suite:
        program = pathlib.Path(args.suite).resolve()
    else:
        built, error = tree.build("oauth-conformance", "oauth-conformance")
        if error:
            sys.exit(f"the suite does not compile: {error}")
        program = folder / "oauth-conformance"
        shutil.copy2(built, program)
    suite = Suite(program, folder, tree)
    clean = Clean(tree, suite, folder)
    file.parent.mkdir(parents=True, exist_ok=True)
    tool = output(["cargo", "mutants", "--version"]).strip()
    told = {"seed": args.seed, "commit": tree.commit, "suite": suite.digest, "tool": tool}
    counted = 0
    for mutant in drawn:
        if counted == args.count:
            break
        result = done.get(mutant["key"])
        if result is None or mutant["key"] in anew:
            begun = time.monotonic()
            result = told | mutant | measure(suite, clean, tree, folder, mutant)
            with file.open("a") as out:
                out.write(json.dumps(result) + "\n")
            by = result["by"][0][0] if result.get("by") else result.get("says", "")
            took = f"{time.monotonic() - begun:4.0f} s"
            say(f"{counted + 1:4} {took}  {result['outcome']:<8} {mutant['profile']:<8} {mutant['key']}  {by}")
        counted += result["outcome"] not in NOT_COUNTED


def interval(part, whole):
    """The share of `part` in percent, with Wilson's interval of 95 %."""
    if not whole:
        return "none"
    z, share = 1.96, part / whole
    middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    width = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    low, high = 100 * (middle - width), 100 * (middle + width)
    return f"{100 * share:.0f} % ({part} of {whole}; with 95 % between {low:.0f} and {high:.0f} %)"


def summary(args):
    results = read(RESULTS / f"{args.seed}.jsonl")
    if not results:
        sys.exit(f"specs/mutants/{args.seed}.jsonl has no results; `run --seed {args.seed}` makes them")
    verdicts = tomllib.loads(VERDICTS.read_text()) if VERDICTS.exists() else {}
    excused = {key: verdict for key, verdict in verdicts.items() if verdict["verdict"] in EXCUSED}
    counted = []
    for key, result in results.items():
        if result["outcome"] in NOT_COUNTED:
            continue
        if key not in excused:
            counted.append(result)
        elif result["outcome"] in CAUGHT:
            sys.exit(f"{key}: {excused[key]['verdict']} by {VERDICTS.name}, and caught")
    caught = [result for result in counted if result["outcome"] in CAUGHT]
    seen = [result for result in counted if result["outcome"] in CAUGHT or result["outcome"] == "warned"]
    commits = sorted({result["commit"] for result in results.values()})
    say(f"# Mutants of seed {args.seed}\n")
    say(f"Caught: {interval(len(caught), len(counted))}. Caught or warned of: {interval(len(seen), len(counted))}.\n")
    blatant = sum(result.get("honest_flow_breaks", True) for result in caught)
    say(f"Of those caught, {blatant} break the honest flow or the start, and {len(caught) - blatant} nothing of it.\n")
    say(f"{len(results)} drawn at {', '.join(commits)}; {len(results) - len(counted)} of them do not count.\n")
    say("| outcome | mutants | means |\n|---|---|---|")
    outcomes = collections.Counter(result["outcome"] for key, result in results.items() if key not in excused)
    for outcome, meaning in MEANS.items():
        if outcomes[outcome]:
            say(f"| {outcome} | {outcomes[outcome]} | {meaning} |")
    for verdict in EXCUSED:
        judged = [key for key in results if key in excused and excused[key]["verdict"] == verdict]
        if judged:
            say(f"| {verdict} | {len(judged)} | not caught, and judged so by hand |")
    say("\n| profile | caught |\n|---|---|")
    for profile in PROFILES:
        of_profile = [result for result in counted if result["profile"] == profile]
        say(f"| {profile} | {sum(result in caught for result in of_profile)} of {len(of_profile)} |")
    say("\n## Survivors")
    for key, result in results.items():
        if result["outcome"] in LEFT:
            verdict = verdicts.get(key, {"verdict": "not judged", "why": ""})
            say(f"\n### {key}\n\n{result['outcome']} by {result['profile']}, {result['place']}")
            say(f"\n{verdict['verdict']}: {verdict['why']}")
            for case, variant, _, saw in result.get("by", []):
                say(f"\n{', '.join(result['new'])}: {case} {variant}: {saw}")
            say(f"\n```diff\n{result['diff'].strip()}\n```")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    runs = commands.add_parser("run", help="judges the mutants of a draw that have no result yet")
    runs.add_argument("--seed", required=True, help="a word; what it draws depends on nothing else but the mutants")
    runs.add_argument("--count", type=int, default=120, help="how many are judged that compile")
    runs.add_argument("--suite", help="the unmutated oauth-conformance; without it, it is built")
    runs.add_argument("--again", action="store_true", help="judges the survivors anew as well")
    runs.add_argument("--list", action="store_true", help="says what is drawn, and runs nothing")
    runs.add_argument("--folder", help="where the tree is copied and built; target/mutants")
    runs.add_argument("--jobs", type=int, help="how many jobs Cargo may run")
    runs.set_defaults(do=run)
    sums = commands.add_parser("summary", help="writes the rate and the survivors of a draw, in Markdown")
    sums.add_argument("--seed", required=True)
    sums.set_defaults(do=summary)
    args = parser.parse_args()
    args.do(args)


if __name__ == "__main__":
    main()
