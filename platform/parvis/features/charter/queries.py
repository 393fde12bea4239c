"""What is shown of a charter: the public page, its JSON, and a member's own answer."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from parvis.core import db, text
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.i18n import N_
from parvis.core.tenancy import Tenant
from parvis.features.charter.document import CharterDocument, Clause
from parvis.features.charter.in_force import (
    Version,
    document_of,
    effective_versions,
    in_force,
)
from parvis.features.charter.kinds import KINDS
from parvis.features.charter.rule import PlacedRule
from parvis.features.charter.tables import Decision
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
    """One version in the list of them all."""

    number: int
    effective_on: date


class CharterPage(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the charter in one language; `newest_number` is that of the one in force."""

    number: int
    newest_number: int
    title: str
    preamble_html: str
    note: str
    effective_on: date
    clauses: tuple[ClauseView, ...]
    versions: tuple[VersionLink, ...]


async def charter_page(tenant: Tenant, locale: str, number: int | None = None) -> CharterPage:
    """Return a version's page, the one in force unless `number` names another.

    Errors: NotFound for a version that does not exist or is not in force yet.
    """
    versions = await effective_versions(tenant)
    version = _find(versions, number)
    document = await document_of(tenant, version)
    return CharterPage(
        number=version.number,
        newest_number=versions[-1].number,
        title=spoken(document.title, locale),
        preamble_html=text.to_html(spoken(document.preamble, locale)),
        note=spoken(document.version.note, locale),
        effective_on=_day(version, tenant),
        clauses=_clauses(document, locale),
        versions=tuple(
            VersionLink(number=one.number, effective_on=_day(one, tenant))
            for one in reversed(versions)
        ),
    )


def _find(versions: list[Version], number: int | None) -> Version:
    if number is None and versions:
        return versions[-1]
    found = next((version for version in versions if version.number == number), None)
    if found is None:
        raise NotFound
    return found


def _day(version: Version, tenant: Tenant) -> date:
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
    """One version of the charter, for programs. `sha256` is that of the published file."""

    scope: str
    version: int
    change: str
    effective_at: datetime
    sha256: str
    locales: tuple[str, ...]
    title: dict[str, str]
    preamble: dict[str, str]
    clauses: tuple[ClauseJson, ...]


async def charter_json(tenant: Tenant, number: int | None = None) -> CharterJson:
    """Return a version as data, the one in force unless `number` names another.

    Errors: NotFound for a version that does not exist or is not in force yet.
    """
    version = _find(await effective_versions(tenant), number)
    document = await document_of(tenant, version)
    return CharterJson(
        scope=TENANT_SCOPE,
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


TENANT_SCOPE = "tenant"


class AcceptanceView(msgspec.Struct, frozen=True, kw_only=True):
    """A member's answer to the charter in force; `decision` is None when there is none."""

    scope: str
    version: int
    decision: Decision | None
    at: datetime | None
    is_accepted: bool


_LAST_ANSWER = """
    SELECT decision, at FROM charter_acceptance
     WHERE tenant_id = $1 AND member_id = $2 AND version_id = ANY($3::uuid[])
     ORDER BY id DESC LIMIT 1
"""


async def acceptance(actor: Actor) -> AcceptanceView:
    """Return where a member stands with the charter in force.

    Errors: NotFound when the tenant has published none.
    """
    current = await in_force(actor.tenant)
    if current is None:
        raise NotFound
    row = await db.fetch_row(_LAST_ANSWER, actor.require_member(), list(current.enough))
    decision = Decision(row["decision"]) if row else None
    return AcceptanceView(
        scope=TENANT_SCOPE,
        version=current.version.number,
        decision=decision,
        at=row["at"] if row else None,
        # A refusal and a withdrawal end every earlier acceptance, so the last answer tells.
        is_accepted=decision is Decision.ACCEPTED,
    )
