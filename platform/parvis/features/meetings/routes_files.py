"""Files of a meeting: certificates in, documents out. No transaction waits for the storage."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect

from parvis.core import db, http
from parvis.core.errors import Invalid, NotFound, TooLarge
from parvis.core.http import Req
from parvis.core.i18n import N_
from parvis.features.meetings import rules
from parvis.features.meetings.actions import evidence
from parvis.features.meetings.queries import own
from parvis.features.meetings.queries.own import SubmissionView
from parvis.features.meetings.routes_pages import typed_again
from parvis.features.meetings.verdicts import DELIVERY
from parvis.integrations.storage import storage

# The file and the form around it; `evidence.MOST_BYTES` bounds the file itself.
MOST_BODY = evidence.MOST_BYTES + 64 * 1024
UPLOAD = {"act": "evidence.upload", "transaction": "own"}


class CertificateForm(msgspec.Struct, frozen=True, kw_only=True):
    """A multipart form with one file."""

    certificate: UploadFile


@post(
    "/submissions/{submission_id:uuid}/certificate",
    opt=UPLOAD,
    include_in_schema=False,
    request_max_body_size=MOST_BODY,
)
async def attach_certificate(
    request: Req, submission_id: FromPath[UUID]
) -> Response[Any] | Redirect:
    """Keep the certificate and show the receipt, or say what is wrong with the file."""
    actor = http.actor_of(request)
    try:
        form = await http.read_form(request)
        await evidence.upload(actor, submission_id, await _content(form.get("certificate")))
    except (Invalid, TooLarge) as error:
        async with db.transaction(actor.tenant.id):
            view = await own.receipt(actor, submission_id)
        typed = typed_again(request, {}, error)
        errors = typed.errors or {"certificate": typed.problem}
        return http.page(request, "meetings/receipt.html", view, status=error.status, errors=errors)
    return http.redirect(f"/submissions/{submission_id}")


@post(
    "/api/v1/submissions/{submission_id:uuid}/certificate",
    opt=UPLOAD,
    operation_id="uploadCertificate",
    tags=["meetings"],
    status_code=200,
    request_max_body_size=MOST_BODY,
)
async def upload_certificate(
    request: Req,
    submission_id: FromPath[UUID],
    data: Annotated[UploadFile, Body(media_type=RequestEncodingType.MULTI_PART)],
) -> SubmissionView:
    """Keep the certificate of registration: PDF, PNG or JPEG, 2 MB at most."""
    actor = http.actor_of(request)
    await evidence.upload(actor, submission_id, await data.read())
    async with db.transaction(actor.tenant.id):
        return await own.receipt(actor, submission_id)


async def _content(given: object) -> bytes:
    if not isinstance(given, UploadFile):
        raise Invalid(fields={"certificate": N_("Please attach a PDF, PNG or JPEG file.")})
    return await given.read()


@get(
    "/submissions/{submission_id:uuid}/certificate",
    opt={"transaction": "own"} | DELIVERY,
    include_in_schema=False,
)
async def certificate(request: Req, submission_id: FromPath[UUID]) -> Response[Any]:
    """Hand the certificate to its owner, or to those who check holdings."""
    actor = http.actor_of(request)
    async with db.transaction(actor.tenant.id):
        found = await evidence.access_submission(actor, submission_id)
    if found.certificate_key is None:
        raise NotFound
    suffix = found.certificate_key.rsplit(".", 1)[-1]
    return await _download(actor.tenant.id, found.certificate_key, f"certificate.{suffix}")


@get(
    "/meetings/{slug:str}/documents/{document_id:uuid}",
    opt={"transaction": "own"} | DELIVERY,
    include_in_schema=False,
)
async def document(request: Req, slug: FromPath[str], document_id: FromPath[UUID]) -> Response[Any]:
    """Hand a document of the meeting to a member."""
    actor = http.actor_of(request)
    async with db.transaction(actor.tenant.id):
        meeting = await rules.access_meeting(actor, slug)
        row = await db.fetch_row(
            "SELECT object_key, title FROM meeting_document"
            " WHERE tenant_id = $1 AND meeting_id = $2 AND id = $3",
            meeting.id,
            document_id,
        )
    if row is None:
        raise NotFound
    suffix = row["object_key"].rsplit(".", 1)[-1]
    return await _download(actor.tenant.id, row["object_key"], f"{row['title']}.{suffix}")


async def _download(tenant_id: Any, key: str, filename: str) -> Response[Any]:
    """Lead to the storage's own short-lived address: the bytes do not pass through us."""
    address = await storage().presign_get(tenant_id, key, filename=filename)
    return Redirect(address, status_code=303)


HANDLERS = (attach_certificate, upload_certificate, certificate, document)
