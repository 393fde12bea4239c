"""Receipts of one's own entries: pages to keep, JSON to verify, and what verifies it."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath, FromQuery

from parvis.core import http
from parvis.core.http import Req, actor_of
from parvis.core.pagination import Page
from parvis.features.journal.evidence import receipts
from parvis.features.journal.evidence.offline.program import program
from parvis.features.journal.evidence.receipts import Receipt, ReceiptLine

STANDS = "what somebody did stands, whatever the charter says"
MINE = {"open": STANDS, "session_only": True}
TAGS = ["receipts"]
PAGE = "journal/receipt.html"


@get("/me/receipts", opt=MINE, include_in_schema=False)
async def receipts_page(request: Req, after: FromQuery[str | None] = None) -> Response[Any]:
    """Show of what the reader may take receipts."""
    view = await receipts.own_receipts(actor_of(request), after=after)
    return http.page(request, "journal/receipts.html", view)


@get("/me/receipts/{entry_id:uuid}", opt=MINE, include_in_schema=False)
async def receipt_page(request: Req, entry_id: FromPath[UUID]) -> Response[Any]:
    """Show one receipt, to be printed or downloaded."""
    view = await receipts.receipt(actor_of(request), entry_id)
    return http.page(request, PAGE, view, file=f"/me/receipts/{entry_id}/receipt.json")


@get("/me/receipts/{entry_id:uuid}/receipt.json", opt=MINE, include_in_schema=False)
async def receipt_file(request: Req, entry_id: FromPath[UUID]) -> Response[bytes]:
    """Give a receipt as a file."""
    return as_file(await receipts.receipt(actor_of(request), entry_id))


@get("/admin/journal/{entry_id:uuid}/receipt", include_in_schema=False)
async def any_receipt_page(request: Req, entry_id: FromPath[UUID]) -> Response[Any]:
    """Show the receipt of any entry to who reads the journal."""
    view = await receipts.receipt(actor_of(request), entry_id, as_reader=True)
    return http.page(request, PAGE, view, file=f"/admin/journal/{entry_id}/receipt.json")


@get("/admin/journal/{entry_id:uuid}/receipt.json", include_in_schema=False)
async def any_receipt_file(request: Req, entry_id: FromPath[UUID]) -> Response[bytes]:
    """Give the receipt of any entry as a file to who reads the journal."""
    return as_file(await receipts.receipt(actor_of(request), entry_id, as_reader=True))


@get("/journal/verify.py", opt={"public": True}, include_in_schema=False)
async def verifier() -> Response[bytes]:
    """Give anybody the program that verifies receipts and proof files offline."""
    headers = {"content-disposition": 'attachment; filename="verify.py"'}
    return Response(program(), media_type="text/x-python; charset=utf-8", headers=headers)


@get("/api/v1/me/receipts", opt=MINE, operation_id="listMyReceipts", tags=TAGS)
async def list_receipts(request: Req, after: FromQuery[str | None] = None) -> Page[ReceiptLine]:
    """List the entries of which you may take a receipt, newest first, 20 a page."""
    return await receipts.own_receipts(actor_of(request), after=after)


@get("/api/v1/me/receipts/{entry_id:uuid}", opt=MINE, operation_id="getMyReceipt", tags=TAGS)
async def get_receipt(request: Req, entry_id: FromPath[UUID]) -> Receipt:
    """Return the receipt of one of your entries, as verify.py takes it."""
    return await receipts.receipt(actor_of(request), entry_id)


@get("/api/v1/journal/{entry_id:uuid}/receipt", operation_id="getEntryReceipt", tags=["journal"])
async def get_any_receipt(request: Req, entry_id: FromPath[UUID]) -> Receipt:
    """Return the receipt of any entry, as verify.py takes it."""
    return await receipts.receipt(actor_of(request), entry_id, as_reader=True)


def as_file(receipt: Receipt) -> Response[bytes]:
    """Return a receipt to be saved under a name that says what it is."""
    name = f"receipt-{receipt.at:%Y%m%d}-{receipt.act}-{str(receipt.id)[-6:]}.json"
    return Response(
        msgspec.json.format(msgspec.json.encode(receipt), indent=2),
        media_type="application/json",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


HANDLERS = (
    receipts_page, receipt_page, receipt_file, any_receipt_page, any_receipt_file, verifier,
    list_receipts, get_receipt, get_any_receipt,
)  # fmt: skip
