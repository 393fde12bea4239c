"""What the workshop shows of charters: what binds, what comes, what was, and what is written."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from parvis.core import clock, db
from parvis.core.actor import Actor
from parvis.core.permissions import Permission
from parvis.features.charter.comparison import Comparison, compare
from parvis.features.charter.document import CharterDocument
from parvis.features.charter.queries import spoken
from parvis.features.workshop import checking, rules
from parvis.features.workshop.checking import Mistake
from parvis.features.workshop.rules import Draft, Scope

# Figures over fewer people are nobody's business.
FEWEST = 5


class VersionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One version. `published_by` is None where an operator applied files."""

    number: int
    is_material: bool
    effective_at: datetime
    grace_until: datetime | None
    published_at: datetime
    published_by: str | None
    note: str


class DraftSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A draft without its text. `unpublished`: why its day passed without a publication."""

    version: int
    based_on: int | None
    updated_by: str
    updated_at: datetime
    publish_at: datetime | None
    scheduled_by: str | None
    unpublished: str | None
    is_outdated: bool


class CommunityRow(msgspec.Struct, frozen=True, kw_only=True):
    """A community whose own charter may be worked on. `number` is that of its newest version."""

    slug: str
    title: str
    number: int | None
    has_draft: bool


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one charter. `upcoming` are published and do not bind yet, soonest first."""

    scope: str
    title: str
    in_force: VersionRow | None
    upcoming: tuple[VersionRow, ...]
    history: tuple[VersionRow, ...]
    draft: DraftSummary | None


class DraftView(msgspec.Struct, frozen=True, kw_only=True):
    """The draft with its text and all that is wrong with it."""

    scope: str
    version: int
    based_on: int | None
    source: str
    mistakes: tuple[Mistake, ...]
    updated_by: str
    updated_at: datetime
    publish_at: datetime | None
    is_outdated: bool


_VERSIONS = """
    SELECT v.number, v.is_material, v.effective_at, v.grace_until, v.published_at,
           m.display_name AS published_by, v.document -> 'version' -> 'note' AS note
      FROM charter_version v
      LEFT JOIN member m ON m.tenant_id = v.tenant_id AND m.id = v.published_by
     WHERE v.tenant_id = $1 AND v.community_id IS NOT DISTINCT FROM $2
     ORDER BY v.number DESC LIMIT 200
"""


async def overview(actor: Actor, scope: Scope) -> Overview:
    """Return what is known of the charter of an accessed scope."""
    rows = [_version(row, actor.locale) for row in await db.fetch(_VERSIONS, scope.community_id)]
    now = clock.now()
    past = [row for row in rows if row.effective_at <= now]
    draft = await rules.find_draft(scope)
    return Overview(
        scope=scope.name,
        title=scope.title or scope.tenant.space,
        in_force=past[0] if past else None,
        upcoming=tuple(sorted((row for row in rows if row.effective_at > now), key=_beginning)),
        history=tuple(past),
        draft=_summary(draft, rows[0].number if rows else None) if draft else None,
    )


def _beginning(row: VersionRow) -> datetime:
    return row.effective_at


def _version(row: Any, locale: str) -> VersionRow:
    values = dict(row)
    note = db.from_jsonb(values.pop("note") or "{}", dict[str, str])
    return VersionRow(**values, note=spoken(note, locale))


def _summary(draft: Draft, newest: int | None) -> DraftSummary:
    return DraftSummary(
        version=draft.version,
        based_on=draft.based_on,
        updated_by=draft.updated_by_name,
        updated_at=draft.updated_at,
        publish_at=draft.publish_at,
        scheduled_by=draft.scheduled_by_name,
        unpublished=draft.unpublished,
        is_outdated=draft.based_on != newest,
    )


_COMMUNITIES = """
    SELECT k.slug, k.title,
           (SELECT max(v.number) FROM charter_version v
             WHERE v.tenant_id = $1 AND v.community_id = k.id) AS number,
           EXISTS (SELECT FROM charter_draft d
                    WHERE d.tenant_id = $1 AND d.community_id = k.id) AS has_draft
      FROM community k
     WHERE k.tenant_id = $1 AND (k.id = ANY ($3::uuid[])
        OR ($2 AND (k.visibility <> 'secret' OR k.id = ANY ($4::uuid[]))))
     ORDER BY k.position, k.title LIMIT 500
"""


async def communities(actor: Actor) -> tuple[CommunityRow, ...]:
    """Return the communities on whose own charter the actor may work."""
    rows = await db.fetch(
        _COMMUNITIES, actor.may(Permission.CHARTER_PUBLISH), list(actor.managed),
        list(actor.communities),
    )  # fmt: skip
    return tuple(CommunityRow(**dict(row)) for row in rows)


async def draft_view(actor: Actor, scope: Scope) -> DraftView:
    """Return the draft of an accessed scope, checked. Errors: NotFound where there is none."""
    draft = await rules.require_draft(scope)
    latest = await rules.newest(scope)
    found = await checking.check(scope, draft.source, actor.locale)
    return DraftView(
        scope=scope.name,
        version=draft.version,
        based_on=draft.based_on,
        source=draft.source,
        mistakes=found.mistakes,
        updated_by=draft.updated_by_name,
        updated_at=draft.updated_at,
        publish_at=draft.publish_at,
        is_outdated=draft.based_on != (latest.number if latest else None),
    )


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What the draft changes. `number` is that of the version it is compared with."""

    number: int | None
    draft: Draft
    document: CharterDocument
    comparison: Comparison


async def difference(actor: Actor, scope: Scope) -> Difference:
    """Return what the draft of an accessed scope changes of the newest version.

    Errors: NotFound where there is no draft; Unsound (422) for one with mistakes.
    """
    draft = await rules.require_draft(scope)
    document = await checking.require_sound(scope, draft.source, actor.locale)
    latest = await rules.newest(scope)
    known = (await checking.check(scope, latest.source)).document if latest else None
    return Difference(
        number=latest.number if latest else None,
        draft=draft,
        document=document,
        comparison=compare(known, document),
    )


_ASKED = """
    SELECT count(*) FROM member m
     WHERE m.tenant_id = $1 AND m.state = 'active' AND m.kind = 'person'
       AND ($2::uuid IS NULL OR EXISTS (
            SELECT FROM community_member cm
             WHERE cm.tenant_id = $1 AND cm.community_id = $2 AND cm.member_id = m.id
               AND cm.standing = 'member'))
"""


async def members_asked(scope: Scope) -> int | None:
    """Return how many members a material change asks; None for fewer than five."""
    many: int = await db.fetch_value(_ASKED, scope.community_id)
    return many if many >= FEWEST else None


def day_of(moment: datetime, scope: Scope) -> date:
    """Return the day of a moment where the tenant is."""
    return moment.astimezone(ZoneInfo(scope.tenant.timezone)).date()
