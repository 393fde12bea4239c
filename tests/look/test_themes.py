"""A theme's files either make a look or are refused with the line and what would be right."""

from pathlib import Path

import pytest

from parvis.core import assets, theming
from parvis.core.theming import ThemeError

GOOD = 'brand = "#14412f"\naccent = "#8f6c2c"\nneutral_hue = 88\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + "raduis = 4\n", r"theme.toml:4: `raduis` is not a choice; did you mean `radius`\?"),
        (GOOD.replace("#14412f", "green"), r"theme.toml:1: .*brand"),
        (GOOD + "radius = 99\n", r"theme.toml:4: .*16"),
        (GOOD + 'fonts = "comic"\n', r"theme.toml:4: no fonts 'comic'; the catalogue has"),
        ("brand = \n", r"theme.toml: Invalid value \(at line 1"),
        (GOOD.replace("neutral_hue = 88\n", ""), r"missing required field `neutral_hue`"),
    ],
)
def test_a_wrong_theme_names_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "theme.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ThemeError, match=said):
        theming.read_choices(path)


def test_few_choices_are_enough(tmp_path: Path) -> None:
    path = tmp_path / "theme.toml"
    path.write_text(GOOD, "utf-8")
    assert "--brand:#14412f;" in theming.css(theming.read_choices(path))


@pytest.mark.parametrize("name", theming.names())
def test_a_theme_is_served_under_the_hash_of_its_content(name: str) -> None:
    theme = theming.theme(name)
    css, digest = theme.stylesheet.content.decode(), theme.stylesheet.url.split(".")[-2]
    assert theming.find(theme.stylesheet.url) == theme.stylesheet
    assert theming.find(theme.stylesheet.url.replace(digest, "0" * 12)) is None
    assert css.count("font-display:swap") == css.count("@font-face")


@pytest.mark.parametrize("name", theming.names())
def test_every_font_of_a_theme_exists_with_its_licence(name: str) -> None:
    for face in theming.FONTS[theming.theme(name).choices.fonts].faces:
        assert assets.asset(f"fonts/{face.file}").media_type == "font/woff2"
        licence = f"OFL-{face.family.lower().replace(' ', '-')}.txt"
        assert (
            "Reserved Font Name" not in (assets.STATIC / "fonts" / licence).read_text("utf-8")[:400]
        )


def test_an_address_outside_the_themes_is_not_served() -> None:
    assert theming.find("/theme/../pyproject.toml") is None
    assert theming.find("/theme/parvis/theme.toml") is None
