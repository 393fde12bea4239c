"""What the app takes from meetings: acts, routes, subscriptions and navigation entries."""

from collections.abc import Iterator

from parvis.core.actor import Actor
from parvis.core.acts import Act
from parvis.core.events import ContributionDecided, DoorOpened, HomeOpened
from parvis.core.feature import Feature
from parvis.core.i18n import N_
from parvis.core.navigation import NavItem
from parvis.core.permissions import MEETING_STAFF
from parvis.features.meetings import (
    forgetting,
    overview,
    own_data,
    routes_admin,
    routes_api,
    routes_files,
    routes_pages,
    routes_public,
    routes_steps,
)
from parvis.features.meetings.actions.visibility import follow_decision
from parvis.features.meetings.queries.due import show_at_door, show_due


def _in_site(actor: Actor) -> Iterator[NavItem]:
    if actor.tenant.has_meetings:
        yield NavItem(40, N_("Meeting"), "/meetings", "question")


def _in_admin(actor: Actor) -> Iterator[NavItem]:
    if actor.tenant.has_meetings and actor.permissions & MEETING_STAFF:
        yield NavItem(20, N_("Meeting questions"), "/admin/meetings", "question")


FEATURE = Feature(
    name="meetings",
    acts=(
        Act(
            name="question.submit",
            summary="Put questions to a general meeting.",
            texts=("title", "body"),
        ),
        Act(
            name="question.edit",
            summary="Change the words of one's own question.",
            texts=("title", "body"),
        ),
        Act(name="question.support", summary="Support a question, or stop to."),
        Act(name="question.withdraw", summary="Take one's own question back."),
        Act(name="question.triage", summary="Check holdings, sort, group, refuse questions."),
        Act(name="evidence.upload", summary="Hand in a proof of holding."),
        Act(name="answer.draft", summary="Write the answer to a question."),
        Act(name="answer.approve", summary="Approve an answer, or send it back."),
        Act(name="answer.publish", summary="Put an answer online."),
        Act(name="meeting.open", summary="Open a general meeting for questions."),
        Act(name="meeting.close", summary="Record that a general meeting was held."),
    ),
    handlers=(
        *routes_pages.HANDLERS,
        *routes_api.HANDLERS,
        *routes_files.HANDLERS,
        *routes_public.HANDLERS,
        *routes_admin.HANDLERS,
        *routes_steps.HANDLERS,
    ),
    subscriptions=(
        *own_data.SUBSCRIPTIONS,
        *overview.SUBSCRIPTIONS,
        *forgetting.SUBSCRIPTIONS,
        (ContributionDecided, follow_decision),
        (HomeOpened, show_due),
        (DoorOpened, show_at_door),
    ),
    in_site=_in_site,
    in_admin=_in_admin,
)
