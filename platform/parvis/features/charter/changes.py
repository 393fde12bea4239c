"""What changed between two versions of a charter, as anyone may read it.

The words on the lists of rules stay unsaid: who knows them writes around them.
"""

from datetime import date

import msgspec

from parvis.core.i18n import N_
from parvis.core.ids import CommunityId
from parvis.core.tenancy import Tenant
from parvis.features.charter.comparison import (
    ClauseChange,
    RuleChange,
    Setting,
    State,
    Wording,
    compare,
)
from parvis.features.charter.in_force import (
    Version,
    charter_path,
    document_of,
    effective_versions,
)
from parvis.features.charter.kinds import KINDS
from parvis.features.charter.queries import (
    EFFECT_LABELS,
    KIND_LABELS,
    VersionLink,
    day_of,
    find,
    links,
    place_title,
    spoken,
)
from parvis.features.charter.verdict import Effect

LISTS = ("words", "phrases", "patterns", "domains", "wording")
SCOPE_KEYS = ("acts", "places", "people", "except_people", "recipients")


class RuleSentence(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one rule, in words: msgids, `effects` those it has now."""

    state: State
    what: str
    effects: tuple[str, ...]
    said: tuple[str, ...]


class ClauseDifference(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one clause, in one language. `number` is that in the version it is in."""

    id: str
    number: int
    state: State
    has_moved: bool
    title: Wording
    text: Wording
    law: Wording | None
    rules: tuple[RuleSentence, ...]


class ChangesPage(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions of one charter, what changed from one to the other."""

    path: str
    place: str
    title: str
    number: int
    since: int
    effective_on: date
    is_material: bool
    note: str
    preamble: Wording | None
    clauses: tuple[ClauseDifference, ...]
    unchanged: int
    versions: tuple[VersionLink, ...]


class RuleChangeJson(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a rule; the words on its lists are not told."""

    id: str
    kind: str
    state: State


class ClauseChangeJson(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a clause, word by word, in every language of both versions."""

    id: str
    state: State
    has_moved: bool
    title: tuple[Wording, ...]
    text: tuple[Wording, ...]
    law: tuple[Wording, ...]
    rules: tuple[RuleChangeJson, ...]


class ChangesJson(msgspec.Struct, frozen=True, kw_only=True):
    """What changed from version `since` to `version`; clauses that stayed the same are left out.

    `sha256` are those of the two published files, the older first.
    """

    scope: str
    since: int
    version: int
    change: str
    sha256: tuple[str, str]
    title: tuple[Wording, ...]
    preamble: tuple[Wording, ...]
    clauses: tuple[ClauseChangeJson, ...]


async def changes_page(
    tenant: Tenant,
    locale: str,
    number: int,
    *,
    since: int | None = None,
    community_id: CommunityId | None = None,
) -> ChangesPage:
    """Return what changed up to a version, since the one before it unless `since` names another.

    Errors: NotFound for a version that does not exist or is not in force yet, and for the first
    one, before which there was none.
    """
    versions = await effective_versions(tenant, community_id)
    old, new = _both(versions, number, since)
    before, after = await document_of(tenant, old), await document_of(tenant, new)
    found = compare(before, after)
    numbers = {clause.id: n for n, clause in enumerate(before.clauses, start=1)}
    numbers |= {clause.id: n for n, clause in enumerate(after.clauses, start=1)}
    return ChangesPage(
        path=charter_path(new.scope),
        place=await place_title(community_id),
        title=spoken(after.title, locale),
        number=new.number,
        since=old.number,
        effective_on=day_of(new, tenant),
        is_material=new.is_material,
        note=spoken(after.version.note, locale) if _is_next(versions, old, new) else "",
        preamble=_changed_in(found.preamble, locale),
        clauses=tuple(_difference(one, numbers[one.id], locale) for one in found.changed),
        unchanged=found.count(State.SAME),
        versions=links(versions, tenant),
    )


async def changes_json(
    tenant: Tenant,
    number: int,
    *,
    since: int | None = None,
    community_id: CommunityId | None = None,
) -> ChangesJson:
    """Return the same for programs. Errors: NotFound, as for the page."""
    versions = await effective_versions(tenant, community_id)
    old, new = _both(versions, number, since)
    found = compare(await document_of(tenant, old), await document_of(tenant, new))
    return ChangesJson(
        scope=new.scope,
        since=old.number,
        version=new.number,
        change="material" if new.is_material else "editorial",
        sha256=(old.sha256, new.sha256),
        title=found.title,
        preamble=found.preamble,
        clauses=tuple(_clause_json(one) for one in found.changed),
    )


def _both(versions: list[Version], number: int, since: int | None) -> tuple[Version, Version]:
    """Return the two versions to compare. Errors: NotFound."""
    new = find(versions, number)
    if since is not None:
        return find(versions, since), new
    before = [version for version in versions if version.number < number]
    return find(before, None), new


def _is_next(versions: list[Version], old: Version, new: Version) -> bool:
    return versions.index(new) == versions.index(old) + 1


def _difference(change: ClauseChange, number: int, locale: str) -> ClauseDifference:
    return ClauseDifference(
        id=change.id,
        number=number,
        state=change.state,
        has_moved=change.has_moved,
        title=_in(change.title, locale),
        text=_in(change.text, locale),
        law=_changed_in(change.law, locale),
        rules=tuple(_sentence(rule) for rule in change.changed_rules),
    )


def _in(wordings: tuple[Wording, ...], locale: str) -> Wording:
    return next((one for one in wordings if one.locale == locale), wordings[0])


def _changed_in(wordings: tuple[Wording, ...], locale: str) -> Wording | None:
    """Return one language of a text that may be missing, None when nothing changed in it."""
    found = _in(wordings, locale) if wordings else None
    return found if found is not None and found.has_changed else None


def _sentence(change: RuleChange) -> RuleSentence:
    rule = change.new or change.old
    assert rule is not None  # noqa: S101 -- a change is of at least one of the two
    effects = {Effect(one) for one in KINDS[change.kind].effects(rule.rule)}
    return RuleSentence(
        state=change.state,
        what=KIND_LABELS[change.kind],
        effects=tuple(EFFECT_LABELS[effect] for effect in EFFECT_LABELS if effect in effects),
        said=tuple(dict.fromkeys(_said(one) for one in change.settings))
        if change.state is State.CHANGED
        else (),
    )


def _said(setting: Setting) -> str:
    key = setting.key.partition(".")[0]
    if key in LISTS:
        return N_("Its list has changed.")
    if key in SCOPE_KEYS:
        return N_("It is about other acts, places or people.")
    if key == "effect":
        return N_("It does something else.")
    if key == "reason":
        return N_("Its explanation has changed.")
    return N_("Its settings have changed.")


def _clause_json(change: ClauseChange) -> ClauseChangeJson:
    return ClauseChangeJson(
        id=change.id,
        state=change.state,
        has_moved=change.has_moved,
        title=change.title,
        text=change.text,
        law=change.law,
        rules=tuple(
            RuleChangeJson(id=rule.id, kind=rule.kind, state=rule.state)
            for rule in change.changed_rules
        ),
    )
