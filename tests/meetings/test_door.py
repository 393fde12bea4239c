"""What a visitor may know of a meeting before signing in."""

from datetime import timedelta

from parvis.core import clock
from parvis.seeds.runner import settle
from parvis.settings import REPOSITORY


async def test_the_door_tells_until_when_questions_are_taken(ardelune, migrated) -> None:
    await settle(REPOSITORY / "tenants" / "ardelune", settings=migrated)
    page = (await ardelune.visitor.get("/sign-in")).text
    assert "Vos questions au conseil" in page
    assert "Jusqu’au" in page
    with clock.shift(timedelta(days=60)):
        assert "Vos questions au conseil" not in (await ardelune.visitor.get("/sign-in")).text
