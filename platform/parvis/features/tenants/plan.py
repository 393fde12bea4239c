"""Everything a tenant's folder asks for, checked before anything is written."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from parvis.core.tenancy import Door, LegalFacts, TenantSettings
from parvis.features.charter import document as charter
from parvis.features.tenants import community_folders
from parvis.features.tenants.charter_file import read_charter
from parvis.features.tenants.document import CHARTER_FILE, ConnectionTable, TenantDocument
from parvis.features.tenants.problems import Problem, TenantFileError
from parvis.features.tenants.queries import SYMBOLIC, WEEKDAYS
from parvis.features.tenants.strict_toml import Parsed
from parvis.features.tenants.verification import verified, verify_together
from parvis.settings import Settings


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A sound folder: its document, its charter, and what lies outside the files."""

    folder: Path
    parsed: Parsed[TenantDocument]
    charter: str
    community_charters: Mapping[str, str]  # by community
    issuers: Mapping[str, str]  # addresses, by connection
    secrets: Mapping[str, str | None]  # by connection; None: not at hand

    @property
    def document(self) -> TenantDocument:
        return self.parsed.value


def plans(folders: Iterable[Path], settings: Settings) -> list[Plan]:
    """Return what the folders ask for; raise TenantFileError with all that is wrong in any."""
    documents = sound_documents(folders, themes=Path(settings.themes_dir))
    return [
        Plan(
            folder=parsed.file.parent,
            parsed=parsed,
            charter=read_charter(parsed.file.parent / CHARTER_FILE),
            community_charters=community_folders.charters(parsed.file.parent),
            issuers=_issuers(parsed, settings.demo_issuers),
            secrets=dict(_secrets(parsed.value.connection)),
        )
        for parsed in documents
    ]


def sound_documents(folders: Iterable[Path], *, themes: Path) -> list[Parsed[TenantDocument]]:
    """Return the documents of folders that can live side by side, charters checked too."""
    found: list[Parsed[TenantDocument]] = []
    problems: list[Problem] = []
    for folder in folders:
        document = None
        try:
            found.append(verified(folder, themes=themes))
            document = found[-1].value
        except TenantFileError as error:
            problems += error.problems
        problems += _charter_problems(folder / CHARTER_FILE)
        problems += community_folders.problems(folder, document)
    problems += verify_together(found)
    if problems:
        raise TenantFileError(problems)
    return found


def _charter_problems(file: Path) -> tuple[Problem, ...]:
    try:
        if file.is_file():  # that it is missing is told with the tenant's own file
            charter.load(file)
    except TenantFileError as error:
        return error.problems
    return ()


def _issuers(parsed: Parsed[TenantDocument], demo: Mapping[str, str]) -> dict[str, str]:
    """Return each connection's issuer, symbolic names replaced by the demonstration's addresses."""
    issuers, problems = {}, []
    for n, connection in enumerate(parsed.value.connection):
        name = connection.issuer.removeprefix(SYMBOLIC)
        if not connection.issuer.startswith(SYMBOLIC):
            issuers[connection.slug] = connection.issuer
        elif name in demo:
            issuers[connection.slug] = demo[name]
        else:
            message = f'"{connection.issuer}" is only known where the demonstration runs'
            problems.append(parsed.problem(("connection", n, "issuer"), message))
    if problems:
        raise TenantFileError(problems)
    return issuers


def _secrets(connections: Iterable[ConnectionTable]) -> Iterator[tuple[str, str | None]]:
    for connection in connections:
        if connection.secret:
            yield connection.slug, os.environ.get(connection.secret.removeprefix("env:"))


def settings_of(document: TenantDocument) -> TenantSettings:
    """Return the settings that every request of the tenant may need."""
    policy, moderation = document.meeting_policy, document.moderation
    return TenantSettings(
        door=msgspec.convert(msgspec.to_builtins(document.door), Door),
        legal=msgspec.convert(msgspec.to_builtins(document.legal), LegalFacts),
        session_idle_minutes=document.session.idle_minutes,
        session_absolute_hours=document.session.absolute_hours,
        step_up_minutes={
            kind: minutes
            for kind, minutes in msgspec.structs.asdict(document.step_up).items()
            if minutes is not None
        },
        working_days=tuple(WEEKDAYS.index(day) for day in moderation.working_days),
        working_hours=(moderation.opens, moderation.closes),
        review_hours=moderation.due_hours,
        holidays=moderation.holidays,
        review_digest=moderation.digest,
        notice_hours=moderation.notice_due_hours,
        trusted_flaggers=moderation.trusted_flaggers,
        exports_statements=moderation.export_statements,
        meeting_policy=msgspec.to_builtins(policy) if policy else None,
    )
