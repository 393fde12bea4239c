"""A firm's look: `themes/<name>/theme.toml` and `logo.svg` in, one small stylesheet out."""

from __future__ import annotations

import re
import tomllib
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

import msgspec

from parvis.core.assets import Asset, asset, from_content
from parvis.core.palette import Choices, palette

BASE = "parvis"
PREFIX = "/theme/"
_folder = Path(__file__).resolve().parents[3] / "themes"


class ThemeError(Exception):
    """A theme cannot be used; the message names file, line and what would be right."""


class Face(msgspec.Struct, frozen=True):
    family: str
    file: str
    weight: str


class Fonts(msgspec.Struct, frozen=True, kw_only=True):
    """One pairing of the catalogue: the first face is the text's, the last one the titles'."""

    faces: tuple[Face, ...]
    head_weight: int
    head_tracking: str
    head_fallback: str = "system-ui,sans-serif"


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """A theme ready to serve."""

    name: str
    choices: Choices
    stylesheet: Asset
    logo: Asset
    icon: Asset
    preload: Asset
    templates: Path


_HANKEN = Face("Hanken Grotesk", "hanken.woff2", "400 700")
_NEWSREADER = Face("Newsreader", "newsreader-d500.woff2", "500")
_PUBLIC_SANS = Face("Public Sans", "public-sans.woff2", "400 700")
FONTS = {
    "hanken-grotesk": Fonts(faces=(_HANKEN,), head_weight=600, head_tracking="-0.015em"),
    "public-sans": Fonts(faces=(_PUBLIC_SANS,), head_weight=650, head_tracking="-0.018em"),
    "newsreader-hanken-grotesk": Fonts(
        faces=(_HANKEN, _NEWSREADER),
        head_weight=500,
        head_tracking="-0.012em",
        head_fallback="Georgia,serif",
    ),
}


def use_folder(folder: Path) -> None:
    """Make themes come from this folder from now on."""
    global _folder  # noqa: PLW0603  -- one folder a process, set once at start from the settings
    _folder = folder
    theme.cache_clear()


@lru_cache
def theme(name: str) -> Theme:
    """Return a theme, or raise ThemeError when its files cannot be used."""
    folder = _folder / name
    choices = read_choices(folder / "theme.toml")
    logo = _read_logo(folder / "logo.svg")
    prefix = f"{PREFIX}{name}/"
    return Theme(
        name=name,
        choices=choices,
        stylesheet=from_content(prefix, "theme.css", css(choices).encode()),
        logo=from_content(prefix, "logo.svg", logo.encode()),
        icon=from_content(prefix, "icon.svg", _icon(choices, logo).encode()),
        preload=asset(f"fonts/{FONTS[choices.fonts].faces[0].file}"),
        templates=folder / "templates",
    )


def names() -> tuple[str, ...]:
    """Return the name of every theme in the folder."""
    return tuple(sorted(path.parent.name for path in _folder.glob("*/theme.toml")))


def find(url: str) -> Asset | None:
    """Return the theme file served at exactly this address, below /theme/."""
    name = url.removeprefix(PREFIX).partition("/")[0]
    if not url.startswith(PREFIX) or name not in names():
        return None
    found = theme(name)
    return next(
        (file for file in (found.stylesheet, found.logo, found.icon) if file.url == url), None
    )


def read_choices(path: Path) -> Choices:
    """Return the choices of a theme.toml, or raise ThemeError naming the line at fault."""
    try:
        text = path.read_text("utf-8")
        choices = msgspec.convert(tomllib.loads(text), Choices)
    except FileNotFoundError:
        raise ThemeError(f"{path}: no such file") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ThemeError(f"{path}: {error}") from None
    except msgspec.ValidationError as error:
        raise ThemeError(_explain(path, text, str(error))) from None
    if choices.fonts not in FONTS:
        known = ", ".join(FONTS)
        line = _line_of(text, "fonts")
        raise ThemeError(f"{path}:{line}: no fonts {choices.fonts!r}; the catalogue has {known}")
    return choices


def css(choices: Choices) -> str:
    """Return the stylesheet of some choices: faces, shape, and the colours of both schemes."""
    fonts, radius = FONTS[choices.fonts], choices.radius
    body, head = fonts.faces[0].family, fonts.faces[-1].family
    dark = _block(choices, dark=True)
    return (
        "".join(_face(face) for face in fonts.faces)
        + f':root{{color-scheme:light;--font:"{body}",system-ui,sans-serif;'
        f'--font-head:"{head}",{fonts.head_fallback};--head-weight:{fonts.head_weight};'
        f"--head-tracking:{fonts.head_tracking};--r1:{max(radius // 2, min(radius, 2))}px;"
        f"--r2:{radius}px;--r3:{round(radius * 1.5)}px;{_block(choices, dark=False)}}}\n"
        "@media (prefers-color-scheme:dark){:root:not([data-scheme=light])"
        f"{{color-scheme:dark;{dark}}}}}\n"
        f":root[data-scheme=dark]{{color-scheme:dark;{dark}}}\n"
    )


def _read_logo(path: Path) -> str:
    logo = path.read_text("utf-8") if path.is_file() else ""
    if '<symbol id="logo"' not in logo or not logo.rstrip().endswith("</svg>"):
        raise ThemeError(f'{path}: a theme needs a logo.svg with a <symbol id="logo">')
    return logo


def _icon(choices: Choices, logo: str) -> str:
    """The browser's icon: the logo in white on the colour of the hero band."""
    ground = palette(choices, dark=False)["hero"]
    drawn = (
        f'<rect width="32" height="32" rx="7" fill="{ground}"/>'
        '<use href="#logo" x="5" y="5" width="22" height="22" color="#fff"/></svg>\n'
    )
    return (
        logo.rstrip().removesuffix("</svg>").replace("<svg ", '<svg viewBox="0 0 32 32" ', 1)
        + drawn
    )


def _block(choices: Choices, *, dark: bool) -> str:
    return "".join(f"--{name}:{value};" for name, value in palette(choices, dark=dark).items())


def _face(face: Face) -> str:
    source = f'url({asset(f"fonts/{face.file}").url}) format("woff2")'
    return (
        f'@font-face{{font-family:"{face.family}";src:{source};'
        f"font-weight:{face.weight};font-display:swap}}\n"
    )


def _explain(path: Path, text: str, problem: str) -> str:
    named = re.search(r"unknown field `(\w+)`", problem)
    if named:
        near = get_close_matches(named[1], Choices.__struct_fields__, n=1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        return f"{path}:{_line_of(text, named[1])}: `{named[1]}` is not a choice{hint}"
    at = re.search(r"\$\.(\w+)", problem)
    return f"{path}:{_line_of(text, at[1]) if at else 1}: {problem}"


def _line_of(text: str, key: str) -> int:
    lines = text.splitlines()
    return next((n for n, line in enumerate(lines, 1) if re.match(rf"\s*{key}\s*=", line)), 1)
