"""`personal_data`: numbers and addresses that identify a person or open an account.

Each is checked by its own checksum where it has one, so that an order number is not a card.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Any, Literal

import msgspec
import re2
from stdnum import iban, luhn
from stdnum.fr import nir

from parvis.features.charter.kinds.base import PerRuleKind
from parvis.features.charter.rule import Complaint, Finding, PlacedRule, Reading, Rule
from parvis.features.charter.verdict import Effect, Span

Treatment = Literal["mark", "mask", "hold", "refuse"] | None
Found = tuple[str, Span]

_SEPARATORS = " .,:/_-"
# Lengths by country, from the registry of ISO 13616.
_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "no", 16: "be", 18: "dk fi fo gl nl", 19: "mk si", 20: "at ba ee kz lt lu xk",
        21: "ch hr li lv", 22: "bg bh cr de ge gb ie me rs va", 23: "ae gi il iq tl",
        24: "ad cz es md pk ro sa se sk tn vg", 25: "pt st", 26: "is tr", 27: "fr gr it mc mr sm",
        28: "al az by cy do gt hu lb pl sv", 29: "br eg ps qa ua", 30: "jo kw mu", 31: "mt sc",
        32: "lc",
    }.items()
    for country in countries.split()
}  # fmt: skip
# Look-ahead: a real number may begin inside what only looked like one.
_IBAN_START = re.compile(r"(?=[a-z]{2}\d{2})(?=(?:[a-z0-9][ .,:/_-]{0,2}){15,34})")
_DIGIT_RUN = re.compile(r"\d(?:[ .,:/_-]{0,2}\d){11,}")
_CARD = re.compile(
    r"4\d{12}(?:\d{3}){0,2}"  # Visa
    r"|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"  # Mastercard
    r"|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}"  # Amex, Diners, JCB
    r"|6(?:011|5\d\d|4[4-9]\d)\d{12}|62\d{14,17}"  # Discover, UnionPay
    r"|(?:5018|5020|5038|6304|6759|676[1-3])\d{12,15}"  # Maestro
)
_CARD_LENGTHS = range(19, 12, -1)
_NIR = re.compile(
    r"(?<!\d)[12][ .-]?\d\d[ .-]?\d\d[ .-]?(?:\d\d|2[ab])[ .-]?\d{3}[ .-]?\d{3}[ .-]?\d\d(?!\d)"
)
_EMAIL = re.compile(
    r"(?<![\w.%+-])[\w.%+-]{1,64}(?:@| ?[\[(] ?(?:at|arobase) ?[\])] ?)"
    r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}"
)
_PHONE = re.compile(
    r"(?<![\d+])(?:(?:(?:\+|00) ?33 ?(?:\(0\) ?)?|0)[1-9](?:[ .-]?\d{2}){4}"  # France
    r"|\+[1-9]\d{0,2}(?:[ .()-]{0,2}\d){6,12})(?!\d)"
)

# A UUID names a record; three in a thousand hold digits that pass for a telephone or a card.
_UUID = re2.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


class PersonalDataRule(Rule, frozen=True, kw_only=True):
    """One effect a kind of datum; what is not named is let through."""

    kind: Literal["personal_data"]
    iban: Treatment = None
    card: Treatment = None
    nir: Treatment = None
    email: Treatment = None
    phone: Treatment = None


class PersonalDataKind(PerRuleKind):
    name = "personal_data"
    spec = PersonalDataRule

    def complaints(self, rule: PersonalDataRule) -> Iterator[Complaint]:
        if not any(getattr(rule, datum) for datum in DETECTORS):
            yield (), f"a personal_data rule needs an effect for one of {', '.join(DETECTORS)}"

    def effects(self, rule: PersonalDataRule) -> tuple[Effect, ...]:
        return tuple(Effect(t) for datum in DETECTORS if (t := getattr(rule, datum)))

    def find(
        self, placed: PlacedRule, rule: PersonalDataRule, reading: Reading
    ) -> Iterator[Finding]:
        for field, text in reading.texts.items():
            for datum, span in personal_data(text.folded):
                if treatment := getattr(rule, datum):
                    yield Finding(placed, Effect(treatment), field, text.span(*span))


def personal_data(folded: str) -> Iterator[Found]:
    """Yield each datum of a folded text once, as the most specific kind it can be."""
    taken: list[Span] = [found.span() for found in _UUID.finditer(folded)]
    for datum, detector in DETECTORS.items():
        if detector.hint.search(folded) is None:
            continue
        for span in detector.find(folded):
            if _take(taken, span):
                yield datum, span


def _take(taken: list[Span], span: Span) -> bool:
    """Add a span to those taken, which are kept in order, unless it overlaps one of them."""
    place = bisect_left(taken, span)
    overlaps_before = place > 0 and taken[place - 1][1] > span[0]
    overlaps_after = place < len(taken) and taken[place][0] < span[1]
    if overlaps_before or overlaps_after:
        return False
    taken.insert(place, span)
    return True


def _ibans(text: str) -> Iterator[Span]:
    for found in _IBAN_START.finditer(text):
        length = _IBAN_LENGTHS.get(text[found.start() : found.start() + 2])
        places = _alphanumerics(text, found.start(), length or 0)
        number = "".join(text[place] for place in places)
        if len(number) == length and iban.is_valid(number.upper(), check_country=False):
            yield places[0], places[-1] + 1


def _alphanumerics(text: str, start: int, count: int) -> list[int]:
    """Return where the next `count` letters and digits stand, separators left out."""
    places: list[int] = []
    for place in range(start, len(text)):
        if len(places) == count or not (text[place].isalnum() or text[place] in _SEPARATORS):
            break
        if text[place].isalnum():
            places.append(place)
    return places


def _nirs(text: str) -> Iterator[Span]:
    for found in _NIR.finditer(text):
        if nir.is_valid(re.sub(r"[ .-]", "", found[0]).upper()):
            yield found.span()


def _cards(text: str) -> Iterator[Span]:
    for run in _DIGIT_RUN.finditer(text):
        places = [place for place in range(*run.span()) if text[place].isdigit()]
        skip_until = 0
        for first, place in enumerate(places):
            if place >= skip_until and not text[place - 1 : place].isdigit():
                # No more of them than a card has: a text of digits alone is long.
                length = _card_length(text, places[first : first + _CARD_LENGTHS[0]])
                if length:
                    skip_until = places[first + length - 1] + 1
                    yield place, skip_until


def _card_length(text: str, places: list[int]) -> int:
    """Return how many of the digits at `places` make a card number that ends a group, or 0."""
    for length in _CARD_LENGTHS:
        if length <= len(places) and not text[places[length - 1] + 1 :][:1].isdigit():
            number = "".join(text[place] for place in places[:length])
            if _CARD.fullmatch(number) and luhn.is_valid(number):
                return length
    return 0


def _emails(text: str) -> Iterator[Span]:
    for found in _EMAIL.finditer(text):
        yield found.span()


def _phones(text: str) -> Iterator[Span]:
    for found in _PHONE.finditer(text):
        yield found.span()


class _Detector(msgspec.Struct, frozen=True):
    """How to find one kind of datum. RE2 looks for `hint` first: most texts hold none."""

    hint: Any
    find: Callable[[str], Iterator[Span]]


# The most specific first: digits of an account number are not a telephone.
DETECTORS = {
    "iban": _Detector(re2.compile(r"[a-z]{2}\d{2}(?:[ .,:/_-]{0,2}[a-z0-9]){11}"), _ibans),
    "nir": _Detector(re2.compile(r"\d[ .-]?\d\d[ .-]?\d\d[ .-]?[0-9ab]"), _nirs),
    "card": _Detector(re2.compile(r"\d(?:[ .,:/_-]{0,2}\d){12}"), _cards),
    "email": _Detector(re2.compile(r"@|[\[(] ?(?:at|arobase) ?[\])]"), _emails),
    "phone": _Detector(re2.compile(r"\d(?:[ .()-]{0,5}\d){6}"), _phones),
}
