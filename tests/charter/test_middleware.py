"""The charter over HTTP: judged on forms and JSON alike, before anything is written."""

import msgspec
import pytest

POSTS = "/communities/clients-du-cercle/posts"
CIRCLE = ["clients-du-cercle"]
INSULT = {"title": "Frais de garde", "body": "Vous êtes des IDIOTS."}
CALM = {"title": "Frais de garde", "body": "Pourquoi ont-ils augmenté ?"}


@pytest.fixture
async def member(orvance):
    return await orvance.person(communities=CIRCLE)


@pytest.fixture
async def newcomer(orvance):
    return await orvance.person("Solène Kermarrec", communities=CIRCLE, accepted=False)


async def contributions(superuser):
    return await superuser.fetchval("SELECT count(*) FROM contribution")


async def journal(superuser, act):
    rows = await superuser.fetch("SELECT data FROM journal_entry WHERE act = $1", act)
    return [msgspec.json.decode(row["data"]) for row in rows]


# --- refusal --------------------------------------------------------------------------------


async def test_json_is_refused_with_every_cause(member, superuser):
    body = {"title": "Une rumeur", "body": "Idiots ! FR76 3000 6000 0112 3456 7890 189"}
    answer = await member.browser.call("POST", POSTS, body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (403, "charter_refused")
    assert answer.headers["content-type"] == "application/problem+json"
    assert {(c["clause"], c["effect"], c["field"]) for c in problem["causes"]} == {
        ("respect", "refuse", "body"),
        ("no-personal-data", "refuse", "body"),
        ("no-rumour", "hold", "title"),
    }
    insult = next(c for c in problem["causes"] if c["clause"] == "respect")
    assert insult["span"] == [0, 6]
    assert insult["url"] == "/charter/1#respect"
    assert insult["title"] == "Respect des personnes"
    assert await contributions(superuser) == 0


async def test_a_form_is_refused_on_a_page_that_gives_the_text_back(member, superuser):
    answer = await member.browser.send_form(POSTS, {**INSULT, "community": CIRCLE[0]})
    assert answer.status_code == 403
    assert "Respect des personnes" in answer.text
    assert "<mark>IDIOTS</mark>" in answer.text
    assert ">Vous êtes des IDIOTS.</textarea>" in answer.text
    assert f'action="{POSTS}"' in answer.text
    assert 'name="community" value="clients-du-cercle"' in answer.text
    assert await contributions(superuser) == 0


async def test_htmx_gets_a_fragment_with_the_form(member):
    headers = {"hx-request": "true"}
    answer = await member.browser.send_form(POSTS, INSULT, headers=headers)
    assert answer.status_code == 403
    assert "<html" not in answer.text
    assert f'action="{POSTS}"' in answer.text


async def test_a_refusal_is_journaled_though_the_request_is_rolled_back(member, superuser):
    await member.browser.call("POST", POSTS, INSULT)
    (entry,) = await journal(superuser, "charter.act_refused")
    assert entry["act"] == "post.publish"
    assert entry["causes"][0] == {"clause": "respect", "rule": "insults", "effect": "refuse"}
    assert "IDIOTS" not in str(entry)


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/plain", "application/x-www-form-urlencoded", "application/problem"],
)
async def test_the_label_on_a_body_hides_nothing(member, superuser, content_type):
    headers = {"content-type": content_type, "x-csrf-token": await member.browser.token()}
    answer = await member.browser.post(
        f"/api/v1{POSTS}", content=msgspec.json.encode(INSULT), headers=headers
    )
    assert answer.status_code in {403, 415, 422}
    assert await contributions(superuser) == 0


