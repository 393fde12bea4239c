"""The keys that sign the journal's checkpoints, for whoever verifies one."""

import base64
from typing import Any

from litestar import Response, get

from parvis.core import db
from parvis.features.journal.sealing import keys, notes
from parvis.features.journal.sealing.canonical import moment
from parvis.features.journal.sealing.keys import PublicKey

PATH = "/.well-known/parvis-journal-keys.json"
_HEADERS = {"cache-control": "public, max-age=300", "vary": "Accept-Language, Cookie"}


@get(PATH, opt={"public": True}, include_in_schema=False)
async def journal_keys() -> Response[dict[str, Any]]:
    """Return every key that ever signed this tenant's checkpoints, retired ones with their day."""
    return Response(
        {
            "origin": notes.origin_of(db.current_tenant()),
            "keys": [_shown(key) for key in await keys.public_keys()],
        },
        headers=_HEADERS,
    )


def _shown(key: PublicKey) -> dict[str, Any]:
    return {
        "name": key.name,
        "vkey": key.vkey,
        "public_key": base64.b64encode(key.public_key).decode(),
        "created_at": moment(key.created_at),
        "retired_at": moment(key.retired_at) if key.retired_at else None,
    }


HANDLERS = (journal_keys,)
