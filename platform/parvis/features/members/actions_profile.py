"""Change what one says of oneself: at once, or once a moderator has read it."""

from typing import Literal
from uuid import UUID

import msgspec

from parvis.core import clock, db, events, journal
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.events import ContributionDecided
from parvis.core.events_people import ProfileHeld, ProfileTakenBack
from parvis.core.ids import new_id
from parvis.features.charter.verdict import Effect, Verdict
from parvis.features.members import profile
from parvis.features.members.profile import KINDS, Content, ProfileInput, Words

State = Literal["live", "held", "refused"]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What others read of a profile, and words newer than that, which they do not."""

    live: Content
    unread: Content | None
    unread_id: UUID | None
    is_waiting: bool
    in_directory: bool

    @property
    def newest(self) -> Content:
        """What its member last wrote."""
        return self.unread or self.live


# The words under a moderator's eyes before the member, as when a moderator decides: no two of us
# wait in a ring.
_LOCK_WORDS = """
    SELECT id FROM contribution
     WHERE tenant_id = $1 AND author_id = $2 AND kind = 'profile' AND withdrawn_at IS NULL
       FOR UPDATE
"""
_LOCK = """
    SELECT headline, in_directory FROM member
     WHERE tenant_id = $1 AND id = $2 AND state = 'active' AND kind = 'person' FOR UPDATE
"""
_TOPICS = """
    SELECT topic FROM member_topic WHERE tenant_id = $1 AND member_id = $2 ORDER BY id LIMIT 20
"""
_CONTACTS = """
    SELECT kind, value, visibility FROM member_contact WHERE tenant_id = $1 AND member_id = $2
"""
_NEWEST = """
    SELECT id, content, state FROM profile_revision
     WHERE tenant_id = $1 AND member_id = $2 AND state IN ('live', 'held', 'refused')
     ORDER BY id DESC LIMIT 1
