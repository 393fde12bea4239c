"""What the app takes from moderation: acts, routes, subscriptions and navigation entries."""

from collections.abc import Iterator

from parvis.core.actor import Actor
from parvis.core.acts import Act
from parvis.core.data_rights import MemberErased
from parvis.core.dossier import DossierOpened
from parvis.core.events import ContributionWithdrawn, RequestDecided, RevisionHeld, RevisionShown
from parvis.core.events_communities import RequestEnded, RequestMade
from parvis.core.events_review import WaitAsked
from parvis.core.feature import Feature
from parvis.core.i18n import N_
from parvis.core.navigation import NavItem
from parvis.core.retention import RetentionDue
from parvis.features.moderation import (
    joining,
    overview,
    own_data,
    retention,
    routes,
    routes_api,
    routes_person,
    routes_report,
    routes_settings,
    routes_together,
    rules,
    waiting_times,
)
from parvis.features.moderation.actions_intake import drop_withdrawn, queue_held
from parvis.features.moderation.appeals import own_data as appeals_data
from parvis.features.moderation.appeals import routes as appeals_routes
from parvis.features.moderation.decisions import ends  # noqa: F401 -- its job
from parvis.features.moderation.decisions import routes as decisions_routes
from parvis.features.moderation.decisions import routes_api as decisions_api
from parvis.features.moderation.decisions import rules as decisions_rules
from parvis.features.moderation.decisions.following import follow_shown
from parvis.features.moderation.legal_notices import own_data as notices_data
from parvis.features.moderation.legal_notices import routes as notices_routes
from parvis.features.moderation.legal_notices import routes_api as notices_api
from parvis.features.moderation.legal_notices import routes_desk as notices_desk
from parvis.features.moderation.reasons import routes as reasons_routes
from parvis.features.moderation.reasons import routes_api as reasons_api
from parvis.features.moderation.reasons import rules as reasons_rules
from parvis.features.moderation.sanctions import dossier
from parvis.features.moderation.sanctions import routes as sanctions_routes
from parvis.features.moderation.sanctions import routes_api as sanctions_api


def _in_site(actor: Actor) -> Iterator[NavItem]:
    if actor.is_staff or actor.managed:
        yield NavItem(60, N_("Administration"), "/admin", "inbox", actor.waiting)


def _in_admin(actor: Actor) -> Iterator[NavItem]:
    if rules.has_queue(actor):
        yield NavItem(10, N_("Moderation"), "/admin/moderation", "inbox", actor.waiting)
    if decisions_rules.may_read(actor):
        yield NavItem(12, N_("Decisions"), "/admin/decisions", "history")
    if reasons_rules.may_read(actor):
        yield NavItem(28, N_("Ready-made reasons"), "/admin/reasons", "mail")


def _in_mine(_actor: Actor) -> Iterator[NavItem]:
    yield NavItem(70, N_("Decisions about me"), "/me/decisions", "shield")
    yield NavItem(71, N_("My appeals"), "/me/appeals", "scale")


FEATURE = Feature(
    name="moderation",
    acts=(
        Act(name="content.report", summary="Report words of another member.", texts=("note",)),
        Act(name="review.claim", summary="Take charge of an item of the review queue."),
        Act(name="review.decide", summary="Decide on an item of the review queue."),
        Act(name="review.hand_over", summary="Give an item one holds to a colleague."),
        Act(name="review.release", summary="Put an item one holds back in the queue."),
        Act(name="review.reverse", summary="Take a decision back."),
        Act(name="reasons.change", summary="Word the ready-made reasons of letters."),
        Act(name="member.sanction", summary="Warn a member, or restrict them for a time."),
    ),
    handlers=(
        *routes.HANDLERS,
        *routes_api.HANDLERS,
        *routes_report.HANDLERS,
        *routes_person.HANDLERS,
        *routes_settings.HANDLERS,
        *routes_together.HANDLERS,
        *notices_routes.HANDLERS,
        *notices_api.HANDLERS,
        *notices_desk.HANDLERS,
        *appeals_routes.HANDLERS,
        *decisions_routes.HANDLERS,
        *decisions_api.HANDLERS,
        *sanctions_routes.HANDLERS,
        *sanctions_api.HANDLERS,
        *reasons_routes.HANDLERS,
        *reasons_api.HANDLERS,
    ),
    subscriptions=(
        (RevisionHeld, queue_held),
        (RevisionShown, follow_shown),
        (ContributionWithdrawn, drop_withdrawn),
        (WaitAsked, waiting_times.tell_usual),
        (RequestMade, joining.queue_request),
        (RequestEnded, joining.drop_request),
        (RequestDecided, joining.close_decided),
        (MemberErased, joining.drop_requests_of),
        (DossierOpened, dossier.show),
        *own_data.SUBSCRIPTIONS,
        (RetentionDue, retention.let_go),
        *overview.SUBSCRIPTIONS,
        *notices_data.SUBSCRIPTIONS,
        *appeals_data.SUBSCRIPTIONS,
    ),
    in_site=_in_site,
    in_admin=_in_admin,
    in_mine=_in_mine,
)
