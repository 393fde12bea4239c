"""A tenant's ways in, as its administrators make, change, open and shut them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from parvis.core import clock, db
from parvis.integrations import login
from parvis.settings import Settings
from tests.factories import House, Person
from tests.identity.lying_provider import LyingProvider
from tests.identity.several_providers import Network
from tests.identity.ways import FORM, NEW, connection_of, keep, restore

SECRET = NEW["secret"]
LIST = "/admin/connections"


@pytest.fixture
async def admin(orvance: House, superuser: asyncpg.Connection) -> AsyncIterator[Person]:
    """An administrator of the bank, whose doings are undone afterwards."""
    await keep(superuser)
    yield await orvance.person("Aurélie Montferrand", roles=["admin"])
    await restore(superuser)


@pytest.fixture
async def gerance(settings: Settings, orvance: House) -> AsyncIterator[LyingProvider]:
    """The provider of the new connection, describing itself properly until told otherwise."""
    found = LyingProvider("https://id.gerance.test", "parvis")
    login.use(settings, transport=Network(found).transport)
    yield found
    login.use(settings)


async def make(admin: Person, **changes: Any) -> dict[str, Any]:
    answer = await admin.browser.call("POST", LIST, NEW | changes)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_new_connection_is_shut_and_says_what_the_provider_needs(
    orvance: House, admin: Person, gerance: LyingProvider
) -> None:
    made = await make(admin)
    assert made["is_enabled"] is False
    site = f"https://{orvance.tenant.host}"
    assert made["addresses"] == {
        "redirect": f"{site}/auth/oidc/gerance/callback",
        "signed_out": f"{site}/signed-out",
        "back_channel": f"{site}/auth/oidc/gerance/backchannel",
        "jwks": None,
        "link": f"{site}/auth/oidc/gerance/start",
    }
    assert (await orvance.visitor.get("/auth/oidc/gerance/start")).status_code == 404
    assert "gerance" not in (await orvance.visitor.get("/sign-in")).text


async def test_the_form_makes_what_it_says(
    orvance: House, admin: Person, gerance: LyingProvider
) -> None:
    sent = await admin.browser.send_form("/admin/sign-in/connections/new", FORM)
    assert sent.status_code == 303, sent.text
    connection_id = await connection_of(orvance, "gerance")
    found = (await admin.browser.call("GET", f"{LIST}/{connection_id}")).json()
    assert found["label"] == NEW["label"]
    assert found["algorithms"] == ["ES256", "RS256"]
    assert found["admission_domains"] == ["gerance.test", "xn--grance-bva.test"]
    assert found["admission_groups"] == ["expert"]
    assert found["claim_map"] == {"name": "name", "groups": "roles"}
    assert found["acr_map"] == {"urn:example:mot-de-passe": "basic", "urn:example:2fa": "strong"}
    assert (found["name_authority"], found["texts_as_booleans"]) == (True, False)
    assert (found["external_id_claim"], found["position"]) == ("oid", 7)
    # What the form shows, sent back as it is, changes nothing.
    again = await admin.browser.send_form(
        f"/admin/sign-in/connections/{connection_id}/edit", FORM | {"secret": ""}
    )
    assert again.status_code == 303
    after = (await admin.browser.call("GET", f"{LIST}/{connection_id}")).json()
    assert after == found
    page = await admin.browser.get(f"/admin/sign-in/connections/{connection_id}/edit")
    assert "urn:example:2fa = strong" in page.text


async def test_a_secret_is_sealed_and_never_shown(
    orvance: House, admin: Person, gerance: LyingProvider, superuser: asyncpg.Connection
) -> None:
    made = await make(admin)
    path = f"/admin/sign-in/connections/{made['id']}"
    bad = await admin.browser.send_form(
        "/admin/sign-in/connections/new", FORM | {"client_id": "", "slug": "autre"}
    )
    assert bad.status_code == 422
    shown = [
        str(made), bad.text,
        (await admin.browser.get(path)).text,
        (await admin.browser.get(f"{path}/edit")).text,
        (await admin.browser.call("GET", LIST)).text,
        (await admin.browser.call("GET", f"{LIST}/{made['id']}")).text,
        (await admin.browser.get("/admin/journal")).text,
    ]  # fmt: skip
    assert not any(SECRET in text for text in shown)
    rows = await superuser.fetch("SELECT c::text AS t FROM connection c")
    rows += await superuser.fetch("SELECT j::text AS t FROM journal_entry j")
    assert not any(SECRET in row["t"] or SECRET.encode().hex() in row["t"] for row in rows)
    assert made["has_secret"] is True


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "espace-client"}, "slug"),
        ({"slug": "Espace Client"}, "slug"),
        ({"label": {"en": "Only English"}}, "label"),
        ({"label": {"fr": "Oui", "de": "Nein"}}, "label"),
        ({"label": "Portail"}, "label"),
        ({"issuer": "http://id.gerance.test"}, "issuer"),
        ({"issuer": "ftp://id.gerance.test"}, "issuer"),
        ({"issuer": "id.gerance.test"}, "issuer"),
        ({"issuer": "https://user@id.gerance.test"}, "issuer"),
        ({"issuer": "https://id.gerance.test/"}, "issuer"),
        ({"issuer": "https://personne.test"}, "issuer"),
        ({"client_id": ""}, "client_id"),
        ({"secret": None}, "secret"),
        ({"auth_method": "private_key_jwt"}, "secret"),
        ({"auth_method": "tls_client_auth"}, "auth_method"),
        ({"algorithms": []}, "algorithms"),
        ({"algorithms": ["HS256"]}, "algorithms"),
        ({"algorithms": ["none"]}, "algorithms"),
        ({"profile": "fapi2"}, "auth_method"),
        ({"profile": "fapi2", "auth_method": "private_key_jwt", "secret": None}, "algorithms"),
        ({"profile": "fapi3"}, "profile"),
        ({"scope": "profile openid"}, "scope"),
        ({"claim_map": {"shoe_size": "x"}}, "claim_map"),
        ({"claim_map": ["name"]}, "claim_map"),
        ({"acr_map": {"urn:x": "certain"}}, "acr_map"),
        ({"acr_map": "urn:x"}, "acr_map"),
        ({"admission": "everybody"}, "admission"),
        ({"admission_domains": ["localhost"]}, "admission_domains"),
        ({"admission_groups": ["inconnu"]}, "admission_groups"),
        ({"admission_groups": ["admin"]}, "admission_groups"),
        ({"external_id_claim": "object id"}, "external_id_claim"),
        ({"position": -1}, "position"),
    ],
)
async def test_bad_settings_are_refused_at_their_field(
    admin: Person, gerance: LyingProvider, changes: dict[str, Any], field: str
) -> None:
    answer = await admin.browser.call("POST", LIST, NEW | changes)
    assert answer.status_code == 422, answer.text
    assert field in answer.json()["fields"], answer.text
    listed = (await admin.browser.call("GET", LIST)).json()
    assert [one["slug"] for one in listed] == ["espace-client", "partenaires"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"label.fr": ""}, "label"),
        ({"issuer": "http://id.gerance.test"}, "issuer"),
        ({"algorithms": []}, "algorithms"),
        ({"acr_map": "urn:example:2fa"}, "acr_map"),
        ({"acr_map": "urn:example:2fa = sûr"}, "acr_map"),
        ({"position": "première"}, "position"),
        ({"admission_groups": ["expert", "admin"]}, "admission_groups"),
    ],
)
async def test_the_form_comes_back_as_it_was_with_the_fault_marked(
    admin: Person, gerance: LyingProvider, changes: dict[str, Any], field: str
) -> None:
    answer = await admin.browser.send_form("/admin/sign-in/connections/new", FORM | changes)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}"' in answer.text
    assert 'value="gerance"' in answer.text
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "issuer", ["https://10.0.0.1", "https://127.0.0.1", "https://169.254.169.254", "https://[::1]"]
)
async def test_an_address_inside_our_network_is_refused(
    admin: Person, settings: Settings, issuer: str
) -> None:
    answer = await admin.browser.call("POST", LIST, NEW | {"issuer": issuer})
    assert answer.status_code == 422
    assert "issuer" in answer.json()["fields"]


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://id.gerance.test/"},
        {"token_endpoint": "http://id.gerance.test/token"},
        {"code_challenge_methods_supported": ["plain"]},
        {"response_types_supported": ["id_token"]},
    ],
)
async def test_a_provider_that_describes_itself_wrongly_is_not_saved(
    admin: Person, gerance: LyingProvider, metadata: dict[str, Any]
) -> None:
    gerance.metadata |= metadata
    answer = await admin.browser.call("POST", LIST, NEW)
    assert answer.status_code == 422
    assert "issuer" in answer.json()["fields"]


async def test_a_provider_that_does_not_advertise_pkce_may_be_assumed_to_do_it(
    admin: Person, gerance: LyingProvider
) -> None:
    del gerance.metadata["code_challenge_methods_supported"]
    assert (await admin.browser.call("POST", LIST, NEW)).status_code == 422
    await make(admin, pkce="assumed")


async def test_who_proves_itself_by_keys_is_told_where_they_are(
    orvance: House, admin: Person, gerance: LyingProvider
) -> None:
    made = await make(admin, auth_method="private_key_jwt", secret=None)
    jwks = made["addresses"]["jwks"]
    assert jwks in (await admin.browser.get(f"/admin/sign-in/connections/{made['id']}")).text
    published = await orvance.visitor.get(jwks.removeprefix(f"https://{orvance.tenant.host}"))
    assert published.status_code == 200


async def test_settings_change_and_an_untyped_secret_stays(
    admin: Person, gerance: LyingProvider, superuser: asyncpg.Connection
) -> None:
    made = await make(admin)
    path = f"{LIST}/{made['id']}"

    async def sealed() -> bytes | None:
        found: bytes | None = await superuser.fetchval(
            "SELECT secret_sealed FROM connection WHERE slug = 'gerance'"
        )
        return found

    before = await sealed()
    changed = await admin.browser.call(
        "PUT", path, NEW | {"secret": None, "admission": "jit", "slug": "autre-nom"}
    )
    assert changed.status_code == 200, changed.text
    assert (changed.json()["admission"], changed.json()["slug"]) == ("jit", "gerance")
    assert await sealed() == before
    await admin.browser.call("PUT", path, NEW | {"secret": "un autre secret"})
    assert await sealed() != before
    await admin.browser.call("PUT", path, NEW | {"auth_method": "none", "secret": None})
    assert await sealed() is None


async def test_nobody_moves_a_connection_that_people_came_in_through(
    orvance: House, admin: Person, gerance: LyingProvider
) -> None:
    """The administrator's own identity came through the client area."""
    used = await connection_of(orvance, "espace-client")
    stored = (await admin.browser.call("GET", f"{LIST}/{used}")).json()
    given = {name: stored[name] for name in (*NEW, "claim_map", "admission") if name in stored}
    for field, value in (("issuer", "https://id.gerance.test"), ("client_id", "parvis")):
        answer = await admin.browser.call("PUT", f"{LIST}/{used}", given | {field: value})
        assert answer.status_code == 422, answer.text
        assert field in answer.json()["fields"]
    page = await admin.browser.get(f"/admin/sign-in/connections/{used}/edit")
    assert "icons.svg#lock" in page.text or "#lock" in page.text
    # One that nobody ever used may still be put right.
    made = await make(admin)
    fixed = await admin.browser.call("PUT", f"{LIST}/{made['id']}", NEW | {"client_id": "parvis-2"})
    assert fixed.json()["client_id"] == "parvis-2"


