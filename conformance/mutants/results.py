"""The results of a draw, and its survivors beside the verdicts by hand. What they come to, `coverage/mutants.rs` counts."""

import collections
import json
import sys
import tomllib

from tree import ROOT, say

RESULTS = ROOT / "specs/mutants"
VERDICTS = RESULTS / "verdicts.toml"
PROFILES = ["rfc6749", "rfc9700", "oauth21"]
# What was not caught, and what cannot be: the program with the mutant does not compile, or is the same byte for byte.
LEFT = ["warned", "missed", "lost-attack", "size"]
NOT_COUNTED = ["unviable", "absent"]


def place(of, seed):
    """Where the results of a draw lie."""
    return RESULTS / (f"{seed}.jsonl" if of == "server" else f"{of}-{seed}.jsonl")


def read(file):
    """The results of a file by key; where a mutant was judged twice, the later one."""
    if not file.exists():
        return {}
    return {result["key"]: result for result in map(json.loads, file.read_text().splitlines())}


def summary(args):
    """Writes how often each outcome came, and each mutant that was not caught, with its diff and what was judged of it."""
    file = place(args.of, args.seed)
    results = read(file)
    if not results:
        sys.exit(f"specs/mutants/{file.name} has no results; `run --of {args.of} --seed {args.seed}` makes them")
    verdicts = tomllib.loads(VERDICTS.read_text()) if VERDICTS.exists() else {}
    outcomes = collections.Counter(result["outcome"] for result in results.values())
    told = ", ".join(f"{number} {outcome}" for outcome, number in outcomes.most_common())
    say(f"# Mutants of the {args.of}, seed {args.seed}\n\n{len(results)} were drawn: {told}.\n\n## Survivors")
    for key, result in results.items():
        if result["outcome"] not in LEFT:
            continue
        verdict = verdicts.get(key, {"verdict": "not judged", "why": "read it"})
        profile = f" by {result['profile']}" if "profile" in result else ""
        say(f"\n### {key}\n\n{result['outcome']}{profile}, {result['place']}")
        say(f"\n{verdict['verdict']}: {verdict['why']}")
        for case, variant, _, saw in result["by"]:
            say(f"\n{', '.join(result['new'])}: {case} {variant}: {saw}")
        say(f"\n```diff\n{result['diff'].strip()}\n```")
