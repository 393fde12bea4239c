"""What the browser brings back from a provider."""

from collections.abc import Mapping

from parvis.integrations.login.errors import LoginError, Reason
from parvis.integrations.login.exchange import code_only


def code_from(callback: Mapping[str, str], issuer: str, *, must_name_issuer: bool) -> str:
    """Return the code of a callback whose state was already found to be ours.

    The issuer is looked at before anything else it says (RFC 9207): an error of another
    provider is no more ours than a code of it.
    """
    named = callback.get("iss")
    if named is None and must_name_issuer:
        raise LoginError(Reason.ISSUER_MISSING)
    if named is not None and named != issuer:
        raise LoginError(Reason.ISSUER_WRONG)
    if "error" in callback:
        raise LoginError(Reason.PROVIDER_REFUSED, code_only(callback["error"]))
    if not callback.get("code"):
        raise LoginError(Reason.CODE_MISSING)
    return callback["code"]
