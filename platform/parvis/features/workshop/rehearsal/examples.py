"""Examples of a rehearsal, for whoever may read their words."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.permissions import Permission
from parvis.features.charter.verdict import Effect
from parvis.features.workshop.marking import Passage, excerpt
from parvis.features.workshop.rehearsal.tally import Example
from parvis.features.workshop.rehearsal.words import profile_fields

# What members show to everybody else; contacts have readers of their own.
_OPEN_FIELDS = ("headline", "topics")


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An example: the words around what the rule points at; `href` where it can be read whole."""

    rule: str
    effect: Effect
    kind: str
    passages: tuple[Passage, ...]
    href: str | None


# What readers see now of places one may read; for who moderates the place, all that was sent.
_REVISIONS = """
    SELECT r.id, r.title, r.body, c.kind, c.id AS contribution_id,
           c.live_revision_id = r.id AS is_live
      FROM revision r
      JOIN contribution c ON c.tenant_id = r.tenant_id AND c.id = r.contribution_id
      LEFT JOIN contribution p ON p.tenant_id = c.tenant_id AND p.id = c.parent_id
      LEFT JOIN community k ON k.tenant_id = c.tenant_id AND k.id = c.place_id
     WHERE r.tenant_id = $1 AND r.id = ANY ($2::uuid[]) AND (r.title <> '' OR r.body <> '')
       AND ($3 OR c.place_id = ANY ($4::uuid[]) OR (
            c.live_revision_id = r.id AND c.withdrawn_at IS NULL
            AND (p.id IS NULL OR p.live_revision_id IS NOT NULL)
            AND (c.kind = 'question' OR k.visibility = 'open' OR k.id = ANY ($5::uuid[]))))
"""
_PROFILES = """
    SELECT p.id, p.content, p.member_id, p.state = 'live' AND m.state = 'active' AS is_live
      FROM profile_revision p
      JOIN member m ON m.tenant_id = p.tenant_id AND m.id = p.member_id
     WHERE p.tenant_id = $1 AND p.id = ANY ($2::uuid[])
       AND ($3 OR (p.state = 'live' AND m.state = 'active'))
"""
_PATHS = {"post": "/posts", "comment": "/comments", "question": "/questions"}


async def shown(
    actor: Actor, examples: Mapping[str, list[Example]]
) -> dict[str, tuple[Shown, ...]]:
    """Return those examples, by clause and side, whose words the actor may read."""
    wanted = [one for some in examples.values() for one in some]
    revisions = await _revisions(actor, (one.id for one in wanted if one.source == "revision"))
    profiles = await _profiles(actor, (one.id for one in wanted if one.source == "profile"))
    texts = revisions | profiles
    return {
        key: tuple(found for one in reversed(some) if (found := _shown(one, texts, actor)))
        for key, some in examples.items()
    }


class _Text(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    fields: Mapping[str, str]
    href: str | None


async def _revisions(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, _Text]:
    rows = await db.fetch(
        _REVISIONS, list(ids), actor.may(Permission.REVIEW_DECIDE), list(actor.managed),
        list(actor.communities),
    )  # fmt: skip
    return {row["id"]: _revision(row) for row in rows}


def _revision(row: Any) -> _Text:
    path = f"{_PATHS[row['kind']]}/{row['contribution_id']}"
    fields = {"title": row["title"], "body": row["body"]}
    return _Text(kind=row["kind"], fields=fields, href=path if row["is_live"] else None)


async def _profiles(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, _Text]:
    rows = await db.fetch(_PROFILES, list(ids), actor.may(Permission.REVIEW_DECIDE))
    return {
        row["id"]: _Text(
            kind="profile",
            fields=profile_fields(row["content"]),
            href=f"/people/{row['member_id']}" if row["is_live"] else None,
        )
        for row in rows
    }


def _shown(example: Example, texts: Mapping[UUID, _Text], actor: Actor) -> Shown | None:
    text = texts.get(example.id)
    if text is None or not _may_read(example, actor):
        return None
    field = example.field or _main_field(text)
    words = text.fields.get(field, "")
    if not words:
        return None
    return Shown(
        rule=example.rule,
        effect=example.effect,
        kind=text.kind,
        passages=excerpt(words, example.span),
        href=text.href,
    )


def _may_read(example: Example, actor: Actor) -> bool:
    """Whether the field is for everybody, or the actor reads all that a profile holds."""
    if example.source == "revision" or actor.may(Permission.REVIEW_DECIDE):
        return True
    return (example.field or "headline").partition(".")[0] in _OPEN_FIELDS


def _main_field(text: _Text) -> str:
    return next((name for name in ("body", "title", "headline") if text.fields.get(name)), "")
