"""Whether what a tenant's file refers to exists: themes, time zones, permissions, presets."""

from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from parvis.core.i18n import locales as known_locales
from parvis.core.permissions import Permission
from parvis.features.identity.claims import CLAIMS
from parvis.features.identity.domains import email_domains
from parvis.features.tenants.document import (
    CHARTER_FILE,
    ConnectionTable,
    MeetingPolicyTable,
    TenantDocument,
    load,
)
from parvis.features.tenants.problems import Problem, TenantFileError, hint
from parvis.features.tenants.strict_toml import Finding, Parsed
from parvis.features.tenants.toml_lines import KeyPath
from parvis.integrations import login

# Who an answer must pass before it is public: nobody may hold two of these.
ANSWERING = (
    Permission.QUESTION_TRIAGE,
    Permission.ANSWER_DRAFT,
    Permission.ANSWER_APPROVE_LEGAL,
    Permission.ANSWER_PUBLISH,
)

_UNSAFE = {
    "auth_method": 'profile "fapi2" needs auth_method "private_key_jwt"',
    "algorithms": 'algorithms needs at least one, and of PS256, ES256, EdDSA with profile "fapi2"',
    "assertion_algorithm": 'profile "fapi2" needs assertion_algorithm ES256 or PS256',
}


def verified(folder: Path, *, themes: Path) -> Parsed[TenantDocument]:
    """Return the tenant.toml of `folder`; raise TenantFileError with everything that is wrong."""
    parsed = load(folder)
    problems = [
        parsed.problem(path, message) for path, message in _findings(parsed.value, folder, themes)
    ]
    if problems:
        raise TenantFileError(problems)
    return parsed


def verify_together(documents: Iterable[Parsed[TenantDocument]]) -> list[Problem]:
    """Return what keeps several tenants from living side by side: a slug or a host used twice."""
    owners: dict[str, Path] = {}
    problems = []
    for parsed in documents:
        tenant = parsed.value.tenant
        claims: list[tuple[KeyPath, str]] = [(("tenant", "slug"), tenant.slug)]
        claims += [(("tenant", "hosts", n), host) for n, host in enumerate(tenant.hosts)]
        for path, name in claims:
            owner = owners.setdefault(name, parsed.file)
            if owner != parsed.file:
                problems.append(parsed.problem(path, f'"{name}" is already used in {owner}'))
    return problems


def _findings(document: TenantDocument, folder: Path, themes: Path) -> Iterator[Finding]:
    yield from _tenant(document, folder, themes)
    yield from _texts(document)
    yield from _connections(document)
    yield from _role_groups(document)
    yield from _twins((("community",), document.community), (("meeting",), document.meeting))
    yield from _meetings(document)
    yield from _calendar(document)
    if not (folder / CHARTER_FILE).is_file():
        yield (), f"{CHARTER_FILE} is missing beside this file: a tenant lives under a charter"


def _tenant(document: TenantDocument, folder: Path, themes: Path) -> Iterator[Finding]:
    tenant = document.tenant
    if tenant.slug != folder.resolve().name:
        yield ("tenant", "slug"), f'"{tenant.slug}" must be the name of its folder'
    zones = available_timezones()
    if tenant.timezone not in zones:
        near = hint(tenant.timezone, zones)
        yield ("tenant", "timezone"), f'"{tenant.timezone}" is not a time zone{near}'
    styles = {found.parent.name for found in themes.glob("*/theme.toml")}
    if tenant.theme not in styles:
        yield (
            ("tenant", "theme"),
            f'no theme "{tenant.theme}" in {themes}{hint(tenant.theme, styles)}',
        )
    for key, values in (("locales", tenant.locales), ("hosts", tenant.hosts)):
        if not values:
            yield ("tenant", key), f"{key} needs at least one entry"
        for value, times in Counter(values).items():
            if times > 1:
                yield ("tenant", key), f'"{value}" stands twice in {key}'
    for locale in sorted(set(tenant.locales) - set(known_locales())):
        near = hint(locale, known_locales())
        yield ("tenant", "locales"), f'"{locale}" is not a language of Parvis{near}'
    if document.moderation.opens >= document.moderation.closes:
        yield ("moderation", "closes"), "closes must be later than opens"


def _texts(document: TenantDocument) -> Iterator[Finding]:
    """Every text by locale must speak the tenant's locales, all of them and no other."""
    wanted = document.tenant.locales
    for path, text in _by_locale(document):
        for locale in text:
            if locale not in wanted:
                near = hint(locale, wanted)
                yield (*path, locale), f'"{locale}" is not one of the tenant\'s locales{near}'
        for locale in wanted:
            if text and locale not in text:
                yield path, f'the text in "{locale}" is missing'


def _by_locale(document: TenantDocument) -> Iterator[tuple[KeyPath, dict[str, str]]]:
    yield ("door", "lead"), document.door.lead
    yield ("door", "audience"), document.door.audience
    yield ("door", "sign_in"), document.door.sign_in
    yield ("legal", "notice"), document.legal.notice
    for n, connection in enumerate(document.connection):
        yield ("connection", n, "label"), connection.label
    for n, group in enumerate(document.role_group):
        yield ("role_group", n, "title"), group.title
    for n, meeting in enumerate(document.meeting):
        yield ("meeting", n, "title"), meeting.title
        yield ("meeting", n, "place"), meeting.place or {}
    for n, event in enumerate(document.calendar):
        yield ("calendar", n, "title"), event.title
    if document.meeting_policy:
        yield from _policy_texts(document.meeting_policy)


