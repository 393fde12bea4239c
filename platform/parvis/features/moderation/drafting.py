"""What a decision is drafted from: the charter of the words, and the occasion of the letter."""

from datetime import datetime
from uuid import UUID

import msgspec

from parvis.core import db, text
from parvis.core.actor import Actor
from parvis.features.moderation import clauses, letter, statement
from parvis.features.moderation.clauses import Charter, Clause
from parvis.features.moderation.letter import Law, Occasion
from parvis.features.moderation.passages import Span
from parvis.features.moderation.reasons.queries import ReasonChoice, offered
from parvis.features.moderation.rules import Item
from parvis.features.moderation.tables import RESTRICTIONS, Action, ItemKind

TITLE_LENGTH = 90


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a letter and a statement need, read once.

    `charters` are those that bound the words when they were written: a decision names a clause
    of one of them, and of no other version.
    """

    charters: tuple[Charter, ...]
    occasion: Occasion
    written_at: datetime

    def find(self, ref: str | None) -> tuple[Charter, Clause] | None:
        """Return the clause that `ref` names, and its charter."""
        pairs = ((charter, clause) for charter in self.charters for clause in charter.clauses)
        return next((pair for pair in pairs if pair[1].ref == ref), None)

    def clause(self, ref: str | None) -> Clause | None:
        found = self.find(ref)
        return found[1] if found else None


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """The text proposed to the moderator, and the facts for the record.

    `reasons` are the ready-made ones that fit: the text can be composed with one of them.
    """

    action: Action
    clause_id: str | None
    text: str
    facts: str
    reasons: tuple[ReasonChoice, ...] = ()


_OCCASION = """
    SELECT r.title, r.body, r.created_at, r.charter_version_id, m.display_name, m.locale,
           c.live_revision_id = r.id AS was_live,
           EXISTS (SELECT FROM review_cause x WHERE x.tenant_id = $1 AND x.item_id = $3
                      AND x.source IN ('rule', 'label') AND x.at >= r.created_at) AS by_rule
      FROM revision r
      JOIN contribution c ON c.tenant_id = r.tenant_id AND c.id = r.contribution_id
      JOIN member m ON m.tenant_id = r.tenant_id AND m.id = c.author_id
     WHERE r.tenant_id = $1 AND r.id = $2
"""
_SPANS = """
    SELECT x.field, x.span FROM review_cause x
      JOIN revision r ON r.tenant_id = x.tenant_id AND r.id = $3
     WHERE x.tenant_id = $1 AND x.item_id = $2 AND x.span IS NOT NULL AND x.at >= r.created_at
"""


async def draft(actor: Actor, item: Item, at: datetime) -> Draft:
    """Return what a decision taken at `at` would be drafted from."""
    words = item.words
    row = await db.fetch_row(_OCCASION, words.revision_id, item.id)
    assert row is not None  # noqa: S101 -- the foreign key keeps it
    tenant = actor.tenant
    locale = tenant.spoken(row["locale"])
    return Draft(
        charters=await clauses.charters_of(
            row["charter_version_id"], row["created_at"], words.place_id
        ),
        written_at=row["created_at"],
        occasion=Occasion(
            author=row["display_name"],
            kind=words.kind,
            title=row["title"] or text.excerpt(row["body"], TITLE_LENGTH),
            was_live=bool(row["was_live"]) or item.kind is ItemKind.FLAG,
            by_rule=row["by_rule"],
            by_report=bool(item.reporters),
            locale=locale,
            timezone=tenant.timezone,
            contact=tenant.settings.legal.contact,
            redress_until=statement.redress_until(at),
        ),
    )


def propose(
    draft: Draft,
    action: Action,
    clause_id: str | None,
    *,
    law: Law | None = None,
    until: datetime | None = None,
    reason: str = "",
) -> Letter | None:
    """Return the letter of a restriction, None for what needs no letter or names no ground."""
    basis = law or draft.clause(clause_id)
    if basis is None or action not in RESTRICTIONS:
        return None
    return Letter(
        action=action,
        clause_id=basis.ref if isinstance(basis, Clause) else None,
        text=letter.compose(draft.occasion, action, basis, until=until, reason=reason),
        facts=letter.facts(draft.occasion, basis),
    )


async def proposed(
    draft: Draft,
    action: Action,
    clause_id: str | None,
    *,
    law: Law | None = None,
    until: datetime | None = None,
    reason_id: UUID | None = None,
) -> Letter | None:
    """Return the letter as `propose` does, with the ready-made reasons that fit it.

    It is composed with the reason that was chosen, if that one fits still.
    """
    clause = None if law else draft.clause(clause_id)
    reasons = await offered(clause.id, action, draft.occasion.locale) if clause else ()
    chosen = next((one.body for one in reasons if one.id == reason_id), "")
    found = propose(draft, action, clause_id, law=law, until=until, reason=chosen)
    return msgspec.structs.replace(found, reasons=reasons) if found else None


async def spans(item: Item) -> dict[str, list[Span]]:
    """Return where rules point in the words judged, by field."""
    found: dict[str, list[Span]] = {}
    for row in await db.fetch(_SPANS, item.id, item.revision_id):
        span = db.from_jsonb(row["span"], tuple[int, int])
        found.setdefault(row["field"], []).append(span)
    return found
