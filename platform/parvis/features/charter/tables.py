"""Versions of charters, and who accepted them. Both only ever grow; see the migrations."""

from enum import StrEnum

from piccolo.columns import JSONB, UUID, Boolean, Integer, Text, Timestamptz

from parvis.core.tables import TenantTable


class Decision(StrEnum):
    """What a member answered to a charter. The latest answer to a version counts."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class CharterVersion(TenantTable):
    """One published version; `source` is the charter.toml it came from, `document` its clauses."""

    community_id = UUID(null=True, default=None)
    number = Integer()
    is_material = Boolean()
    source = Text()
    document = JSONB()
    sha256 = Text()
    published_by = UUID(null=True, default=None)
    published_at = Timestamptz()
    effective_at = Timestamptz()
    grace_until = Timestamptz(null=True, default=None)


class CharterAcceptance(TenantTable):
    """One answer of one member. `sha256` is that of the text shown, in the language shown."""

    version_id = UUID()
    member_id = UUID()
    decision = Text(choices=Decision)
    locale = Text()
    sha256 = Text()
    how = Text()
    session_id = UUID(null=True, default=None)
    at = Timestamptz()
