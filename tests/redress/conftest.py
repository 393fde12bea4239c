"""Notices of illegal content and appeals, sent as people send them: through HTTP, by mail."""

import re
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from parvis.core import db, jobs
from parvis.features.moderation.legal_notices import mail as notice_mail
from parvis.integrations import mail
from parvis.integrations.mail import Mail
from tests.conversations.conftest import publish
from tests.factories import Browser, House, Person

PLACE = "clients-du-cercle"
SECRET = "conseil-consultatif"
REASONS = "Ce message diffame mon cabinet, sur des faits qui sont faux et que je peux prouver."
DEFAMATION = "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"
CHILD_ABUSE = "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL"
NAME = "Zénobie Quatrelivres"
EMAIL = "zenobie@notaires.example"
LETTER = "Votre texte a été retiré. Vous pouvez le contester pendant six mois."
ANSWER = "Nous avons relu votre texte. La première décision est confirmée."
FACTS = "Le texte impute des faits précis à un tiers."
LINK = re.compile(r"/legal-notice/([A-Za-z0-9_-]{20,})")


class Postbox:
    """A mail server in the process, and the worker that brings it the mails of notifiers."""

    def __init__(self, house: House, superuser: asyncpg.Connection) -> None:
        self.sent: list[Mail] = []
        self._house, self._superuser = house, superuser

    async def send(self, message: Mail) -> None:
        assert db.current.get() is None, "a transaction is open while the server is waited for"
        self.sent.append(message)

    def to(self, address: str) -> list[Mail]:
        return [one for one in self.sent if one.to == address]

    def link(self, address: str) -> str:
        """Return the token of the private page in the newest mail to somebody."""
        found = LINK.search(self.to(address)[-1].text)
        assert found
        return found[1]

    async def deliver(self) -> None:
        """Run the mails that are queued for notifiers, as the worker does."""
        rows = await self._superuser.fetch(
            "DELETE FROM procrastinate_jobs WHERE task_name LIKE 'legal_notices.%'"
            " AND args ->> 'tenant_id' = $1 RETURNING task_name, args",
            str(self._house.tenant.id),
        )
        for row in rows:
            args = db.from_jsonb(row["args"], dict[str, Any])
            del args["tenant_id"]
            await jobs.run(WORK[row["task_name"]], self._house.tenant.id, **args)


WORK = {
    job.name: job
    for job in (notice_mail.acknowledge, notice_mail.tell_outcome, notice_mail.tell_appeal)
}


@pytest.fixture
def postbox(
    monkeypatch: pytest.MonkeyPatch, orvance: House, superuser: asyncpg.Connection
) -> Postbox:
    box = Postbox(orvance, superuser)
    monkeypatch.setattr(mail, "_mailer", box)
    return box


@pytest.fixture
async def author(orvance: House) -> Person:
    return await orvance.person("Georges Malvoisin", communities=[PLACE])


@pytest.fixture
async def moderator(orvance: House) -> Person:
    return await orvance.person("Ludivine Darcel", roles=["moderator"], capacity="employee")


@pytest.fixture
async def colleague(orvance: House) -> Person:
    return await orvance.person("Bastien Queyroux", roles=["moderator"], capacity="employee")


@pytest.fixture
async def compliance(orvance: House) -> Person:
    return await orvance.person("Constance Belloy", roles=["compliance"], capacity="employee")


@pytest.fixture
async def second(orvance: House) -> Person:
    return await orvance.person("Honoré Vasseuil", roles=["compliance"], capacity="employee")


@pytest.fixture
async def admin(orvance: House) -> Person:
    return await orvance.person("Aurélie Montferrand", roles=["admin"], capacity="employee")


@pytest.fixture
async def post(author: Person) -> dict[str, Any]:
    return await publish(author, "Un cabinet à éviter", "Ce cabinet perd tous ses dossiers.")


def a_notice(*addresses: str, **changes: Any) -> dict[str, Any]:
    """A complete notice."""
    return {
        "addresses": list(addresses),
        "category": DEFAMATION,
        "reasons": REASONS,
        "law": "Loi du 29 juillet 1881, art. 29",
        "name": NAME,
        "email": EMAIL,
        "good_faith": True,
    } | changes


async def send(browser: Browser, *addresses: str, **changes: Any) -> httpx.Response:
    return await browser.call("POST", "/legal-notices", a_notice(*addresses, **changes))


async def items(person: Person, which: str = "notices") -> list[dict[str, Any]]:
    answer = await person.browser.call("GET", f"/moderation/items?which={which}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["page"]["items"]
    return found


async def act(person: Person, item: dict[str, Any], what: str, **fields: Any) -> httpx.Response:
    body = {"version": item["version"], **fields}
    return await person.browser.call("POST", f"/moderation/items/{item['id']}/{what}", body)


async def claim(person: Person, item: dict[str, Any]) -> dict[str, Any]:
    answer = await act(person, item, "claim")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["item"]
    return found


async def decide(person: Person, which: str = "notices", **fields: Any) -> dict[str, Any]:
    """Take charge of the only item of a list, decide, and return the decision."""
    [item] = await items(person, which)
    answer = await act(person, await claim(person, item), "decisions", **fields)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def by_law(**changes: Any) -> dict[str, Any]:
    """A refusal on a legal ground."""
    return {
        "action": "refuse",
        "ground": "law",
        "law": "Loi du 29 juillet 1881, art. 29",
        "law_why": "Une allégation précise qui porte atteinte à l’honneur.",
        "category": "illegal_or_harmful_speech",
        "facts": FACTS,
        "text": LETTER,
    } | changes


def upheld(**changes: Any) -> dict[str, Any]:
    return {"action": "uphold", "text": ANSWER, "facts": FACTS} | changes


def reversed_(**changes: Any) -> dict[str, Any]:
    text = "Nous avons relu votre texte : la décision est annulée."
    return {"action": "reverse", "text": text, "facts": FACTS} | changes


async def appeal(person: Person, decision_id: str | UUID, text: str = "À tort.") -> httpx.Response:
    return await person.browser.call("POST", f"/decisions/{decision_id}/appeals", {"text": text})
