"""The workshop as JSON: what its screens show and do."""

from uuid import UUID

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from parvis.core import http
from parvis.core.actor import Actor
from parvis.core.http import Req
from parvis.features.charter.comparison import Comparison
from parvis.features.workshop import (
    actions_drafts,
    actions_publication,
    checking,
    queries,
    queries_trial,
    rules,
)
from parvis.features.workshop.actions_drafts import BeginInput, SaveInput
from parvis.features.workshop.actions_publication import Outcome, PublishInput
from parvis.features.workshop.checking import Mistake
from parvis.features.workshop.queries import DraftView, Overview
from parvis.features.workshop.rehearsal import actions as rehearsing
from parvis.features.workshop.rehearsal import queries as rehearsals
from parvis.features.workshop.rehearsal.actions import RehearseInput
from parvis.features.workshop.rehearsal.queries import RehearsalRow, RehearsalView
from parvis.features.workshop.routes.drafts import EDIT, MOST_BODY
from parvis.features.workshop.routes.publication import PUBLISH
from parvis.features.workshop.rules import Scope
from parvis.features.workshop.source_edits import ClauseTexts
from parvis.features.workshop.trying import Trial, TrialInput

TAGS = ["charter workshop"]
PATH = "/api/v1/admin/charter"


class SourceInput(msgspec.Struct, frozen=True, kw_only=True):
    """A charter's text, as TOML."""

    source: str


class Soundness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a text may be published; all that is wrong with it, by line."""

    is_sound: bool
    mistakes: tuple[Mistake, ...]


class ClauseInput(msgspec.Struct, frozen=True, kw_only=True):
    """A clause's words by language, and the version of the draft they were written on."""

    version: int
    title: dict[str, str]
    text: dict[str, str]
    law: dict[str, str] = {}


class ChangesOfDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What the draft changes of version `number`, which is None where there is none."""

    number: int | None
    version: int
    comparison: Comparison


async def _scope(request: Req, community: str | None) -> tuple[Actor, Scope]:
    actor = http.actor_of(request)
    return actor, await rules.access_scope(actor, community)


@get(PATH, operation_id="getCharterWorkshop", tags=TAGS)
async def get_overview(request: Req, community: FromQuery[str | None] = None) -> Overview:
    """Return what binds, what comes, what was and what is being written."""
    return await queries.overview(*await _scope(request, community))


@post(
    f"{PATH}/check", opt={"open": "reads a text and keeps nothing of it"},
    operation_id="checkCharter", tags=TAGS, status_code=200, request_max_body_size=MOST_BODY,
)  # fmt: skip
async def check(
    request: Req, data: JSONBody[SourceInput], community: FromQuery[str | None] = None
) -> Soundness:
    """Say what is wrong with a charter's text, every mistake with its line. Keeps nothing."""
    actor, scope = await _scope(request, community)
    found = await checking.check(scope, data.source, actor.locale)
    return Soundness(is_sound=found.is_sound, mistakes=found.mistakes)


@get(f"{PATH}/draft", operation_id="getCharterDraft", tags=TAGS)
async def get_draft(request: Req, community: FromQuery[str | None] = None) -> DraftView:
    """Return the draft with its text and all that is wrong with it."""
    return await queries.draft_view(*await _scope(request, community))


@post(
    f"{PATH}/draft", opt=EDIT, operation_id="beginCharterDraft", tags=TAGS,
    request_max_body_size=MOST_BODY,
)  # fmt: skip
async def begin_draft(
    request: Req, data: JSONBody[BeginInput], community: FromQuery[str | None] = None
) -> DraftView:
    """Begin a draft: from the text given, or from the newest version."""
    actor, scope = await _scope(request, community)
    await actions_drafts.begin(actor, scope, data)
    return await queries.draft_view(actor, scope)


@put(
    f"{PATH}/draft", opt=EDIT, operation_id="saveCharterDraft", tags=TAGS,
    request_max_body_size=MOST_BODY,
)  # fmt: skip
async def save_draft(
    request: Req, data: JSONBody[SaveInput], community: FromQuery[str | None] = None
) -> DraftView:
    """Give the draft another text, sound or not; 409 when somebody changed it meanwhile."""
    actor, scope = await _scope(request, community)
    await actions_drafts.save(actor, scope, data)
    return await queries.draft_view(actor, scope)


@delete(f"{PATH}/draft", opt=EDIT, operation_id="discardCharterDraft", tags=TAGS)
async def discard_draft(
    request: Req, version: FromQuery[int], community: FromQuery[str | None] = None
) -> None:
    """Throw the draft away, as it was at `version`."""
    actor, scope = await _scope(request, community)
    await actions_drafts.discard(actor, scope, version)