async def test_opening_and_shutting(orvance: House, admin: Person, gerance: LyingProvider) -> None:
    made = await make(admin)
    path = f"/admin/sign-in/connections/{made['id']}"
    assert (await admin.browser.send_form(f"{path}/enable", {})).status_code == 303
    assert (await orvance.visitor.get("/auth/oidc/gerance/start")).status_code == 303
    assert (await admin.browser.send_form(f"{path}/disable", {})).status_code == 303
    assert (await orvance.visitor.get("/auth/oidc/gerance/start")).status_code == 404


async def test_shutting_ends_the_sessions_opened_through_it(orvance: House, admin: Person) -> None:
    partner = await orvance.person("Luc Virlay")
    used = await connection_of(orvance, "partenaires")
    async with orvance.transaction():
        await db.execute(
            "UPDATE auth_session SET connection_id = $2 WHERE tenant_id = $1 AND member_id = $3",
            used,
            partner.id,
        )
    answer = await admin.browser.call("DELETE", f"{LIST}/{used}/enabling")
    assert (answer.status_code, answer.json()["is_enabled"]) == (200, False)
    assert (await partner.browser.call("GET", "/me")).status_code == 401
    assert (await admin.browser.call("GET", "/me")).status_code == 200


async def test_the_last_way_in_cannot_be_shut(orvance: House, admin: Person) -> None:
    used = await connection_of(orvance, "espace-client")
    answer = await admin.browser.call("DELETE", f"{LIST}/{used}/enabling")
    assert (answer.status_code, answer.json()["code"]) == (409, "last_way_in")
    page = await admin.browser.send_form(f"/admin/sign-in/connections/{used}/disable", {})
    assert page.status_code == 409
    assert "Espace client Orvance" in page.text
    assert (await admin.browser.call("GET", f"{LIST}/{used}")).json()["is_enabled"] is True


