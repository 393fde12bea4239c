"""What the app takes from conversations: acts, routes, subscriptions and navigation entries."""

from collections.abc import Iterator

from parvis.core.actor import Actor
from parvis.core.acts import Act
from parvis.core.events import ContributionHidden, ContributionShown
from parvis.core.events_people import PersonOpened
from parvis.core.feature import Feature
from parvis.core.i18n import N_
from parvis.core.navigation import NavItem
from parvis.features.conversations import actions, insights, own_data, routes
from parvis.features.conversations.queries.person import show_on_person


def _in_site(actor: Actor) -> Iterator[NavItem]:
    if not actor.standing.is_suspended:
        yield NavItem(10, N_("Home"), "/", "home")


FEATURE = Feature(
    name="conversations",
    acts=(
        Act(name="post.publish", summary="Publish a post.", texts=("title", "body")),
        Act(name="post.edit", summary="Change a post of one’s own.", texts=("title", "body")),
        Act(name="comment.publish", summary="Comment on a post.", texts=("body",)),
        Act(name="comment.edit", summary="Change a comment of one’s own.", texts=("body",)),
        Act(name="content.withdraw", summary="Take back what one wrote."),
        Act(name="reaction.add", summary="Thank somebody for a post."),
    ),
    handlers=routes.HANDLERS,
    subscriptions=(
        *own_data.SUBSCRIPTIONS,
        *insights.SUBSCRIPTIONS,
        (ContributionShown, actions.count_shown),
        (ContributionHidden, actions.count_hidden),
        (PersonOpened, show_on_person),
    ),
    in_site=_in_site,
)
