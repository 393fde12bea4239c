"""No figure over fewer than five people: not shown, and not to be had by adding and subtracting."""

import time
from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.features.workshop.rehearsal.protection import FEWEST, Group, protected


def group(figures: str, people: range, texts: int = 0) -> Group:
    return Group(
        figures=frozenset(figures.split()), texts=texts or len(people), people=frozenset(people)
    )


def test_a_figure_over_five_people_is_shown():
    found = protected([group("all", range(5), 12)])
    assert (found["all"].texts, found["all"].people) == (12, 5)


def test_a_figure_over_four_people_is_hidden_however_many_texts():
    found = protected([group("all", range(4), 900)])
    assert (found["all"].texts, found["all"].people, found["all"].is_few) == (None, None, True)


def test_people_are_told_in_fives():
    assert protected([group("all", range(13))])["all"].people == 10


def test_a_part_is_not_to_be_had_from_the_total_and_the_other_part():
    found = protected([group("all held", range(20)), group("all refused", range(20, 23))])
    assert found["refused"].texts is None
    assert found["all"].texts is None or found["held"].texts is None
    assert found["all"].texts is not None or found["held"].texts is not None
    assert (found["refused"].is_few, found["all"].is_few, found["held"].is_few) == (
        True, False, False,
    )  # fmt: skip


def test_two_small_parts_of_the_same_people_do_not_add_up_to_a_total():
    found = protected([
        group("all held", range(20)),
        group("all refused", range(30, 32)), group("all marked", range(30, 32)),
    ])  # fmt: skip
    assert found["refused"].texts is None
    assert found["marked"].texts is None


def test_what_a_total_has_beside_its_large_part_is_not_to_be_subtracted():
    found = protected([
        group("all held a", range(25)), group("all held b", range(30, 31)),
        group("all held c", range(31, 32)), group("all", range(40, 90)),
    ])  # fmt: skip
    assert found["b"].texts is None
    assert found["c"].texts is None
    # 27 held, 25 of them by one clause: two texts of two people.
    assert found["held"].texts is None or found["a"].texts is None


def test_what_is_new_is_not_to_be_had_from_before_and_after():
    found = protected([
        group("all draft now", range(20)),
        group("all draft came", range(40, 42)),
        group("all", range(50, 90)),
    ])  # fmt: skip
    assert found["came"].texts is None
    assert found["draft"].texts is None or found["now"].texts is None


def test_large_figures_all_stay():
    found = protected([
        group("all held", range(20)), group("all refused", range(20, 30)),
        group("all", range(30, 90)),
    ])  # fmt: skip
    assert None not in {figure.texts for figure in found.values()}


names = st.sampled_from(["held", "refused", "now", "came", "a", "b"])
groups = st.lists(
    st.builds(
        Group,
        figures=st.frozensets(names, max_size=3).map(lambda some: some | {"all"}),
        texts=st.integers(1, 40),
        people=st.frozensets(st.integers(0, 40), min_size=1, max_size=14),
    ),
    min_size=1,
    max_size=7,
    unique_by=lambda one: one.figures,
)


def solvable(rows: list[list[int]], secret: list[int]) -> bool:
    """Whether the secret is a sum of multiples of rows, by elimination over the rationals."""
    left = [[Fraction(value) for value in row] for row in rows]
    goal = [Fraction(value) for value in secret]
    for column in range(len(secret)):
        pivot = next((row for row in left if row[column]), None)
        if pivot is None:
            continue
        left = [
            [a - b * row[column] / pivot[column] for a, b in zip(row, pivot, strict=True)]
            for row in left if row is not pivot
        ]  # fmt: skip
        factor = goal[column] / pivot[column]
        goal = [a - b * factor for a, b in zip(goal, pivot, strict=True)]
    return not any(goal)


@given(groups)
@settings(max_examples=400, deadline=None)
def test_nothing_about_few_people_can_be_computed_from_what_is_shown(given_groups):
    found = protected(given_groups)
    rows = [
        [int(name in one.figures) for one in given_groups]
        for name, figure in found.items() if figure.texts is not None
    ]  # fmt: skip
    for name in found:
        people = set().union(*(one.people for one in given_groups if name in one.figures))
        vector = [int(name in one.figures) for one in given_groups]
        if len(people) < FEWEST:
            assert found[name].texts is None
            assert not solvable(rows, vector)
    for place, one in enumerate(given_groups):
        if len(one.people) < FEWEST:
            assert not solvable(rows, [int(n == place) for n in range(len(given_groups))])


@given(groups)
@settings(max_examples=100, deadline=None)
def test_what_is_shown_is_true(given_groups):
    for name, figure in protected(given_groups).items():
        if figure.texts is not None:
            mine = [one for one in given_groups if name in one.figures]
            assert figure.texts == sum(one.texts for one in mine)
            assert figure.people is not None
            assert 0 <= len(set().union(*(one.people for one in mine))) - figure.people < FEWEST


def test_a_charter_of_many_clauses_is_soon_protected():
    clauses = [f"c{n}:{what}" for n, what in product(range(25), ("hold", "now", "came", "gone"))]
    given_groups = [
        Group(
            figures=frozenset({"all", *(c for k, c in enumerate(clauses) if n * (k + 3) % 37 < 2)}),
            texts=n, people=frozenset(range(n % 9, n % 9 + 1 + n % 12)),
        )
        for n in range(1, 250)
    ]  # fmt: skip
    began = time.process_time()
    protected(given_groups)
    assert time.process_time() - began < 20
