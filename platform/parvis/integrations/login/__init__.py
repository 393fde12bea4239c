"""Sign-in at a firm's own identity provider: OpenID Connect, code flow with PKCE.

`flow.RelyingParty` is what features use. Nothing here knows the database, a member or a page:
what comes in is a `ConnectionConfig` and the callback's parameters, what goes out is a verified
`SignedIn` or a `LoginError` whose reason the tenant's administrators may read.
"""

from parvis.integrations.login.errors import LoginError, Reason
from parvis.integrations.login.flow import ConnectionConfig, Pending, RelyingParty, SignedIn

__all__ = ["ConnectionConfig", "LoginError", "Pending", "Reason", "RelyingParty", "SignedIn"]
