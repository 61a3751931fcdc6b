"""The house style: colours with their names, contrasts, and the stylesheets of pages and of JupyterLab.

Every colour has a name and two values, light and dark. Figures are drawn in the light values; :mod:`cxlib.report.svg`
then replaces each by its CSS variable, so that one and the same SVG is right in both modes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from cxlib.errors import CxError, worded

__all__ = ["COLOURS", "NARROW", "WIDE", "contrast", "legible", "stylesheet", "variables"]

WIDE, NARROW = 720, 350  # widths of a figure, in CSS pixels

COLOURS: Mapping[str, tuple[str, str]] = {
    "paper": ("#ffffff", "#12181e"),
    "surface": ("#f3f6f8", "#1b242c"),
    "ink": ("#1c2733", "#e7ecf1"),
    "muted": ("#55636f", "#a5b3bf"),
    "line": ("#d3dbe1", "#35424d"),
    "accent": ("#0b5c73", "#7cc4dc"),
    "span": ("#7890a1", "#71899b"),
    "warn": ("#b0420e", "#f4a46d"),
    "violet": ("#4a1f8a", "#a875f0"),  # these three beside the accent tell groups apart, with colour blindness too
    "ochre": ("#866b2d", "#e6c419"),
    "rose": ("#7d0d38", "#ed5e8e"),
}
TEXT, MARK = 4.5, 3.0  # WCAG 2.2: least contrast of text, and of anything that carries meaning
CALM = 7.0  # what a brand colour gets on dark ground, where the least contrast looks dull
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast ratio of two colours, 1 to 21.

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def legible(colour: str, dark: bool) -> str:
    """Return `colour`, moved towards black (or white in dark mode) until it reads on paper and on surface.

    Parameters
    ----------
    colour : str
        Six hex digits with a hash: a client's brand colour.
    dark : bool
        Whether the page is dark.

    >>> legible("#0b5c73", dark=False)
    '#0b5c73'
    """
    if not _HEX.fullmatch(colour):
        raise CxError(worded("branding.accent", "is no colour like '#0b5c73':", colour))
    grounds = [COLOURS[name][dark] for name in ("paper", "surface")]
    channels = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    for step in range(21):
        goal = 255 if dark else 0
        moved = "#" + "".join(f"{round(channel + (goal - channel) * step / 20):02x}" for channel in channels)
        if min(contrast(moved, ground) for ground in grounds) >= (CALM if dark else TEXT):
            break
    return moved


def variables(accent: str | None = None, *, dark: bool) -> str:
    """Return the CSS variables of one mode; `accent` is the client's colour, made legible first."""
    colours = {name: pair[dark] for name, pair in COLOURS.items()}
    if accent and accent.lower() != COLOURS["accent"][0]:
        colours["accent"] = legible(accent, dark)
    return "".join(f"--cx-{name}:{colour};" for name, colour in colours.items())


@lru_cache
def _css(name: str) -> str:
    text = (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")
    text = re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", text, flags=re.S)).strip()
    return re.sub(r";?\s*}", "}", re.sub(r"\s*([{;,>])\s+", r"\1", re.sub(r":\s+(?=[^;{}]*[;}])", ":", text)))


def stylesheet(place: str, accent: str | None = None) -> str:
    """Return the stylesheet of a place.

    Parameters
    ----------
    place : str
        "page": a whole page that follows the reader's system. "lab": fragments inside JupyterLab, which follow Lab's theme.
    accent : str, optional
        The client's colour as ``#rrggbb``.
    """
    light, dark = variables(accent, dark=False), variables(accent, dark=True)
    if place == "lab":
        modes = f":root{{{light}}}\nbody[data-jp-theme-light=false],body.vscode-dark{{{dark}}}"
        return f"{modes}\n:is(#cx-lab,body){{{_css('fragments.css')}}}"  # an id, if absent, outweighs Lab's own rules for tables
    modes = f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    return f"{modes}\n{_css('page.css')}\n{_css('fragments.css')}"
