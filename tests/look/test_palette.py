"""No firm can choose colours that are hard to read: every pair the stylesheet uses is measured."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.core import theming
from parvis.core.assets import asset
from parvis.core.colour import contrast, from_oklch, to_oklch
from parvis.core.palette import Choices, palette

FLATS = "bg surface sunken hover tint fill"
STATUS = ("ok", "warn", "bad", "info")
# Needed ratio, colours in front, colours behind.
PAIRS = [
    (4.5, "text text-2 text-3 brand-text", FLATS),
    (4.5, "official accent-text", "official-soft surface bg"),
    (4.5, "text text-2 text-3", "official-soft"),
    (4.5, "on-brand", "brand brand-hover"),
    (4.5, "header-text header-text-2", "header header-hover"),
    (4.5, "hero-text hero-text-2 hero-accent", "hero hero-2"),
    (4.5, "bg", "text"),
    (4.5, "hero", "hero-text hero-text-2"),
    (3.0, "edge focus", "bg surface"),
    (3.0, "brand-text", "line"),
    *((4.5, name, f"{name}-soft surface bg") for name in STATUS),
    (4.5, "text", " ".join(f"{name}-soft" for name in STATUS)),
]
EACH = [
    (need, front, behind)
    for need, fronts, behinds in PAIRS
    for front in fronts.split()
    for behind in behinds.split()
]

colours = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")
firms = st.builds(
    Choices,
    brand=colours | st.sampled_from(["#ffd400", "#000000", "#ffffff", "#7f7f7f", "#00ff88"]),
    accent=colours | st.sampled_from(["#ffffff", "#000000", "#f5e6c8", "#e30613"]),
    neutral_hue=st.floats(0, 360),
    neutral_hue_dark=st.none() | st.floats(0, 360),
    neutral_strength=st.floats(0, 0.014),
    header=st.sampled_from(["plain", "brand"]),
    official=st.sampled_from(["accent", "brand"]),
)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", theming.names())
def test_every_pair_of_a_theme_is_readable(name: str, *, dark: bool) -> None:
    assert too_weak(theming.theme(name).choices, dark=dark) == []


@settings(max_examples=60, deadline=None)
@given(choices=firms, dark=st.booleans())
def test_any_firm_gets_readable_pairs(choices: Choices, *, dark: bool) -> None:
    assert too_weak(choices, dark=dark) == []


def test_the_measure_finds_a_pair_that_is_too_weak() -> None:
    tokens = palette(theming.theme("parvis").choices, dark=False)
    assert weak_pairs(tokens | {"text-3": tokens["line"]}) != []


def test_the_stylesheet_uses_no_colour_the_palette_lacks() -> None:
    css = asset("parvis.css").content.decode()
    palette = theming.theme("parvis").stylesheet.content.decode()
    used = set(re.findall(r"var\(--([\w-]+)\)", css))
    made = set(re.findall(r"--([\w-]+):", css + palette))
    assert used - made == set()


@given(colour=colours)
def test_a_colour_survives_the_way_to_oklch_and_back(colour: str) -> None:
    back = from_oklch(*to_oklch(colour))
    difference = [abs(int(colour[i : i + 2], 16) - int(back[i : i + 2], 16)) for i in (1, 3, 5)]
    assert max(difference) <= 1


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def too_weak(choices: Choices, *, dark: bool) -> list[str]:
    return weak_pairs(palette(choices, dark=dark))


def weak_pairs(tokens: dict[str, str]) -> list[str]:
    return [
        f"{front} {tokens[front]} on {behind} {tokens[behind]}"
        for need, front, behind in EACH
        if contrast(tokens[front], tokens[behind]) < need
    ]
