"""Follow somebody, and stop: whoever is followed owes nothing, and is not told."""

from uuid import UUID

from parvis.core import clock, db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Denied
from parvis.core.i18n import N_
from parvis.core.ids import new_id
from parvis.features.members import rules

# Bounds what the feed of those one follows has to look through.
MOST_FOLLOWED = 500

_FOLLOW = """
    INSERT INTO member_follow (tenant_id, id, follower_id, followed_id, created_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (tenant_id, follower_id, followed_id) DO NOTHING
"""
_COUNT = """
    SELECT count(*) FROM (
        SELECT FROM member_follow WHERE tenant_id = $1 AND follower_id = $2 LIMIT $3) AS followed
"""


async def follow(actor: Actor, member_id: UUID) -> None:
    """Follow a member the actor may look up; twice is once.

    Errors: NotFound, as rules.access_person; Denied for oneself; Conflict beyond 500.
    """
    person = await rules.access_person(actor, member_id)
    if person.is_me:
        raise Denied(N_("One follows others."))
    me = actor.require_member()
    if await db.fetch_value(_COUNT, me, MOST_FOLLOWED) >= MOST_FOLLOWED:
        raise Conflict(N_("You follow {most} people already, the most there can be."),
                       most=MOST_FOLLOWED)  # fmt: skip
    if await db.execute(_FOLLOW, new_id(), me, person.id, clock.now()):
        await _record(actor, "member.followed", person.id)


async def unfollow(actor: Actor, member_id: UUID) -> None:
    """Stop following somebody, even one who has become absent.

    Whom one does not follow one goes on not following. Errors: NotFound, as rules.access_person.
    """
    gone = await db.execute(
        "DELETE FROM member_follow WHERE tenant_id = $1 AND follower_id = $2 AND followed_id = $3",
        actor.require_member(),
        member_id,
    )
    if gone:
        await _record(actor, "member.unfollowed", member_id)
    else:
        await rules.access_person(actor, member_id)


async def _record(actor: Actor, act: str, followed: UUID) -> None:
    # Whoever is followed may hold the right to read the journal: it is not for them either.
    await journal.record(
        actor,
        act,
        subject=("member", actor.require_member()),
        data={"followed": followed, "hidden_from": followed},
    )
