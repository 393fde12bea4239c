"""From a firm's few choices to every colour of its pages, in light and in dark.

Each colour that carries text or a control is moved in lightness until it reaches its WCAG ratio
on every background it may sit on, so a firm cannot choose a palette that is hard to read.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from parvis.core.colour import contrast, from_oklch, reach, to_oklch

HexColour = Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$")]
Hue = Annotated[float, Meta(ge=0, le=360)]
Tokens = dict[str, str]

WHITE = "#ffffff"
STATUS = {"ok": (152, 0.11), "warn": (70, 0.12), "bad": (27, 0.16), "info": (245, 0.11)}
# Lightness and chroma factor of each surface, light then dark.
SURFACES = {
    "bg": ((0.974, 0.75), (0.178, 1.1)),
    "surface": ((0.9985, 0.12), (0.218, 1.2)),
    "sunken": ((0.952, 0.9), (0.155, 1.1)),
    "hover": ((0.962, 0.8), (0.262, 1.3)),
    "line": ((0.905, 1.1), (0.312, 1.4)),
}


class Choices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a firm decides about its look; everything else follows."""

    brand: HexColour
    accent: HexColour
    neutral_hue: Hue
    neutral_hue_dark: Hue | None = None
    # 0 is pure grey, 0.014 a clear tint.
    neutral_strength: Annotated[float, Meta(ge=0, le=0.014)] = 0.008
    radius: Annotated[int, Meta(ge=0, le=16)] = 4
    header: Literal["plain", "brand"] = "plain"
    official: Literal["accent", "brand"] = "accent"
    fonts: str = "hanken-grotesk"


def palette(choices: Choices, *, dark: bool) -> Tokens:
    """Return every colour token of one scheme, by name without its leading dashes."""
    tokens = _surfaces(choices, dark=dark)
    tokens |= _texts(choices, tokens, dark=dark)
    tokens |= _brand(choices, dark=dark)
    tokens |= _brand_text(choices, tokens, dark=dark)
    tokens |= _accent(choices, tokens, dark=dark)
    tokens |= _official(choices, tokens, dark=dark)
    tokens |= _status(tokens, dark=dark)
    tokens |= _header(choices, tokens, dark=dark)
    tokens |= _hero(choices, dark=dark)
    shades = (".4", ".5") if dark else (".06", ".10")
    tokens["lift"] = "0 1px 2px rgb(0 0 0 / {}),0 8px 28px rgb(0 0 0 / {})".format(*shades)
    return tokens


def _neutral(choices: Choices, *, dark: bool) -> tuple[float, float]:
    night = choices.neutral_hue_dark
    hue = night if dark and night is not None else choices.neutral_hue
    return choices.neutral_strength, hue


def _surfaces(choices: Choices, *, dark: bool) -> Tokens:
    strength, hue = _neutral(choices, dark=dark)
    tokens = {
        name: from_oklch(levels[dark][0], strength * levels[dark][1], hue)
        for name, levels in SURFACES.items()
    }
    return tokens | {"fill": tokens["hover" if dark else "sunken"]}


def _flats(tokens: Tokens) -> list[str]:
    return [tokens[name] for name in ("bg", "surface", "sunken", "hover")]


def _texts(choices: Choices, tokens: Tokens, *, dark: bool) -> Tokens:
    strength, hue = _neutral(choices, dark=dark)
    wanted = {
        "edge": ((0.66, 0.48), 1.3, (3.05, 3.05)),  # form borders, WCAG 1.4.11
        "text": ((0.235, 0.94), 1.2, (12, 11)),
        "text-2": ((0.42, 0.80), 1.4, (7, 7)),
        "text-3": ((0.53, 0.70), 1.5, (4.6, 4.6)),
    }
    return {
        name: reach(
            (lightness[dark], strength * chroma, hue),
            _flats(tokens),
            ratio[dark],
            darker=not dark,
        )
        for name, (lightness, chroma, ratio) in wanted.items()
    }


def _brand(choices: Choices, *, dark: bool) -> Tokens:
    lightness, chroma, hue = to_oklch(choices.brand)
    if dark:  # as light as white text allows, so that the fill stands out on a dark page
        chroma, on_brand, away = min(max(chroma, 0.08), 0.17), WHITE, -0.05
        brand = reach((0.58, chroma, hue), [WHITE], 4.6, darker=True)
    else:
        ink = from_oklch(0.19, min(chroma, 0.04), hue)
        on_brand = WHITE if contrast(choices.brand, WHITE) >= 4.6 else ink
        brand = reach((lightness, chroma, hue), [on_brand], 4.6, darker=on_brand == WHITE)
        away = 0.05 if lightness < 0.4 else -0.05
    hover = from_oklch(to_oklch(brand)[0] + away, chroma, hue)
    readable = contrast(hover, on_brand) >= 4.6
    return {"brand": brand, "on-brand": on_brand, "brand-hover": hover if readable else brand}


