"""The results of a draw, and what they come to together with the verdicts by hand: the rate and the survivors."""

import collections
import json
import math
import sys
import tomllib

from suite import PATIENCE
from tree import ROOT, say

RESULTS = ROOT / "specs/mutants"
VERDICTS = RESULTS / "verdicts.toml"
PROFILES = ["rfc6749", "rfc9700", "oauth21"]
# What a run has to tell for a mutant to count as caught: the suite says so itself, or cannot go on and says why.
CAUGHT = ["caught", "dead", "halted", "endless"]
LEFT = ["warned", "missed"]
NOT_COUNTED = ["unviable", "absent"]
# What the file of verdicts may say of a survivor, beside `real`.
EXCUSED = ["equivalent", "lawful", "out-of-reach"]
MEANS = {
    "caught": "a finding failed or errored that does not without the mutant",
    "dead": "the server does not start",
    "halted": "the suite ends without a report, and says why",
    "endless": f"the suite does not end in {PATIENCE} times its time",
    "warned": "a finding warns that does not without the mutant, and none fails",
    "missed": "nothing failed, errored or warned",
    "unviable": "it does not compile",
    "absent": "the program is the same, byte for byte",
    "equivalent": "not caught, and by hand: nothing changes",
    "lawful": "not caught, and by hand: the texts allow that as well",
    "out-of-reach": "not caught, and by hand: no client, user or stranger can see it",
}


def read(file):
    """The results of a file by key; where a mutant was judged twice, the later one."""
    if not file.exists():
        return {}
    return {result["key"]: result for result in map(json.loads, file.read_text().splitlines())}


def interval(part, whole):
    """The share of `part` in percent, with Wilson's interval of 95 %."""
    if not whole:
        return "none"
    z, share = 1.96, part / whole
    middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    width = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    low, high = 100 * (middle - width), 100 * (middle + width)
    return f"{100 * share:.0f} % ({part} of {whole}; with 95 % between {low:.0f} and {high:.0f} %)"


def judged_by_hand():
    """What the file of verdicts says, by key."""
    verdicts = tomllib.loads(VERDICTS.read_text()) if VERDICTS.exists() else {}
    for key, verdict in verdicts.items():
        if verdict.get("verdict") not in ["real", *EXCUSED] or not verdict.get("why"):
            sys.exit(f"{VERDICTS.name}: {key}: give one verdict of real, {', '.join(EXCUSED)}, and why")
    return verdicts


def summary(args):
    """Writes what the results of a seed come to."""
    results = read(RESULTS / f"{args.seed}.jsonl")
    if not results:
        sys.exit(f"specs/mutants/{args.seed}.jsonl has no results; `run --seed {args.seed}` makes them")
    verdicts = judged_by_hand()
    excused = {key: verdict["verdict"] for key, verdict in verdicts.items() if verdict["verdict"] in EXCUSED}
    wrong = [key for key in excused if key in results and results[key]["outcome"] in CAUGHT]
    if wrong:
        sys.exit(f"{VERDICTS.name}: {wrong[0]}: {excused[wrong[0]]}, and yet caught")
    outcomes = {key: excused.get(key, result["outcome"]) for key, result in results.items()}
    write_rates(args.seed, results, outcomes)
    write_survivors(results, verdicts)


def write_rates(seed, results, outcomes):
    """Writes which share was caught, in all and by profile, and how often each outcome came."""
    counted = [key for key, outcome in outcomes.items() if outcome in CAUGHT + LEFT]
    caught = [key for key in counted if outcomes[key] in CAUGHT]
    told = [key for key in counted if outcomes[key] != "missed"]
    blatant = sum(results[key].get("honest_flow_breaks", True) for key in caught)
    commits = sorted({result["commit"] for result in results.values()})
    say(f"# Mutants of seed {seed}\n")
    say(f"Caught: {interval(len(caught), len(counted))}. Caught or warned of: {interval(len(told), len(counted))}.")
    say(f"Of those caught, {blatant} break the honest flow, or the start; {len(caught) - blatant} do not.")
    say(f"{len(results)} were drawn at {', '.join(commits)}; {len(results) - len(counted)} do not count.")
    say("\n| outcome | mutants | means |\n|---|---|---|")
    for outcome, number in collections.Counter(outcomes.values()).most_common():
        say(f"| {outcome} | {number} | {MEANS[outcome]} |")
    say("\n| profile | caught |\n|---|---|")
    for profile in PROFILES:
        of_profile = [key for key in counted if results[key]["profile"] == profile]
        say(f"| {profile} | {sum(key in caught for key in of_profile)} of {len(of_profile)} |")


def write_survivors(results, verdicts):
    """Writes each mutant that was not caught, with its diff, and what was judged of it."""
    say("\n## Survivors")
    for key, result in results.items():
        if result["outcome"] not in LEFT:
            continue
        verdict = verdicts.get(key, {"verdict": "not judged", "why": "read it"})
        say(f"\n### {key}\n\n{result['outcome']} by {result['profile']}, {result['place']}")
        say(f"\n{verdict['verdict']}: {verdict['why']}")
        for case, variant, _, saw in result["by"]:
            say(f"\n{', '.join(result['new'])}: {case} {variant}: {saw}")
        say(f"\n```diff\n{result['diff'].strip()}\n```")