@post(
    f"{PATH}/draft/basis/{{number:int}}", opt=EDIT, operation_id="rebaseCharterDraft", tags=TAGS,
    status_code=200,
)  # fmt: skip
async def go_on(
    request: Req, number: FromPath[int], version: FromQuery[int],
    community: FromQuery[str | None] = None,
) -> DraftView:  # fmt: skip
    """Let the draft go on from version `number`, published after it was begun."""
    actor, scope = await _scope(request, community)
    await actions_drafts.go_on_from(actor, scope, version, number)
    return await queries.draft_view(actor, scope)


@get(f"{PATH}/draft/difference", operation_id="compareCharterDraft", tags=TAGS)
async def get_difference(request: Req, community: FromQuery[str | None] = None) -> ChangesOfDraft:
    """Return what the draft changes, clause by clause and word by word."""
    found = await queries.difference(*await _scope(request, community))
    return ChangesOfDraft(
        number=found.number, version=found.draft.version, comparison=found.comparison
    )


@put(
    f"{PATH}/draft/clauses/{{clause_id:str}}", opt=EDIT, operation_id="writeDraftClause", tags=TAGS
)
async def write_clause(
    request: Req,
    clause_id: FromPath[str],
    data: JSONBody[ClauseInput],
    community: FromQuery[str | None] = None,
) -> DraftView:
    """Give a clause of the draft other words; comments and rules around it stay."""
    actor, scope = await _scope(request, community)
    words = ClauseTexts(title=data.title, text=data.text, law=data.law)
    await actions_drafts.write_clause(actor, scope, data.version, clause_id, words)
    return await queries.draft_view(actor, scope)


@post(f"{PATH}/trial", opt=EDIT, operation_id="tryCharter", tags=TAGS, status_code=200)
async def try_words(
    request: Req, data: JSONBody[TrialInput], community: FromQuery[str | None] = None
) -> Trial:
    """Return what the draft and the version in force say of the same words."""
    actor, scope = await _scope(request, community)
    return await queries_trial.trial(actor, scope, data)


@get(f"{PATH}/rehearsals", operation_id="listCharterRehearsals", tags=TAGS)
async def list_rehearsals(
    request: Req, community: FromQuery[str | None] = None
) -> tuple[RehearsalRow, ...]:
    """List the rehearsals you may see, newest first."""
    return await rehearsals.rehearsals(*await _scope(request, community))


@post(f"{PATH}/rehearsals", opt=EDIT, operation_id="rehearseCharter", tags=TAGS)
async def rehearse(
    request: Req, data: JSONBody[RehearseInput], community: FromQuery[str | None] = None
) -> RehearsalView:
    """Have the draft judged on the words of the last days; it is done in the background."""
    actor, scope = await _scope(request, community)
    rehearsal_id = await rehearsing.start(actor, scope, data)
    return await rehearsals.rehearsal(actor, scope, rehearsal_id)


@get(f"{PATH}/rehearsals/{{rehearsal_id:uuid}}", operation_id="getCharterRehearsal", tags=TAGS)
async def get_rehearsal(
    request: Req, rehearsal_id: FromPath[UUID], community: FromQuery[str | None] = None
) -> RehearsalView:
    """Return a rehearsal. A figure over fewer than five people is null."""
    actor, scope = await _scope(request, community)
    return await rehearsals.rehearsal(actor, scope, rehearsal_id)


@delete(
    f"{PATH}/rehearsals/{{rehearsal_id:uuid}}", opt=EDIT, operation_id="cancelCharterRehearsal",
    tags=TAGS, status_code=200,
)  # fmt: skip
async def call_off(
    request: Req, rehearsal_id: FromPath[UUID], community: FromQuery[str | None] = None
) -> RehearsalView:
    """Call a rehearsal off that is under way."""
    actor, scope = await _scope(request, community)
    await rehearsals.rehearsal(actor, scope, rehearsal_id)
    await rehearsing.call_off(actor, scope, rehearsal_id)
    return await rehearsals.rehearsal(actor, scope, rehearsal_id)


@post(f"{PATH}/publication", opt=PUBLISH, operation_id="publishCharter", tags=TAGS, status_code=200)
async def publish(
    request: Req, data: JSONBody[PublishInput], community: FromQuery[str | None] = None
) -> Outcome:
    """Make the draft the newest version, at once or on a day to come."""
    actor, scope = await _scope(request, community)
    return await actions_publication.publish(actor, scope, data)


@delete(
    f"{PATH}/publication", opt=PUBLISH, operation_id="withdrawCharterPublication", tags=TAGS,
    status_code=200,
)  # fmt: skip
async def withdraw(
    request: Req, version: FromQuery[int], community: FromQuery[str | None] = None
) -> DraftView:
    """Let a draft that waits for its day be a draft again."""
    actor, scope = await _scope(request, community)
    await actions_publication.withdraw(actor, scope, version)
    return await queries.draft_view(actor, scope)


HANDLERS = (
    get_overview, check, get_draft, begin_draft, save_draft, discard_draft, go_on, get_difference,
    write_clause, try_words, list_rehearsals, rehearse, get_rehearsal, call_off, publish, withdraw,
)  # fmt: skip
