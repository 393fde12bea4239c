"""What another member has published lately, where the reader may read it."""

from parvis.core import db, pagination
from parvis.core.actor import Actor
from parvis.core.events_people import PersonOpened, PersonSection
from parvis.core.ids import MemberId
from parvis.core.pagination import Page
from parvis.features.communities.queries import readable_places
from parvis.features.conversations.queries import cards
from parvis.features.conversations.queries.cards import PostCard

ON_PAGE = 5

# $2 the reader, $3 the author, $4 the id to go on below, $5 one more than the page, $6 where the
# reader may read.
_PUBLISHED = f"""
    SELECT {cards.COLUMNS}, {cards.LATEST_COMMENT_COLUMNS}
      FROM (SELECT x.id FROM contribution x
             WHERE x.tenant_id = $1 AND x.author_id = $3 AND x.kind = 'post'
               AND x.live_revision_id IS NOT NULL AND x.id < $4 AND x.place_id = ANY ($6::uuid[])
             ORDER BY x.id DESC LIMIT $5) AS page
      JOIN contribution c ON c.tenant_id = $1 AND c.id = page.id
      {cards.JOINS} {cards.LATEST_COMMENT}
     ORDER BY c.id DESC
"""


async def person_posts(
    actor: Actor, member_id: MemberId, *, after: str | None = None, limit: int | None = None
) -> Page[PostCard]:
    """Return posts of a member whom rules.access_person gave the actor, newest first."""
    size = pagination.bounded(limit)
    places = list(await readable_places(actor))
    values = (actor.require_member(), member_id, pagination.before(after), size + 1, places)
    rows = await db.fetch(_PUBLISHED, *values)
    return pagination.page_of(rows, size, lambda row: cards.card(actor, row))


async def show_on_person(event: PersonOpened) -> None:
    """Show on a member's page what they published lately."""
    view = await person_posts(event.actor, event.member_id, limit=ON_PAGE)
    if view.items:
        event.sections.append(PersonSection(template="conversations/_person.html", view=view))
