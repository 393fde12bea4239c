"""The two tracks as data: complete, apart from each other, and carried out by one function."""

import pytest

from parvis.core.permissions import Permission
from parvis.features.meetings import states
from parvis.features.meetings.tables import Delivery, Track, Visibility

TRACKS = {Track.DELIVERY: set(Delivery), Track.VISIBILITY: set(Visibility)}
KNOWN = {states.AUTHOR, states.RULE, *Permission}


@pytest.mark.parametrize("track", TRACKS)
def test_a_track_moves_between_its_own_states_only(track) -> None:
    moves = [one for one in states.TRANSITIONS if one.track is track]
    assert len(moves) > 20
    assert {one.source for one in moves} | {one.target for one in moves} <= TRACKS[track]


@pytest.mark.parametrize("track", TRACKS)
def test_every_state_can_be_reached_and_is_named(track) -> None:
    first = {Track.DELIVERY: "draft", Track.VISIBILITY: "private"}[track]
    reached, edge = {first}, {first}
    while edge:
        edge = {
            one.target for one in states.TRANSITIONS if one.track is track and one.source in edge
        } - reached
        reached |= edge
    assert reached == TRACKS[track] == set(states.LABELS[track])


def test_every_move_is_somebodys() -> None:
    assert [one for one in states.TRANSITIONS if not one.by or not set(one.by) <= KNOWN] == []


def test_a_move_stands_in_the_table_once() -> None:
    moves = [(one.track, one.source, one.target) for one in states.TRANSITIONS]
    assert len(moves) == len(set(moves))


def test_moderation_has_no_move_on_the_delivery_track() -> None:
    assert {one.track for one in states.TRANSITIONS if states.MODERATION in one.by} == {
        Track.VISIBILITY
    }


def test_nobody_but_the_author_withdraws_and_never_after_approval() -> None:
    moves = [one for one in states.TRANSITIONS if one.target == Delivery.WITHDRAWN]
    assert {one.by for one in moves} == {(states.AUTHOR,)}
    approved = {Delivery.BOARD_REVIEW, Delivery.PUBLISHED, Delivery.CORRECTED}
    assert not approved & {one.source for one in moves}


def test_a_question_that_is_settled_for_good_moves_no_more() -> None:
    final = {Delivery.REFUSED, Delivery.WITHDRAWN, Delivery.ANSWERED_ORALLY}
    assert not final & {one.source for one in states.TRANSITIONS}


def test_targets_are_those_of_the_permissions_held() -> None:
    held = {states.TRIAGE}
    assert set(states.targets(Track.DELIVERY, "eligibility_pending", held)) == {
        "curable", "eligible", "ineligible",
    }  # fmt: skip
    assert states.targets(Track.DELIVERY, "eligibility_pending", {states.DRAFT}) == ()


def test_the_diagram_draws_every_move() -> None:
    drawn = states.mermaid(Track.VISIBILITY)
    moves = [one for one in states.TRANSITIONS if one.track is Track.VISIBILITY]
    assert drawn.startswith("stateDiagram-v2")
    assert drawn.count("-->") == len(moves)
    assert "    pending --> restricted: review:decide" in drawn
