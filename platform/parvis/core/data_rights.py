"""What features hear when a member asks for their own data, or to be forgotten.

Published by privacy in one transaction, as every event; the names of proofs and columns are msgids.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from parvis.core.events import Event
from parvis.core.ids import ContributionId, MemberId


class OwnDataSection(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of thing kept about a member: a list in data.json, a table in index.html.

    `columns` names each field of a row and its heading, a msgid. `rows` is read while the archive
    is written, in one transaction, a page at a time: see `own_data.rows` for a plain query.
    """

    name: str
    title: str
    columns: Mapping[str, str]
    rows: AsyncIterator[Mapping[str, Any]]


class OwnDataFile(msgspec.Struct, frozen=True, kw_only=True):
    """A stored object that a member sent: its name in the storage, and in the archive."""

    object_name: str
    file_name: str


class OwnDataAsked(Event, frozen=True, kw_only=True):
    """A member asks for a copy of what is kept about them: features append what they keep.

    Everything about that member and nothing about others: no other's name, nobody's hidden words.
    """

    member_id: MemberId
    sections: list[OwnDataSection]
    files: list[OwnDataFile] = msgspec.field(default_factory=list)


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Something that outlives an erasure: what, and why. Both are msgids; {n} is `count`."""

    what: str
    why: str
    count: int


class ErasureWeighed(Event, frozen=True, kw_only=True):
    """A member asks, or has asked, to be forgotten: features say what has to stay.

    They append proofs in words, and to `kept` the contributions whose words cannot go.
    """

    member_id: MemberId
    proofs: list[Proof] = msgspec.field(default_factory=list)
    kept: list[ContributionId] = msgspec.field(default_factory=list)


class MemberErased(Event, frozen=True, kw_only=True):
    """A member is forgotten: every feature takes away what it keeps of them, or empties it.

    What must stay as a proof stays without words, but for those of the contributions `kept`.
    `name` is what they are called from now on, `email` the address they had. Names of stored
    objects that have to go are appended to `objects`: they are deleted once all this stands.
    """

    member_id: MemberId
    at: datetime
    name: str
    email: str | None = None
    kept: frozenset[ContributionId] = frozenset()
    objects: list[str] = msgspec.field(default_factory=list)


class OwnDataTold(Event, frozen=True, kw_only=True):
    """Something happened to a member's own data that they should hear of.

    `kind` is "own_data_ready" for the archive, "erasure_asked" for the wish to be forgotten, which
    somebody else at their browser might have uttered. `subject_id` is that archive's or wish's.
    """

    member_id: MemberId
    kind: str
    subject_id: UUID
