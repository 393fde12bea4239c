"""What the app takes from notifications: routes, subscriptions and navigation entries."""

from collections.abc import Iterator

from parvis.core.actor import Actor
from parvis.core.data_rights import OwnDataTold
from parvis.core.events import (
    AnswerPublished,
    ContributionDecided,
    ContributionShown,
    QuestionStateTold,
    RequestDecided,
)
from parvis.core.events_measures import MeasureTaken
from parvis.core.events_redress import AppealTold
from parvis.core.events_review import JudgeTold
from parvis.core.events_seal import JournalBroken
from parvis.core.feature import Feature
from parvis.core.i18n import N_
from parvis.core.navigation import NavItem
from parvis.core.retention import RetentionDue
from parvis.features.notifications import (
    alarms,
    followers,
    news,
    own_data,
    redress,
    retention,
    routes,
)


def _in_site(actor: Actor) -> Iterator[NavItem]:
    yield NavItem(50, N_("Notifications"), "/notifications", "bell", actor.unread)


FEATURE = Feature(
    name="notifications",
    handlers=routes.HANDLERS,
    subscriptions=(
        *own_data.SUBSCRIPTIONS,
        (RetentionDue, retention.let_go),
        (ContributionDecided, news.tell_decision),
        (MeasureTaken, news.tell_measure),
        (ContributionShown, news.tell_comment),
        (ContributionShown, followers.tell_later),
        (RequestDecided, news.tell_request_decided),
        (QuestionStateTold, news.tell_question_moved),
        (AnswerPublished, news.tell_answer),
        (OwnDataTold, news.tell_own_data),
        (AppealTold, redress.tell_appeal),
        (JudgeTold, news.tell_judge),
        (JournalBroken, alarms.tell_broken),
    ),
    in_site=_in_site,
)
