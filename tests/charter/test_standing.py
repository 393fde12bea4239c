"""Rules about who acts, where and to whom: acceptance, real_name, permit, forbid, premoderate."""

from datetime import timedelta

import pytest

from parvis.features.charter.verdict import Acceptance, Person
from tests.charter.examples import NOW, charter, verdict

CLIENT = Person(labels=frozenset(["client"]))
ADVISER = Person(labels=frozenset(["adviser"]))
MANAGER = Person(labels=frozenset(["employee", "group:community_manager"]))


@pytest.mark.parametrize("act", ["read", "post.publish", "reaction.add"])
def test_nothing_goes_before_acceptance(act):
    rule = charter('kind = "acceptance"')
    missing = verdict(rule, act=act, person=Person(acceptance=Acceptance.MISSING))
    assert (missing.effect, missing.causes[0].kind) == ("refuse", "acceptance")
    assert verdict(rule, act=act).effect == "allow"


@pytest.mark.parametrize(("hours", "effect"), [(1, "allow"), (0, "refuse"), (-1, "refuse")])
def test_who_accepted_an_earlier_version_has_until_the_end_of_the_grace(hours, effect):
    rule, until = charter('kind = "acceptance"'), NOW + timedelta(hours=hours)
    person = Person(acceptance=Acceptance.EARLIER)
    assert verdict(rule, person=person, grace_until=until).effect == effect
    assert verdict(rule, person=person).effect == "refuse"


def test_grace_is_not_for_who_never_accepted():
    person = Person(acceptance=Acceptance.MISSING)
    until = NOW + timedelta(days=3)
    assert (
        verdict(charter('kind = "acceptance"'), person=person, grace_until=until).effect == "refuse"
    )


def test_acts_need_a_verified_name_and_the_assurance_asked_for():
    rule = charter('kind = "real_name"\nacts = ["post.publish"]\nacr = ["eidas1", "eidas2"]')
    assert verdict(rule, person=Person(acr="eidas1")).effect == "allow"
    assert verdict(rule, person=Person(acr="password")).effect == "refuse"
    assert verdict(rule, person=Person()).effect == "refuse"
    assert verdict(rule, person=Person(acr="eidas2", name_is_verified=False)).effect == "refuse"
    assert verdict(rule, person=Person(), act="reaction.add").effect == "allow"


def test_a_display_name_cannot_be_edited():
    rule = charter('kind = "real_name"')
    renamed = verdict(rule, act="profile.edit", fields={"display_name": "Zorro"})
    assert (renamed.effect, renamed.causes[0].field) == ("refuse", "display_name")
    assert verdict(rule, act="profile.edit", fields={"headline": "Zorro"}).effect == "allow"


@pytest.mark.parametrize(
    ("author", "recipients", "effect"),
    [
        (CLIENT, [CLIENT], "refuse"),
        (CLIENT, [ADVISER], "allow"),
        (CLIENT, [ADVISER, CLIENT], "refuse"),
        (ADVISER, [CLIENT], "allow"),
        (CLIENT, [], "allow"),
    ],
)
def test_clients_do_not_write_to_clients(author, recipients, effect):
    rule = 'kind = "forbid"\nacts = ["message.send"]\npeople = ["client"]\nrecipients = ["client"]'
    result = verdict(
        charter(rule), act="message.send", person=author,
        recipients=tuple(person.labels for person in recipients),
    )  # fmt: skip
    assert result.effect == effect


def test_permit_opens_an_act_to_the_people_named_only():
    rule = charter(
        'kind = "permit"\nacts = ["community.create"]\npeople = ["group:community_manager"]'
    )
    assert verdict(rule, act="community.create", person=MANAGER).effect == "allow"
    assert verdict(rule, act="community.create", person=CLIENT).effect == "refuse"
    assert verdict(rule, act="community.join", person=CLIENT).effect == "allow"


def test_two_permits_must_both_be_satisfied():
    one = 'kind = "permit"\nid = "one"\nacts = ["poll.vote"]\npeople = ["employee"]'
    two = 'kind = "permit"\nid = "two"\nacts = ["poll.vote"]\npeople = ["client"]'
    result = verdict(charter(one, two), act="poll.vote", person=MANAGER)
    assert [cause.rule for cause in result.causes] == ["two"]


def test_places_narrow_a_rule():
    rule = charter('kind = "forbid"\nacts = ["post.publish"]\nplaces = ["community:social"]')
    assert verdict(rule, place=frozenset(["community", "community:social"])).effect == "refuse"
    assert verdict(rule, place=frozenset(["community", "community:business"])).effect == "allow"
    assert verdict(rule).effect == "allow"


@pytest.mark.parametrize("act", ["question.submit", "question.edit"])
def test_premoderation_covers_creating_and_editing(act):
    rule = charter('kind = "premoderate"\nacts = ["question.submit"]\nmode = "always"')
    assert verdict(rule, act=act).effect == "hold"
    assert verdict(rule, act="question.support").effect == "allow"


@pytest.mark.parametrize(("published", "effect"), [(0, "hold"), (2, "hold"), (3, "allow")])
def test_first_n_contributions_wait(published, effect):
    rule = charter(
        'kind = "premoderate"\nacts = ["post.publish"]\nmode = "first_n"\nfirst = 3\n'
        'except_people = ["employee"]'
    )
    assert verdict(rule, person=Person(published=published)).effect == effect
    staff = Person(published=published, labels=frozenset(["employee"]))
    assert verdict(rule, person=staff).effect == "allow"


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("le taux est de 3,5 %", "hold"),
        ("5 M€", "hold"),
        ("en 2026", "allow"),
        ("voir x.com", "hold"),
    ],
)
def test_selective_premoderation_goes_by_signs_in_the_text(text, effect):
    rule = (
        'kind = "premoderate"\nacts = ["post.publish"]\nmode = "selective"\n'
        'signs = ["amount", "link"]'
    )
    assert verdict(charter(rule), text).effect == effect


def test_selective_premoderation_goes_by_warnings():
    rule = 'kind = "premoderate"\nacts = ["post.publish"]\nmode = "selective"\nsigns = ["warned"]'
    assert verdict(charter(rule), "bonjour", person=Person(warnings=1)).effect == "hold"
    assert verdict(charter(rule), "bonjour").effect == "allow"
