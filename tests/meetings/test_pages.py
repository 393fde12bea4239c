"""The meeting's pages: what they show, to whom, in which language, at what cost."""

import re
from xml.etree import ElementTree as ET

import pytest

from parvis.core import db
from tests.meetings.conftest import ask, decide, opened

MOST_STATEMENTS = 5


async def shown(house, slug, staff, title, **more):
    """Ask and publish a question; return it with its asker."""
    asker = await house.person(f"Membre {title[:3]}")
    question = await ask(asker, slug, title, **more)
    await decide(staff["moderator"], question, "publish")
    return question | {"asker": asker}


async def statements(person, path):
    """What a request runs beside BEGIN and COMMIT."""
    ran: list[str] = []
    token = db.statement_observer.set(lambda record: ran.append(record.query))
    try:
        answer = await person.browser.get(path)
    finally:
        db.statement_observer.reset(token)
    assert answer.status_code == 200
    return [sql for sql in ran if not sql.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]


async def test_the_meeting_page_costs_the_same_with_many_questions(orvance, meeting, staff) -> None:
    reader = await orvance.person("Anne-Lise Corbineau")
    await reader.browser.get(f"/meetings/{meeting}")  # it counts who votes, for five seconds
    empty = await statements(reader, f"/meetings/{meeting}")
    for n in range(5):
        await shown(
            orvance,
            meeting,
            staff,
            f"{n} question ?",
        )
    full = await statements(reader, f"/meetings/{meeting}")
    assert len(full) == len(empty) <= MOST_STATEMENTS, full


async def test_lists_are_by_date_support_or_receipt(orvance, meeting, staff) -> None:
    first = await shown(orvance, meeting, staff, "Aaa question ?")
    second = await shown(orvance, meeting, staff, "Bbb question ?")
    voter = await orvance.person("Benoît Lescarret")
    await voter.browser.call("POST", f"/questions/{first['id']}/support")
    for sort, expected in (("recent", [second, first]), ("support", [first, second]),
                           ("receipt", [])):  # fmt: skip
        listed = await voter.browser.call("GET", f"/meetings/{meeting}/questions?sort={sort}")
        assert [one["id"] for one in listed.json()["items"]] == [one["id"] for one in expected]


@pytest.mark.parametrize("sort", ["recent", "support"])
async def test_a_long_list_is_paged_without_gaps(orvance, meeting, staff, superuser, sort) -> None:
    asker = await orvance.person()
    for n in range(3):
        given = {"questions": [{"title": f"Question {n}.{k} ?"} for k in range(10)]}
        await asker.browser.call("POST", f"/meetings/{meeting}/questions", given)
    await superuser.execute(
        "UPDATE question SET visibility = 'visible', support_count = number % 4;"
        "UPDATE contribution c SET live_revision_id = r.id FROM revision r"
        " WHERE r.contribution_id = c.id"
    )
    reader, found, after = await orvance.person("Benoît Lescarret"), [], ""
    for _ in range(3):
        path = f"/meetings/{meeting}/questions?sort={sort}{after}"
        page = (await reader.browser.call("GET", path)).json()
        found += [one["number"] for one in page["items"]]
        if page["next_after"] is None:
            break
        after = f"&after={page['next_after']}"
    assert sorted(found) == list(range(1, 31))


@pytest.mark.parametrize("after", ["nonsense", "1.nonsense", "99999999999.x"])
async def test_a_cursor_of_somebody_elses_is_refused(orvance, meeting, after) -> None:
    reader = await orvance.person()
    path = f"/meetings/{meeting}/questions?sort=support&after={after}"
    refused = await reader.browser.call("GET", path)
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")


async def test_a_pending_question_is_listed_for_its_author_only(orvance, meeting) -> None:
    asker, other = await orvance.person("Hélène Marcillat"), await orvance.person("Benoît Lesca")
    question = await ask(asker, meeting)
    path = f"/meetings/{meeting}/questions"
    mine = (await asker.browser.call("GET", path)).json()["items"]
    assert [one["id"] for one in mine] == [question["id"]]
    assert (await other.browser.call("GET", path)).json()["items"] == []
    assert question["title"] not in (await other.browser.get(f"/meetings/{meeting}")).text


async def test_similar_questions_are_offered_while_typing(orvance, meeting, staff) -> None:
    question = await shown(orvance, meeting, staff, "Le dividende sera-t-il maintenu ?")
    typist = await orvance.person("Benoît Lescarret")
    path = f"/meetings/{meeting}/questions/similar?title=Maintenir+le+dividende+maintenu"
    fragment = await typist.browser.get(path)
    assert question["id"] in fragment.text
    assert "<html" not in fragment.text
    found = (await typist.browser.call("GET", path)).json()["items"]
    assert [(one["id"], one["can_support"]) for one in found] == [(question["id"], True)]
    nothing = f"/meetings/{meeting}/questions/similar?title=Climat"
    assert (await typist.browser.call("GET", nothing)).json()["items"] == []


async def test_a_hidden_question_is_never_offered_as_similar(orvance, meeting) -> None:
    asker, other = await orvance.person("Hélène Marcillat"), await orvance.person("Benoît Lesca")
    await ask(asker, meeting, "Le dividende sera-t-il maintenu ?")
    path = f"/meetings/{meeting}/questions/similar?title=Le+dividende+sera-t-il+maintenu"
    assert (await other.browser.call("GET", path)).json()["items"] == []