async def test_all_sessions_of_a_connection_end_at_a_click(orvance: House, admin: Person) -> None:
    client = await orvance.person("Anna Berliet")
    used = await connection_of(orvance, "espace-client")
    shown = (await admin.browser.call("GET", f"{LIST}/{used}")).json()
    assert shown["sessions"] == 2
    sent = await admin.browser.send_form(f"/admin/sign-in/connections/{used}/end-sessions", {})
    assert sent.status_code == 303
    assert (await client.browser.call("GET", "/me")).status_code == 401
    assert (await admin.browser.call("GET", "/me")).status_code == 401  # theirs was one of them


async def test_each_change_is_journaled(
    orvance: House, admin: Person, gerance: LyingProvider
) -> None:
    made = await make(admin)
    path = f"{LIST}/{made['id']}"
    await admin.browser.call("PUT", path, NEW | {"admission": "jit"})
    await admin.browser.call("POST", f"{path}/enabling")
    await admin.browser.call("DELETE", f"{path}/sessions")
    await admin.browser.call("DELETE", f"{path}/enabling")
    async with orvance.transaction():
        rows = await db.fetch(
            "SELECT act, data FROM journal_entry WHERE tenant_id = $1 AND subject_id = $2"
            " ORDER BY id",
            made["id"],
        )
    assert [row["act"].removeprefix("connection.") for row in rows] == [
        "created", "changed", "enabled", "sessions_ended", "disabled",
    ]  # fmt: skip
    assert db.from_jsonb(rows[1]["data"], dict[str, Any])["fields"] == ["admission", "secret"]


