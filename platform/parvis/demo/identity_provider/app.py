"""The provider as an application, for a test's transport or for a server on loopback."""

from collections.abc import Mapping

from litestar import Litestar
from litestar.datastructures import State

from parvis.demo.identity_provider.calling import Call, caller
from parvis.demo.identity_provider.directory import Issuer
from parvis.demo.identity_provider.provider import Provider
from parvis.demo.identity_provider.routes import ROUTER


def create_provider(issuers: Mapping[str, Issuer], call: Call | None = None) -> Litestar:
    """Return the application that serves `issuers`, with keys of its own.

    `call` is how it reaches the applications that trust it; a test gives its own.
    """
    return Litestar(
        route_handlers=[ROUTER],
        state=State({"provider": Provider(issuers, call or caller())}),
        openapi_config=None,
        logging_config=None,
    )
