"""Our public keys, where providers look for them."""

from typing import Any

from litestar import Response, get

from parvis.features.identity import client_keys

# Longer, and a key that signs at once after an incident would not be seen.
_HEADERS = {"cache-control": "public, max-age=300", "vary": "Accept-Language, Cookie"}


@get(client_keys.JWKS_PATH, opt={"public": True}, include_in_schema=False)
async def client_jwks() -> Response[dict[str, Any]]:
    """Return the keys that our assertions are signed with, now and soon (RFC 7517)."""
    return Response({"keys": await client_keys.public_keys()}, headers=_HEADERS)


HANDLERS = (client_jwks,)
