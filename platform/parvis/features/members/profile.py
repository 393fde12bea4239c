"""What members say of themselves: its words, what they may be, and how moderators read them."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.features.charter.masking import masked
from parvis.features.charter.verdict import Cause, Effect, Span, Verdict
from parvis.features.identity.names import folded_words

Kind = Literal["email", "phone", "website", "office"]
Visibility = Literal["nobody", "communities", "members"]
KINDS: tuple[Kind, ...] = ("email", "phone", "website", "office")
# What the charter judges, by input field.
TEXTS = ("headline", "topics", *KINDS)
MOST_TOPICS = 10
LONGEST_TOPIC = 60
# PostgreSQL stores no NUL, and what stands on one line holds no line break.
_LINE = r"^[^\u0000-\u001f\u007f]*$"
Headline = Annotated[str, Meta(max_length=160, pattern=_LINE)]
Topic = Annotated[str, Meta(max_length=LONGEST_TOPIC, pattern=_LINE)]
Value = Annotated[str, Meta(max_length=200, pattern=_LINE)]

_SHAPES = {
    "email": (
        re.compile(r"[^\s@<>\"(),:;]{1,64}@[^\s@<>\"(),:;]+\.[^\s@<>\"(),:;.]+"),
        N_("This does not look like an e-mail address."),
    ),
    "phone": (
        re.compile(r"\+?[0-9][0-9 ().\-]{4,28}[0-9]"),
        N_("A telephone number is made of digits, with spaces, dots or a plus sign."),
    ),
    "website": (
        re.compile(r"https?://[^\s<>\"]+\.[^\s<>\"]+"),
        N_("Give the whole address, beginning with https://"),
    ),
}
_SPACES = re.compile(r"\s+")
_COMMAS = re.compile(r"[,;\n،、，؛]")


class ProfileInput(msgspec.Struct, frozen=True, kw_only=True):
    """What may be changed of one's own profile; what is absent stays as it is.

    An empty text takes the field away. Names and capacities are not among them: others vouch.
    """

    headline: Headline | UnsetType = UNSET
    topics: Annotated[tuple[Topic, ...], Meta(max_length=30)] | UnsetType = UNSET
    email: Value | UnsetType = UNSET
    phone: Value | UnsetType = UNSET
    website: Value | UnsetType = UNSET
    office: Value | UnsetType = UNSET
    email_visibility: Visibility | UnsetType = UNSET
    phone_visibility: Visibility | UnsetType = UNSET
    website_visibility: Visibility | UnsetType = UNSET
    office_visibility: Visibility | UnsetType = UNSET
    in_directory: bool | UnsetType = UNSET


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """The words of a profile. Who sees a contact is a choice, not a word."""

    headline: str = ""
    topics: tuple[str, ...] = ()
    contacts: dict[Kind, str] = {}


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What a revision of a profile keeps: its words, and who was to see each contact."""

    words: Words
    visibilities: dict[Kind, Visibility] = {}

    def visibility(self, kind: Kind) -> Visibility:
        """Return who sees a contact; who has not chosen shows it to their communities."""
        return self.visibilities.get(kind, "communities")


def chosen(given: ProfileInput, before: Mapping[Kind, Visibility]) -> dict[Kind, Visibility]:
    """Return who is to see each contact, after what `given` says."""
    asked = {kind: getattr(given, f"{kind}_visibility") for kind in KINDS}
    return {**before, **{k: v for k, v in asked.items() if not isinstance(v, UnsetType)}}


def of_form(fields: Mapping[str, Any], verdict: Verdict) -> tuple[dict[str, Any], Verdict]:
    """Return the fields of a sent form as `ProfileInput` takes them, and the verdict on those.

    A field left empty is an empty text; topics stand in one field, apart by commas or lines.
    """
    given: dict[str, Any] = {"headline": "", "in_directory": False}
    given.update(dict.fromkeys(KINDS, ""))
    given |= fields
    typed = given.get("topics", ())
    texts = typed if isinstance(typed, list) else [typed] if typed else []
    named = {f"topics.{n}" if n else "topics": text for n, text in enumerate(texts)}
    kept = (masked(text, name, verdict) for name, text in named.items())
    topics = [t for text in kept for topic in _COMMAS.split(text) if (t := topic.strip())]
    causes = tuple(_of_topic(cause, named, topics) for cause in verdict.causes)
    return given | {"topics": topics}, msgspec.structs.replace(verdict, causes=causes)


