"""`premoderate`: a moderator reads before others do: always, for newcomers, or on signs."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import re2
from msgspec import Meta

from parvis.features.charter.kinds.base import PerRuleKind
from parvis.features.charter.kinds.links import addresses
from parvis.features.charter.rule import Complaint, Finding, PlacedRule, Reading, Rule
from parvis.features.charter.verdict import Effect

Sign = Literal["amount", "link", "warned"]
# RE2: a text of nothing but digits and blanks would be read once for each of them.
_AMOUNT = re2.compile(r"\d[\d .,]*\s?(?:%|€|\$|£|eur\b|euros?\b|k€|m€|md€|usd\b|chf\b)")


class PremoderateRule(Rule, frozen=True, kw_only=True):
    """`first`: how many contributions of a newcomer wait. `signs`: any of them makes a text wait.

    `warned` is a sign of the author: a moderator has warned them.
    """

    kind: Literal["premoderate"]
    acts: tuple[str, ...]
    mode: Literal["always", "first_n", "selective"]
    first: Annotated[int, Meta(ge=1, le=1000)] | None = None
    signs: tuple[Sign, ...] = ()


class PremoderateKind(PerRuleKind):
    name = "premoderate"
    spec = PremoderateRule

    def complaints(self, rule: PremoderateRule) -> Iterator[Complaint]:
        if (rule.mode == "first_n") != (rule.first is not None):
            yield ("mode",), 'mode "first_n" and the key "first" go together'
        if (rule.mode == "selective") != bool(rule.signs):
            yield ("mode",), 'mode "selective" and the key "signs" go together'

    def effects(self, rule: Any) -> tuple[Effect, ...]:  # noqa: ARG002 -- always the same
        return (Effect.HOLD,)

    def find(
        self, placed: PlacedRule, rule: PremoderateRule, reading: Reading
    ) -> Iterator[Finding]:
        if rule.mode == "always":
            yield Finding(placed, Effect.HOLD)
        elif rule.first is not None:
            if reading.act.person.published < rule.first:
                yield Finding(placed, Effect.HOLD)
        else:
            yield from (finding for sign in rule.signs for finding in _SIGNS[sign](placed, reading))


def _amounts(placed: PlacedRule, reading: Reading) -> Iterator[Finding]:
    for field, text in reading.texts.items():
        for found in _AMOUNT.finditer(text.folded):
            yield Finding(placed, Effect.HOLD, field, text.span(*found.span()))


def _links(placed: PlacedRule, reading: Reading) -> Iterator[Finding]:
    for field, text in reading.texts.items():
        for address in addresses(text):
            yield Finding(placed, Effect.HOLD, field, address.span)


def _warned(placed: PlacedRule, reading: Reading) -> Iterator[Finding]:
    if reading.act.person.warnings:
        yield Finding(placed, Effect.HOLD)


_SIGNS = {"amount": _amounts, "link": _links, "warned": _warned}
