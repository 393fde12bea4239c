"""What is shown of a charter, the tenant's or a community's own: the page and its JSON."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from parvis.core import db, text
from parvis.core.errors import NotFound
from parvis.core.i18n import N_
from parvis.core.ids import CommunityId
from parvis.core.tenancy import Tenant
from parvis.features.charter.document import CharterDocument, Clause
from parvis.features.charter.in_force import (
    Version,
    charter_path,
    document_of,
    effective_versions,
)
from parvis.features.charter.kinds import KINDS
from parvis.features.charter.rule import PlacedRule
from parvis.features.charter.verdict import Effect

# What members read about each kind of rule, and about each effect.
KIND_LABELS = {
    "acceptance": N_("Acceptance is asked for"),
    "real_name": N_("Verified names"),
    "permit": N_("Open to some only"),
    "forbid": N_("Closed to some"),
    "premoderate": N_("Reading before publication"),
    "terms": N_("Words and expressions"),
    "links": N_("Links"),
    "personal_data": N_("Personal data"),
    "instruments": N_("Shares and other instruments beside advice"),
    "attachments": N_("Files"),
    "pace": N_("Not too much at once"),
    "window": N_("At certain times"),
    "retention": N_("How long things are kept"),
}
EFFECT_LABELS = {
    Effect.MARK: N_("published with a label"),
    Effect.MASK: N_("masked"),
    Effect.HOLD: N_("held for a moderator"),
    Effect.REFUSE: N_("refused"),
}


class RuleView(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as anyone may know it: what it looks for and does, not the words on its lists."""

    id: str
    kind: str
    effects: tuple[Effect, ...]
    acts: tuple[str, ...]


# A kind of rule and what it may do, as msgids; without effects where the kind says it all.
Kept = tuple[str, tuple[str, ...]]
_SAYING_EFFECTS = frozenset(("attachments", "instruments", "links", "personal_data", "terms"))


class ClauseView(msgspec.Struct, frozen=True, kw_only=True):
    """One clause in one language; `html` is safe to show. `kept`: what a machine looks after."""

    id: str
    number: int
    title: str
    html: str
    law: str
    kept: tuple[Kept, ...]


class VersionLink(msgspec.Struct, frozen=True, kw_only=True):
    """One version in the list of them all. `before` is the number of the one it replaced."""

    number: int
    effective_on: date
    is_material: bool
    before: int | None