def _of_topic(cause: Cause, named: Mapping[str, str], topics: Sequence[str]) -> Cause:
    """Return a cause that points into the field of all topics as one that points into its topic."""
    if cause.field is None or cause.field not in named:
        return cause
    start, end = cause.span or (0, 0)
    quoted = named[cause.field][start:end].strip()
    for number, topic in enumerate(topics):
        at = topic.find(quoted)
        if quoted and at >= 0:
            span = (at, at + len(quoted))
            return msgspec.structs.replace(cause, field=f"topics.{number}", span=span)
    return msgspec.structs.replace(cause, field="topics", span=None)


def written(given: ProfileInput, before: Words, verdict: Verdict) -> Words:
    """Return the words that `given` makes of those there are.

    What the charter masks is not kept; a contact that it masks is none, and is refused.
    Errors: Invalid, naming the field.
    """
    errors: dict[str, str] = {}
    headline = before.headline
    if isinstance(given.headline, str):
        headline = _one_line(masked(given.headline, "headline", verdict))
    topics = before.topics
    if not isinstance(given.topics, UnsetType):
        topics = _topics(given.topics, verdict, errors)
    contacts = dict(before.contacts)
    for kind in KINDS:
        value = getattr(given, kind)
        if isinstance(value, str):
            contacts[kind] = _contact(kind, value, verdict, errors)
    if errors:
        raise Invalid(fields=errors, most=MOST_TOPICS)
    return Words(
        headline=headline,
        topics=topics,
        contacts={kind: value for kind, value in contacts.items() if value},
    )


def _one_line(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _topics(given: Sequence[str], verdict: Verdict, errors: dict[str, str]) -> tuple[str, ...]:
    """Return the topics, each once, as first written."""
    by_key: dict[str, str] = {}
    for number, topic in enumerate(given):
        text = _one_line(masked(topic, f"topics.{number}", verdict))
        if key := topic_key(text):
            by_key.setdefault(key, text)
    if len(by_key) > MOST_TOPICS:
        errors["topics"] = N_("At most {most} topics, please.")
    return tuple(by_key.values())


def topic_key(topic: str) -> str:
    """Return what a topic is compared by: “Épargne salariale” and “epargne salariale” are one."""
    return " ".join(folded_words(topic))


def _contact(kind: Kind, value: str, verdict: Verdict, errors: dict[str, str]) -> str:
    text = _one_line(value)
    pattern, message = _SHAPES.get(kind, (None, ""))
    if text and verdict.spans(kind, Effect.MASK):
        errors[kind] = N_("The charter of this space keeps contact details of this kind hidden.")
    elif text and pattern and not pattern.fullmatch(text):
        errors[kind] = message
    return text


# ---- as moderators read them ----


def told(words: Words, given: ProfileInput, verdict: Verdict) -> tuple[str, str, Verdict]:
    """Return title and body of held words, and the verdict with its spans moved to where they are.

    The headline is the title; topics and contacts are a line each of the body.
    """
    lines = {f"topics.{n}": topic for n, topic in enumerate(words.topics)} | dict(words.contacts)
    starts, length = {}, 0
    for field, line in lines.items():
        starts[field] = length
        length += len(line) + 2
    sent = _sent(given)
    causes = [_moved(cause, words, lines, starts, sent) for cause in verdict.causes]
    return (
        words.headline,
        "\n\n".join(lines.values()),
        Verdict(effect=verdict.effect, causes=tuple(causes)),
    )


def _sent(given: ProfileInput) -> dict[str, str]:
    """Return the texts as the charter judged them, by field."""
    sent = {name: getattr(given, name) for name in ("headline", *KINDS)}
    topics = () if isinstance(given.topics, UnsetType) else given.topics
    by_number = {f"topics.{number}": topic for number, topic in enumerate(topics)}
    return {name: text for name, text in sent.items() if isinstance(text, str)} | by_number


def _moved(
    cause: Cause,
    words: Words,
    lines: Mapping[str, str],
    starts: Mapping[str, int],
    sent: Mapping[str, str],
) -> Cause:
    """Return a cause that points into title or body; at no passage where the text was changed."""
    field = cause.field or ""
    text = sent.get(field)
    changes: dict[str, Any] = {"field": None, "span": None}
    if field == "headline" and text == words.headline:
        changes = {"field": "title", "span": cause.span}
    elif field in lines and text == lines[field]:
        changes = {"field": "body", "span": _shifted(cause.span, starts[field])}
    if cause.effect is Effect.MASK:
        changes = {"field": None, "span": None}
    return msgspec.structs.replace(cause, **changes)


def _shifted(span: Span | None, by: int) -> Span | None:
    return (span[0] + by, span[1] + by) if span else None
