"""Home-realm discovery: an address leads to its people's provider, and tells nothing else."""

import logging
import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest

from parvis.core import clock, db
from parvis.features.identity.domains.discovery import MOST_TRIES
from parvis.integrations import login
from parvis.settings import Settings
from tests.factories import Browser, House
from tests.identity.lying_provider import LyingProvider, query_of
from tests.identity.several_providers import Network
from tests.identity.ways import keep, restore

REFRESH = re.compile(r"^0; url=(.+)$")
Providers = dict[str, LyingProvider]


@pytest.fixture(autouse=True)
async def no_domains(orvance: House, ardelune: House) -> None:
    """Begin without the domains that the tenants' files vouch for."""
    for house in (orvance, ardelune):
        async with house.transaction():
            await db.execute("DELETE FROM connection_domain WHERE tenant_id = $1")


@pytest.fixture
async def providers(
    settings: Settings, orvance: House, superuser: asyncpg.Connection
) -> AsyncIterator[Providers]:
    """The bank's two providers, answering, each known in the plainest way."""
    await keep(superuser)
    async with orvance.transaction():
        await db.execute(
            "UPDATE connection SET profile = 'standard', auth_method = 'none', acr_map = '{}',"
            " algorithms = '{RS256,ES256}', claim_map = '{}' WHERE tenant_id = $1"
        )
        rows = await db.fetch("SELECT slug, issuer, client_id FROM connection WHERE tenant_id = $1")
    found = {row["slug"]: LyingProvider(row["issuer"], row["client_id"]) for row in rows}
    network = Network(*found.values())
    login.use(settings, transport=network.transport)
    yield found
    login.use(settings)
    await restore(superuser)


async def verify(house: House, slug: str, domain: str, *, by: str | None = "dns") -> None:
    """Make `domain` lead to a connection of the house; `by` None only claims it."""
    async with house.transaction():
        connection_id = await db.fetch_value(
            "SELECT id FROM connection WHERE tenant_id = $1 AND slug = $2", slug
        )
        await db.insert(
            "connection_domain", connection_id=connection_id, domain=domain, challenge="c",
            verified_by=by, verified_at=clock.now() if by else None, created_at=clock.now(),
        )  # fmt: skip


async def led(browser: Browser, email: str, **more: str) -> tuple[str, dict[str, str]]:
    """Send an address; return the issuer one is led to, and what it is asked."""
    answer = await browser.send_form("/auth/discover", {"email": email, **more})
    assert answer.status_code == 200, answer.text
    found = REFRESH.match(answer.headers["refresh"])
    assert found is not None
    parts = urlsplit(found[1])
    assert found[1].replace("&", "&amp;") in answer.text or found[1] in answer.text
    return f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('/authorize')}", query_of(
        found[1]
    )


async def test_an_address_of_a_verified_domain_leads_to_its_provider(
    orvance: House, providers: Providers
) -> None:
    await verify(orvance, "partenaires", "cabinet-virlay.test")
    issuer, asked = await led(orvance.visitor, "Luc@Cabinet-VIRLAY.test")
    assert issuer == providers["partenaires"].issuer
    assert asked["login_hint"] == "Luc@Cabinet-VIRLAY.test"


async def test_one_comes_back_signed_in_and_where_one_wanted(
    orvance: House, providers: Providers
) -> None:
    await verify(orvance, "partenaires", "cabinet-virlay.test")
    partner = providers["partenaires"]
    partner.userinfo |= {"name": "Luc Virlay", "capacity": "adviser", "groups": []}
    _, asked = await led(orvance.visitor, "luc@cabinet-virlay.test", next="/communities")
    back = await orvance.visitor.get(
        "/auth/oidc/partenaires/callback",
        params={"state": asked["state"], "code": asked["nonce"], "iss": partner.issuer},
    )
    assert (back.status_code, back.headers["location"]) == (303, "/communities")


