"""`links`: which sites a text may point to."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec
import re2
from msgspec import Meta

from parvis.features.charter.folding import FoldedText, fold
from parvis.features.charter.kinds.base import PerRuleKind
from parvis.features.charter.rule import Complaint, Finding, PlacedRule, Reading, Rule
from parvis.features.charter.verdict import Effect, Span

Domain = Annotated[str, Meta(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", max_length=253)]

# Endings that are also words ("de", "me", "it") are left out: "fin.de" is a missing space.
_ENDINGS = (
    "app|be|biz|blog|cc|ch|cn|co|com|dev|eu|example|fr|gd|gl|info|invest|io|lu|ly|net|nl|online|"
    "org|ru|shop|store|tk|uk|xyz"
)
# RE2 reads a text without links, as most are, in a few microseconds.
_HINT = re2.compile(rf"//|:[/\\]|www\.|[a-z0-9]\.(?:{_ENDINGS})\b")
# With a scheme, `//`, or `www.` anything is an address; without, only under a common ending,
# or "fin.Alors" with its missing space would be one. Never after "@": that is a mail address.
_ADDRESS = re.compile(
    r"(?:(?:https?|ftp):[/\\]{1,2}|(?<![\w:])//|(?<![\w@.-])www\.)[^\s<>\"'`]+"
    rf"|(?<![\w@./-])(?:[a-z0-9-]{{1,63}}\.){{1,8}}(?:{_ENDINGS})\b(?![@.-][a-z0-9])"
    r"(?:[/?#][^\s<>\"'`]*)?"
)
_TRAILING = ".,;:!?)]}*_"


class Address(msgspec.Struct, frozen=True):
    """A link in a text: where it stands, and its host as written and folded."""

    span: Span
    host: str
    folded_host: str


class LinksRule(Rule, frozen=True, kw_only=True):
    """One of `none`, `allow`, `refuse`, or `first_without` alone.

    `first_without`: the rule ends for who has published that many contributions.
    """

    kind: Literal["links"]
    effect: Literal["mark", "mask", "hold", "refuse"]
    none: bool = False
    allow: tuple[Domain, ...] = ()
    refuse: tuple[Domain, ...] = ()
    first_without: Annotated[int, Meta(ge=1, le=1000)] | None = None


class LinksKind(PerRuleKind):
    name = "links"
    spec = LinksRule

    def complaints(self, rule: LinksRule) -> Iterator[Complaint]:
        ways = [bool(rule.none), bool(rule.allow), bool(rule.refuse)].count(True)
        if ways > 1 or (ways == 0 and rule.first_without is None):
            yield (), 'a links rule needs one of "none", "allow", "refuse", or "first_without"'

    def find(self, placed: PlacedRule, rule: LinksRule, reading: Reading) -> Iterator[Finding]:
        first = rule.first_without
        if first is not None and reading.act.person.published >= first:
            return
        for field, text in reading.texts.items():
            for address in addresses(text):
                if not _is_allowed(address, rule):
                    yield Finding(placed, Effect(rule.effect), field, address.span)


def _is_allowed(address: Address, rule: LinksRule) -> bool:
    if rule.allow:
        # As written: a look-alike of an allowed site is another site.
        return _is_under(address.host, rule.allow)
    if rule.refuse:
        return not (
            _is_under(address.host, rule.refuse) or _is_under(address.folded_host, rule.refuse)
        )
    return False


def _is_under(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith("." + domain) for domain in domains)


def addresses(text: FoldedText) -> Iterator[Address]:
    """Yield the links of a text, whether or not it writes their scheme."""
    if _HINT.search(text.folded) is None:
        return
    for found in _ADDRESS.finditer(text.folded):
        end = found.start() + len(found[0].rstrip(_TRAILING))
        span = text.span(found.start(), end)
        written = text.original[span[0] : span[1]]
        yield Address(span, _host(written.lower()), _host(fold(written)))


def _host(address: str) -> str:
    """Return the host a browser would go to: backslashes are slashes, `user@` is no host."""
    rest = re.sub(r"^(?:[a-z]+:)?[/\\]+", "", address)
    authority = re.split(r"[/\\?#]", rest, maxsplit=1)[0]
    return authority.rpartition("@")[2].partition(":")[0].rstrip(".")
