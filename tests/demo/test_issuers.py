"""People keep their identity when the demonstration's provider moves to another port."""

from parvis.core import db
from parvis.core.db import Database
from parvis.demo import issuers
from tests.factories import House

ISSUER_OF = "SELECT issuer FROM identity WHERE tenant_id = $1 AND member_id = $2"
MOVE_AWAY = "UPDATE identity SET issuer = 'http://127.0.0.1:1/x' WHERE tenant_id = $1"


async def test_identity_follows_the_connection(orvance: House, database: Database) -> None:
    person = await orvance.person()
    async with orvance.transaction():
        issuer = await db.fetch_value(ISSUER_OF, person.id)
        await db.execute(MOVE_AWAY)
    await issuers.follow(database, [issuer])
    async with orvance.transaction():
        assert await db.fetch_value(ISSUER_OF, person.id) == issuer


async def test_identity_of_another_issuer_stays(orvance: House, database: Database) -> None:
    person = await orvance.person()
    async with orvance.transaction():
        await db.execute(MOVE_AWAY)
    await issuers.follow(database, ["https://login.bank.example"])
    async with orvance.transaction():
        assert await db.fetch_value(ISSUER_OF, person.id) == "http://127.0.0.1:1/x"
