"""What the judge takes for one act: a charter of 1,000 terms, a text of 2,000 characters."""

import random
import statistics
import time

from parvis.features.charter.judge import compile_charter, judge
from parvis.features.charter.verdict import ActText, Person
from tests.bench.data import WORDS
from tests.charter import examples

TERMS, CHARACTERS = 1_000, 2_000
AT_MOST_US = 200
TIMES = 500


def report() -> str:
    """Return what was measured, with the bar it is held against."""
    return f"{median_us():.0f} µs, at most {AT_MOST_US} µs"


def median_us() -> float:
    """Return the median microseconds of one verdict on a text that breaks no rule."""
    chosen = random.Random(20261121)
    letters = "abcdefghijklmnopqrstuvwxyz"
    terms = ["".join(chosen.choices(letters, k=9)) for _ in range(TERMS)]
    rule = f'id = "r"\nkind = "terms"\neffect = "hold"\nwords.any = {terms}'
    compiled = compile_charter(examples.charter(rule), grace_until=None)
    taken = []
    for _ in range(TIMES):  # a text of its own each time: nothing may be remembered
        body = " ".join(chosen.choices(WORDS, k=CHARACTERS // 3))[:CHARACTERS]
        written = ActText(
            act="post.publish", person=Person(), place=frozenset(), recipients=(), language=None,
            fields={"body": body},
        )  # fmt: skip
        began = time.perf_counter()
        judge(written, compiled, {}, examples.NOW)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1e6
