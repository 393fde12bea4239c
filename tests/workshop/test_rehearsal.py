"""Rehearsal: a draft on the words members really sent, and nobody learns more than they may."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from parvis.core import clock, db, jobs
from parvis.core.ids import new_id
from parvis.features.workshop.rehearsal import running, words
from parvis.features.workshop.rehearsal.running import rehearse
from tests.factories import House, Person
from tests.workshop.conftest import PATH, SOURCE, begun, call, publisher, queued, run_jobs, saved

JOB = "workshop.rehearse"
CLIENTS, SECRET = "clients-du-cercle", "conseil-consultatif"
# The draft holds what speaks of wine, and lets go of what the charter in force says of rumours.
DRAFT = SOURCE.replace('words.fr = ["achetez"', 'words.fr = ["vin", "achetez"').replace(
    '"initiés", "opa", "ope", "rumeur*"', '"initiés", "opa", "ope"'
)


async def write(
    house: House, author: UUID, body: str, *, place: str = CLIENTS, days_ago: float = 1,
    kind: str = "post", held: bool = False, contribution: UUID | None = None, number: int = 1,
) -> UUID:  # fmt: skip
    """Put words there as if a member had sent them some days ago; return the contribution's id."""
    at = clock.now() - timedelta(days=days_ago)
    async with house.transaction():
        revision_id = new_id()
        if contribution is None:
            contribution = await db.insert(
                "contribution", kind=kind, author_id=author,
                place_id=await house.community_id(place), created_at=at,
            )  # fmt: skip
        await db.insert(
            "revision", id=revision_id, contribution_id=contribution, number=number, title="",
            body=body, author_id=author, capacity="client", digest="0", salt=b"0", created_at=at,
        )  # fmt: skip
        await db.execute(
            "UPDATE contribution SET live_revision_id = $3 WHERE tenant_id = $1 AND id = $2",
            contribution, None if held else revision_id,
        )  # fmt: skip
    return UUID(str(contribution))


async def authors(house: House, many: int) -> list[UUID]:
    async with house.transaction():
        return [
            await db.insert(
                "member", display_name=f"Author {n}", name_source="espace-client", locale="fr",
                email=f"a{n}@exemple.test", capacity="client", joined_at=clock.now(),
            )
            for n in range(many)
        ]  # fmt: skip


async def rehearsed(person: Person, house: House, days: int = 30, query: str = "") -> dict:
    asked = await call(person, "POST", f"/rehearsals{query}", {"days": days})
    await run_jobs(house, JOB)
    found: dict[str, Any] = await call(person, "GET", f"/rehearsals/{asked['about']['id']}{query}")
    assert found["about"]["state"] == "done", found
    return found


def clause(found: dict, clause_id: str) -> dict:
    return next(one for one in found["clauses"] if one["id"] == clause_id)


def texts(figure: dict) -> int | None:
    return figure["texts"]


@pytest.fixture
async def person(orvance: House) -> Person:
    """Who rehearses a draft that is stricter on wine and milder on rumours."""
    publishing = await publisher(orvance)
    await saved(publishing, await begun(publishing), DRAFT)
    return publishing


async def test_what_is_new_and_what_goes_is_counted_by_clause(
    orvance: House, person: Person
) -> None:
    people = await authors(orvance, 12)
    for author in people[:7]:
        await write(orvance, author, "Un bon vin de garde.")
    for author in people[:6]:
        await write(orvance, author, "Il court une rumeur.")
    for author in people:
        await write(orvance, author, "Bonjour à tous.")
        await write(orvance, author, "Une rumeur trop ancienne.", days_ago=40)
    found = await rehearsed(person, orvance)
    assert (found["read"]["texts"], found["read"]["people"]) == (25, 10)
    whole = found["whole"]
    assert [texts(whole[key]) for key in ("draft", "now", "came", "gone")] == [7, 6, 7, 6]
    assert texts(whole["by_effect"]["hold"]) == 7
    assert texts(found["today_by_effect"]["hold"]) == 6
    advice, rumour = clause(found, "no-advice")["found"], clause(found, "no-rumour")["found"]
    assert [texts(advice[key]) for key in ("draft", "now", "came", "gone")] == [7, 0, 7, 0]
    assert [texts(rumour[key]) for key in ("draft", "now", "came", "gone")] == [0, 6, 0, 6]
    assert advice["draft"]["people"] == 5  # in fives
    assert found["about"]["judged"] == found["about"]["total"] == 25


