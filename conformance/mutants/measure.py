"""Measures what is seen of defects that nobody thought of: mutants of server, client and model, drawn by a seed.

`run` draws them, builds the program from each, has it judged and appends what came of it: the server by the unmutated suite
that is pointed at it, the client by its own tests, the logic of the model by the model's checker. An interrupted run goes on where it stopped. `summary` writes the survivors.
"""

import argparse
import hashlib
import json
import pathlib
import signal
import sys
import time

# Nothing is written beside the sources.
sys.dont_write_bytecode = True

from hostile import ByTests
from model import ByChecker
from results import LEFT, NOT_COUNTED, PROFILES, place, read, summary
from suite import BySuite
from tree import MUTATED, ROOT, Tree, output, say

JUDGES = {"server": BySuite, "client": ByTests, "model": ByChecker}
# They can be measured side by side.
FOLDERS = {
    "server": "target/mutants",
    "client": "target/mutants-of-client",
    "model": "target/mutants-of-model",
}
# Defects made by hand are judged as a run judges unless told otherwise.
BY_HAND_PROFILE = "rfc9700"


def number(*words):
    """A number that the words alone decide."""
    return int.from_bytes(hashlib.sha256("\n".join(words).encode()).digest())


def draw(mutants, seed):
    """The mutants in the order that the seed gives them, so that a longer measurement begins with the shorter one."""
    return sorted(mutants, key=lambda mutant: number(seed, mutant["key"]))


def run(args):
    folder = pathlib.Path(args.folder or ROOT / FOLDERS[args.of]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    tree = Tree(folder, args.jobs)
    drawn = tree.by_hand(args.patches) if args.patches else draw(tree.mutants(args.of), args.seed)
    for mutant in drawn if args.of == "server" else []:
        chosen = number("profile", args.seed, mutant["key"]) % len(PROFILES)
        mutant["profile"] = BY_HAND_PROFILE if args.patches else PROFILES[chosen]
    if args.list:
        for mutant in drawn[: args.count]:
            say(f"{mutant.get('profile', ''):<8} {mutant['place']} {mutant['key']}")
        return
    file = place(args.of, args.seed)
    done = read(file)
    anew = {key for key, result in done.items() if args.again and result["outcome"] in LEFT}
    say(f"seed {args.seed}: {len(drawn)} mutants at {tree.commit}; {args.count} are judged, {len(done)} results stand")
    judge = JUDGES[args.of](tree, folder, args)
    file.parent.mkdir(parents=True, exist_ok=True)
    tool = output(["cargo", "mutants", "--version"]).strip()
    told = {"seed": args.seed, "commit": tree.commit} | judge.told | {"tool": tool}
    counted = 0
    for mutant in drawn:
        if counted == args.count:
            break
        result = done.get(mutant["key"])
        if result is None or mutant["key"] in anew:
            begun = time.monotonic()
            result = told | mutant | judge.measure(mutant)
            with file.open("a") as out:
                out.write(json.dumps(result) + "\n")
            by = result["by"][0][0] if result.get("by") else result.get("says", "")
            took = f"{time.monotonic() - begun:4.0f} s"
            profile = mutant.get("profile", "")
            say(f"{counted + 1:4} {took}  {result['outcome']:<8} {profile:<8} {mutant['key']}  {by}")
        counted += result["outcome"] not in NOT_COUNTED


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    runs = commands.add_parser("run", help="judges the mutants of a draw that have no result yet")
    of = {"choices": list(MUTATED), "default": "server", "help": "whose mutants; server"}
    runs.add_argument("--of", **of)
    runs.add_argument("--seed", required=True, help="a word; what it draws depends on nothing else but the mutants")
    runs.add_argument("--patches", help="judges the defects of this folder, one diff a file, in place of mutants")
    runs.add_argument("--count", type=int, default=120, help="how many are judged that compile")
    runs.add_argument("--suite", help="judges servers: the unmutated oauth-conformance; target/release/oauth-conformance")
    runs.add_argument("--again", action="store_true", help="judges the survivors anew as well")
    runs.add_argument("--list", action="store_true", help="says what is drawn, and runs nothing")
    runs.add_argument("--folder", help="where the tree is copied and built; target/mutants or target/mutants-of-…")
    runs.add_argument("--jobs", type=int, help="how many jobs Cargo may run")
    runs.set_defaults(do=run)
    sums = commands.add_parser("summary", help="writes the outcomes and the survivors of a draw, in Markdown")
    sums.add_argument("--of", **of)
    sums.add_argument("--seed", required=True)
    sums.set_defaults(do=summary)
    args = parser.parse_args()
    # So that no server outlives the measurement.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    args.do(args)


if __name__ == "__main__":
    main()
