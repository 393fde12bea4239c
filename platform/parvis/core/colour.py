"""Colour as the eye and WCAG 2 measure it: sRGB to and from OKLCH, and contrast.

Source of the matrices: Björn Ottosson, "A perceptual color space for image processing" (2020).
"""

from __future__ import annotations

import math
from collections.abc import Iterable


def to_oklch(colour: str) -> tuple[float, float, float]:
    """Return lightness 0 to 1, chroma and hue in degrees of a "#rrggbb" colour."""
    r, g, b = (_linear(c) for c in _channels(colour))
    l_, m_, s_ = (
        math.copysign(abs(x) ** (1 / 3), x)
        for x in (
            0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b,
            0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b,
            0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b,
        )
    )
    lightness = 0.2104542553 * l_ + 0.7936177850 * m_ - 0.0040720468 * s_
    green_red = 1.9779984951 * l_ - 2.4285922050 * m_ + 0.4505937099 * s_
    blue_yellow = 0.0259040371 * l_ + 0.7827717662 * m_ - 0.8086757660 * s_
    hue = math.degrees(math.atan2(blue_yellow, green_red)) % 360
    return lightness, math.hypot(green_red, blue_yellow), hue


def from_oklch(lightness: float, chroma: float, hue: float) -> str:
    """Return the "#rrggbb" colour, its chroma reduced until it fits sRGB."""
    lightness = min(max(lightness, 0), 1)
    rgb = _linear_rgb(lightness, chroma, hue)
    while chroma > 0.001 and not all(-0.0005 <= c <= 1.0005 for c in rgb):
        chroma -= 0.002
        rgb = _linear_rgb(lightness, chroma, hue)
    return "#" + "".join(f"{round(min(max(_gamma(max(c, 0)), 0), 1) * 255):02x}" for c in rgb)


def contrast(one: str, other: str) -> float:
    """Return the WCAG 2 contrast ratio of two colours, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def reach(
    start: tuple[float, float, float], against: Iterable[str], ratio: float, *, darker: bool
) -> str:
    """Return the colour moved in lightness, one way, until it has the ratio on every background.

    Colours near black or white stop there; palettes are checked as a whole by the tests.
    """
    lightness, chroma, hue = start
    lightness = min(max(lightness, 0.03), 0.99)
    backgrounds = list(against)
    colour = from_oklch(lightness, chroma, hue)
    while min(contrast(colour, b) for b in backgrounds) < ratio and 0.02 < lightness < 0.995:
        lightness += -0.005 if darker else 0.005
        colour = from_oklch(lightness, chroma, hue)
    return colour


def _channels(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))


def _linear(c: float) -> float:
    return c / 12.92 if c <= 0.04045 else float(((c + 0.055) / 1.055) ** 2.4)


def _gamma(c: float) -> float:
    return 12.92 * c if c <= 0.0031308 else float(1.055 * c ** (1 / 2.4) - 0.055)


def _luminance(colour: str) -> float:
    r, g, b = (_linear(c) for c in _channels(colour))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _linear_rgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
