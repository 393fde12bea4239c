"""People with profiles, made as members make them: through HTTP."""

from typing import Any

from parvis.core import db
from tests.factories import House, Person

OPEN = "clients-du-cercle"
SECRET = "conseil-consultatif"
HELD = "On parle d’un projet de cession avant l’été"
REFUSED = "Mon compte : FR76 3000 6000 0112 3456 7890 189"


async def edit(person: Person, **fields: Any) -> dict[str, Any]:
    """Change a profile the way a program does."""
    answer = await person.browser.call("PATCH", "/me/profile", fields)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def seen(reader: Person, person: Person) -> dict[str, Any]:
    """Return a member as a reader gets them."""
    answer = await reader.browser.call("GET", f"/people/{person.id}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def names(reader: Person, query: str = "") -> list[str]:
    """Return the names of a page of the directory."""
    answer = await reader.browser.call("GET", f"/people{query}")
    assert answer.status_code == 200, answer.text
    return [one["name"] for one in answer.json()["items"]]


async def hide(person: Person) -> None:
    """Have somebody leave the directory."""
    await edit(person, in_directory=False)


async def become(house: House, person: Person, **columns: Any) -> None:
    """Let a member be something that others make of them."""
    sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, start=3))
    async with house.transaction():
        await db.execute(
            f"UPDATE member SET {sets} WHERE tenant_id = $1 AND id = $2",
            person.id,
            *columns.values(),
        )
