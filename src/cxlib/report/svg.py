"""Drawing and inlining: a canvas in CSS pixels, text that wraps and stays text, and SVG that may stand in any page.

Labels are hostile until they are text: control characters go, mathtext is off everywhere, matplotlib escapes the rest,
and the finished SVG is read back as XML, so that a colour or an id is replaced in an attribute and never in a label.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree

from cxlib.report.style import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Strokes", "canvas", "clean", "colour", "fill", "inline", "text_width", "wrapped", "write"]

_DPI = 72  # matplotlib's SVG counts points; at 72 dpi a point is a pixel of the view box
_RC: Any = {
    "text.parse_math": False,
    "text.usetex": False,
    "axes.formatter.use_mathtext": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "cxlib",
    "font.family": ["DejaVu Sans"],  # comes with matplotlib and is wider than what readers have: text never outgrows its place
    "path.sketch": None,
}
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u202a-\u202e\u2066-\u2069]+")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what XML 1.0 does not know
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_REFERENCE = re.compile(r"#([mp][0-9a-f]{10})\b")  # how matplotlib names markers and clip paths


def colour(name: str) -> str:
    """Return the colour that a figure is drawn in; :func:`inline` replaces it by its CSS variable."""
    return COLOURS[name][0]


def clean(text: object) -> str:
    """Return text on one line, without characters that XML forbids or that turn the reading direction.

    >>> clean("a\\x00b\\n c")
    'a b c'
    """
    return " ".join(_UNPRINTABLE.sub(" ", str(text)).split())


@contextmanager
def _house() -> Iterator[None]:
    import matplotlib as mpl

    with mpl.rc_context(_RC), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # the browser has more fonts than we measure with
        yield


def canvas(width: int, height: float) -> tuple[Figure, Axes]:
    """Return an empty figure and its axes in CSS pixels: x to the right, y downwards, no frame, no ground."""
    from matplotlib.figure import Figure

    with _house():
        figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        axes.set_axis_off()
        figure.patch.set_visible(False)
    return figure, axes


def write(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    *,
    size: float = 13,
    ink: str = "ink",
    bold: bool = False,
    align: Literal["left", "center", "right"] = "left",
    upright: bool = False,
) -> None:
    """Write one line with its baseline at `y`; `upright` turns it to run upwards from (x, y)."""
    turned: dict[str, Any] = {"rotation": 90, "rotation_mode": "anchor"} if upright else {}
    axes.text(
        x,
        y,
        clean(text),
        fontsize=size,
        fontfamily=_RC["font.family"],
        fontweight="bold" if bold else "normal",
        color=colour(ink),
        ha=align,
        va="baseline",
        parse_math=False,
        usetex=False,
        **turned,
    )


SHAPES = {"diamond": "D", "lozenge": "D", "square": "s", "triangle": "^", "wedge": "v"}  # anything else is round
OPEN = ("empty", "diamond", "wedge")


def fill(axes: Axes, boxes: Sequence[tuple[float, float, float, float]], *, ink: str, alpha: float = 1, order: float = 1) -> None:
    """Fill boxes (left, top, right, bottom) of one colour as a single path."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    corners, codes = [], []
    for left, top, right, bottom in boxes:
        corners += [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        codes += [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(corners, codes), facecolor=colour(ink), edgecolor="none", linewidth=0, alpha=alpha, zorder=order))


class Strokes:
    """Lines and marks of one picture, drawn in one go: one path a style instead of one an element keeps the page small."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, float, float], tuple[list[float], list[float]]] = {}
        self._marks: dict[tuple[str, str, float, float], tuple[list[float], list[float]]] = {}
        self._boxes: dict[tuple[str, float, float], list[tuple[float, float, float, float]]] = {}

    def line(self, x: tuple[float, float], y: tuple[float, float], *, ink: str, width: float = 1, order: float = 0) -> None:
        """Add a line from (x[0], y[0]) to (x[1], y[1]); a higher `order` lies above."""
        xs, ys = self._lines.setdefault((ink, width, order), ([], []))
        xs.extend((*x, float("nan")))
        ys.extend((*y, float("nan")))

    def mark(self, x: float, y: float, *, ink: str, shape: str = "full", size: float = 8, order: float = 4) -> None:
        """Add a mark: a "full", "half" (its left one), "right" (the right one) or "empty" dot, or one of `SHAPES`."""
        xs, ys = self._marks.setdefault((ink, shape, size, order), ([], []))
        xs.append(x)
        ys.append(y)

    def box(self, left: float, top: float, right: float, bottom: float, *, ink: str, alpha: float = 1, order: float = 1) -> None:
        """Add a filled box; boxes of one colour are one path."""
        self._boxes.setdefault((ink, alpha, order), []).append((left, top, right, bottom))

    def draw(self, axes: Axes) -> None:
        """Draw everything added so far."""
        for (ink, alpha, order), boxes in self._boxes.items():
            fill(axes, boxes, ink=ink, alpha=alpha, order=order)
        for (ink, width, order), (xs, ys) in self._lines.items():
            axes.plot(xs, ys, color=colour(ink), linewidth=width, solid_capstyle="round", zorder=order, clip_on=False)
        for (ink, shape, size, order), (xs, ys) in self._marks.items():
            axes.plot(
                xs,
                ys,
                SHAPES.get(shape, "o"),
                markersize=size,
                fillstyle={"half": "left", "right": "right"}.get(shape, "full"),
                markerfacecolor=colour("paper" if shape in OPEN else ink),
                markerfacecoloralt=colour("paper"),
                markeredgecolor=colour(ink),
                markeredgewidth=1.2,
                zorder=order,
                clip_on=False,
            )


@lru_cache(maxsize=4096)
def _advance(char: str, bold: bool) -> float:
    from matplotlib import font_manager

    font = font_manager.get_font(
        font_manager.findfont(font_manager.FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal"))
    )
    if not font.get_char_index(ord(char)):
        return 1.0
    font.set_size(100, _DPI)
    return font.load_char(ord(char)).linearHoriAdvance / 65536 / 100


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of one line in CSS pixels, measured in a font wider than the usual ones."""
    return sum(_advance(char, bold) for char in text) * size