SCREENS = ("", "/log", "/connections/new", "/connections/{id}", "/connections/{id}/edit")


async def test_these_screens_exist_for_administrators_only(
    orvance: House, ardelune: House, admin: Person
) -> None:
    used = await connection_of(orvance, "espace-client")
    moderator = await orvance.person("Karim Desroches", roles=["moderator", "community_manager"])
    stranger = await ardelune.person("Ines Kervalec", roles=["admin"])
    for screen in SCREENS:
        path = f"/admin/sign-in{screen}".format(id=used)
        assert (await moderator.browser.get(path)).status_code == 404, path
        assert (await admin.browser.get(path)).status_code == 200, path
        if "{id}" in screen:
            assert (await stranger.browser.get(path)).status_code == 404, path
    for method, path, body in (
        ("GET", LIST, None), ("GET", f"{LIST}/{used}", None), ("POST", LIST, NEW),
        ("PUT", f"{LIST}/{used}", NEW), ("POST", f"{LIST}/{used}/enabling", None),
        ("DELETE", f"{LIST}/{used}/enabling", None), ("DELETE", f"{LIST}/{used}/sessions", None),
        ("GET", f"{LIST}/{used}/domains", None), ("POST", f"{LIST}/{used}/tests", None),
        ("POST", f"{LIST}/{used}/domains", {"domain": "x.test"}),
        ("GET", "/admin/sign-in-log", None),
    ):  # fmt: skip
        answer = await moderator.browser.call(method, path, body)
        assert answer.status_code == 404, (method, path, answer.text)
    assert "/admin/sign-in" not in (await moderator.browser.get("/admin/moderation")).text
    assert "/admin/sign-in" in (await admin.browser.get("/admin/journal")).text


async def test_changing_asks_for_a_fresh_sign_in(
    orvance: House, admin: Person, gerance: LyingProvider
) -> None:
    made = await make(admin)
    async with orvance.transaction():
        await db.execute(
            "UPDATE auth_session SET auth_time = $2 WHERE tenant_id = $1",
            clock.now() - timedelta(hours=1),
        )
    answer = await admin.browser.call("PUT", f"{LIST}/{made['id']}", NEW | {"admission": "jit"})
    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_required")
    page = await admin.browser.send_form(f"/admin/sign-in/connections/{made['id']}/enable", {})
    assert page.status_code == 403
    found = (await admin.browser.call("GET", f"{LIST}/{made['id']}")).json()
    assert (found["admission"], found["is_enabled"]) == ("invite_only", False)
