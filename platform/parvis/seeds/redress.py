"""Notices of illegal content, decisions contested and judged again, by those who would."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.ids import ReviewItemId
from parvis.features.moderation import actions as claims
from parvis.features.moderation.actions import SeenInput
from parvis.features.moderation.actions_decide import DecideInput, decide
from parvis.features.moderation.actions_report import ReportInput, report
from parvis.features.moderation.appeals import actions as appeals
from parvis.features.moderation.appeals.actions import AppealInput
from parvis.features.moderation.legal_notices import actions as notices
from parvis.features.moderation.legal_notices import inputs
from parvis.features.moderation.legal_notices.inputs import NoticeInput
from parvis.features.moderation.rules import JUDGES
from parvis.features.moderation.tables import Action, Audience
from parvis.seeds.cast import Cast, SeedError
from parvis.seeds.content import Contested, LegalNotice, Life
from parvis.seeds.timeline import Timeline

# From what is sent to what is decided.
READING = timedelta(hours=5)

_BY_TITLE = """
    SELECT c.id FROM contribution c
      JOIN revision r ON r.tenant_id = c.tenant_id AND r.contribution_id = c.id
     WHERE c.tenant_id = $1 AND r.title = $2 LIMIT 1
"""
_DECISION = """
    SELECT d.id FROM decision d
     WHERE d.tenant_id = $1 AND d.contribution_id = $2 AND d.redress_until IS NOT NULL
     ORDER BY d.id DESC LIMIT 1
"""
_ITEM = """
    SELECT i.id, i.version, i.audience FROM review_item i
     WHERE i.tenant_id = $1 AND i.target_id = $2 AND i.status = 'open'
"""


class Redress:
    """What comes from outside about the communities, and what is contested in them."""

    def __init__(self, cast: Cast, timeline: Timeline, site: str) -> None:
        self._cast = cast
        self._timeline = timeline
        self._site = site

    def plan(self, life: Life) -> None:
        for notice in life.legal_notice:
            self._timeline.plan(self._timeline.ago(notice.age), partial(self._notify, notice))
        for one in life.contested:
            act = self._refuse if one.clause else self._contest
            self._timeline.plan(self._timeline.ago(one.age), partial(act, one))

    async def _notify(self, given: LegalNotice) -> None:
        contribution_id = await self._written(given.post)
        visitor = Actor(tenant=self._cast.tenant, locale=self._cast.tenant.locales[0])
        sent = NoticeInput(
            addresses=(f"{self._site}/posts/{contribution_id}",),
            category=given.category,
            reasons=given.reasons,
            law=given.law,
            name=given.name,
            email=given.email,
            good_faith=True,
        )
        await notices.take(visitor, await inputs.checked(sent))
        if given.facts:
            self._later(contribution_id, action=Action.PUBLISH, facts=given.facts)

    async def _refuse(self, one: Contested) -> None:
        """Have a post reported and refused; its author contests that a little later."""
        contribution_id = await self._written(one.title)
        reporter = self._cast.actor(one.reporter)
        await report(reporter, contribution_id, ReportInput(reason=one.clause, note=one.reason))
        self._later(
            contribution_id,
            action=Action.REFUSE,
            clause_id=one.clause,
            facts=one.reason,
            text=one.letter,
        )
        self._timeline.plan(self._timeline.moment + 3 * READING, partial(self._contest, one))

    async def _contest(self, one: Contested) -> None:
        decision_id = await db.fetch_value(_DECISION, await self._written(one.title))
        if decision_id is None:
            raise SeedError(f"{self._cast.tenant.slug}: nothing to contest about {one.title}")
        await appeals.file(self._cast.actor(one.by), decision_id, AppealInput(text=one.text))
        if one.outcome:
            self._later(decision_id, action=Action(one.outcome), facts=one.facts, text=one.answer)

    def _later(self, target_id: UUID, **given: Any) -> None:
        self._timeline.plan(
            self._timeline.moment + READING, partial(self._decide, target_id, given)
        )

    async def _decide(self, target_id: UUID, given: dict[str, Any]) -> None:
        row = await db.fetch_row(_ITEM, target_id)
        if row is None:
            raise SeedError(f"{self._cast.tenant.slug}: no open case about {target_id}")
        judge = self._cast.holder_of(JUDGES[Audience(row["audience"])])
        item_id = ReviewItemId(row["id"])
        claimed = await claims.claim(judge, item_id, SeenInput(version=row["version"]))
        decision = DecideInput(version=claimed.version, **given)
        await decide(judge, item_id, decision, site=self._site)

    async def _written(self, title: str) -> UUID:
        found: UUID | None = await db.fetch_value(_BY_TITLE, title)
        if found is None:
            raise SeedError(f"{self._cast.tenant.slug}: nobody has written “{title}”")
        return found
