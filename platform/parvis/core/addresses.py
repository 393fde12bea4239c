"""Where visitors reach a tenant: for what is written outside of any request, as mail is."""

from parvis.core.tenancy import Tenant
from parvis.settings import Settings

_settings: Settings | None = None


def use(settings: Settings) -> None:
    """Make addresses those of these settings' scheme and port."""
    global _settings  # noqa: PLW0603 -- one process, one way in
    _settings = settings


def site(tenant: Tenant) -> str:
    """Return scheme and host under which visitors reach the tenant."""
    if _settings is None:
        raise RuntimeError("no addresses: the process was not set up")
    return _settings.public_url(tenant.host)
