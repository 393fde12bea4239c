"""What the judge takes for one act: 1,000 terms, and a whole charter with every kind of rule."""

import random
import statistics
import time
from datetime import UTC, datetime

import msgspec

from parvis.features.charter.document import load
from parvis.features.charter.judge import CompiledCharter, compile_charter, judge
from parvis.features.charter.kinds import KINDS
from parvis.features.charter.verdict import ActText, FileFacts, Person
from parvis.settings import REPOSITORY
from tests.bench.data import WORDS
from tests.charter import examples

TERMS, CHARACTERS = 1_000, 2_000
AT_MOST_US = 200
TIMES = 500
CALENDAR = {
    "results-2026": datetime(2027, 2, 25, 6, 30, tzinfo=UTC),
    "results-h1-2027": datetime(2027, 7, 28, 5, 30, tzinfo=UTC),
}


def report() -> str:
    """Return what was measured, with the bar it is held against."""
    return (
        f"{median_us():.0f} µs, at most {AT_MOST_US} µs; the whole charter of a bank with every "
        f"kind of rule: {whole_us():.0f} µs"
    )


def median_us() -> float:
    """Return the median microseconds of one verdict on a text that breaks no rule."""
    return _median(_thousand_terms(), act="post.publish")


def whole_us() -> float:
    """Return the same for the charter of Banque Orvance, outside its quiet periods."""
    return _median(whole_charter(), act="post.publish")


def whole_charter() -> CompiledCharter:
    """Return a charter as a firm writes it; each kind of rule is in it."""
    document = load(REPOSITORY / "tenants" / "banque-orvance" / "charter.toml")
    kinds = {placed.rule.kind for clause in document.clauses for placed in clause.rules}
    missing = KINDS.keys() - kinds
    assert not missing, f"the charter has no rule of kind {', '.join(sorted(missing))}"
    return compile_charter(document, timezone="Europe/Paris")


def _thousand_terms() -> CompiledCharter:
    chosen = random.Random(20261121)
    letters = "abcdefghijklmnopqrstuvwxyz"
    terms = ["".join(chosen.choices(letters, k=9)) for _ in range(TERMS)]
    rule = f'id = "r"\nkind = "terms"\neffect = "hold"\nwords.any = {terms}'
    return compile_charter(examples.charter(rule), grace_until=None)


def _median(compiled: CompiledCharter, *, act: str) -> float:
    """Return the median microseconds; by the processor's clock, folding included."""
    now = examples.NOW
    chosen = random.Random(20261122)
    written = ActText(
        act=act, person=Person(labels=frozenset(["client"]), published=10, acr="strong"),
        place=frozenset(["community", "place:clients-du-cercle"]),
        files=(FileFacts(field="file", type="application/pdf", size=100_000),),
        paces={"tenant:measure/messages": (now,) * 10},
    )  # fmt: skip
    taken = []
    for _ in range(TIMES):  # a text of its own each time: nothing may be remembered
        body = " ".join(chosen.choices(WORDS, k=CHARACTERS // 3))[:CHARACTERS]
        asked = msgspec.structs.replace(written, fields={"body": body})
        began = time.process_time()
        judge(asked, compiled, CALENDAR, now)
        taken.append(time.process_time() - began)
    return statistics.median(taken) * 1e6
