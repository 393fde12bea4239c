"""What an invitation may say: checked field by field, whether it came by form, JSON or CSV."""

import re
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

import msgspec

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.capacities import CAPACITIES
from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.core.ids import ConnectionId
from parvis.features.identity import claims
from parvis.features.identity.domains import email_domains
from parvis.features.members import rules_admin
from parvis.integrations import mail

MOST_NAMES = 50
NO_GROUP = N_("There is no such group, or you may not give it.")
NO_WAY = N_("There is no such way in, or nobody is invited through it.")
_REGISTER = re.compile(r"(?=.*\w)[\w .,:/°’'()-]+")

Short = Annotated[str, msgspec.Meta(max_length=300)]
Names = Annotated[tuple[Short, ...], msgspec.Meta(max_length=MOST_NAMES)]


class CapacityInput(msgspec.Struct, frozen=True, kw_only=True):
    """In which capacity somebody takes part; for an adviser, the firm and its register number.

    `capacity_label` words it (“Wealth adviser”); `register_number` names the register too
    (“ORIAS 12 345 678”).
    """

    capacity: Short | None = None
    capacity_label: Short | None = None
    firm: Short | None = None
    register_number: Short | None = None


class InviteInput(CapacityInput, frozen=True, kw_only=True):
    """Whom to invite, through which way in, and what they find open when they come."""

    email: Annotated[str, msgspec.Meta(min_length=1, max_length=254)]
    connection: Short
    locale: Short | None = None
    groups: Names = ()
    communities: Names = ()


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A group or community that may be given: `permissions` says what a group brings."""

    slug: str
    title: str
    permissions: frozenset[str] = frozenset()


class WayIn(msgspec.Struct, frozen=True, kw_only=True):
    """A connection one may be invited through."""

    id: ConnectionId
    slug: str
    label: str


class Offers(msgspec.Struct, frozen=True, kw_only=True):
    """All that an administrator can put into an invitation, as they may know it."""

    ways: tuple[WayIn, ...]
    groups: tuple[Offer, ...]
    communities: tuple[Offer, ...]
    locales: tuple[str, ...]


# People of a directory come in by the directory.
_WAYS = """
    SELECT id, slug, label FROM connection
     WHERE tenant_id = $1 AND is_enabled AND admission <> 'scim_only'
     ORDER BY position, slug LIMIT 50
"""
_GROUPS = """
    SELECT slug, title, permissions FROM role_group WHERE tenant_id = $1 ORDER BY slug LIMIT 200
"""
# What communities keep, read as the charter reads places: a secret one only by its own people.
_COMMUNITIES = """
    SELECT slug, title FROM community
     WHERE tenant_id = $1 AND (visibility <> 'secret' OR id = ANY ($2::uuid[]))
     ORDER BY position, slug LIMIT 200
"""


async def offers(actor: Actor) -> Offers:
    """Return what the actor may offer. Errors: NotFound to who administers nobody."""
    rules_admin.require_manager(actor)
    known = [*actor.communities, *actor.managed]
    groups = [_group(row, actor.locale) for row in await db.fetch(_GROUPS)]
    return Offers(
        ways=tuple(_way(row, actor.locale) for row in await db.fetch(_WAYS)),
        groups=tuple(one for one in groups if rules_admin.may_give(actor, one.permissions)),
        communities=tuple(
            Offer(slug=row["slug"], title=row["title"])
            for row in await db.fetch(_COMMUNITIES, known)
        ),
        locales=actor.tenant.locales,
    )


def _way(row: db.Record, locale: str) -> WayIn:
    texts = db.from_jsonb(row["label"], dict[str, str])
    label = texts.get(locale) or next(iter(texts.values()), row["slug"])
    return WayIn(id=ConnectionId(row["id"]), slug=row["slug"], label=label)


def _group(row: db.Record, locale: str) -> Offer:
    texts = db.from_jsonb(row["title"], dict[str, str])
    title = texts.get(locale) or next(iter(texts.values()), row["slug"])
    return Offer(slug=row["slug"], title=title, permissions=frozenset(row["permissions"]))


class Invitee(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to be invited, checked."""

    email: str
    connection_id: UUID
    locale: str
    capacity: str | None
    capacity_label: str | None
    firm: str | None
    register_number: str | None
    groups: tuple[str, ...]
    communities: tuple[str, ...]


def checked(given: InviteInput, offered: Offers) -> Invitee:
    """Return the person that `given` invites. Errors: Invalid, naming every field at fault."""
    wrong: dict[str, str] = {}
    capacity = capacity_of(given, wrong)
    way = next((one for one in offered.ways if one.slug == given.connection), None)
    if way is None:
        wrong["connection"] = NO_WAY
    locale = given.locale or offered.locales[0]
    if locale not in offered.locales:
        wrong["locale"] = N_("This space does not speak that language.")
    email = address(given.email, wrong)
    groups = _offered(given.groups, offered.groups, "groups", wrong)
    communities = _offered(given.communities, offered.communities, "communities", wrong)
    if wrong or way is None:
        raise Invalid(fields=wrong)
    return Invitee(
        email=email, connection_id=way.id, locale=locale, groups=groups, communities=communities,
        **capacity,
    )  # fmt: skip


def address(given: str, wrong: dict[str, str]) -> str:
    """Return an e-mail address in lower case; note in `wrong` what is none."""
    text = given.strip().lower()
    is_domain = email_domains.domain_of(text) is not None
    if not (is_domain and text.isprintable() and mail.is_address(text)):
        wrong["email"] = N_("This is not an e-mail address.")
    return text


def capacity_of(given: CapacityInput, wrong: dict[str, str]) -> dict[str, str | None]:
    """Return the columns of a capacity, cleaned; note in `wrong` what cannot stand."""
    if given.capacity is not None and given.capacity not in CAPACITIES:
        wrong["capacity"] = N_("This is not a capacity one takes part in.")
    columns: dict[str, str | None] = {"capacity": given.capacity}
    for field in ("capacity_label", "firm", "register_number"):
        columns[field] = _line(field, getattr(given, field), wrong)
    number = columns["register_number"]
    if number and not _REGISTER.fullmatch(number):
        wrong["register_number"] = N_("Letters, digits, spaces and . , : / - only, please.")
    return columns


def _line(field: str, value: str | None, wrong: dict[str, str]) -> str | None:
    if value is None or not value.strip():
        return None
    line = claims.clean_line(value, most=claims.MOST_OF.get(field, claims.MOST_ROLE))
    if line is None:
        wrong[field] = N_("This is too long, or not a text.")
    return line


def _offered(
    slugs: tuple[str, ...], offers: tuple[Offer, ...], field: str, wrong: dict[str, str]
) -> tuple[str, ...]:
    """Return the slugs of what is named, by slug or by title."""
    by_name = _names(offers)
    found = [by_name.get(slug.strip().casefold()) for slug in slugs]
    if None in found:
        wrong[field] = NO_GROUP if field == "groups" else N_("There is no such community.")
    return tuple(dict.fromkeys(slug for slug in found if slug))


def _names(offers: tuple[Offer, ...]) -> Mapping[str, str]:
    titles = {one.title.casefold(): one.slug for one in offers}
    return titles | {one.slug: one.slug for one in offers}
