"""What members wrote: given as a copy with every revision, and emptied when they are forgotten."""

from parvis.core import db, events
from parvis.core.data_rights import (
    ErasureWeighed,
    MemberErased,
    OwnDataAsked,
    Proof,
)
from parvis.core.events import (
    ContributionHidden,
    ContributionWithdrawn,
)
from parvis.core.i18n import N_
from parvis.core.own_data import section

_WORDS = """
    SELECT r.id, c.id AS contribution, c.kind, cm.title AS community, r.number, r.title, r.body,
           r.capacity, r.capacity_label, r.created_at, c.live_revision_id = r.id AS is_shown,
           c.decision, c.withdrawn_at, r.digest
      FROM revision r
      JOIN contribution c ON c.tenant_id = r.tenant_id AND c.id = r.contribution_id
      LEFT JOIN community cm ON cm.tenant_id = c.tenant_id AND cm.id = c.place_id
     WHERE r.tenant_id = $1 AND r.author_id = $2 AND r.id > $3 ORDER BY r.id LIMIT $4
"""


async def give(asked: OwnDataAsked) -> None:
    """Append all the member wrote: shown, held, refused and withdrawn, every revision."""
    asked.sections.append(
        section(
            "words",
            N_("What you wrote"),
            {
                "id": N_("Reference"),
                "contribution": N_("Text"),
                "kind": N_("Kind"),
                "community": N_("Community"),
                "number": N_("Revision"),
                "title": N_("Title"),
                "body": N_("Words"),
                "capacity": N_("Capacity"),
                "capacity_label": N_("Capacity in words"),
                "created_at": N_("Written"),
                "is_shown": N_("Shown to readers"),
                "decision": N_("Decision"),
                "withdrawn_at": N_("Taken back"),
                "digest": N_("Digest"),
            },
            _WORDS,
            asked.member_id,
        )
    )


_COUNT = "SELECT count(*) FROM revision WHERE tenant_id = $1 AND author_id = $2"


async def weigh(event: ErasureWeighed) -> None:
    """Say that of every text its empty shell and its commitment stay."""
    if count := await db.fetch_value(_COUNT, event.member_id):
        event.proofs.append(
            Proof(
                what=N_("The digests of what you wrote ({n})"),
                why=N_(
                    "A digest proves that a text was not tampered with. The text and what would "
                    "let anybody guess it are erased, so it says nothing by itself."
                ),
                count=count,
            )
        )


_OPEN = """
    SELECT id, kind, place_id, parent_id, author_id, live_revision_id FROM contribution
     WHERE tenant_id = $1 AND author_id = $2 AND NOT id = ANY ($3::uuid[])
       AND withdrawn_at IS NULL ORDER BY id FOR UPDATE
"""
_CLOSE = """
    UPDATE contribution SET live_revision_id = NULL, withdrawn_at = $3
     WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
"""


async def let_go(event: MemberErased) -> None:
    """Take back what the member wrote and empty it, but for what was kept, down to one revision."""
    kept = list(event.kept)
    rows = await db.fetch(_OPEN, event.member_id, kept)
    await db.execute(_CLOSE, [row["id"] for row in rows], event.at)
    for row in rows:
        await _tell(row)
    await db.execute(
        "SELECT forget_words(tenant_id => $1, member_id => $2, kept => $3)", event.member_id, kept
    )


async def _tell(row: db.Record) -> None:
    """Let counters and the review queue follow, as when an author takes their words back."""
    if row["live_revision_id"] is not None:
        await events.publish(
            ContributionHidden(
                contribution_id=row["id"],
                kind=row["kind"],
                place_id=row["place_id"],
                parent_id=row["parent_id"],
                author_id=row["author_id"],
            )
        )
    await events.publish(
        ContributionWithdrawn(
            contribution_id=row["id"], kind=row["kind"], author_id=row["author_id"]
        )
    )


SUBSCRIPTIONS = (
    (OwnDataAsked, give),
    (ErasureWeighed, weigh),
    (MemberErased, let_go),
)
