"""What a member wrote and what moderators decided about it, for their dossier."""

from parvis.core import db, i18n
from parvis.core.dossier import DossierOpened, DossierRow, DossierSection
from parvis.core.i18n import N_
from parvis.core.permissions import Permission

SHOWN = 20
KINDS = {"post": N_("A post"), "comment": N_("A comment"), "question": N_("A question")}
STATES = {
    "held": N_("Waits for a moderator"),
    "live": N_("Online"),
    "publish": N_("Online, approved by a moderator"),
    "redact": N_("Online, with passages masked"),
    "refuse": N_("Refused by a moderator"),
    "return": N_("Sent back to its author"),
    "withdrawn": N_("Withdrawn"),
}
# What nobody decided yet and nobody reads is the moderators' alone; so are the words of what is
# not online. A secret place is told to its own people and to moderators.
_WRITTEN = f"""
    SELECT w.id, w.kind, w.created_at, w.state, w.title, w.root_id
      FROM (SELECT c.id, c.kind, c.created_at, coalesce(c.parent_id, c.id) AS root_id, r.title,
                   CASE WHEN c.withdrawn_at IS NOT NULL THEN 'withdrawn'
                        WHEN c.live_revision_id IS NULL AND c.decision IN ('refuse', 'return')
                             THEN c.decision
                        WHEN c.live_revision_id IS NULL THEN 'held'
                        WHEN c.decision IN ('publish', 'redact') THEN c.decision
                        ELSE 'live' END AS state
              FROM contribution c
              LEFT JOIN revision r ON r.tenant_id = c.tenant_id AND r.id = c.live_revision_id
              LEFT JOIN community p ON p.tenant_id = c.tenant_id AND p.id = c.place_id
             WHERE c.tenant_id = $1 AND c.author_id = $2
               AND ($3 OR p.id IS NULL OR p.visibility <> 'secret' OR p.id = ANY ($4::uuid[]))) w
     WHERE $3 OR w.state <> 'held'
     ORDER BY w.id DESC LIMIT {SHOWN}
"""


async def show(event: DossierOpened) -> None:
    """Append what the member wrote, the newest first, as far as the actor may know of it."""
    actor = event.actor
    decides = actor.may(Permission.REVIEW_DECIDE)
    rows = await db.fetch(_WRITTEN, event.member_id, decides, [*actor.communities, *actor.managed])
    event.sections.append(
        DossierSection(
            place=10,
            name="contributions",
            title=N_("Contributions"),
            rows=tuple(_row(row, actor.locale) for row in rows),
        )
    )


def _row(row: db.Record, locale: str) -> DossierRow:
    kind, state = KINDS[row["kind"]], STATES[row["state"]]
    is_read = row["state"] in ("live", "publish", "redact")
    return DossierRow(
        at=row["created_at"],
        text=row["title"] or i18n.translate(locale, kind),
        note=i18n.translate(locale, state),
        path=_path(row) if is_read else "",
    )


def _path(row: db.Record) -> str:
    if row["kind"] == "question":
        return f"/questions/{row['id']}"
    return f"/posts/{row['root_id']}"
