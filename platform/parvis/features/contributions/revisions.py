"""Revisions: words as they were sent, their author's capacity of that moment, never changed."""

from uuid import UUID

import msgspec

from parvis.core import clock, crypto, db, text
from parvis.core.actor import Actor
from parvis.core.events import HeldCause
from parvis.core.ids import CharterVersionId, MemberId, RevisionId, new_id
from parvis.features.charter.masking import masked
from parvis.features.charter.verdict import Effect, Texts, Verdict
from parvis.features.contributions.rules import Standing

FIELDS = ("title", "body")
EXCERPT_LENGTH = 320


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A clause whose label readers see beside the words."""

    clause: str
    title_by_locale: Texts = {}

    def title(self, locale: str) -> str:
        """Return the clause's title in a language, or in the first one it has."""
        titles = self.title_by_locale
        return titles.get(locale) or next(iter(titles.values()), self.clause)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A revision about to be kept."""

    id: RevisionId
    author_id: MemberId
    capacity: str | None
    capacity_label: str | None
    title: str
    body: str
    body_html: str
    excerpt: str
    salt: bytes
    digest: str
    marks: tuple[Mark, ...]
    charter_version_id: CharterVersionId | None


def draft(
    actor: Actor,
    title: str,
    body: str,
    verdict: Verdict,
    charter_version_id: CharterVersionId | None,
) -> Draft:
    """Return the revision that these words make under this verdict."""
    title, body = masked(title, "title", verdict), masked(body, "body", verdict)
    salt, digest = crypto.commit(f"{title}\n\n{body}")
    return Draft(
        id=RevisionId(new_id()),
        author_id=actor.require_member(),
        capacity=actor.capacity,
        capacity_label=actor.capacity_label,
        title=title,
        body=body,
        body_html=text.to_html(body),
        excerpt=text.excerpt(body, EXCERPT_LENGTH),
        salt=salt,
        digest=digest,
        marks=marks_of(verdict),
        charter_version_id=charter_version_id,
    )


def marks_of(verdict: Verdict) -> tuple[Mark, ...]:
    """Return one mark for each clause that asks for a label."""
    marking = [cause for cause in verdict.causes if cause.effect is Effect.MARK]
    by_clause = {
        cause.ref: Mark(clause=cause.ref, title_by_locale=cause.title_by_locale)
        for cause in marking
    }
    return tuple(by_clause.values())


def held_causes(verdict: Verdict) -> tuple[HeldCause, ...]:
    """Return all causes as moderators get them, with spans that fit the text as it is kept."""
    moved = {name for name in FIELDS if verdict.spans(name, Effect.MASK)}
    return tuple(
        HeldCause(
            clause=cause.ref,
            rule=cause.rule,
            effect=cause.effect,
            field=cause.field,
            span=None if cause.field in moved else cause.span,
        )
        for cause in verdict.causes
    )


_REVISION = """
    INSERT INTO revision (tenant_id, contribution_id, id, author_id, capacity, capacity_label,
                          title, body, body_html, excerpt, salt, digest, marks,
                          charter_version_id, created_at, number)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, {number})
"""
# Foreign keys are checked at the end of a statement, so that both rows may point at each other.
_FIRST = """
    WITH contribution AS (
        INSERT INTO contribution (tenant_id, id, author_id, created_at, kind, place_id, parent_id,
                                  live_revision_id)
        VALUES ($1, $2, $4, $15, $16, $17, $18, $19)
    )
""" + _REVISION.format(number="1")
_NEXT_LIVE = """
    WITH pointer AS (
        UPDATE contribution SET live_revision_id = $3, decision = NULL
         WHERE tenant_id = $1 AND id = $2
    )
""" + _REVISION.format(number="$16")
_NEXT_HELD = """
    WITH undecided AS (
        UPDATE contribution SET decision = NULL WHERE tenant_id = $1 AND id = $2
    )
""" + _REVISION.format(number="$16")


async def insert_first(standing: Standing, draft: Draft, *, is_live: bool) -> None:
    """Keep a contribution and its first revision."""
    await db.execute(
        _FIRST,
        *_values(standing, draft),
        standing.kind,
        standing.place_id,
        standing.parent_id,
        draft.id if is_live else None,
    )


async def insert_next(standing: Standing, draft: Draft, *, is_live: bool) -> None:
    """Keep a further revision of a contribution that is locked, and show it if `is_live`."""
    await db.execute(
        _NEXT_LIVE if is_live else _NEXT_HELD, *_values(standing, draft), standing.newest + 1
    )


async def point(contribution_id: UUID, revision_id: UUID | None) -> None:
    """Make a revision, or none, the one that readers see."""
    await db.execute(
        "UPDATE contribution SET live_revision_id = $3 WHERE tenant_id = $1 AND id = $2",
        contribution_id,
        revision_id,
    )


async def number_of(contribution_id: UUID, revision_id: UUID) -> int | None:
    """Return which revision of its contribution this is, None when it is not one of them."""
    number: int | None = await db.fetch_value(
        "SELECT number FROM revision WHERE tenant_id = $1 AND contribution_id = $2 AND id = $3",
        contribution_id,
        revision_id,
    )
    return number


def _values(standing: Standing, draft: Draft) -> tuple[object, ...]:
    return (
        standing.id,
        draft.id,
        draft.author_id,
        draft.capacity,
        draft.capacity_label,
        draft.title,
        draft.body,
        draft.body_html,
        draft.excerpt,
        draft.salt,
        draft.digest,
        db.jsonb(draft.marks),
        draft.charter_version_id,
        clock.now(),
    )