async def test_figures_over_fewer_than_five_people_are_hidden_and_not_to_be_subtracted(
    orvance: House, person: Person
) -> None:
    people = await authors(orvance, 20)
    for author in people:
        await write(orvance, author, "Bonjour à tous.")
    for n in range(40):
        await write(orvance, people[n % 4], f"Encore du vin {n}.")
    found = await rehearsed(person, orvance)
    advice = clause(found, "no-advice")
    assert texts(advice["found"]["draft"]) is None
    assert advice["found"]["draft"]["people"] is None
    assert texts(found["whole"]["draft"]) is None
    # 60 texts read, 20 of them untouched: all but one of these is shown at most.
    page = (await person.browser.get(f"{PATH}/rehearsals/{found['about']['id']}")).text
    assert ">40<" not in page
    async with orvance.transaction():
        kept = await db.fetch_value(
            "SELECT result::text FROM charter_rehearsal WHERE tenant_id = $1"
        )
    assert "40" not in kept.replace("-", "").split('"examples"', 1)[0]


async def test_examples_show_the_passage_where_the_words_may_be_read(
    orvance: House, person: Person
) -> None:
    (author,) = await authors(orvance, 1)
    post = await write(orvance, author, "Avec ce plat, un bon vin de garde, bien sûr.")
    await write(orvance, author, "Un vin que personne ne lit encore.", held=True)
    found = await rehearsed(person, orvance)
    (example,) = clause(found, "no-advice")["examples"]["came"]
    assert [part["text"] for part in example["passages"] if part["is_marked"]] == ["vin"]
    assert example["href"] == f"/posts/{post}"
    page = (await person.browser.get(f"{PATH}/rehearsals/{found['about']['id']}")).text
    assert "<mark>vin</mark>" in page
    assert "que personne ne lit" not in page
    moderator = await orvance.person("Bruno Taillade", roles=["admin", "moderator"])
    seen = (await moderator.browser.get(f"{PATH}/rehearsals/{found['about']['id']}")).text
    assert "que personne ne lit" in seen


async def test_the_result_keeps_no_words_and_nobodys_name(
    orvance: House, person: Person, superuser: asyncpg.Connection
) -> None:
    people = await authors(orvance, 6)
    for author in people:
        await write(orvance, author, "Un vin singulier, dit zygomatique.")
    await rehearsed(person, orvance)
    row = await superuser.fetchrow("SELECT result::text AS result, work FROM charter_rehearsal")
    assert row["work"] is None
    assert "zygomatique" not in row["result"]
    assert not any(str(author) in row["result"] for author in people)


async def test_words_that_were_erased_since_are_no_example(
    orvance: House, person: Person, superuser: asyncpg.Connection
) -> None:
    (author,) = await authors(orvance, 1)
    await write(orvance, author, "Un vin à oublier.")
    found = await rehearsed(person, orvance)
    assert clause(found, "no-advice")["examples"]["came"]
    await superuser.execute("UPDATE revision SET title = '', body = ''")
    again = await call(person, "GET", f"/rehearsals/{found['about']['id']}")
    assert clause(again, "no-advice")["examples"]["came"] == []


async def test_secret_words_count_only_for_their_members_and_for_moderators(
    orvance: House, person: Person
) -> None:
    for author in await authors(orvance, 6):
        await write(orvance, author, "Un vin secret.", place=SECRET)
        await write(orvance, author, "Bonjour.")
    outside = await rehearsed(person, orvance)
    assert texts(outside["read"]) == 6
    assert "no-advice" not in {one["id"] for one in outside["clauses"]}
    member = await orvance.person("Bruno Taillade", roles=["admin"], communities=[SECRET])
    inside = await rehearsed(member, orvance)
    assert texts(inside["read"]) == 12
    # What one may count, another may not be told.
    await call(person, "GET", f"/rehearsals/{inside['about']['id']}", status=404)
    listed = await call(person, "GET", "/rehearsals")
    assert [row["id"] for row in listed] == [outside["about"]["id"]]
    moderator = await orvance.person("Claire Vannier", roles=["admin", "moderator"])
    assert texts((await rehearsed(moderator, orvance))["read"]) == 12
    await call(moderator, "GET", f"/rehearsals/{inside['about']['id']}")


async def test_a_community_rehearses_its_own_words_alone(orvance: House) -> None:
    manager = await orvance.person("Bruno Taillade", manages=[CLIENTS])
    query = f"?community={CLIENTS}"
    draft = await begun(manager, community=CLIENTS)
    rule = '\n[[clause.rule]]\nkind = "terms"\neffect = "hold"\nwords.fr = ["vin"]\n'
    await saved(manager, draft, draft["source"] + rule, query)
    for author in await authors(orvance, 6):
        await write(orvance, author, "Un vin.")
        await write(orvance, author, "Un vin ailleurs.", place="conseillers-partenaires")
    found = await rehearsed(manager, orvance, query=query)
    assert (texts(found["read"]), texts(found["whole"]["draft"])) == (6, 6)
    await call(manager, "GET", f"/rehearsals/{found['about']['id']}", status=404)