async def test_the_identity_that_comes_back_decides(orvance: House, providers: Providers) -> None:
    await verify(orvance, "partenaires", "cabinet-virlay.test")
    client = providers["espace-client"]
    client.userinfo |= {"name": "Anna Berliet", "capacity": "client", "groups": []}
    # Somebody types a partner's address and signs in as who they are, elsewhere.
    await led(orvance.visitor, "luc@cabinet-virlay.test")
    started = await orvance.visitor.get("/auth/oidc/espace-client/start")
    asked = query_of(started.headers["location"])
    assert "login_hint" not in asked
    await orvance.visitor.get(
        "/auth/oidc/espace-client/callback",
        params={"state": asked["state"], "code": asked["nonce"], "iss": client.issuer},
    )
    me = await orvance.visitor.call("GET", "/me")
    assert me.json()["name"] == "Anna Berliet"


@pytest.mark.parametrize(
    "email",
    [
        "jo@inconnu.test",  # nobody's
        "jo@attente.test",  # claimed, never verified
        "jo@sous.cabinet-virlay.test",  # below a verified one
        "jo@virlay.test",  # part of a verified one
    ],
)
async def test_every_other_domain_is_answered_as_one_of_the_first_way_in(
    orvance: House, providers: Providers, email: str
) -> None:
    await verify(orvance, "partenaires", "cabinet-virlay.test")
    await verify(orvance, "partenaires", "attente.test", by=None)
    await verify(orvance, "espace-client", "connu.test")
    unknown = await orvance.visitor.send_form("/auth/discover", {"email": email})
    known = await orvance.visitor.send_form("/auth/discover", {"email": "jo@connu.test"})
    assert unknown.status_code == known.status_code == 200
    assert without_marks(unknown.text, email) == without_marks(known.text, "jo@connu.test")
    assert sorted(unknown.headers.keys()) == sorted(known.headers.keys())


MARKS = re.compile(r"(state|nonce|code_challenge)=[\w-]+")
NONCES = re.compile(r'(nonce|value)="[\w.-]+"')


def without_marks(text: str, email: str) -> str:
    """Leave out what differs between any two answers."""
    for written in (email, email.replace("@", "%40"), email.replace("@", "&#x40;")):
        text = text.replace(written, "<email>")
    return NONCES.sub("", MARKS.sub("", text))


async def test_known_and_unknown_domains_cost_the_same_statements(
    orvance: House, providers: Providers
) -> None:
    await verify(orvance, "espace-client", "connu.test")
    counts = []
    await led(orvance.visitor, "jo@premier.test")  # the provider's metadata is kept from now on
    for email in ("jo@connu.test", "jo@inconnu.test"):
        seen: list[str] = []
        token = db.statement_observer.set(lambda logged, seen=seen: seen.append(logged.query))
        await led(orvance.visitor, email)
        db.statement_observer.reset(token)
        counts.append(seen)
    assert counts[0] == counts[1]
    assert counts[0]


async def test_a_domain_of_another_tenant_means_nothing_here(
    orvance: House, ardelune: House, providers: Providers
) -> None:
    async with ardelune.transaction():
        slug = await db.fetch_value("SELECT slug FROM connection WHERE tenant_id = $1 LIMIT 1")
    await verify(ardelune, slug, "cabinet-virlay.test")
    issuer, _ = await led(orvance.visitor, "luc@cabinet-virlay.test")
    assert issuer == providers["espace-client"].issuer


async def test_a_shut_connection_is_led_to_by_nothing(orvance: House, providers: Providers) -> None:
    await verify(orvance, "partenaires", "cabinet-virlay.test")
    async with orvance.transaction():
        await db.execute(
            "UPDATE connection SET is_enabled = false WHERE tenant_id = $1 AND slug = 'partenaires'"
        )
    issuer, _ = await led(orvance.visitor, "luc@cabinet-virlay.test")
    assert issuer == providers["espace-client"].issuer
    door = await orvance.visitor.get("/sign-in")
    assert 'name="email"' not in door.text


async def test_several_connections_of_a_domain_are_chosen_among_after_sending(
    orvance: House, providers: Providers
) -> None:
    await verify(orvance, "partenaires", "groupe.test")
    await verify(orvance, "espace-client", "groupe.test")
    answer = await orvance.visitor.send_form("/auth/discover", {"email": "jo@groupe.test"})
    assert answer.status_code == 200
    assert "refresh" not in answer.headers
    assert 'value="partenaires"' in answer.text
    assert 'value="espace-client"' in answer.text
    issuer, asked = await led(orvance.visitor, "jo@groupe.test", connection="partenaires")
    assert issuer == providers["partenaires"].issuer
    assert asked["login_hint"] == "jo@groupe.test"


