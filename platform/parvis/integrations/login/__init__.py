"""Sign-in at a firm's own identity provider: OpenID Connect, code flow with PKCE.

`flow.RelyingParty` is what features use. Nothing here knows the database, a member or a page:
what comes in is a `ConnectionConfig` and the callback's parameters, what goes out is a verified
`SignedIn` or a `LoginError` whose reason the tenant's administrators may read.
"""

from datetime import timedelta

from parvis.integrations.login.clientauth import NewKey, new_key
from parvis.integrations.login.config import (
    ASSERTION_ALGORITHMS,
    FAPI_ALGORITHMS,
    METHODS,
    PROFILES,
    Ask,
    ConnectionConfig,
    Pending,
    SignedIn,
    Step,
    complaint,
)
from parvis.integrations.login.errors import LoginError, Reason
from parvis.integrations.login.flow import RelyingParty
from parvis.integrations.login.keeping import COOL_DOWN
from parvis.integrations.login.logouttoken import LogoutToken
from parvis.integrations.login.transport import MakeTransport
from parvis.integrations.login.verified import VerifiedName, is_true, verified_name
from parvis.settings import Settings

__all__ = [
    "ASSERTION_ALGORITHMS",
    "FAPI_ALGORITHMS",
    "METHODS",
    "PROFILES",
    "Ask",
    "ConnectionConfig",
    "LoginError",
    "LogoutToken",
    "NewKey",
    "Pending",
    "Reason",
    "RelyingParty",
    "SignedIn",
    "Step",
    "VerifiedName",
    "complaint",
    "is_true",
    "new_key",
    "relying_party",
    "use",
    "verified_name",
]

_party: RelyingParty | None = None


def use(
    settings: Settings,
    transport: MakeTransport | None = None,
    *,
    cool_down: timedelta = COOL_DOWN,
) -> None:
    """Make the process sign people in as `settings` allow; tests give a network of their own."""
    global _party  # noqa: PLW0603 -- one process, one relying party: it keeps providers' keys
    _party = RelyingParty(
        allow_loopback=settings.allows_loopback, transport=transport, cool_down=cool_down
    )


def relying_party() -> RelyingParty:
    """Return the process's relying party."""
    if _party is None:
        raise RuntimeError("no relying party: the process was not set up")
    return _party
