"""The model's program built from a core with a mutant in it, and what its checker says of that.

Decides what counts as seen: a law that falls, an attack that is there without its fault, a goal that is no longer reached.
That an attack is no longer found with its fault, or that there are other numbers of states, says that something changed, and
not what is wrong with it.
"""

import json
import shutil
import subprocess
import sys

from suite import digest

# Scenarios of more states take longer than all others together, and have no laws of their own.
BELOW = "1000000"
SECONDS = 120


class ByChecker:
    """Builds the model's program from each mutant, and has its checker judge it."""

    def __init__(self, tree, folder, _):
        self.tree = tree
        built, error = self.build()
        if error:
            sys.exit(f"the tree does not compile: {error}")
        self.clean = digest(built)
        judged = judge(shutil.copy2(built, folder / "oauth-model"))
        if judged["outcome"] != "missed":
            sys.exit(f"the model without a mutant: {judged['outcome']}: {judged.get('by', '')}")
        self.told = {}

    def build(self):
        """Builds the model's program."""
        return self.tree.build("oauth-model", "oauth-model")

    def measure(self, mutant):
        """Builds a mutant and has it judged."""
        with self.tree.mutated(mutant):
            built, error = self.build()
        if error:
            return {"outcome": "unviable", "says": error}
        return {"outcome": "absent"} if digest(built) == self.clean else judge(built)


def judge(program):
    """The outcome, how much saw the mutant in which way, and the first of it: a scenario with its law, goal or attack."""
    try:
        scenarios = report([program, "check", "--threads", "1", "--below", BELOW])["scenarios"]
        attacks = report([program, "attacks"])["attacks"]
    except subprocess.TimeoutExpired:
        return {"outcome": "endless"}
    except json.JSONDecodeError:
        return {"outcome": "dead"}
    seen = {
        "law": [[of["name"], law["id"]] for of in scenarios for law in of["laws"] if not law["holds"]],
        "attack": [[of["scenario"], of["id"]] for of in attacks if not of["absent_when_mitigated"]],
        "goal": [[of["name"], goal["id"]] for of in scenarios for goal in of["sometimes"] if not goal["found"]],
        "lost-attack": [[of["scenario"], of["id"]] for of in attacks if not of["found"]],
        "size": [[of["name"], str(of["unique_states"])] for of in scenarios if not of["has_its_size"]],
    }
    outcome = next((way for way, by in seen.items() if by), "missed")
    by = [[scenario, what, "", outcome] for scenario, what in seen.get(outcome, [])[:3]]
    return {"outcome": outcome, "new": {way: len(by) for way, by in seen.items() if by}, "by": by}


def report(command):
    """What a command of the model's program reports."""
    command = [*command, "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    return json.loads(done.stdout)
