"""What a firm's directory tells the application by SCIM 2.0: who is there, and who has left."""

from typing import Any

from parvis.demo.identity_provider.calling import Call, CallFailedError
from parvis.demo.identity_provider.directory import Client, Persona

USERS = "/scim/v2/Users"
PAGE = 100
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


async def standings(call: Call, client: Client) -> dict[str, bool] | None:
    """Return who is in the application's books, by subject, and whether they may enter.

    None when it does not answer a directory: no token, or it is away.
    """
    answer = await _ask(call, client, "GET", f"{USERS}?count={PAGE}")
    if answer is None:
        return None
    found = (one for one in answer.get("Resources", []) if one.get("externalId"))
    return {one["externalId"]: one.get("active") is not False for one in found}


async def set_active(call: Call, client: Client, persona: Persona, *, active: bool) -> bool:
    """Let the application admit the person, or end their membership at once; whether it did."""
    query = f'{USERS}?filter=externalId eq "{persona.sub}"'.replace(" ", "%20")
    answer = await _ask(call, client, "GET", query.replace('"', "%22"))
    if answer is None:
        return False
    known = answer.get("Resources", [])
    if not known:
        user = _user(persona) | {"active": active}
        return await _ask(call, client, "POST", USERS, user) is not None
    change = {"schemas": [PATCH], "Operations": [_replace("active", active)]}
    return await _ask(call, client, "PATCH", f"{USERS}/{known[0]['id']}", change) is not None


def _user(persona: Persona) -> dict[str, Any]:
    return {
        "schemas": [USER],
        "userName": persona.email,
        "externalId": persona.sub,
        "displayName": persona.name,
        "name": {"formatted": persona.name},
        "title": persona.headline or None,
        "preferredLanguage": persona.locale,
        "userType": persona.capacity,
        "emails": [{"value": persona.email, "type": "work", "primary": True}],
    }


def _replace(path: str, value: object) -> dict[str, object]:
    return {"op": "replace", "path": path, "value": value}


async def _ask(
    call: Call, client: Client, method: str, path: str, body: Any = None
) -> dict[str, Any] | None:
    try:
        status, answer = await call(
            method, client.url + path, json=body, token=client.directory_token
        )
    except CallFailedError:
        return None
    if status == 204:  # done, and nothing to say
        return {}
    return answer if status in (200, 201) and isinstance(answer, dict) else None