async def test_pages_speak_the_readers_language(orvance, meeting) -> None:
    french = await orvance.person("Hélène Marcillat")
    english = await orvance.person("Benoît Lescarret", locale="en")
    texts = [
        (await person.browser.get(f"/meetings/{meeting}")).text for person in (french, english)
    ]
    assert "Poser une question" in texts[0]
    assert "Ask a question" in texts[1]
    assert not re.search(r"Ask a question|Send my question|Members", texts[0])


async def test_the_trace_of_the_count_is_on_the_page(orvance, meeting) -> None:
    reader = await orvance.person()
    page = (await reader.browser.get(f"/meetings/{meeting}")).text
    assert "R225-84" in page
    # Four business days for written questions, one for free ones.
    assert page.count('class="counted"') == 4 + 1


async def test_the_list_of_meetings_leads_to_the_one_that_is_due(orvance, meeting, staff) -> None:
    reader = await orvance.person()
    assert (await reader.browser.get("/meetings")).headers["location"] == f"/meetings/{meeting}"


async def test_a_house_without_a_meeting_says_so(orvance) -> None:
    reader = await orvance.person()
    assert (await reader.browser.get("/meetings")).status_code == 404


async def test_a_visitor_reads_the_public_pages_and_no_other(orvance, meeting, staff, desk) -> None:
    question = await shown(orvance, meeting, staff, "Le dividende ?")
    await desk.answer(question["id"])
    for page in ("answers", "answers.atom", "answers/fragment", "fate"):
        assert (await orvance.visitor.get(f"/meetings/{meeting}/{page}")).status_code == 200
    assert (await orvance.visitor.get(f"/meetings/{meeting}")).status_code == 303
    assert (await orvance.visitor.get(f"/questions/{question['id']}")).status_code == 303
    answer = await orvance.visitor.get(f"/api/v1/meetings/{meeting}/questions")
    assert answer.status_code == 401


async def test_the_feed_is_xml_and_the_fragment_may_be_embedded(
    orvance, meeting, staff, desk
) -> None:
    question = await shown(orvance, meeting, staff, "Dividende & <résultats> ?")
    await desk.answer(question["id"], "Oui & <non>.")
    feed = ET.fromstring((await orvance.visitor.get(f"/meetings/{meeting}/answers.atom")).content)
    atom = "{http://www.w3.org/2005/Atom}"
    (entry,) = feed.findall(f"{atom}entry")
    assert entry.findtext(f"{atom}title") == "Dividende & <résultats> ?"
    fragment = await orvance.visitor.get(f"/meetings/{meeting}/answers/fragment")
    assert fragment.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "<script" not in fragment.text


async def test_the_feed_stays_xml_whatever_a_member_typed(orvance, meeting, staff, desk) -> None:
    question = await shown(orvance, meeting, staff, "Le divi\x08dende \ufffe?")
    await desk.answer(question["id"], "Oui\x0c.")
    feed = ET.fromstring((await orvance.visitor.get(f"/meetings/{meeting}/answers.atom")).content)
    titles = [title.text for title in feed.iter("{http://www.w3.org/2005/Atom}title")]
    assert "Le dividende ?" in titles


@pytest.mark.parametrize("page", ["answers/fragment", "answers.atom?lang=fr"])
async def test_what_caches_may_keep_brings_no_cookie(orvance, meeting, page) -> None:
    answer = await orvance.visitor.get(f"/meetings/{meeting}/{page}")
    assert answer.headers["cache-control"].startswith("public")
    assert "set-cookie" not in answer.headers


async def test_another_tenants_meeting_and_questions_do_not_exist(
    orvance, ardelune, meeting, staff
) -> None:
    question = await shown(orvance, meeting, staff, "Le dividende ?")
    stranger = await ardelune.person(roles=["secretary", "expert", "legal", "publisher"])
    for path in (f"/meetings/{meeting}", f"/meetings/{meeting}/mine",
                 f"/questions/{question['id']}",
                 f"/admin/questions/{question['id']}", f"/admin/meetings/{meeting}",
                 f"/meetings/{meeting}/answers", f"/meetings/{meeting}/fate"):  # fmt: skip
        assert (await stranger.browser.get(path)).status_code == 404, path
    for method, path in (("POST", f"/questions/{question['id']}/support"),
                         ("POST", f"/questions/{question['id']}/routing"),
                         ("GET", f"/questions/{question['id']}/case"),
                         ("POST", f"/questions/{question['id']}/withdrawal")):  # fmt: skip
        assert (await stranger.browser.call(method, path, {})).status_code == 404, path


async def test_two_tenants_may_hold_meetings_at_the_same_address(orvance, ardelune, staff) -> None:
    there = await ardelune.person("Autre Secrétaire", roles=["secretary"])
    slug = await opened(orvance, staff["secretary"])
    assert await opened(ardelune, there, topics=(), seat="44") == slug
    asker = await orvance.person()
    await ask(asker, slug)
    reader = await ardelune.person("Membre Ailleurs")
    assert (await reader.browser.call("GET", f"/meetings/{slug}")).json()["figures"]["shown"] == 0
    assert (await ardelune.visitor.get(f"/api/v1/meetings/{slug}/fate")).json()["items"] == []


@pytest.mark.parametrize("number", ["-1", "99999999999999", "x"])
async def test_a_page_number_out_of_range_is_told_clearly(orvance, meeting, staff, number) -> None:
    for path in (f"/meetings/{meeting}/fate?after={number}",
                 f"/meetings/{meeting}/answers?before={number}"):  # fmt: skip
        assert (await orvance.visitor.get(path)).status_code in (400, 422), path
    board = await staff["secretary"].browser.get(f"/admin/meetings/{meeting}?after={number}")
    assert board.status_code in (400, 422)