class CharterPage(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a charter in one language; `newest_number` is that of the one in force.

    `path` is where the charter is read, `place` the community whose own it is, "" for the firm's.
    """

    path: str
    place: str
    number: int
    newest_number: int
    title: str
    preamble_html: str
    note: str
    effective_on: date
    clauses: tuple[ClauseView, ...]
    versions: tuple[VersionLink, ...]


async def charter_page(
    tenant: Tenant,
    locale: str,
    number: int | None = None,
    *,
    community_id: CommunityId | None = None,
) -> CharterPage:
    """Return a version's page, the one in force unless `number` names another.

    Errors: NotFound for a version that does not exist or is not in force yet.
    """
    versions = await effective_versions(tenant, community_id)
    version = find(versions, number)
    document = await document_of(tenant, version)
    return CharterPage(
        path=charter_path(version.scope),
        place=await place_title(community_id),
        number=version.number,
        newest_number=versions[-1].number,
        title=spoken(document.title, locale),
        preamble_html=text.to_html(spoken(document.preamble, locale)),
        note=spoken(document.version.note, locale),
        effective_on=day_of(version, tenant),
        clauses=_clauses(document, locale),
        versions=links(versions, tenant),
    )


_TITLE = "SELECT title FROM community WHERE tenant_id = $1 AND id = $2"


async def place_title(community_id: CommunityId | None) -> str:
    """Return what a community is called, "" for the whole tenant."""
    return str(await db.fetch_value(_TITLE, community_id)) if community_id else ""


def links(versions: list[Version], tenant: Tenant) -> tuple[VersionLink, ...]:
    """Return the list of versions, the newest first."""
    numbers = [None, *(version.number for version in versions)]
    return tuple(
        VersionLink(
            number=one.number,
            effective_on=day_of(one, tenant),
            is_material=one.is_material,
            before=before,
        )
        for one, before in reversed(list(zip(versions, numbers, strict=False)))
    )


def find(versions: list[Version], number: int | None) -> Version:
    """Return the version of a number, the newest without one. Errors: NotFound."""
    if number is None and versions:
        return versions[-1]
    found = next((version for version in versions if version.number == number), None)
    if found is None:
        raise NotFound
    return found


def day_of(version: Version, tenant: Tenant) -> date:
    """Return the day from which a version was in force, where the tenant is."""
    return version.effective_at.astimezone(ZoneInfo(tenant.timezone)).date()


def _clauses(document: CharterDocument, locale: str) -> tuple[ClauseView, ...]:
    return tuple(
        _clause(clause, number, locale) for number, clause in enumerate(document.clauses, start=1)
    )


def _clause(clause: Clause, number: int, locale: str) -> ClauseView:
    return ClauseView(
        id=clause.id,
        number=number,
        title=spoken(clause.title, locale),
        html=text.to_html(spoken(clause.text, locale)),
        law=spoken(clause.law, locale),
        kept=tuple(dict.fromkeys(_kept(_rule(placed)) for placed in clause.rules)),
    )


def _kept(rule: RuleView) -> Kept:
    shown = rule.effects if rule.kind in _SAYING_EFFECTS else ()
    return KIND_LABELS[rule.kind], tuple(EFFECT_LABELS[effect] for effect in shown)


def _rule(placed: PlacedRule) -> RuleView:
    return RuleView(
        id=placed.id,
        kind=placed.rule.kind,
        effects=_strictest_first(KINDS[placed.rule.kind].effects(placed.rule)),
        acts=placed.acts,
    )


def _strictest_first(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    return tuple(sorted(set(effects), key=lambda effect: -effect.severity))


def spoken(texts: dict[str, str], locale: str) -> str:
    """Return one language of a text, the charter's first one where `locale` is missing."""
    return texts.get(locale) or next(iter(texts.values()), "")


class ClauseJson(msgspec.Struct, frozen=True, kw_only=True):
    """One clause in every language of the charter, as Markdown."""

    id: str
    title: dict[str, str]
    text: dict[str, str]
    law: dict[str, str]
    category: str
    rules: tuple[RuleView, ...]


class CharterJson(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a charter, for programs. `sha256` is that of the published file.

    `scope` is "tenant", or the slug of the community whose own it is.
    """

    scope: str
    version: int
    change: str
    effective_at: datetime
    sha256: str
    locales: tuple[str, ...]
    title: dict[str, str]
    preamble: dict[str, str]
    clauses: tuple[ClauseJson, ...]


async def charter_json(
    tenant: Tenant, number: int | None = None, *, community_id: CommunityId | None = None
) -> CharterJson:
    """Return a version as data, the one in force unless `number` names another.

    Errors: NotFound for a version that does not exist or is not in force yet.
    """
    version = find(await effective_versions(tenant, community_id), number)
    document = await document_of(tenant, version)
    return CharterJson(
        scope=version.scope,
        version=version.number,
        change="material" if version.is_material else "editorial",
        effective_at=version.effective_at,
        sha256=version.sha256,
        locales=document.locales,
        title=document.title,
        preamble=document.preamble,
        clauses=tuple(_clause_json(clause) for clause in document.clauses),
    )


def _clause_json(clause: Clause) -> ClauseJson:
    return ClauseJson(
        id=clause.id,
        title=clause.title,
        text=clause.text,
        law=clause.law,
        category=clause.category,
        rules=tuple(_rule(placed) for placed in clause.rules),
    )
