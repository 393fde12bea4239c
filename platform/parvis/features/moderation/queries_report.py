"""What the page shows on which a member reports words."""

from uuid import UUID

import msgspec

from parvis.core import text
from parvis.core.actor import Actor
from parvis.features.moderation import clauses, reporting
from parvis.features.moderation.queries_case import ClauseView, clause_views

EXCERPT_LENGTH = 240
PAGES = {"post": "/posts/{id}", "comment": "/comments/{id}", "question": "/questions/{id}"}


class ReportView(msgspec.Struct, frozen=True, kw_only=True):
    """The words to report, and the rules they may break."""

    id: UUID
    title: str
    excerpt: str
    href: str
    clauses: tuple[ClauseView, ...]
    is_reported: bool


async def report_view(actor: Actor, contribution_id: UUID) -> ReportView:
    """Return what the report form needs. Errors: as reporting.access_reportable."""
    target = await reporting.access_reportable(actor, contribution_id)
    charter = await clauses.charter_of(target.charter_version_id, target.written_at)
    return ReportView(
        id=target.id,
        title=target.title,
        excerpt=text.excerpt(target.body, EXCERPT_LENGTH),
        href=PAGES[target.kind].format(id=target.id),
        clauses=clause_views((charter,) if charter else (), actor.locale),
        is_reported=target.is_reported,
    )
