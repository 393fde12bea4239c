"""What the app takes from notifications: routes and subscriptions."""

from parvis.core.events import (
    AnswerPublished,
    ContributionDecided,
    ContributionShown,
    QuestionStateTold,
    RequestDecided,
)
from parvis.core.feature import Feature
from parvis.features.notifications import news, routes

FEATURE = Feature(
    name="notifications",
    handlers=routes.HANDLERS,
    subscriptions=(
        (ContributionDecided, news.tell_decision),
        (ContributionShown, news.tell_comment),
        (RequestDecided, news.tell_request_decided),
        (QuestionStateTold, news.tell_question_moved),
        (AnswerPublished, news.tell_answer),
    ),
)