async def test_all_wordings_that_were_sent_are_read_and_edits_are_edits(
    orvance: House, person: Person
) -> None:
    for author in await authors(orvance, 6):
        post = await write(orvance, author, "Un vin.", days_ago=3)
        await write(orvance, author, "De l’eau.", contribution=post, number=2, days_ago=2)
    found = await rehearsed(person, orvance)
    assert (texts(found["read"]), texts(found["whole"]["draft"])) == (12, 6)


async def test_profiles_are_read_too(orvance: House, person: Person) -> None:
    for author in await authors(orvance, 6):
        async with orvance.transaction():
            await db.insert(
                "profile_revision", member_id=author, state="live", created_at=clock.now(),
                content=db.jsonb({"words": {"headline": "Le vin seul", "topics": ["vin"]}}),
            )  # fmt: skip
    draft = await call(person, "GET", "/draft")
    rule = (
        '\n[[clause.rule]]\nkind = "terms"\nid = "profile-words"\nacts = ["profile.edit"]\n'
        'effect = "mark"\nwords.fr = ["vin"]\n'
    )
    await saved(person, draft, DRAFT + rule)
    found = await rehearsed(person, orvance)
    assert (texts(found["read"]), texts(found["whole"]["by_effect"]["mark"])) == (6, 6)


async def test_rules_about_newcomers_see_the_moment_of_writing(
    orvance: House, person: Person
) -> None:
    rule = (
        '\n[[clause.rule]]\nkind = "premoderate"\nid = "newcomers"\nacts = ["post.publish"]\n'
        'mode = "first_n"\nfirst = 2\n'
    )
    await saved(person, await call(person, "GET", "/draft"), SOURCE + rule)
    for author in await authors(orvance, 6):
        for n in range(4):
            await write(orvance, author, f"Bonjour {n}.", days_ago=9 - n)
    found = await rehearsed(person, orvance)
    assert texts(found["read"]) == 24
    assert texts(found["whole"]["came"]) == 12  # the first two of each


async def test_rules_of_pace_are_kept_within_the_days_read(orvance: House, person: Person) -> None:
    rule = (
        '\n[[clause.rule]]\nkind = "pace"\nid = "slow"\nacts = ["post.publish"]\n'
        'most = 2\nper = "1 day"\n'
    )
    await saved(person, await call(person, "GET", "/draft"), SOURCE + rule)
    for author in await authors(orvance, 6):
        for n in range(5):
            await write(orvance, author, f"Bonjour {n}.", days_ago=3 - n / 100)
        await write(orvance, author, "Un autre jour.", days_ago=1)
    found = await rehearsed(person, orvance)
    assert texts(found["whole"]["by_effect"]["refuse"]) == 18  # three of five, of each


async def test_windows_are_kept_at_the_moment_of_writing(orvance: House, person: Person) -> None:
    now = datetime.now(UTC)
    start, end = (now - timedelta(days=10)).date(), (now - timedelta(days=5)).date()
    rule = (
        '\n[[clause.rule]]\nkind = "window"\nid = "quiet"\nacts = ["post.publish"]\n'
        f'opens = {start}\ncloses = {end}\nmode = "premoderate"\n'
    )
    saved_draft = await saved(person, await call(person, "GET", "/draft"), SOURCE + rule)
    assert saved_draft["mistakes"] == []
    for author in await authors(orvance, 6):
        for days_ago in (2, 7, 20):
            await write(orvance, author, f"Bonjour {days_ago}.", days_ago=days_ago)
    found = await rehearsed(person, orvance)
    assert (texts(found["read"]), texts(found["whole"]["came"])) == (18, 6)


async def test_acceptance_and_verified_names_are_not_rehearsed(
    orvance: House, person: Person
) -> None:
    for author in await authors(orvance, 6):
        await write(orvance, author, "Bonjour.")
    found = await rehearsed(person, orvance)
    assert {one["id"] for one in found["clauses"]}.isdisjoint({"acceptance", "real-name"})


REDACTED = """
    INSERT INTO decision (tenant_id, id, contribution_id, revision_id, member_id, decided_by,
        action, clause_id, charter_version_id, facts, text_sent, statement, automated_detection,
        visibility_code, ground_code, category_code, redress_until, at)
    SELECT r.tenant_id, gen_random_uuid(), r.contribution_id, r.id, r.author_id, r.author_id,
           'redact', 'respect', v.id, 'facts', 'text', '{"restriction": 1, "scope": 1, "facts": 1,
           "source": 1, "automated_means": 1, "ground": 1, "redress": 1}', false, 'v', 'g', 'c',
           now(), now()
      FROM revision r JOIN charter_version v ON v.tenant_id = r.tenant_id
     WHERE r.contribution_id = $1 AND r.number = 1 LIMIT 1
"""