def _brand_text(choices: Choices, tokens: Tokens, *, dark: bool) -> Tokens:
    lightness, chroma, hue = to_oklch(choices.brand)
    if dark:
        tint = from_oklch(0.275, min(chroma * 0.5, 0.045), hue)
        tint_2 = from_oklch(0.335, min(chroma * 0.6, 0.06), hue)
        text, focus = (0.80, min(chroma, 0.10), hue), (0.82, min(chroma * 1.2, 0.17), hue)
    else:
        tint = from_oklch(0.955, min(chroma * 0.30, 0.03), hue)
        tint_2 = from_oklch(0.915, min(chroma * 0.45, 0.05), hue)
        text = (max(lightness, 0.34), min(chroma, 0.14), hue)
        focus = (max(lightness, 0.42), min(chroma * 1.2, 0.17), hue)
    under = [*_flats(tokens), tint]
    return {
        "tint": tint,
        "tint-2": tint_2,
        "brand-text": reach(text, under, 5.2, darker=not dark),
        "focus": reach(focus, under, 4.0, darker=not dark),
    }


def _accent(choices: Choices, tokens: Tokens, *, dark: bool) -> Tokens:
    lightness, chroma, hue = to_oklch(choices.accent)
    soft = from_oklch(*((0.248, 0.011) if dark else (0.968, min(chroma * 0.16, 0.014))), hue)
    mark = (0.74 if dark else lightness, chroma, hue)
    text = (0.82 if dark else min(lightness, 0.52), chroma, hue)
    pages = [tokens["surface"], tokens["bg"]]
    under = [*_flats(tokens), tokens["tint"], soft]
    return {
        "accent": reach(mark, pages, 3.1, darker=not dark),
        "accent-soft": soft,
        "accent-text": reach(text, under, 4.8, darker=not dark),
    }


def _official(choices: Choices, tokens: Tokens, *, dark: bool) -> Tokens:
    if choices.official == "brand":
        return {"official": tokens["brand-text"], "official-soft": tokens["tint"]}
    _, chroma, hue = to_oklch(choices.brand)
    night = from_oklch(0.258, min(chroma, 0.022), hue)
    soft = night if dark else tokens["accent-soft"]
    return {"official": tokens["accent-text"], "official-soft": soft}


def _status(tokens: Tokens, *, dark: bool) -> Tokens:
    made: Tokens = {}
    for name, (hue, chroma) in STATUS.items():
        soft = from_oklch(*((0.275, chroma * 0.36) if dark else (0.958, chroma * 0.22)), hue)
        under = [*_flats(tokens), tokens["tint"], soft]
        start = (0.80 if dark else 0.48, chroma, hue)
        made[f"{name}-soft"] = soft
        made[f"{name}-line"] = from_oklch(0.42 if dark else 0.86, chroma * 0.5, hue)
        made[name] = reach(start, under, 4.8, darker=not dark)
    return made


def _header(choices: Choices, tokens: Tokens, *, dark: bool) -> Tokens:
    if choices.header == "plain":
        same = {"": "surface", "-line": "line", "-text": "text", "-text-2": "text-2"}
        same |= {"-mark": "brand-text", "-hover": "hover"}
        return {f"header{part}": tokens[source] for part, source in same.items()}
    lightness, chroma, hue = to_oklch(choices.brand)
    chroma = min(chroma * 0.3, 0.05) if dark else min(chroma, 0.09)
    band = from_oklch(0.215 if dark else min(lightness, 0.30), chroma, hue)
    line = from_oklch(to_oklch(band)[0] + 0.07, 0.04 if dark else chroma, hue)
    return {
        "header": band,
        "header-line": line,
        "header-text": WHITE,
        # On the hover of the band too, which is as light as its line.
        "header-text-2": reach((0.80, 0.03, hue), [band, line], 5.2, darker=False),
        "header-mark": WHITE,
        "header-hover": line,
    }


def _hero(choices: Choices, *, dark: bool) -> Tokens:
    lightness, chroma, hue = to_oklch(choices.brand)
    _, accent_chroma, accent_hue = to_oklch(choices.accent)
    deep = min(chroma, 0.06 if dark else 0.17)
    hero = reach((0.24 if dark else min(lightness, 0.42), deep, hue), [WHITE], 7.5, darker=True)
    level = to_oklch(hero)[0]
    hero_2 = from_oklch(level + 0.055, min(chroma, 0.15), hue)
    bands = [hero, hero_2]
    return {
        "hero": hero,
        "hero-2": hero_2,
        "hero-line": from_oklch(level + 0.16, min(chroma, 0.09), hue),
        "hero-text": WHITE,
        "hero-text-2": reach((0.88, 0.025, hue), bands, 6.5, darker=False),
        "hero-accent": reach((0.82, min(accent_chroma, 0.10), accent_hue), bands, 5, darker=False),
    }
