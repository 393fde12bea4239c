"""Take each check of sign-in away in turn, and see which of them no test misses."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence

from tests.mutation.mutants import Mutant, mutants
from tests.mutation.running import Fate, Outcome, is_sound, outcomes, preload
from tests.mutation.targets import TARGETS, Target


def main() -> int:
    """Print a table; 0 when every mutant was killed, or cannot be told from the original."""
    parser = argparse.ArgumentParser(prog="make mutation", description=__doc__)
    parser.add_argument("--only", default="", help="mutate modules whose name contains this")
    parser.add_argument("--list", action="store_true", help="name the mutants and stop")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    targets = [target for target in TARGETS if arguments.only in target.module]
    work = [(target, one) for target in targets for one in _of(target)]
    if arguments.list:
        _say(f"{target.module}:{mutant.name}" for target, mutant in work)
        return 0
    preload()
    _say(["Running the tests while nothing is taken away"])
    if not all(is_sound(target) for target in _one_for_each_set_of_tests(targets)):
        _say(["they fail already"])
        return 2
    return _judge(targets, _tried(work, arguments.at_once))


def _of(target: Target) -> list[Mutant]:
    return [
        one
        for one in mutants(target.file.read_text())
        if not (target.needs_database and one.what.startswith("left out"))
    ]


def _one_for_each_set_of_tests(targets: Sequence[Target]) -> list[Target]:
    return list({frozenset(one.nearest + one.others): one for one in targets}.values())


def _tried(work: Sequence[tuple[Target, Mutant]], at_once: int) -> list[Outcome]:
    found = []
    for outcome in outcomes(work, at_once=at_once):
        found.append(outcome)
        if outcome.fate is Fate.SURVIVED:
            _say([f"survived: {outcome.target.module}:{outcome.mutant.name}"])
        if len(found) % 25 == 0:
            _say([f"{len(found)} of {len(work)}"])
    return found


def _judge(targets: Sequence[Target], found: Sequence[Outcome]) -> int:
    _say(["", f"{'module':<44}{'mutants':>8}{'killed':>8}{'equivalent':>12}{'survived':>10}"])
    for target in targets:
        _say([_line(target.module, [one for one in found if one.target is target])])
    _say([_line("all", found)])
    return 1 if any(one.fate is Fate.SURVIVED for one in found) else 0


def _line(name: str, found: Sequence[Outcome]) -> str:
    fates = Counter(outcome.fate for outcome in found)
    killed, same, survived = (fates[fate] for fate in (Fate.KILLED, Fate.EQUIVALENT, Fate.SURVIVED))
    return f"{name:<44}{len(found):>8}{killed:>8}{same:>12}{survived:>10}"


def _say(lines: object) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