def wrapped(text: object, width: float, *, size: float = 13, bold: bool = False, lines: int = 3) -> list[str]:
    """Break a label into at most `lines` lines of `width` pixels; longer words break (at a hyphen if they have one), the rest is cut.

    >>> wrapped("Lieferantenbewertung des Kunden", 150, size=13)
    ['Lieferantenbewertung', 'des Kunden']
    """
    rows: list[str] = []
    for word in clean(text).split(" "):
        joined = f"{rows[-1]} {word}" if rows else word
        if rows and text_width(joined, size, bold=bold) <= width:
            rows[-1] = joined
            continue
        rows.append("")
        for char in word:
            if rows[-1] and text_width(rows[-1] + char, size, bold=bold) > width:
                head, hyphen, tail = rows[-1].rpartition("-")
                rows[-1:] = [head + hyphen, tail] if head else [tail, ""]
            rows[-1] += char
    if len(rows) > lines:
        last = rows[lines - 1]
        while last and text_width(last + "…", size, bold=bold) > width:
            last = last[:-1]
        rows = [*rows[: lines - 1], last.rstrip() + "…"]
    return rows


def inline(figure: Figure, *, prefix: str, alt: str) -> str:
    """Return a figure as SVG for an HTML page: a picture with a text alternative, colours as variables, own ids.

    Parameters
    ----------
    figure : Figure
        Made by :func:`canvas`, or any figure in the light colours of the house.
    prefix : str
        Put before every id, so that several figures share a page.
    alt : str
        The text alternative.
    """
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        text.set_parse_math(False)
    buffer = io.BytesIO()
    with _house():
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})
    written = _FORBIDDEN.sub(" ", buffer.getvalue().decode())  # tick labels come from formatters, past `write` and its cleaning
    wanted = set(_REFERENCE.findall(written))
    root = ElementTree.fromstring(written.encode())  # noqa: S314 - our own XML, written three lines above
    _tidy(root)
    for element in root.iter():
        element.attrib = _attributes(element, prefix, wanted)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.attrib |= {"role": "img", "aria-label": clean(alt), "focusable": "false"}
    return ElementTree.tostring(root, encoding="unicode")


def _tidy(parent: ElementTree.Element) -> None:
    """Drop metadata, the global style sheet (it would reach the whole page), empty groups, namespaces and blank text."""
    parent.tag = parent.tag.rpartition("}")[2]
    kept: list[ElementTree.Element] = []
    for child in parent:
        _tidy(child)
        child.tail = None
        if child.tag in ("g", "defs") and not len(child):
            continue
        bare = child.tag == "g" and not child.attrib.keys() - {"id"}
        kept += list(child) if bare else [] if child.tag in ("metadata", "style") else [child]
    parent[:] = kept
    styles = {child.get("style", "") for child in kept}
    if parent.tag == "g" and len(styles) == 1 and {child.tag for child in kept} == {"use"}:
        parent.set("style", styles.pop())
        for child in kept:
            child.attrib.pop("style", None)
    if parent.tag not in ("text", "tspan"):
        parent.text = None


_VARIABLES = {pair[0]: f"var(--cx-{name},{pair[0]})" for name, pair in COLOURS.items()}
_COORDINATES = {"d", "x", "y", "transform", "width", "height", "points"}


def _attributes(element: ElementTree.Element, prefix: str, wanted: set[str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for full, value in element.attrib.items():
        name = full.rpartition("}")[2]
        if name == "id":
            kept |= {name: prefix + value} if value in wanted else {}
        elif name in ("href", "clip-path"):
            kept[name] = _REFERENCE.sub(lambda match: match[0].replace("#", f"#{prefix}"), value)
        elif name == "style":
            kept |= {name: style} if (style := _restyled(value)) else {}
        elif name in _COORDINATES:
            short = " ".join(_NUMBER.sub(lambda match: f"{float(match[0]):.1f}", value).split())
            kept |= {} if short.startswith("rotate(-0 ") else {name: short}
        else:
            kept[name] = value
    return kept


def _restyled(style: str) -> str:
    kept = []
    for declaration in style.split(";"):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        if key == "font":  # "bold 13px 'DejaVu Sans', …": the page's own font instead
            size = re.search(r"[\d.]+px", value)
            kept += [f"font-size:{size[0]}"] if size else []
            kept += ["font-weight:600"] if re.search(r"\b(bold|[6-9]00)\b", value) else []
        elif key and (key, value) != ("text-anchor", "start") and key not in ("font-family", "text-rendering"):
            kept.append(f"{key}:{_VARIABLES.get(value, value)}")
    return ";".join(kept)