"""


async def edit(actor: Actor, given: ProfileInput, verdict: Verdict) -> None:
    """Keep what a member says of themselves; others read it unless it has to wait.

    New words wait when the verdict holds them, and when nobody has approved the last ones: a
    change is no way around a decision. Who sees what is a choice that never waits.
    Errors: Invalid, naming the field.
    """
    standing = await _lock(actor)
    content = Content(
        words=profile.written(given, standing.newest.words, verdict),
        visibilities=profile.chosen(given, standing.newest.visibilities),
    )
    await _choose(actor, content, given, standing)
    if content.words == standing.live.words:
        if standing.unread:
            await _take_back(actor, standing)
    elif standing.unread is None or content.words != standing.unread.words:
        await _keep(actor, content, given, standing, verdict)


async def take_back(actor: Actor) -> None:
    """Take back words that wait, came back or were refused; others read what they read before."""
    standing = await _lock(actor)
    if standing.unread is None:
        raise NotFound
    await _take_back(actor, standing)


async def settle(event: ContributionDecided) -> None:
    """Let a moderator's decision on a profile's words come true."""
    if event.kind != "profile" or event.action not in ("publish", "refuse"):
        return
    row = await db.fetch_row(_NEWEST, event.author_id)
    waiting = ("held", "refused") if event.is_reversal else ("held",)
    if row is None or row["state"] not in waiting:
        return
    if event.action == "publish":
        await _replace_live(event.author_id)
        await _apply(event.author_id, db.from_jsonb(row["content"], Content))
    await _mark(row["id"], "live" if event.action == "publish" else "refused")


async def _lock(actor: Actor) -> Standing:
    member_id = actor.require_member()
    await db.fetch_value(_LOCK_WORDS, member_id)
    member = await db.fetch_row(_LOCK, member_id)
    if member is None:
        raise NotFound
    topics = await db.fetch(_TOPICS, member_id)
    contacts = await db.fetch(_CONTACTS, member_id)
    newest = await db.fetch_row(_NEWEST, member_id)
    unread = newest if newest and newest["state"] != "live" else None
    words = Words(
        headline=member["headline"] or "",
        topics=tuple(row["topic"] for row in topics),
        contacts={row["kind"]: row["value"] for row in contacts},
    )
    visibilities = {row["kind"]: row["visibility"] for row in contacts}
    return Standing(
        live=Content(words=words, visibilities=visibilities),
        unread=db.from_jsonb(unread["content"], Content) if unread else None,
        unread_id=unread["id"] if unread else None,
        is_waiting=unread is not None and unread["state"] == "held",
        in_directory=member["in_directory"],
    )


async def _choose(actor: Actor, content: Content, given: ProfileInput, standing: Standing) -> None:
    """Let choices come true: who sees a contact, and whether one stands in the directory."""
    member_id = actor.require_member()
    for kind in standing.live.words.contacts:
        if content.visibility(kind) != standing.live.visibility(kind):
            await db.execute(
                "UPDATE member_contact SET visibility = $4"
                " WHERE tenant_id = $1 AND member_id = $2 AND kind = $3",
                member_id,
                kind,
                content.visibility(kind),
            )
    if standing.unread and standing.unread.visibilities != content.visibilities:
        kept = msgspec.structs.replace(standing.unread, visibilities=content.visibilities)
        await db.execute(
            "UPDATE profile_revision SET content = $3 WHERE tenant_id = $1 AND id = $2",
            standing.unread_id,
            db.jsonb(kept),
        )
    if isinstance(given.in_directory, bool) and given.in_directory != standing.in_directory:
        await db.execute(
            "UPDATE member SET in_directory = $3 WHERE tenant_id = $1 AND id = $2",
            member_id,
            given.in_directory,
        )
        act = "profile.listed" if given.in_directory else "profile.unlisted"
        await journal.record(actor, act, subject=("member", member_id))


async def _keep(
    actor: Actor, content: Content, given: ProfileInput, standing: Standing, verdict: Verdict
) -> None:
    member_id = actor.require_member()
    if standing.unread_id is not None:
        await _mark(standing.unread_id, "replaced")
    if verdict.effect is not Effect.HOLD and standing.unread is None:
        await _replace_live(member_id)
        await _insert(member_id, content, "live")
        await _apply(member_id, content)
        await journal.record(actor, "profile.changed", subject=("member", member_id))
        return
    await _insert(member_id, content, "held")
    title, body, moved = profile.told(content.words, given, verdict)
    await events.publish(ProfileHeld(actor=actor, title=title, body=body, verdict=moved))


async def _take_back(actor: Actor, standing: Standing) -> None:
    if standing.unread_id is not None:
        await _mark(standing.unread_id, "replaced")
    await events.publish(ProfileTakenBack(actor=actor))


async def _insert(member_id: UUID, content: Content, state: State) -> None:
    await db.insert(
        "profile_revision",
        member_id=member_id,
        content=db.jsonb(content),
        state=state,
        created_at=clock.now(),
    )


async def _replace_live(member_id: UUID) -> None:
    await db.execute(
        "UPDATE profile_revision SET state = 'replaced'"
        " WHERE tenant_id = $1 AND member_id = $2 AND state = 'live'",
        member_id,
    )


async def _mark(revision_id: UUID, state: str) -> None:
    await db.execute(
        "UPDATE profile_revision SET state = $3 WHERE tenant_id = $1 AND id = $2",
        revision_id,
        state,
    )


_NEW_TOPIC = """
    INSERT INTO member_topic (tenant_id, id, member_id, topic, topic_key)
    VALUES ($1, $2, $3, $4, $5)
"""
_NEW_CONTACT = """
    INSERT INTO member_contact (tenant_id, id, member_id, kind, value, visibility)
    VALUES ($1, $2, $3, $4, $5, $6)
"""


async def _apply(member_id: UUID, content: Content) -> None:
    """Make others read these words."""
    words = content.words
    await db.execute(
        "UPDATE member SET headline = $3 WHERE tenant_id = $1 AND id = $2",
        member_id,
        words.headline or None,
    )
    await db.execute("DELETE FROM member_topic WHERE tenant_id = $1 AND member_id = $2", member_id)
    await db.execute(
        "DELETE FROM member_contact WHERE tenant_id = $1 AND member_id = $2", member_id
    )
    topics = [(new_id(), member_id, topic, profile.topic_key(topic)) for topic in words.topics]
    await db.execute_many(_NEW_TOPIC, topics)
    contacts = [
        (new_id(), member_id, kind, words.contacts[kind], content.visibility(kind))
        for kind in KINDS
        if kind in words.contacts
    ]
    await db.execute_many(_NEW_CONTACT, contacts)
