"""Whoever may open the board of questions is shown the way to it."""

import pytest
from msgspec.structs import replace

from parvis.core.actor import Actor
from parvis.core.navigation import of_admin
from parvis.core.permissions import MEETING_STAFF, Permission
from parvis.features.meetings import rules
from tests.factories import House


@pytest.mark.parametrize("permission", sorted(Permission))
async def test_the_link_and_the_screen_agree(ardelune: House, permission: Permission) -> None:
    actor = _holder(ardelune, permission)
    shown = "/admin/meetings" in {item.href for item in of_admin(actor)}
    assert shown is (permission in MEETING_STAFF)
    assert shown is rules.is_staff(actor)


def _holder(house: House, permission: Permission) -> Actor:
    tenant = replace(house.tenant, has_meetings=True)
    return Actor(tenant=tenant, locale="fr", permissions=frozenset({permission}))
