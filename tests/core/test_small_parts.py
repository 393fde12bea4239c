"""Identifiers, time, pages, settings, addresses, members' Markdown."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis import settings as settings_module
from parvis.core import clock, pagination, text
from parvis.core.actor import initials
from parvis.core.errors import BadRequest
from parvis.core.http import same_origin_path
from parvis.core.ids import new_id
from parvis.settings import SettingsError

GIVEN = {"PARVIS_DATABASE_URL": "postgresql://x", "PARVIS_SECRET_KEY": "k" * 32}


def test_order_of_ids_is_order_of_time() -> None:
    with clock.travel(datetime(2026, 4, 1, tzinfo=UTC)):
        first = [new_id() for _ in range(50)]
    with clock.travel(datetime(2026, 4, 2, tzinfo=UTC)):
        second = new_id()
    assert max(first) < second
    assert {made.version for made in [*first, second]} == {7}


def test_the_clock_travels_and_comes_back() -> None:
    with clock.travel(datetime(2030, 1, 1, tzinfo=UTC)):
        assert clock.now().year == 2030
    with clock.shift(timedelta(days=400)):
        assert clock.now() > datetime.now(UTC) + timedelta(days=399)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


@given(st.integers(min_value=0, max_value=50), st.integers(min_value=1, max_value=20))
def test_a_page_ends_where_the_rows_end(rows: int, limit: int) -> None:
    fetched = [{"id": UUID(int=rows - n)} for n in range(min(rows, limit + 1))]
    page = pagination.page_of(fetched, limit, lambda row: row["id"])
    assert len(page.items) == min(rows, limit)
    assert (page.next_after is None) == (rows <= limit)


def test_a_foreign_cursor_is_a_bad_request() -> None:
    with pytest.raises(BadRequest):
        pagination.before("../../etc/passwd")


def test_an_unknown_setting_is_named_with_the_nearest_right_one() -> None:
    with pytest.raises(SettingsError, match="PARVIS_SECRET_KEY"):
        settings_module.load(GIVEN | {"PARVIS_SECRET_KEI": "x"})


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(SettingsError, match="PARVIS_DATABASE_URL is required"):
        settings_module.load({"PARVIS_SECRET_KEY": "k" * 32})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PARVIS_SECRET_KEY", "short", "32 characters"),
        ("PARVIS_PORT", "70000", "65535"),
        ("PARVIS_PORT", "many", "int"),
        ("PARVIS_ENVIRONMENT", "prod", "environment"),
        ("PARVIS_DEMO_ISSUERS", "{", "Expecting"),
    ],
)
def test_a_wrong_setting_stops_the_start(name: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        settings_module.load(GIVEN | {name: value})


def test_settings_read_their_environment() -> None:
    loaded = settings_module.load(
        GIVEN | {"PARVIS_PORT": "9000", "PARVIS_DEMO_ISSUERS": '{"a": "http://127.0.0.1:1"}'}
    )
    assert (loaded.port, loaded.demo_issuers) == (9000, {"a": "http://127.0.0.1:1"})
    assert loaded.public_url("a.example") == "https://a.example"
    assert not loaded.allows_loopback


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "evil",
        "",
        None,
        "/a\nb",
        "/a\\b",
    ],
)
def test_next_never_leaves_the_site(path: str | None) -> None:
    assert same_origin_path(path) == "/"


@given(st.text(max_size=40))
def test_next_always_stays_on_the_site(path: str) -> None:
    kept = same_origin_path(path)
    assert kept.startswith("/")
    assert not kept.startswith("//")


def test_next_keeps_a_path_of_ours() -> None:
    assert same_origin_path("/meetings/ag-2027?page=2") == "/meetings/ag-2027?page=2"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Hélène Marcillat", "HM"),
        ("Gaëtan Royer-Viel", "GV"),
        ("Björk", "B"),
        ("李 小龙", "李小"),
        ("", ""),
    ],
)
def test_initials_of_any_name(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<div hx-get="/sign-out" hx-trigger="load">x</div>',
        "[x](javascript:alert(1))",
        '<a href="https://x" style="position:fixed" id="main" class="btn">x</a>',
        "![x](https://tracker.example/p.png)",
        "# Un titre",
    ],
)
def test_nothing_hostile_survives_in_members_html(hostile: str) -> None:
    assert_allowed(text.to_html(hostile))


@given(st.text(alphabet=st.sampled_from("<>/\"'=()[]!*_`# \nabhrefsrconclickjvt:"), max_size=200))
def test_any_text_becomes_html_of_the_allow_list(markdown: str) -> None:
    assert_allowed(text.to_html(markdown))


def test_a_text_made_of_brackets_costs_no_search_for_links() -> None:
    link = "[x](https://example.org) "
    assert text.to_html(link * text.MOST_BRACKETS).count("<a ") == text.MOST_BRACKETS
    shown = text.to_html(link * (text.MOST_BRACKETS + 1))
    assert "<a " not in shown
    assert shown.count("[x]") == text.MOST_BRACKETS + 1


def test_an_excerpt_reads_no_more_than_it_needs() -> None:
    short = text.excerpt("mot " * 1000, 20)
    assert short == text.excerpt("mot " * 100 + "[" * 9000, 20) == "mot mot mot mot…"


def assert_allowed(html: str) -> None:
    """Read the HTML as a browser would: known elements, no attribute but a safe link's."""
    reader = Elements()
    reader.feed(html)
    for tag, attributes in reader.found:
        assert tag in text.TAGS
        assert set(attributes) <= ({"href", "rel"} if tag == "a" else set())
        assert attributes.get("href", "https:").startswith(("https:", "http:", "mailto:"))


class Elements(HTMLParser):
    """Collects the elements of a document with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_an_excerpt_is_cut_between_words() -> None:
    assert text.excerpt("Un **premier** paragraphe assez long", 20) == "Un premier…"