@pytest.mark.parametrize(
    ("path", "content_type", "body"),
    [
        # A key that is empty, or that contains a path, put another text in the judged one's place.
        (f"/api/v1{POSTS}", "application/json", '{"title":"t","body":"IDIOTS","":{"body":"x"}}'),
        # A form whose bytes are JSON as well.
        (POSTS, "application/x-www-form-urlencoded",
         '{"a":"&title=t&body=IDIOTS&b=","title":"t","body":"x"}'),
        (f"/api/v1{POSTS}", "application/x-www-form-urlencoded",
         '{"title":"t","a":"&body=x&b=","body":"IDIOTS"}'),
    ],
)  # fmt: skip
async def test_a_body_that_reads_in_two_ways_is_refused(
    member, superuser, path, content_type, body
):
    headers = {"x-csrf-token": await member.browser.token(), "content-type": content_type}
    answer = await member.browser.post(path, content=body, headers=headers)
    assert answer.status_code == 400
    assert await contributions(superuser) == 0


async def test_a_key_with_a_path_in_it_hides_no_question(ardelune, superuser):
    asker = await ardelune.person(capacity="shareholder")
    body = {
        "questions": [{"title": "IDIOTS"}],
        "questions.0": {"title": "Quel dividende ?"},
    }
    answer = await asker.browser.call("POST", "/meetings/ag-2027/questions", body)
    assert answer.status_code == 400
    assert await contributions(superuser) == 0


@pytest.mark.parametrize(
    "body",
    [
        {"title": "t", "body": "a@b.fr " * 20_000},
        {"title": "t", "body": "t", "more": [{"body": "idiots"}] * 20_000},
        {"title": "t", "body": "t", "more": [{"body": "idiots " * 5_000}] * 40},
    ],
)
async def test_more_text_than_any_input_takes_is_not_judged(member, superuser, body):
    answer = await member.browser.call("POST", POSTS, body)
    assert answer.status_code == 413
    assert await contributions(superuser) == 0


async def test_multipart_forms_are_judged_too(member):
    files = {name: (None, value) for name, value in INSULT.items()}
    files["_csrf_token"] = (None, await member.browser.token())
    answer = await member.browser.post(POSTS, files=files)
    assert answer.status_code == 403
    assert "Respect des personnes" in answer.text


async def test_html_in_a_refused_text_stays_text(member):
    evil = '<script>alert(1)</script> idiot "><img src=x onerror=alert(1)>'
    answer = await member.browser.send_form(POSTS, {"title": evil, "body": evil})
    assert answer.status_code == 403
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text


# --- hold, mask, allow ----------------------------------------------------------------------


async def test_what_the_charter_allows_is_published(member, superuser):
    answer = await member.browser.call("POST", POSTS, {**CALM, "community": CIRCLE[0]})
    assert answer.status_code == 201, answer.text
    live = "SELECT live_revision_id IS NOT NULL FROM contribution"
    assert await superuser.fetchval(live) is True


async def test_what_the_charter_holds_is_kept_out_of_sight(member, superuser):
    held = {"title": "Filiale", "body": "Un projet de cession ?", "community": CIRCLE[0]}
    answer = await member.browser.call("POST", POSTS, held)
    assert answer.status_code in {201, 202}, answer.text
    live = "SELECT live_revision_id IS NOT NULL FROM contribution"
    assert await superuser.fetchval(live) is False


async def test_what_the_charter_masks_is_never_stored(member, superuser):
    body = "  Appelez le 06 12 34 56 78."
    sent = {"title": "Contact", "body": body, "community": CIRCLE[0]}
    assert (await member.browser.call("POST", POSTS, sent)).status_code == 201
    stored = await superuser.fetchval("SELECT body FROM revision")
    assert stored.strip() == "Appelez le •••••."


async def test_a_revision_names_the_version_it_was_judged_by(member, superuser):
    await member.browser.call("POST", POSTS, {**CALM, "community": CIRCLE[0]})
    number = "SELECT v.number FROM revision r JOIN charter_version v ON v.id = r.charter_version_id"
    assert await superuser.fetchval(number) == 1


# --- acceptance -----------------------------------------------------------------------------


async def test_before_acceptance_the_api_says_what_is_required(newcomer, superuser):
    for method, path, body in (("GET", "/communities", None), ("POST", POSTS, CALM)):
        answer = await newcomer.browser.call(method, path, body)
        problem = answer.json()
        assert answer.status_code == 403
        assert {k: problem[k] for k in ("code", "scope", "version", "accept_url")} == {
            "code": "charter_required",
            "scope": "tenant",
            "version": 1,
            "accept_url": "/charter/acceptance",
        }
    assert await contributions(superuser) == 0


