"""From the asking to the published answer: one page of the journal tells it all."""

import httpx

from tests.factories import House, Person
from tests.meetings.conftest import (  # noqa: F401 -- fixtures
    Desk,
    ask,
    decide,
    desk,
    meeting,
    staff,
)


async def test_the_whole_story_of_a_question_is_on_one_page(
    orvance: House,
    meeting: str,  # noqa: F811 -- a fixture
    staff: dict[str, Person],  # noqa: F811 -- a fixture
    desk: Desk,  # noqa: F811 -- a fixture
) -> None:
    auditor = await orvance.person("Aurélie Montferrand", roles=["admin"], capacity="employee")
    asker = await orvance.person("Hélène Marcillat")
    question = await ask(asker, meeting)
    await decide(staff["moderator"], question, "publish")
    await desk.answer(question["id"])
    path = f"/admin/journal?subject=question:{question['id']}"
    page: httpx.Response = await auditor.browser.get(path)
    told = [
        "Hélène Marcillat a posé une question",
        "Mise en file de modération",
        "Prise en charge par",
        "Publication décidée par",
        "a rédigé la réponse",
        "a approuvé la réponse en droit",
        "La réponse est en ligne",
    ]
    places = [page.text.find(sentence) for sentence in told]
    assert -1 not in places, [s for s, place in zip(told, places, strict=True) if place < 0]
    assert places == sorted(places)
