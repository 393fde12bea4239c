"""Who may look somebody up: members who are there, and want to be found."""

from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.ids import MemberId
from parvis.features.identity.names import listed


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A member whom the actor may look up."""

    id: MemberId
    name: str
    photo_key: str | None
    is_me: bool


# One statement for everybody: somebody absent takes as long to miss as somebody who never was.
_PERSON = f"""
    SELECT m.id, m.display_name AS name, m.photo_key, m.id = $2 AS is_me
      FROM member m
     WHERE m.tenant_id = $1 AND m.id = $3
       AND ({listed("m")} OR m.id = $2 AND m.kind = 'person')
"""


async def access_person(actor: Actor, member_id: UUID) -> Person:
    """Return a member the actor may look up, or the actor themselves.

    Errors: NotFound, alike for who never was, who is gone, who is absent from the directory, and
    for what is no person.
    """
    row = await db.fetch_row(_PERSON, actor.require_member(), member_id)
    if row is None:
        raise NotFound
    return msgspec.convert(dict(row), Person)


# $2 is the reader. Two people share a community when both are in it, a secret one too.
SHARES_COMMUNITY = """
    EXISTS (SELECT FROM community_member theirs
              JOIN community_member mine ON mine.tenant_id = $1
                   AND mine.community_id = theirs.community_id
                   AND mine.member_id = $2 AND mine.standing = 'member'
             WHERE theirs.tenant_id = $1 AND theirs.member_id = {member}
               AND theirs.standing = 'member')
"""