async def test_before_acceptance_pages_lead_to_the_charter_and_back(newcomer):
    answer = await newcomer.browser.get("/communities?x=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/charter/acceptance?next=/communities%3Fx%3D1"
    page = await newcomer.browser.get(answer.headers["location"])
    assert page.status_code == 200
    assert 'name="next" value="/communities?x=1"' in page.text


async def test_before_acceptance_htmx_is_sent_to_the_charter(newcomer):
    headers = {"hx-request": "true", "hx-current-url": "https://x.example/posts/new?a=b"}
    answer = await newcomer.browser.get("/communities", headers=headers)
    assert answer.headers["hx-redirect"] == "/charter/acceptance?next=/posts/new%3Fa%3Db"


@pytest.mark.parametrize("path", ["/charter", "/charter/1", "/charter/acceptance", "/legal"])
async def test_some_pages_are_always_open(newcomer, path):
    assert (await newcomer.browser.get(path)).status_code == 200


async def test_accepting_opens_the_space_and_goes_where_the_reader_was_going(newcomer, superuser):
    form = {"decision": "accepted", "version": "1", "agreed": "1", "next": "/communities"}
    answer = await newcomer.browser.send_form("/charter/acceptance", form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/communities")
    assert (await newcomer.browser.get("/communities")).status_code == 200
    row = await superuser.fetchrow("SELECT decision, locale, how, sha256 FROM charter_acceptance")
    assert (row["decision"], row["locale"], row["how"]) == ("accepted", "fr", "interstitial")
    assert len(row["sha256"]) == 64
    (entry,) = await journal(superuser, "charter.accepted")
    assert entry["number"] == 1


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_acceptance_leads_nowhere_but_to_this_site(newcomer, to):
    form = {"decision": "accepted", "version": "1", "agreed": "1", "next": to}
    answer = await newcomer.browser.send_form("/charter/acceptance", form)
    assert answer.headers["location"] == "/"


async def test_without_the_tick_nothing_is_accepted(newcomer, superuser):
    form = {"decision": "accepted", "version": "1"}
    answer = await newcomer.browser.send_form("/charter/acceptance", form)
    assert answer.status_code == 422
    assert await superuser.fetchval("SELECT count(*) FROM charter_acceptance") == 0


async def test_a_version_that_is_not_in_force_cannot_be_accepted(newcomer, superuser):
    form = {"decision": "accepted", "version": "7", "agreed": "1", "kept": '[["body","x"]]'}
    answer = await newcomer.browser.send_form("/charter/acceptance", form)
    assert answer.status_code == 409
    assert "Une nouvelle version" in answer.text
    assert "[[&quot;body&quot;,&quot;x&quot;]]" in answer.text
    assert await superuser.fetchval("SELECT count(*) FROM charter_acceptance") == 0


async def test_an_unsent_form_is_kept_through_the_charter_and_sent_after(newcomer, superuser):
    interstitial = await newcomer.browser.send_form(POSTS, {**CALM, "community": CIRCLE[0]})
    assert interstitial.status_code == 403
    assert "Pourquoi ont-ils augmenté ?" in interstitial.text
    form = {
        "decision": "accepted", "version": "1", "agreed": "1", "resume": POSTS,
        "kept": msgspec.json.encode([*CALM.items(), ("community", CIRCLE[0])]).decode(),
    }  # fmt: skip
    offered = await newcomer.browser.send_form("/charter/acceptance", form)
    assert offered.status_code == 200
    assert f'action="{POSTS}"' in offered.text
    assert ">Pourquoi ont-ils augmenté ?</textarea>" in offered.text
    assert await contributions(superuser) == 0
    sent = await newcomer.browser.send_form(POSTS, {**CALM, "community": CIRCLE[0]})
    assert sent.status_code == 303
    assert await contributions(superuser) == 1


async def test_an_htmx_form_gets_a_form_that_goes_on_as_a_page(newcomer):
    headers = {"hx-request": "true"}
    answer = await newcomer.browser.send_form(POSTS, CALM, headers=headers)
    assert answer.status_code == 403
    assert "<html" not in answer.text
    assert f'method="post" action="{POSTS}" hx-ignore' in answer.text
    assert 'name="title" value="Frais de garde"' in answer.text


async def test_refusing_closes_the_space_and_is_kept_as_a_row(newcomer, superuser):
    form = {"decision": "refused", "version": "1"}
    answer = await newcomer.browser.send_form("/charter/acceptance", form)
    assert answer.headers["location"] == "/charter/acceptance"
    page = await newcomer.browser.get("/charter/acceptance")
    assert "Vous avez refusé cette charte" in page.text
    assert (await newcomer.browser.get("/communities")).status_code == 303
    assert await superuser.fetchval("SELECT decision FROM charter_acceptance") == "refused"


async def test_withdrawing_through_the_api_closes_the_space(member, superuser):
    taken = {"decision": "withdrawn", "version": 1}
    answer = await member.browser.call("POST", "/charter/acceptance", taken)
    assert answer.status_code == 200
    assert answer.json()["decision"] == "withdrawn"
    assert answer.json()["is_accepted"] is False
    assert (await member.browser.call("GET", "/communities")).status_code == 403
    again = await member.browser.call(
        "POST", "/charter/acceptance", {"decision": "accepted", "version": 1}
    )
    assert again.json()["is_accepted"] is True
    assert (await member.browser.call("GET", "/communities")).status_code == 200
    rows = await superuser.fetch("SELECT decision, how FROM charter_acceptance ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("accepted", "interstitial"), ("withdrawn", "api"), ("accepted", "api"),
    ]  # fmt: skip


async def test_answers_can_be_neither_changed_nor_deleted(member, database, orvance):
    from asyncpg import InsufficientPrivilegeError

    from parvis.core import db

    for statement in (
        "UPDATE charter_acceptance SET decision = 'refused' WHERE tenant_id = $1",
        "DELETE FROM charter_acceptance WHERE tenant_id = $1",
        "UPDATE charter_version SET source = '' WHERE tenant_id = $1",
    ):
        with pytest.raises(InsufficientPrivilegeError):
            async with database.transaction(orvance.tenant.id):
                await db.execute(statement)


# --- the public charter ---------------------------------------------------------------------


async def test_the_charter_is_public_with_an_address_for_each_clause(orvance):
    page = await orvance.visitor.get("/charter")
    assert page.status_code == 200
    assert "Charte du Cercle Orvance" in page.text
    assert 'id="no-advice"' in page.text
    assert 'href="/charter/1#no-advice"' in page.text
    english = await orvance.visitor.get("/charter/1?lang=en")
    assert "No financial advice" in english.text


async def test_the_charter_is_public_as_json_without_the_word_lists(orvance):
    charter = (await orvance.visitor.get("/api/v1/charter")).json()
    assert (charter["scope"], charter["version"], charter["change"]) == ("tenant", 1, "material")
    respect = next(c for c in charter["clauses"] if c["id"] == "respect")
    assert respect["title"] == {
        "fr": "Respect des personnes",
        "en": "Respect for people",
    }
    assert respect["rules"][0]["effects"] == ["refuse"]
    assert "connard" not in str(charter)


@pytest.mark.parametrize("path", ["/charter/2", "/api/v1/charter/2", "/charter/99999999999999"])
async def test_a_version_that_does_not_exist_is_404(orvance, path):
    assert (await orvance.visitor.get(path)).status_code == 404


async def test_each_tenant_has_its_own_charter(orvance, ardelune):
    orvance_page = await orvance.visitor.get("/charter")
    ardelune_page = await ardelune.visitor.get("/charter")
    assert "Club des actionnaires Ardelune" in ardelune_page.text
    assert "Ardelune" not in orvance_page.text
