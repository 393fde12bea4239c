"""Fragments that are kept: drawn once, never wrong, never another reader's."""

from uuid import UUID

import msgspec
import pytest
from minijinja import TemplateError

from parvis.core import templating


class Card(msgspec.Struct, frozen=True):
    title: str


class House(msgspec.Struct, frozen=True):
    id: UUID


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """Draw a page that keeps a fragment made of `source`, and count how often it was drawn."""
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "page.html").write_text('{{ kept("_card.html", view, **more) }}')
    monkeypatch.setattr(templating, "template_folders", lambda: [folder])

    def draw(source: str, view: Card, house: int = 1, locale: str = "fr", **more: object) -> str:
        (folder / "_card.html").write_text(source)
        given = {
            "view": view, "more": more, "nonce": f"nonce-{house}", "csrf_token": f"token-{house}",
            "tenant": House(UUID(int=house)), "actor": "Camille",
        }  # fmt: skip
        return templating.render(
            theme=templating.BASE_THEME, locale=locale, timezone="Europe/Paris", name="page.html",
            context=given,
        )  # fmt: skip

    templating.environment.cache_clear()
    templating._fragment.cache_clear()
    yield draw
    templating.environment.cache_clear()
    templating._fragment.cache_clear()


def test_the_same_card_is_drawn_once(drawn) -> None:
    assert drawn("<p>{{ view.title }}</p>", Card("a")) == "<p>a</p>"
    assert drawn("never read again", Card("a")) == "<p>a</p>"


@pytest.mark.parametrize(
    "other",
    [
        {"view": Card("b")},
        {"view": Card("a"), "house": 2},
        {"view": Card("a"), "locale": "en"},
        {"view": Card("a"), "place": True},
    ],
)
def test_anything_else_is_another_card(drawn, other) -> None:
    source = "{{ view.title }}"
    drawn(source, Card("a"))
    kept = templating._fragment.cache_info().currsize
    drawn(source, **other)
    assert templating._fragment.cache_info().currsize == kept + 1


def test_words_are_escaped_as_everywhere(drawn) -> None:
    assert drawn("{{ view.title }}", Card("<b>&")) == "&lt;b&gt;&amp;"


def test_a_kept_card_does_not_know_its_reader(drawn) -> None:
    with pytest.raises(TemplateError, match="undefined"):
        drawn("{{ actor }}", Card("c"))
