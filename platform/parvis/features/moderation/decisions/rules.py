"""Who reads decisions, and who may take one back."""

from uuid import UUID

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.errors import Denied, NotFound
from parvis.core.i18n import N_
from parvis.core.permissions import Permission
from parvis.features.moderation.decisions import views
from parvis.features.moderation.decisions.views import DecisionView
from parvis.features.moderation.rules import JUDGES
from parvis.features.moderation.sanctions import rules as sanctions
from parvis.features.moderation.tables import RESTRICTIONS, SANCTIONS, Action, Audience

READERS = frozenset(
    {Permission.REVIEW_DECIDE, Permission.NOTICE_DECIDE, Permission.TENANT_MANAGE}
)  # fmt: skip
# What is told to whom it concerns; that reported words stayed, or that a case went up, is not.
TOLD = (
    *sorted(RESTRICTIONS | SANCTIONS), Action.RESTORE, Action.REVERSE, Action.LIFT,
)  # fmt: skip
REVERSIBLE = RESTRICTIONS | SANCTIONS


class NotYours(Denied):
    code = "not_yours"
    default = N_("This decision is not yours to take back. Ask whoever administers members.")


def require_reader(actor: Actor) -> None:
    """Raise NotFound unless the actor reads the decisions of the whole tenant."""
    if not may_read(actor):
        raise NotFound


def may_read(actor: Actor) -> bool:
    """Whether there is a list of decisions for the actor."""
    return not actor.is_emergency and not READERS.isdisjoint(actor.permissions)


_CONCERNS = """
    SELECT d.member_id = $3 OR c.author_id = $3
      FROM decision d
      LEFT JOIN contribution c ON c.tenant_id = $1 AND c.id = d.contribution_id
     WHERE d.tenant_id = $1 AND d.id = $2
"""


async def access_decision(actor: Actor, decision_id: UUID) -> DecisionView:
    """Return a decision as staff read it.

    Errors: NotFound to who reads none, and for decisions about the actor: who decided is not
    theirs to know.
    """
    require_reader(actor)
    if await db.fetch_value(_CONCERNS, decision_id, actor.member_id):
        raise NotFound
    found = await views.decision(decision_id)
    if found is None:
        raise NotFound
    return found


_AUTHORITY = """
    SELECT coalesce(i.audience, 'moderators') AS audience,
           coalesce(d.member_id, c.author_id) AS whom
      FROM decision d
      LEFT JOIN contribution c ON c.tenant_id = $1 AND c.id = d.contribution_id
      LEFT JOIN review_item i ON i.tenant_id = $1 AND i.id = d.item_id
     WHERE d.tenant_id = $1 AND d.id = $2
"""


async def can_reverse(actor: Actor, decision: DecisionView, place_id: UUID | None) -> bool:
    """Whether the actor may take this decision back: who may not take it may not undo it.

    What compliance or the tenant admin decided is theirs, and so is what holds for somebody
    with rights here.
    """
    action = Action(decision.action)
    if action not in REVERSIBLE:
        return False
    found = await db.fetch_row(_AUTHORITY, decision.id)
    assert found is not None  # noqa: S101 -- it was loaded in this transaction
    if action in SANCTIONS:
        within = await sanctions.is_within_reach(actor, found["whom"], place_id)
        return within and sanctions.may_give(actor, sanctions.KINDS[action], place_id)
    judge = JUDGES[Audience(found["audience"])]
    if not actor.may(judge) or judge is Permission.TENANT_MANAGE:
        return actor.may(judge)
    wanted = Permission.NOTICE_DECIDE if decision.ground == "law" else Permission.REVIEW_DECIDE
    return actor.may(wanted)
