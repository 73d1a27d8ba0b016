"""Measures what the suite sees of defects that nobody thought of: mutants of the reference server, drawn by a seed.

`run` draws them, builds the server alone from each, points the unmutated suite at it and appends what came of it;
an interrupted run goes on where it stopped. `summary` writes the survivors.
"""

import argparse
import hashlib
import json
import pathlib
import shutil
import signal
import sys
import time

# Nothing is written beside the sources.
sys.dont_write_bytecode = True

from results import LEFT, NOT_COUNTED, PROFILES, RESULTS, read, summary
from suite import Clean, Suite, digest, judge
from tree import ROOT, Tree, output, say

# Defects made by hand are judged as a run judges unless told otherwise.
BY_HAND_PROFILE = "rfc9700"


def number(*words):
    """A number that the words alone decide."""
    return int.from_bytes(hashlib.sha256("\n".join(words).encode()).digest())


def draw(mutants, seed):
    """The mutants in the order that the seed gives them, so that a longer measurement begins with the shorter one."""
    drawn = sorted(mutants, key=lambda mutant: number(seed, mutant["key"]))
    for mutant in drawn:
        mutant["profile"] = PROFILES[number("profile", seed, mutant["key"]) % len(PROFILES)]
    return drawn


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


def run(args):
    folder = pathlib.Path(args.folder or ROOT / "target/mutants").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    tree = Tree(folder, args.jobs)
    if args.patches:
        drawn = [defect | {"profile": BY_HAND_PROFILE} for defect in tree.by_hand(args.patches)]
    else:
        drawn = draw(tree.mutants(), args.seed)
    if args.list:
        for mutant in drawn[: args.count]:
            say(f"{mutant['profile']:<8} {mutant['place']} {mutant['key']}")
        return
    file = RESULTS / f"{args.seed}.jsonl"
    done = read(file)
    anew = {key for key, result in done.items() if args.again and result["outcome"] in LEFT}
    say(f"seed {args.seed}: {len(drawn)} mutants at {tree.commit}; {args.count} are judged, {len(done)} results stand")
    program = pathlib.Path(args.suite or ROOT / "target/release/oauth-conformance").resolve()
    if not program.exists():
        sys.exit(f"{program} is missing; `cargo build --release` makes it, or --suite names another")
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    runs = commands.add_parser("run", help="judges the mutants of a draw that have no result yet")
    runs.add_argument("--seed", required=True, help="a word; what it draws depends on nothing else but the mutants")
    runs.add_argument("--patches", help="judges the defects of this folder, one diff a file, in place of mutants")
    runs.add_argument("--count", type=int, default=120, help="how many are judged that compile")
    runs.add_argument("--suite", help="the unmutated oauth-conformance; target/release/oauth-conformance")
    runs.add_argument("--again", action="store_true", help="judges the survivors anew as well")
    runs.add_argument("--list", action="store_true", help="says what is drawn, and runs nothing")
    runs.add_argument("--folder", help="where the tree is copied and built; target/mutants")
    runs.add_argument("--jobs", type=int, help="how many jobs Cargo may run")
    runs.set_defaults(do=run)
    sums = commands.add_parser("summary", help="writes the outcomes and the survivors of a draw, in Markdown")
    sums.add_argument("--seed", required=True)
    sums.set_defaults(do=summary)
    args = parser.parse_args()
    # So that no server outlives the measurement.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    args.do(args)


if __name__ == "__main__":
    main()
