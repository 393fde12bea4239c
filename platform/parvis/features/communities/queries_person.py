"""The communities of another member, as far as the reader may know of them."""

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.events_people import PersonOpened, PersonSection
from parvis.core.ids import CommunityId, MemberId


class PersonCommunity(msgspec.Struct, frozen=True, kw_only=True):
    """A community that a member is in."""

    id: CommunityId
    slug: str
    title: str
    visibility: str


class PersonCommunities(msgspec.Struct, frozen=True, kw_only=True):
    """Communities of a member that the reader is in too, or that anybody reads."""

    items: tuple[PersonCommunity, ...]


# Who is in a listed community is told to its members only, as how many they are.
_OF_PERSON = """
    SELECT k.id, k.slug, k.title, k.visibility
      FROM community_member cm
      JOIN community k ON k.tenant_id = $1 AND k.id = cm.community_id
           AND (k.visibility = 'open' OR k.id = ANY ($3::uuid[]))
     WHERE cm.tenant_id = $1 AND cm.member_id = $2 AND cm.standing = 'member'
     ORDER BY k.position, k.title LIMIT 100
"""


async def person_communities(actor: Actor, member_id: MemberId) -> PersonCommunities:
    """Return the communities of a member whom rules.access_person gave the actor."""
    rows = await db.fetch(_OF_PERSON, member_id, list(actor.communities))
    return PersonCommunities(items=tuple(PersonCommunity(**row) for row in rows))


async def show_on_person(event: PersonOpened) -> None:
    """Show the communities of a member on their page."""
    view = await person_communities(event.actor, event.member_id)
    if view.items:
        event.sections.append(PersonSection(template="communities/_person.html", view=view))
