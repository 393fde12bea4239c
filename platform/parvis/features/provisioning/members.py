"""What a directory's word does to members: made, kept up to date, let go and taken back."""

from uuid import UUID

import msgspec

from parvis.core import clock, db, journal
from parvis.core.capacities import CAPACITIES
from parvis.core.ids import MemberId
from parvis.features.identity import membership, vouching
from parvis.features.identity.claims import DEFAULT_CAPACITY, clean_line
from parvis.features.provisioning import judging
from parvis.features.provisioning.refusals import WordRefused
from parvis.features.provisioning.source import BY, Source
from parvis.integrations.login import LoginError


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What a directory says of a person, as sent: nothing in it was checked."""

    name: str
    title: str | None = None
    email: str | None = None
    user_type: str | None = None
    locale: str | None = None


async def make(source: Source, word: Word) -> MemberId:
    """Make a member who has no session yet; who they are at sign-in is told by the external id.

    Errors: WordRefused for a name that is none, or words that the charter does not let be shown.
    """
    name = _name(source, word)
    headline = _headline(word)
    await _judge(source, name=name.name, headline=headline)
    member_id = MemberId(
        await db.insert(
            "member",
            display_name=name.name,
            name_source=name.source,
            email=clean_line(word.email),
            locale=word.locale if word.locale in source.tenant.locales else None,
            capacity=_capacity(word) or DEFAULT_CAPACITY,
            headline=headline,
            state="active",
            joined_at=clock.now(),
        )
    )
    await vouching.keep_name(member_id, name)
    return member_id


async def refresh(source: Source, member_id: MemberId, before: Word | None, word: Word) -> None:
    """Make of the member what the directory now says, where it says something new.

    What it says as before is left alone: a member may have changed their own headline since.
    Errors: as for `make`.
    """
    name, headline = _name(source, word), _headline(word)
    is_new_title = before is None or before.title != word.title
    is_new_name = before is None or before.name != word.name
    await _judge(
        source,
        name=name.name if is_new_name else None,
        headline=headline if is_new_title else None,
    )
    await vouching.keep_name(member_id, name)
    columns: dict[str, str | None] = {}
    if is_new_title and (headline or before):
        columns["headline"] = headline
    if word.email and (before is None or before.email != word.email):
        columns["email"] = clean_line(word.email)
    if capacity := _capacity(word):
        columns["capacity"] = capacity
    await _set(member_id, columns)


async def close(member_id: MemberId) -> bool:
    """End the membership with all sessions and tokens, now; False when it had ended before.

    Errors: LastAdministrator.
    """
    return await membership.deactivate(member_id, None, BY)


async def reopen(member_id: MemberId) -> bool:
    """Open the space again to the same member; False when it was open."""
    return await membership.reactivate(member_id, None, BY)


async def record(source: Source, act: str, member_id: UUID, **data: object) -> None:
    """Journal what a directory did to a member: which attributes, never their values."""
    told = {"by": BY, "connection": source.connection.slug, **data}
    await journal.record(None, f"provisioning.{act}", subject=("member", member_id), data=told)


async def _judge(source: Source, *, name: str | None, headline: str | None) -> None:
    await judging.require_allowed(source.tenant, {"displayName": name, "title": headline})


def _name(source: Source, word: Word) -> vouching.Vouched:
    try:
        return vouching.by_directory(source.connection, word.name)
    except LoginError as error:
        raise WordRefused("displayName", "A real name is needed here, as text.") from error


def _headline(word: Word) -> str | None:
    """Return the line below the name. Errors: WordRefused for one that cannot be shown."""
    headline = clean_line(word.title)
    if word.title and word.title.strip() and headline is None:
        raise WordRefused("title", "This title is too long, or holds nothing that can be shown.")
    return headline


def _capacity(word: Word) -> str | None:
    """Return the capacity when the directory's user type is one: most say something else there."""
    said = (word.user_type or "").strip().lower()
    return said if said in CAPACITIES else None


async def _set(member_id: MemberId, columns: dict[str, str | None]) -> None:
    if not columns:
        return
    # The column names are ours, never the directory's.
    assignments = ", ".join(f"{column} = ${n}" for n, column in enumerate(columns, start=3))
    await db.execute(
        f"UPDATE member SET {assignments} WHERE tenant_id = $1 AND id = $2",
        member_id,
        *columns.values(),
    )
