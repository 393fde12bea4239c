"""Revisions and the live pointer, where a decision of moderators has its say."""

from typing import Any

import pytest

from parvis.core import clock, crypto, db, events
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Denied, NotFound
from parvis.core.events import (
    ContributionDecided,
    ContributionHidden,
    ContributionShown,
    ContributionWithdrawn,
    Event,
    RevisionHeld,
    RevisionShown,
)
from parvis.core.ids import DecisionId, new_id
from parvis.features.charter.verdict import Cause, Effect, Verdict
from parvis.features.contributions import actions
from parvis.features.contributions.actions import Written
from tests.factories import House, Person

ALLOW = Verdict()


def judged(effect: Effect, *spans: tuple[int, int], clause: str = "respect") -> Verdict:
    """A verdict of one effect about spans of the body."""
    causes = tuple(
        Cause(
            clause=clause, rule="r", kind="terms", effect=effect, field="body", span=span,
            title_by_locale={"fr": "Respect"},
        )
        for span in spans or [(0, 3)]
    )  # fmt: skip
    return Verdict(effect=effect, causes=causes)


@pytest.fixture
async def member(orvance: House) -> Person:
    return await orvance.person("Hélène Marcillat", capacity="client")


@pytest.fixture
def actor(orvance: House, member: Person) -> Actor:
    return Actor(
        tenant=orvance.tenant, locale="fr", member_id=member.id, name=member.name,
        capacity="client", capacity_label="Cliente depuis 2014",
    )  # fmt: skip


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What lower tiers announce, instead of what higher ones make of it."""
    news: list[Event] = []

    async def listen(event: Event) -> None:
        news.append(event)

    kinds = (
        RevisionHeld, RevisionShown, ContributionShown, ContributionHidden, ContributionWithdrawn,
    )  # fmt: skip
    monkeypatch.setattr(events, "_handlers", {kind: [listen] for kind in kinds})
    return news


async def write(actor: Actor, verdict: Verdict = ALLOW, **words: str) -> Written:
    return await actions.write(
        actor, kind="post", place_id=new_id(), title=words.get("title", "Titre"),
        body=words.get("body", "abc def"), verdict=verdict,
    )  # fmt: skip


async def row(written: Written) -> Any:
    found = await db.fetch_row(
        "SELECT c.live_revision_id, c.decision, c.withdrawn_at, r.*"
        "  FROM contribution c JOIN revision r ON r.tenant_id = $1 AND r.id = $3"
        " WHERE c.tenant_id = $1 AND c.id = $2",
        written.id,
        written.revision_id,
    )
    assert found is not None
    return found


async def test_words_keep_the_capacity_of_the_moment_and_a_commitment(orvance, actor, heard):
    async with orvance.transaction():
        kept = await row(await write(actor))
        version = await db.fetch_value("SELECT id FROM charter_version WHERE tenant_id = $1")
    assert (kept["capacity"], kept["capacity_label"]) == ("client", "Cliente depuis 2014")
    assert kept["live_revision_id"] == kept["id"]
    assert crypto.commit("Titre\n\nabc def", kept["salt"])[1] == kept["digest"]
    assert kept["charter_version_id"] == version
    assert [type(event) for event in heard] == [ContributionShown]


async def test_held_words_have_no_live_revision_and_moderators_hear_why(orvance, actor, heard):
    async with orvance.transaction():
        kept = await row(await write(actor, judged(Effect.HOLD, (0, 3))))
    assert kept["live_revision_id"] is None
    (event,) = heard
    assert isinstance(event, RevisionHeld)
    assert not event.is_edit
    assert [(c.clause, c.effect, c.span) for c in event.causes] == [("respect", "hold", (0, 3))]


async def test_masked_words_are_not_kept_and_spans_that_moved_are_not_told(orvance, actor, heard):
    mask, hold = judged(Effect.MASK, (0, 3)), judged(Effect.HOLD, (4, 7))
    both = Verdict(effect=Effect.HOLD, causes=hold.causes + mask.causes)
    async with orvance.transaction():
        kept = await row(await write(actor, both))
    assert (kept["body"], kept["excerpt"]) == ("••••• def", "••••• def")
    assert "abc" not in kept["body_html"]
    (event,) = heard
    assert [cause.span for cause in event.causes] == [None, None]


async def test_marks_are_kept_once_a_clause(orvance, actor, heard):
    async with orvance.transaction():
        kept = await row(await write(actor, judged(Effect.MARK, (0, 1), (2, 3))))
    assert kept["live_revision_id"] == kept["id"]
    assert kept["marks"].count('"respect"') == 1


async def test_an_edit_waits_while_another_is_undecided_then_goes_live_again(orvance, actor, heard):
    async with orvance.transaction():
        first = await write(actor)
        held = await actions.revise(actor, first.id, body="x", verdict=judged(Effect.HOLD, (0, 1)))
        waits = await actions.revise(actor, first.id, body="y", verdict=ALLOW)
        assert (held.is_live, waits.is_live) == (False, False)
        assert (await row(waits))["live_revision_id"] == first.revision_id
        with pytest.raises(Conflict):
            await actions.make_live(first.id, held.revision_id)
        await actions.make_live(first.id, waits.revision_id)
        again = await actions.revise(actor, first.id, body="z", verdict=ALLOW)
    assert again.is_live
    kinds = [type(event) for event in heard]
    assert kinds == [ContributionShown, RevisionHeld, RevisionHeld, RevisionShown]
    assert all(event.is_edit for event in heard[1:3])


async def test_an_edit_is_no_way_around_a_refusal(orvance, actor, member, heard):
    async with orvance.transaction():
        refused = await write(actor, judged(Effect.HOLD))
        await actions.keep_decision(decided(refused, member, "refuse"))
        assert (await row(refused))["decision"] == "refuse"
        edited = await actions.revise(actor, refused.id, body="Poli.", verdict=ALLOW)
        assert not edited.is_live
        assert (await row(edited))["decision"] is None


async def test_an_escalation_decides_nothing(orvance, actor, member, heard):
    async with orvance.transaction():
        held = await write(actor, judged(Effect.HOLD))
        await actions.keep_decision(decided(held, member, "escalate"))
        assert (await row(held))["decision"] is None


async def test_showing_and_taking_down_are_told_once(orvance, actor, heard):
    async with orvance.transaction():
        held = await write(actor, judged(Effect.HOLD))
        for _ in range(2):
            await actions.make_live(held.id, held.revision_id)
        for _ in range(2):
            await actions.take_down(held.id)
    kinds = [type(event) for event in heard]
    assert kinds == [RevisionHeld, ContributionShown, ContributionHidden]


async def test_another_s_revision_is_never_made_live(orvance, actor, heard):
    async with orvance.transaction():
        mine, other = await write(actor), await write(actor)
        with pytest.raises(NotFound):
            await actions.make_live(mine.id, other.revision_id)


async def test_only_the_author_changes_or_withdraws(orvance, actor, heard):
    someone = await orvance.person("Bruno Taillade")
    stranger = Actor(tenant=orvance.tenant, locale="fr", member_id=someone.id, capacity="client")
    async with orvance.transaction():
        written = await write(actor)
        with pytest.raises(Denied):
            await actions.revise(stranger, written.id, body="x", verdict=ALLOW)
        with pytest.raises(Denied):
            await actions.withdraw(stranger, written.id)
        await actions.withdraw(actor, written.id)
        with pytest.raises(NotFound):
            await actions.withdraw(actor, written.id)
        with pytest.raises(NotFound):
            await actions.revise(actor, written.id, body="x", verdict=ALLOW)
    kinds = [type(event) for event in heard]
    assert kinds == [ContributionShown, ContributionHidden, ContributionWithdrawn]


async def test_each_step_is_journaled_without_its_words(orvance, actor, heard):
    async with orvance.transaction():
        first = await write(actor, body="mots secrets")
        await actions.revise(actor, first.id, body="x", verdict=judged(Effect.HOLD))
        await actions.withdraw(actor, first.id)
        rows = await db.fetch(
            "SELECT act, data FROM journal_entry WHERE tenant_id = $1 AND subject_id = $2"
            " ORDER BY id",
            first.id,
        )
    acts = [entry["act"] for entry in rows]
    assert acts == ["post.published", "post.revision_held", "post.withdrawn"]
    assert not any("mots secrets" in entry["data"] for entry in rows)


async def test_revisions_cannot_be_changed(orvance, actor, heard):
    async with orvance.transaction():
        written = await write(actor)
    with pytest.raises(db.PostgresError, match="permission denied"):
        async with orvance.transaction():
            await db.execute(
                "UPDATE revision SET body = 'x' WHERE tenant_id = $1 AND id = $2",
                written.revision_id,
            )


def decided(written: Written, member: Person, action: str) -> ContributionDecided:
    return ContributionDecided(
        contribution_id=written.id, revision_id=written.revision_id,
        decision_id=DecisionId(new_id()), action=action, kind="post", place_id=None,
        author_id=member.id, decided_by=member.id, text=f"À {clock.now():%H:%M}",
    )  # fmt: skip