async def test_one_cannot_choose_what_was_not_offered(orvance: House, providers: Providers) -> None:
    await verify(orvance, "espace-client", "groupe.test")
    for slug in ("partenaires", "nulle-part"):
        answer = await orvance.visitor.send_form(
            "/auth/discover", {"email": "jo@groupe.test", "connection": slug}
        )
        assert answer.status_code == 404


@pytest.mark.parametrize("email", ["", "jo", "jo@", "@x.test", "jo@localhost", "jo@10.0.0.1"])
async def test_what_is_no_address_is_said_at_the_field(
    orvance: House, providers: Providers, email: str
) -> None:
    await verify(orvance, "partenaires", "cabinet-virlay.test")
    answer = await orvance.visitor.send_form(
        "/auth/discover", {"email": email, "next": "/communities"}
    )
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert 'value="/communities"' in answer.text


async def test_tries_are_limited_by_address_and_the_links_still_lead_in(
    orvance: House, ardelune: House, providers: Providers
) -> None:
    await verify(orvance, "partenaires", "cabinet-virlay.test")
    await verify(ardelune, "espace-actionnaire", "cabinet-virlay.test")
    with clock.travel(clock.now()):
        for n in range(MOST_TRIES):
            await orvance.visitor.send_form("/auth/discover", {"email": f"essai-{n}"})
        answer = await orvance.visitor.send_form("/auth/discover", {"email": "jo@inconnu.test"})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "/auth/oidc/espace-client/start" in answer.text
    assert (await orvance.visitor.get("/auth/oidc/espace-client/start")).status_code == 303
    told = await orvance.visitor.post(
        "/auth/discover",
        json={"email": "jo@inconnu.test"},
        headers={"x-csrf-token": await orvance.visitor.token(), "accept": "application/json"},
    )
    assert told.status_code == 429
    assert told.json()["code"] == "too_many_tries"
    assert told.headers["retry-after"] == str(told.json()["data"]["retry_after"])
    elsewhere = await ardelune.visitor.send_form("/auth/discover", {"email": "essai"})
    assert elsewhere.status_code == 422


async def test_a_form_of_another_site_is_refused(orvance: House, providers: Providers) -> None:
    answer = await orvance.visitor.post("/auth/discover", data={"email": "jo@inconnu.test"})
    assert answer.status_code == 403


async def test_the_address_stands_in_none_of_our_own_addresses_and_logs(
    orvance: House, providers: Providers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="parvis")
    await verify(orvance, "partenaires", "cabinet-virlay.test")
    answer = await orvance.visitor.send_form("/auth/discover", {"email": "luc@cabinet-virlay.test"})
    ours = [one for one in re.findall(r'(?:href|action)="([^"]+)"', answer.text) if one[0] == "/"]
    assert ours
    assert not any("virlay" in address for address in [str(answer.url), *ours])
    assert "virlay" not in caplog.text
    async with orvance.transaction():
        kept = await db.fetch("SELECT t::text FROM login_transaction t WHERE tenant_id = $1")
    assert kept
    assert not any("virlay" in row["t"] for row in kept)


async def test_the_field_is_there_where_it_helps(orvance: House) -> None:
    assert 'name="email"' not in (await orvance.visitor.get("/sign-in")).text
    await verify(orvance, "partenaires", "cabinet-virlay.test")
    door = (await orvance.visitor.get("/sign-in", params={"next": "/communities"})).text
    assert 'action="/auth/discover"' in door
    assert 'name="next" value="/communities"' in door
    assert "/auth/oidc/espace-client/start" in door
    assert "/auth/oidc/partenaires/start" in door


async def test_a_provider_that_is_away_is_said_plainly(
    orvance: House, providers: Providers
) -> None:
    await verify(orvance, "partenaires", "cabinet-virlay.test")
    providers["partenaires"].is_away = True
    answer = await orvance.visitor.send_form("/auth/discover", {"email": "luc@cabinet-virlay.test"})
    assert answer.status_code == 502
    assert answer.headers["x-correlation-id"] in answer.text
