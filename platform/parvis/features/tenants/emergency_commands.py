"""What `parvis tenant emergency …` does and says. Needs an open transaction of the tenant."""

import argparse
from urllib.parse import quote

from parvis.core import tenancy
from parvis.core.errors import Conflict, NotFound
from parvis.features.identity.emergency import actions as emergency
from parvis.features.identity.emergency.queries import emergency_administrators
from parvis.features.identity.membership import EMERGENCY_ADMINISTRATORS
from parvis.features.tenants.problems import ApplyRefusedError
from parvis.settings import Settings

MOMENT = "%Y-%m-%d %H:%M UTC"


async def run(arguments: argparse.Namespace, settings: Settings) -> list[str]:
    """Do what was asked for, and return the lines to print."""
    if arguments.what == "add":
        return await _add(arguments.name, arguments.email, settings)
    if arguments.what == "revoke":
        return await _revoke(arguments.email)
    return await _listed()


async def _add(name: str, email: str, settings: Settings) -> list[str]:
    if not name.strip() or email.count("@") != 1:
        raise ApplyRefusedError("a name and an e-mail address, please")
    tenant = await tenancy.current_tenant()
    try:
        path = await emergency.add(tenant, name=name.strip(), email=email.strip())
    except Conflict as error:
        raise ApplyRefusedError(error.message) from error
    return [
        "Give this link to nobody else; it works once, within 48 hours:",
        f"{settings.public_url(tenant.host)}{quote(path)}",
    ]


async def _revoke(email: str) -> list[str]:
    try:
        await emergency.revoke(email.strip())
    except NotFound as error:
        raise ApplyRefusedError(f"{email} has no emergency access") from error
    return [f"{email}: revoked", *await _listed()]


async def _listed() -> list[str]:
    everybody = await emergency_administrators()
    enrolled = sum(one.is_enrolled for one in everybody)
    lines = [
        f"{one.email}\t{one.name}\t"
        + ("enrolled" if one.is_enrolled else "not enrolled yet")
        + (f"\tlast used {one.last_used_at:{MOMENT}}" if one.last_used_at else "")
        for one in everybody
    ]
    if enrolled < EMERGENCY_ADMINISTRATORS:
        lines.append(f"Only {enrolled} enrolled: there should be {EMERGENCY_ADMINISTRATORS}.")
    return lines
