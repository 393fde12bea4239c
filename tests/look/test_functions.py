"""What templates can call: escaped, held to the reader's language, refusing what is wrong."""

import datetime as dt
from typing import Any

import pytest
from minijinja import TemplateError

from parvis.core import clock, templating, theming
from parvis.core.assets import asset

NOW = dt.datetime(2027, 4, 14, 12, 0, tzinfo=dt.UTC)
CONTEXT = {
    "locale": "fr",
    "timezone": "Europe/Paris",
    "nonce": "n0",
    "csrf_token": 'c"<',
    "theme": theming.theme("orvance"),
}


def shown(source: str, **context: Any) -> str:
    environment = templating.environment(templating.BASE_THEME)
    return environment.render_str(source, "sample.html", **CONTEXT, **context)


def test_htmx_attributes_come_with_their_nonce() -> None:
    source = '{{ hx(post="/a?b=1&c", swap="outerHTML", push_url=true, target=none) }}'
    assert shown(source) == (
        'hx-post="/a?b=1&amp;c" hx-swap="outerHTML" hx-push-url="true" hx-nonce="n0"'
    )


def test_htmx_values_are_json_and_escaped() -> None:
    assert shown('{{ hx(vals={"a": "\\"<"}) }}') == (
        'hx-vals="{&#34;a&#34;:&#34;\\&#34;&lt;&#34;}" hx-nonce="n0"'
    )


@pytest.mark.parametrize("value", ["js:alert(1)", "javascript:alert(1)"])
def test_htmx_attributes_hold_no_script(value: str) -> None:
    with pytest.raises(ValueError, match="may not hold script"):
        shown("{{ hx(get=value) }}", value=value)


def test_a_form_carries_its_token_escaped() -> None:
    assert shown("{{ csrf_input() }}") == (
        '<input type="hidden" name="_csrf_token" value="c&#34;&lt;">'
    )


def test_a_script_is_held_to_its_hash_and_nonce() -> None:
    file = asset("parvis.js")
    written = shown('{{ script("parvis.js") }}')
    assert written == (
        f'<script src="{file.url}" defer nonce="n0" integrity="{file.integrity}"></script>'
    )


def test_text_is_escaped_and_html_parameters_stay_html() -> None:
    written = shown(
        '{{ _("in {place}", place=link) }} {{ _("in {place}", place=icon("x")) }}', link="<b>"
    )
    assert written.startswith('dans &lt;b&gt; dans <svg class="i"')


def test_members_html_is_typeset_and_never_obeyed_by_htmx() -> None:
    assert shown('{{ markdown("<p>oui !</p>") }}') == (
        '<div class="prose" hx-ignore><p>oui\u00a0!</p></div>'
    )
    assert 'lang="en"' in shown('{{ markdown("<p>yes !</p>", "en") }}')
    assert "it-is so!" in shown('{{ markdown("<p>it-is so!</p>", "en") }}')


def test_neither_none_nor_an_undefined_name_is_shown() -> None:
    assert shown('[{{ none or "" }}]') == "[]"
    with pytest.raises(ValueError, match="prints None"):
        shown("{{ none }}")
    with pytest.raises(TemplateError, match="undefined"):
        shown("{{ absent }}")


def test_an_address_is_a_path_of_this_site_with_the_query_given() -> None:
    assert shown('{{ url("/a", q="é b", after=none) }}') == "&#x2f;a?q=%C3%A9+b"
    for elsewhere in ("https://x.example", "//x.example"):
        with pytest.raises(ValueError, match="not a path of this site"):
            shown("{{ url(elsewhere) }}", elsewhere=elsewhere)


def test_an_unknown_icon_is_refused_by_name() -> None:
    with pytest.raises(LookupError, match="no icon 'unicorn'"):
        shown('{{ icon("unicorn") }}')


@pytest.mark.parametrize(
    ("left", "words", "parts"),
    [
        (dt.timedelta(days=5, hours=21, minutes=14), "5 jours et 21 heures", [5, 21, 14]),
        (dt.timedelta(days=1, hours=1), "1 jour et 1 heure", [1, 1, 0]),
        (dt.timedelta(hours=3, seconds=59), "3 heures et 0 minute", [3, 0]),
        (dt.timedelta(seconds=-1), "0 heure et 0 minute", [0, 0]),
    ],
)
def test_a_countdown_says_what_is_left(left: dt.timedelta, words: str, parts: list[int]) -> None:
    with clock.travel(NOW):
        source = "{{ countdown(until).text }}|{{ countdown(until).parts|map(attribute='n')|list }}"
        text, numbers = shown(source, until=NOW + left + dt.timedelta(milliseconds=500)).split("|")
    assert text.replace("\u00a0", " ") == words
    assert numbers == str(parts)


def test_a_moment_tells_the_full_date_too() -> None:
    with clock.travel(NOW):
        written = shown("{{ moment(at) }}", at=NOW - dt.timedelta(hours=20, minutes=20))
    assert 'datetime="2027-04-13T15:40:00+00:00"' in written
    assert "mardi 13\u00a0avril 2027" in written
    assert "hier à 17\u00a0h\u00a040</time>" in written


def test_a_theme_may_replace_a_template(tmp_path: Any) -> None:
    (tmp_path / "mine" / "templates").mkdir(parents=True)
    for name in ("theme.toml", "logo.svg"):
        original = theming.theme("parvis").templates.parent / name
        (tmp_path / "mine" / name).write_text(original.read_text("utf-8"), "utf-8")
    (tmp_path / "mine" / "templates" / "_error.html").write_text("Mine: {{ view }}", "utf-8")
    folder = theming.theme("parvis").templates.parent.parent
    try:
        templating.use(tmp_path)
        text = templating.render(
            theme="mine", locale="fr", timezone="UTC", name="_error.html", context={"view": "<"}
        )
    finally:
        templating.use(folder)
    assert text == "Mine: &lt;"
