"""What a seed file may say: the people of a tenant, their conversations, its meetings."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from parvis.features.tenants.strict_toml import read

HERE = Path(__file__).parent
PERSONAS = "demo.toml"

Days = Annotated[float, Meta(ge=0)]  # before the moment of seeding
Fate = Literal[
    "pending",  # waits for a moderator
    "held",  # the charter holds it, beyond the reading that every question gets
    "refused",
    "withdrawn",
    "curable",
    "free",  # asked as a written question, without proof of holding
    "open",
    "routed",
    "drafting",
    "legal",
    "board",
    "answered",
    "oral",  # kept for the meeting
    "told",  # answered in the meeting
]


class Member(Struct, frozen=True, kw_only=True):
    """A fictitious person. A `persona` is described in the tenant's demo.toml instead.

    A `newcomer` has not accepted the charter yet: signing in as one begins there. Who `left` did
    so that many days ago. `firm` and `register`: for whom an adviser speaks, and who says so.
    """

    key: str
    persona: str | None = None
    name: str = ""
    capacity: str = ""
    label: str = ""
    groups: tuple[str, ...] = ()
    communities: tuple[str, ...]
    manages: tuple[str, ...] = ()
    newcomer: bool = False
    left: Days | None = None
    firm: str = ""
    register: str = ""


class Portrait(Struct, frozen=True, kw_only=True):
    """What somebody says of themselves, and whom they follow, by key."""

    of: str
    headline: str = ""
    topics: tuple[str, ...] = ()
    email: str = ""
    website: str = ""
    office: str = ""
    follows: tuple[str, ...] = ()


class Report(Struct, frozen=True, kw_only=True):
    by: str
    clause: str
    note: str


class Comment(Struct, frozen=True, kw_only=True):
    """`wait`: hours after the post."""

    by: str
    wait: Annotated[float, Meta(gt=0)]
    text: str
    reports: tuple[Report, ...] = ()


class Post(Struct, frozen=True, kw_only=True):
    place: str = msgspec.field(name="in")
    by: str
    age: Days
    kind: Literal["discussion", "question", "announcement"] = "discussion"
    title: str
    body: str
    thanks: int = 0
    comment: tuple[Comment, ...] = ()


class Meeting(Struct, frozen=True, kw_only=True):
    """A meeting to come names how long questions stay open; one that was held, how long ago."""

    slug: str
    title: dict[str, str]
    starts: dt.time
    opened_days_ago: int = 0
    open_days_left: int | None = None
    held_days_ago: int | None = None


class Question(Struct, frozen=True, kw_only=True):
    """A question, and how far it has come. `late`: sent after the deadline of written ones."""

    by: str
    meeting: str | None = None  # the one to come
    topic: str
    channel: Literal["statutory", "free"]
    age: Days = 0.0
    late: bool = False
    title: str
    body: str
    support: int = 0
    fate: Fate
    cluster: str | None = None
    expert: str | None = None
    answer: str | None = None
    answered: Days | None = None
    clause: str | None = None
    facts: str | None = None
    letter: str | None = None
    reason: str | None = None


class Words(Struct, frozen=True, kw_only=True):
    """What the corporate secretary and the board write in the course of their work."""

    proven: str
    reserved: str
    mandate: str


class Invitation(Struct, frozen=True, kw_only=True):
    """Somebody invited so many days ago, who has not come yet."""

    email: str
    connection: str
    age: Days
    capacity: str = ""
    label: str = ""
    firm: str = ""
    register: str = ""
    communities: tuple[str, ...] = ()
    withdrawn: bool = False


class LegalNotice(Struct, frozen=True, kw_only=True):
    """What somebody outside says of a post, by its title. With `facts` it was left as it was."""

    post: str
    age: Days
    category: str
    reasons: str
    law: str = ""
    name: str
    email: str
    facts: str = ""


class Contested(Struct, frozen=True, kw_only=True):
    """A decision about what `by` wrote, by its title, and why they contest it.

    With `outcome` somebody else has judged that: `facts` for the record, `answer` for `by`. With
    `clause`, `letter` and `reason` the post is refused first, `by` another's report.
    """

    by: str
    title: str
    age: Days
    reporter: str = ""
    clause: str = ""
    reason: str = ""
    letter: str = ""
    text: str
    outcome: Literal["", "uphold", "reverse"] = ""
    facts: str = ""
    answer: str = ""


class Life(Struct, frozen=True, kw_only=True):
    """A whole seed file."""

    member: tuple[Member, ...]
    invitation: tuple[Invitation, ...] = ()
    post: tuple[Post, ...]
    portrait: tuple[Portrait, ...] = ()
    meeting: tuple[Meeting, ...] = ()
    question: tuple[Question, ...] = ()
    words: Words | None = None
    legal_notice: tuple[LegalNotice, ...] = ()
    contested: tuple[Contested, ...] = ()


class Persona(Struct, frozen=True, kw_only=True):
    """Somebody one can be in the demonstration; see the tenant's demo.toml."""

    issuer: str
    sub: str
    name: str
    email: str
    capacity: str
    capacity_label: str
    locale: str = "fr"
    headline: str = ""
    groups: tuple[str, ...] = ()

    def claims(self) -> dict[str, Any]:
        """What their provider says of them at sign-in."""
        said = msgspec.to_builtins(self)
        return {**said, "groups": list(self.groups), "email_verified": True}


class _Personas(Struct, frozen=True):
    persona: tuple[Persona, ...]


def life_of(slug: str) -> Life | None:
    """Return the seeded life of a tenant, None when there is none for it."""
    file = HERE / f"{slug}.toml"
    return read(file, Life).value if file.is_file() else None


def personas(folder: Path) -> dict[str, Persona]:
    """Return the personas of a tenant's folder by their subject."""
    file = folder / PERSONAS
    if not file.is_file():
        return {}
    found = msgspec.convert(tomllib.loads(file.read_text("utf-8")), _Personas)
    return {persona.sub: persona for persona in found.persona}
