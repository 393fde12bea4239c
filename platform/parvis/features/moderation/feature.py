"""What the app takes from moderation: acts, routes and subscriptions."""

from parvis.core.acts import Act
from parvis.core.events import ContributionWithdrawn, RevisionHeld
from parvis.core.feature import Feature
from parvis.features.moderation import routes, routes_api, routes_report
from parvis.features.moderation.actions_intake import drop_withdrawn, queue_held

FEATURE = Feature(
    name="moderation",
    acts=(
        Act(name="content.report", summary="Report words of another member.", texts=("note",)),
        Act(name="review.claim", summary="Take charge of an item of the review queue."),
        Act(name="review.decide", summary="Decide on an item of the review queue."),
        Act(name="review.hand_over", summary="Give an item one holds to a colleague."),
        Act(name="review.release", summary="Put an item one holds back in the queue."),
    ),
    handlers=(*routes.HANDLERS, *routes_api.HANDLERS, *routes_report.HANDLERS),
    subscriptions=((RevisionHeld, queue_held), (ContributionWithdrawn, drop_withdrawn)),
)