async def test_words_that_a_moderator_masked_are_not_read_as_their_authors(
    orvance: House, person: Person, superuser: asyncpg.Connection
) -> None:
    for author in await authors(orvance, 6):
        post = await write(orvance, author, "Un vin.", days_ago=3)
        await superuser.execute(REDACTED, post)
        await write(orvance, author, "Un vin •••••.", contribution=post, number=2, days_ago=2)
        await write(orvance, author, "Un vin, encore.", contribution=post, number=3, days_ago=1)
    found = await rehearsed(person, orvance)
    assert (texts(found["read"]), texts(found["whole"]["draft"])) == (12, 12)


async def test_one_rehearsal_runs_at_a_time_and_can_be_called_off(
    orvance: House, person: Person
) -> None:
    asked = await call(person, "POST", "/rehearsals", {"days": 1})
    again = await call(person, "POST", "/rehearsals", {"days": 1}, status=409)
    assert again["code"] == "rehearsal_runs"
    page = await person.browser.get(f"{PATH}/rehearsals/{asked['about']['id']}")
    assert 'id="rehearsal"' in page.text
    gone = await call(person, "DELETE", f"/rehearsals/{asked['about']['id']}")
    assert gone["about"]["state"] == "cancelled"
    await call(person, "DELETE", f"/rehearsals/{asked['about']['id']}", status=409)
    await run_jobs(orvance, JOB)
    found = await call(person, "GET", f"/rehearsals/{asked['about']['id']}")
    assert (found["about"]["state"], found["whole"]) == ("cancelled", None)
    await call(person, "POST", "/rehearsals", {"days": 1})


async def test_who_takes_a_rehearsal_over_goes_on_where_it_was_left(
    orvance: House, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for author in await authors(orvance, 6):
        for n in range(4):
            await write(orvance, author, f"Un vin {n}.", days_ago=9 - n)
    monkeypatch.setattr(
        words, "_REVISIONS", words._REVISIONS.replace(f"LIMIT {words.BATCH}", "LIMIT 5")
    )
    asked = await call(person, "POST", "/rehearsals", {"days": 30})
    (job,) = await queued(orvance, JOB)
    judging, judged = running._judge, 0

    class Killed(BaseException):
        """The machine went away in the middle of a batch."""

    async def judge(bench: Any, batch: list) -> None:
        nonlocal judged
        judged += len(batch)
        if judged == 15:
            raise Killed
        await judging(bench, batch)

    monkeypatch.setattr(running, "_judge", judge)
    with pytest.raises(Killed):
        await jobs.run(rehearse, orvance.tenant.id, rehearsal_id=job["rehearsal_id"])
    half = await call(person, "GET", f"/rehearsals/{asked['about']['id']}")
    assert (half["about"]["state"], half["about"]["judged"]) == ("running", 10)
    judged = 100
    await jobs.run(rehearse, orvance.tenant.id, rehearsal_id=job["rehearsal_id"])
    found = await call(person, "GET", f"/rehearsals/{asked['about']['id']}")
    assert (found["about"]["judged"], texts(found["whole"]["draft"])) == (24, 24)
    assert judged == 114  # ten were not read again
    await jobs.run(rehearse, orvance.tenant.id, rehearsal_id=job["rehearsal_id"])  # twice: nothing
    assert await call(person, "GET", f"/rehearsals/{asked['about']['id']}") == found


async def test_a_long_rehearsal_lets_others_have_a_turn(
    orvance: House, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for author in await authors(orvance, 6):
        await write(orvance, author, "Un vin.")
    monkeypatch.setattr(running, "TURN_SECONDS", 0.0)
    asked = await call(person, "POST", "/rehearsals", {"days": 30})
    assert await run_jobs(orvance, JOB) == 2
    found = await call(person, "GET", f"/rehearsals/{asked['about']['id']}")
    assert (found["about"]["state"], texts(found["whole"]["draft"])) == ("done", 6)


async def test_what_is_asked_for_wrongly_is_told_at_its_field(
    orvance: House, person: Person
) -> None:
    for days in (0, 366, "many"):
        answer = await call(person, "POST", "/rehearsals", {"days": days}, status=422)
        assert "days" in answer["fields"]
        page = await person.browser.send_form(f"{PATH}/rehearsals", {"days": str(days)})
        assert page.status_code == 422
        assert 'id="days-error"' in page.text


async def test_a_rehearsal_of_another_house_does_not_exist(
    orvance: House, ardelune: House, person: Person
) -> None:
    found = await rehearsed(person, orvance)
    stranger = await publisher(ardelune)
    await call(stranger, "GET", f"/rehearsals/{found['about']['id']}", status=404)
    await call(stranger, "DELETE", f"/rehearsals/{found['about']['id']}", status=404)
