"""Seed files: sound by themselves, and in agreement with the tenants they are for."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.features.tenants.document import load
from parvis.seeds.content import Life, life_of, personas
from parvis.seeds.timeline import awake
from parvis.settings import REPOSITORY

SLUGS = ["ardelune", "ateliers-tervallon", "banque-orvance"]
PARIS = ZoneInfo("Europe/Paris")
NOW = dt.datetime(2026, 11, 22, 14, 7, tzinfo=dt.UTC)


def life(slug: str) -> Life:
    found = life_of(slug)
    assert found is not None
    return found


@pytest.mark.parametrize("slug", SLUGS)
def test_a_tenant_has_at_least_forty_people_and_sixty_posts(slug: str) -> None:
    assert len(life(slug).member) >= 40
    assert len(life(slug).post) == 60


@pytest.mark.parametrize("slug", SLUGS)
def test_everybody_is_known_and_speaks_where_they_belong(slug: str) -> None:
    known = {member.key: member for member in life(slug).member}
    told = personas(REPOSITORY / "tenants" / slug)
    for member in known.values():
        assert (member.persona in told) if member.persona else member.name, member.key
    for post in life(slug).post:
        for speaker in (post.by, *(comment.by for comment in post.comment)):
            assert post.place in known[speaker].communities, (post.title, speaker)
    for question in life(slug).question:
        assert question.by in known
        assert question.expert is None or question.expert in known
        assert (question.fate in ("drafting", "legal", "board")) <= bool(question.answer)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_persona_but_none_else_can_be_met_again(slug: str) -> None:
    met = {member.persona for member in life(slug).member if member.persona}
    assert met == set(personas(REPOSITORY / "tenants" / slug))


@pytest.mark.parametrize("slug", SLUGS)
def test_places_and_topics_are_the_tenants_own(slug: str) -> None:
    document = load(REPOSITORY / "tenants" / slug).value
    places = {community.slug for community in document.community}
    assert {post.place for post in life(slug).post} <= places
    topics = (
        {topic.slug for topic in document.meeting_policy.topics}
        if document.meeting_policy
        else set()
    )
    assert {question.topic for question in life(slug).question} <= topics


def test_a_tenant_without_a_seed_file_has_no_life() -> None:
    assert life_of("maison-inconnue") is None


moments = st.timedeltas(dt.timedelta(0), dt.timedelta(days=70)).map(lambda past: NOW - past)


@given(moments, moments)
def test_the_hours_of_waking_keep_the_order_and_never_pass_the_present(
    first: dt.datetime, second: dt.datetime
) -> None:
    earlier, later = sorted((first, second))
    assert awake(earlier, NOW, PARIS) <= awake(later, NOW, PARIS) <= NOW


@given(moments)
def test_nobody_writes_at_night(moment: dt.datetime) -> None:
    local = awake(moment, NOW, PARIS).astimezone(PARIS)
    assert dt.time(7, 15) <= local.time() <= dt.time(23, 15)
    assert local.date() == moment.astimezone(PARIS).date()
