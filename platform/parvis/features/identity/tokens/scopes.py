"""What a token allows: no more than its member may do, and of that only what it names."""

from collections.abc import Mapping
from typing import Any

from parvis.core.actor import Actor
from parvis.core.errors import Denied
from parvis.core.i18n import N_
from parvis.core.permissions import Permission
from parvis.core.step_up import StepUp

READ, WRITE = "read", "write"
SCOPES: tuple[str, ...] = (READ, WRITE, *Permission)

LABELS: dict[str, str] = {
    READ: N_("Read what its member can read"),
    WRITE: N_("Write as its member"),
    Permission.ANSWER_APPROVE_BOARD: N_("Approve answers for the board"),
    Permission.ANSWER_APPROVE_LEGAL: N_("Approve answers in law"),
    Permission.ANSWER_DRAFT: N_("Draft answers"),
    Permission.ANSWER_PUBLISH: N_("Publish answers"),
    Permission.CHARTER_PUBLISH: N_("Publish versions of the charter"),
    Permission.COMMUNITY_MANAGE: N_("Manage communities"),
    Permission.JOURNAL_READ: N_("Read the journal"),
    Permission.MEETING_MANAGE: N_("Manage meetings"),
    Permission.MEMBER_MANAGE: N_("Manage members"),
    Permission.NOTICE_DECIDE: N_("Decide on legal notices"),
    Permission.POST_OFFICIAL: N_("Publish in the firm’s name"),
    Permission.QUESTION_TRIAGE: N_("Sort questions"),
    Permission.REVIEW_DECIDE: N_("Decide in moderation"),
    Permission.TENANT_MANAGE: N_("Administer the space"),
}

# No program can sign in again. Where a person must, a token needs the very permission by name;
# what is not here, no token does: ways in, tokens, and taking a member's data out or away.
_INSTEAD_OF_SIGNING_IN: dict[StepUp, Permission] = {
    StepUp.CHARTER: Permission.CHARTER_PUBLISH,
    StepUp.DECIDE: Permission.REVIEW_DECIDE,
    StepUp.MEMBERS: Permission.MEMBER_MANAGE,
    StepUp.PUBLISH: Permission.ANSWER_PUBLISH,
}


class OutOfScope(Denied):
    """The token is good, but not for this."""

    code = "out_of_scope"
    default = N_("This token does not allow that.")


def require(actor: Actor, opt: Mapping[str, Any], *, writes: bool) -> None:
    """Raise OutOfScope unless the actor's token allows what a route with `opt` does."""
    if opt.get("session_only") or (WRITE if writes else READ) not in actor.scopes:
        raise OutOfScope
    step_up = opt.get("step_up")
    if step_up is not None and _INSTEAD_OF_SIGNING_IN.get(step_up) not in actor.scopes:
        raise OutOfScope
