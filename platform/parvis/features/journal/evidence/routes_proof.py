"""Proof files for who reads the journal, and an entry verified step by step."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from parvis.core import http, i18n
from parvis.core.errors import AppError, Conflict, Invalid, NotFound
from parvis.core.http import Req, actor_of
from parvis.core.step_up import StepUp
from parvis.features.journal import queries, queries_seal, rules
from parvis.features.journal.evidence import actions
from parvis.features.journal.evidence.actions import ProofInput
from parvis.features.journal.evidence.proof import Proof
from parvis.features.journal.queries_seal import EntryVerification, SealStatus

TAKING = {
    "open": "it reads what is there, and the journal keeps who took it",
    "step_up": StepUp.EXPORT,
    "transaction": "own",
}
PAGE = "journal/proof.html"


@get("/admin/journal/proof", include_in_schema=False)
async def proof_page(request: Req) -> Response[Any]:
    """Show the form that asks for a proof file."""
    actor = actor_of(request)
    rules.require_reader(actor)
    return _form(request, ProofInput(subject=request.query_params.get("subject", "")))


def _form(request: Req, given: ProofInput, error: AppError | None = None) -> Response[Any]:
    actor = actor_of(request)
    said = error.fields.get("subject") or error.message if error else ""
    told = i18n.translate(actor.locale, said, **error.data) if error else ""
    return http.page(
        request,
        PAGE,
        given,
        status=error.status if error else 200,
        errors={"subject": told} if told else {},
        may_take_words=actions.may_take_words(actor),
    )


@post("/admin/journal/proof", opt=TAKING, status_code=200, include_in_schema=False)
async def take_proof_page(request: Req) -> Response[Any]:
    """Give the proof file, or say at the field why not."""
    actor = actor_of(request)
    rules.require_reader(actor)
    given = await http.decode(request, ProofInput)
    try:
        return _zip(given, await actions.take_proof(actor, given))
    except (Invalid, NotFound, Conflict) as error:
        return _form(request, given, error)


@post(
    "/api/v1/journal/proofs",
    opt=TAKING,
    operation_id="takeProof",
    tags=["journal"],
    status_code=200,
    media_type="application/zip",
)
async def take_proof(request: Req, data: JSONBody[ProofInput]) -> Response[bytes]:
    """Take a proof file of the whole story of a subject, which anybody can verify offline."""
    return _zip(data, await actions.take_proof(actor_of(request), data))


def _zip(given: ProofInput, made: Proof) -> Response[bytes]:
    name = f"proof-{given.subject.strip().replace(':', '-')}.zip"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(made.content, media_type="application/zip", headers=headers)


@get("/admin/journal/{entry_id:uuid}/verification", include_in_schema=False)
async def verification_page(request: Req, entry_id: FromPath[UUID]) -> Response[Any]:
    """Recompute an entry's leaf and its way up, and show each step."""
    actor = actor_of(request)
    view = await queries_seal.verification(actor, entry_id)
    entry = await queries.entry(actor, entry_id)
    return http.page(request, "journal/verification.html", view, entry=entry)


@get(
    "/api/v1/journal/{entry_id:uuid}/verification",
    operation_id="verifyEntry",
    tags=["journal"],
)
async def verify_entry(request: Req, entry_id: FromPath[UUID]) -> EntryVerification:
    """Recompute an entry's leaf and its way up to a signed checkpoint."""
    return await queries_seal.verification(actor_of(request), entry_id)


@get("/api/v1/journal/seal", operation_id="getJournalSeal", tags=["journal"])
async def get_seal(request: Req) -> SealStatus:
    """Return how the journal's seal stands."""
    return await queries_seal.seal_status(actor_of(request))


HANDLERS = (
    proof_page, take_proof_page, take_proof, verification_page, verify_entry, get_seal,
)  # fmt: skip