def _policy_texts(policy: MeetingPolicyTable) -> Iterator[tuple[KeyPath, dict[str, str]]]:
    yield ("meeting_policy", "place"), policy.place
    yield ("meeting_policy", "selection"), policy.selection
    for n, topic in enumerate(policy.topics):
        yield ("meeting_policy", "topics", n, "title"), topic.title


def _connections(document: TenantDocument) -> Iterator[Finding]:
    if not any(connection.is_enabled for connection in document.connection):
        yield (), "nobody could sign in: at least one enabled [[connection]] is needed"
    yield from _twins((("connection",), document.connection))
    for n, connection in enumerate(document.connection):
        path: KeyPath = ("connection", n)
        for claim in connection.claim_map:
            if claim not in CLAIMS:
                yield (
                    (*path, "claim_map", claim),
                    f'"{claim}" cannot be mapped{hint(claim, CLAIMS)}',
                )
        yield from _safety(connection, path)
        yield from _domains(connection, path)
        for group in set(connection.admission_groups) - {one.slug for one in document.role_group}:
            yield (*path, "admission_groups"), f'there is no [[role_group]] "{group}"'


def _domains(connection: ConnectionTable, path: KeyPath) -> Iterator[Finding]:
    for n, domain in enumerate(connection.domains):
        if email_domains.normal_domain(domain) != domain:
            yield (*path, "domains", n), f'"{domain}" is not a domain'
        if domain in connection.domains[:n]:
            yield (*path, "domains", n), f'"{domain}" stands twice in domains'


def _safety(connection: ConnectionTable, path: KeyPath) -> Iterator[Finding]:
    needs_secret = connection.auth_method.startswith("client_secret")
    is_demo = connection.issuer.startswith("demo:")
    if needs_secret and not is_demo and connection.secret is None:
        yield path, f'{connection.auth_method} needs the key "secret"'
    if connection.secret is not None and not needs_secret:
        yield (*path, "secret"), f"{connection.auth_method} has no secret"
    fault = login.complaint(
        profile=connection.profile,
        auth_method=connection.auth_method,
        algorithms=connection.algorithms,
        assertion_algorithm=connection.assertion_algorithm,
    )
    if fault:
        yield (*path, fault), _UNSAFE[fault]


def _role_groups(document: TenantDocument) -> Iterator[Finding]:
    yield from _twins((("role_group",), document.role_group))
    known = [str(permission) for permission in Permission]
    for n, group in enumerate(document.role_group):
        for m, permission in enumerate(group.permissions):
            if permission not in known:
                path = ("role_group", n, "permissions", m)
                yield path, f'"{permission}" is not a permission{hint(permission, known)}'
    held = {permission for group in document.role_group for permission in group.permissions}
    if Permission.TENANT_MANAGE not in held:
        yield (
            (),
            f'no [[role_group]] holds "{Permission.TENANT_MANAGE}": nobody could run the tenant',
        )
    if document.meeting_policy:
        for permission in set(_needed(document.meeting_policy)) - held:
            message = f'meetings need a [[role_group]] that holds "{permission}"'
            yield ("meeting_policy",), message


def _needed(policy: MeetingPolicyTable) -> tuple[Permission, ...]:
    return (*ANSWERING, Permission.ANSWER_APPROVE_BOARD) if policy.board_review else ANSWERING


def _meetings(document: TenantDocument) -> Iterator[Finding]:
    policy, presets = document.meeting_policy, preset_names()
    if document.meeting and policy is None:
        yield ("meeting", 0), "a [[meeting]] needs the table [meeting_policy]"
    named: list[tuple[KeyPath, str | None]] = [
        (("meeting", n, "preset"), meeting.preset) for n, meeting in enumerate(document.meeting)
    ]
    if policy:
        named.append((("meeting_policy", "preset"), policy.preset))
        yield from _twins((("meeting_policy", "topics"), policy.topics))
    for path, preset in named:
        if preset is not None and preset not in presets:
            yield path, f'"{preset}" is not a preset of meetings{hint(preset, presets)}'


def _calendar(document: TenantDocument) -> Iterator[Finding]:
    meetings = {meeting.slug for meeting in document.meeting}
    seen: set[str] = set()
    for n, event in enumerate(document.calendar):
        if event.name in seen:
            yield ("calendar", n, "name"), f'"{event.name}" stands twice'
        if event.name in meetings:
            text = f'"{event.name}" is a [[meeting]], which has its date already'
            yield ("calendar", n, "name"), text
        seen.add(event.name)


def preset_names() -> frozenset[str]:
    """Return the presets of meetings that this version knows; they are data files, not code."""
    folder = files("parvis") / "features" / "meetings" / "presets"
    return frozenset(
        entry.name.removesuffix(".toml")
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    )


def _twins(*lists: tuple[KeyPath, tuple[Any, ...]]) -> Iterator[Finding]:
    for path, entries in lists:
        seen: set[str] = set()
        for n, entry in enumerate(entries):
            if entry.slug in seen:
                yield (*path, n, "slug"), f'"{entry.slug}" stands twice'
            seen.add(entry.slug)
