"""Four fields, what contacts are worth to the customer to the right and to the company upwards; areas are volumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

from cxlib.errors import CxError, worded
from cxlib.report.plots.labels import Box
from cxlib.report.plots.listing import Item, draw_list, list_height, without
from cxlib.report.plots.plot import Plot
from cxlib.report.style import NARROW, WIDE
from cxlib.report.svg import Picture, Strokes, fill, text_width, wrapped, write
from cxlib.report.words import Words, absent
from cxlib.tables import TREATMENTS, group_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FourFields", "four_fields", "squares"]

SMALL, LINE, GAP, SIDE, HEAD = 12, 15, 10, 22, 40
LOW = 98  # least height of a row of fields: the title beside it needs it
LEAST = 0.0005  # share of contacts below which a reason has no box
# treatment → its colour and how strong, so that ink on it keeps its contrast in both modes
LOOKS = {"eliminate": ("warn", 0.28), "automate": ("accent", 0.24), "simplify": ("ochre", 0.26), "leverage": ("violet", 0.2)}
WORTH = ("irritating", "valuable")
NAMED = 4  # reasons of a field that the list names


@dataclass(frozen=True, eq=False)
class FourFields(Plot):
    """A block a field, all anchored where the four meet; a block's area is its share of contacts, a box in it the share of one reason."""

    @property
    def data(self) -> pd.DataFrame:
        """Share of every field and of every reason in it."""
        return self.table[self.table["metric"].isin(["treatment_share", "reason_share"])]

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the fields, 720 pixels wide, or 350 for a telephone."""
        fields = self._fields()
        width = NARROW if narrow else WIDE
        across = (width - SIDE - GAP) / 2
        sizes = self.sides(fields)
        down = across * (1.0 if narrow else 0.72)
        over, under = (
            max(LOW, down * max(sizes[name] for name in names)) for names in (("simplify", "leverage"), ("eliminate", "automate"))
        )
        intro = wrapped(words.text("plot.four_fields.how"), width, size=SMALL, lines=4)
        top = 16.0 * len(intro) + 8
        titles = [wrapped(words.text(f"plot.four_fields.customer_{worth}"), across - 8, size=SMALL, bold=True, lines=2) for worth in WORTH]
        start = top + LINE * max(map(len, titles)) + 8
        middle = (SIDE + across + GAP / 2, start + HEAD + over + GAP / 2)
        items = self._items(words, fields)
        bottom = middle[1] + GAP / 2 + under + HEAD
        picture = Picture(width, bottom + list_height(items, width) + 14)
        strokes = Strokes()
        for place, line in enumerate(intro):
            write(picture, 0, 12 + 16 * place, line, size=SMALL, ink="muted")
        for column, lines in enumerate(titles):
            for place, line in enumerate(lines):
                x = SIDE + across / 2 + column * (across + GAP)
                write(picture, x, top + 12 + LINE * place, line, size=SMALL, bold=True, align="center")
        self._company(picture, words, middle[1], over, under)
        for (customer, company), treatment in TREATMENTS.items():
            right, upper = customer == "valuable", company == "valuable"
            edge = (middle[0], start + 14 if upper else middle[1] + GAP / 2 + under + 16)
            self._head(picture, words, fields.get(treatment), (treatment, right), (edge, across))
            size = sizes[treatment]
            if size:
                self._block(picture, words, treatment, _anchored(middle, across * size, down * size, right=right, upper=upper))
        draw_list(picture, strokes, items, bottom + 4, width)
        strokes.draw(picture)
        return picture

    def describe(self, words: Words) -> str:
        """Return the text alternative: each field with its share and its largest reason, and how many reasons there are."""
        fields = {name: row for name, row in self._fields().items() if not absent(row["value"])}
        rows = words.text("count.rows", n=sum(len(self._reasons(name)) for name in LOOKS))
        if not fields:
            return words.text("plot.four_fields.alt_none", rows=rows)
        told = []
        for name in sorted(fields, key=lambda one: -float(fields[one]["value"])):
            first = self._reasons(name)[:1]
            largest = f"{words.label('reason_id', first[0]['reason_id'])}, {words.told(first[0])}" if first else words.text("value.missing")
            facts = {"field": words.label("treatment", name), "told": str(words.told(fields[name])), "first": largest}
            told.append(words.text("plot.four_fields.alt_field", **facts))
        return " ".join([words.text("plot.four_fields.alt", rows=rows), *told])

    def _fields(self) -> dict[str, dict[str, Any]]:
        rows = self.table[self.table["metric"].eq("treatment_share") & self.table["treatment"].notna()]
        return {str(row["treatment"]): {str(name): cell for name, cell in row.items()} for row in rows.to_dict("records")}

    def _reasons(self, treatment: str) -> list[dict[str, Any]]:
        """Return the reasons of a field that have a share, the largest first."""
        rows = self.table[self.table["metric"].eq("reason_share") & self.table["treatment"].eq(treatment)]
        rows = rows[rows["value"].ge(LEAST)].sort_values("value", ascending=False, kind="stable")
        return [{str(name): cell for name, cell in row.items()} for row in rows.to_dict("records")]

    @staticmethod
    def sides(fields: dict[str, dict[str, Any]]) -> dict[str, float]:
        """Return how long the sides of each field's block are beside the largest one's, so that areas are as shares."""
        shares = {name: 0.0 if absent(fields.get(name, {}).get("value")) else float(fields[name]["value"]) for name in LOOKS}
        most = max(shares.values())
        return {name: sqrt(share / most) if most > 0 else 0.0 for name, share in shares.items()}

    @staticmethod
    def _company(picture: Picture, words: Words, middle: float, over: float, under: float) -> None:
        """Write beside the rows what is worth what to the company."""
        for worth, y, room in (("valuable", middle - GAP / 2 - over / 2, over), ("irritating", middle + GAP / 2 + under / 2, under)):
            title = wrapped(words.text(f"plot.four_fields.company_{worth}"), room + HEAD, size=SMALL, bold=True, lines=1)[0]
            write(picture, 13, y + text_width(title, SMALL, bold=True) / 2, title, size=SMALL, bold=True, upright=True)

    @staticmethod
    def _head(
        picture: Picture, words: Words, row: dict[str, Any] | None, which: tuple[str, bool], place: tuple[tuple[float, float], float]
    ) -> None:
        """Write a field's name and share at its outer edge."""
        (treatment, right), ((x, y), across) = which, place
        x = x + GAP / 2 if right else x - GAP / 2
        side: Any = "left" if right else "right"
        told = words.text("value.missing") if row is None else format(words.told(row), "value")
        name = words.label("treatment", treatment)
        first = wrapped(f"{name[:1].upper()}{name[1:]}: {told}", across, size=13, bold=True, lines=1)[0]
        write(picture, x, y, first, bold=True, align=side)
        if row is not None and not absent(row["value"]) and not absent(row["low"]):
            span = words.text("plot.four_fields.span", span=format(words.told(row), "span"))
            write(picture, x, y + LINE, wrapped(span, across, size=SMALL, lines=1)[0], size=SMALL, ink="muted", align=side)

    def _block(self, picture: Picture, words: Words, treatment: str, block: Box) -> None:
        """Fill a field's block with a box a reason, named where the name fits."""
        ink, alpha = LOOKS[treatment]
        reasons = self._reasons(treatment)
        if not reasons:
            fill(picture, [(block.left, block.top, block.right, block.bottom)], ink=ink, alpha=alpha)
            return
        boxes = squares([float(row["value"]) for row in reasons], block)
        fill(picture, [(box.left + 0.75, box.top + 0.75, box.right - 0.75, box.bottom - 0.75) for box in boxes], ink=ink, alpha=alpha)
        for row, box in zip(reasons, boxes, strict=True):
            for place, line in enumerate(_fitting(words, row, box)):
                write(picture, box.left + 5, box.top + 14 + LINE * place, line, size=SMALL)

    def _items(self, words: Words, fields: dict[str, dict[str, Any]]) -> list[Item]:
        """Return the list below: each field with its largest reasons, then fields without a number."""
        found, hidden = [], []
        for treatment in LOOKS:
            row, reasons = fields.get(treatment), self._reasons(treatment)
            name = words.label("treatment", treatment)
            if row is None or absent(row["value"]):
                hidden.append((name, "" if row is None else words.told(row).note))
            elif reasons:
                told = [f"{words.label('reason_id', one['reason_id'])} {words.told(one):value}" for one in reasons[:NAMED]]
                rest = len(reasons) - NAMED
                said = "; ".join([*told, *([words.text("plot.four_fields.more", n=rest)] if rest > 0 else [])])
                found.append(Item("", None, words.text("plot.four_fields.listed", field=f"{name[:1].upper()}{name[1:]}", names=said)))
        return [*found, *([Item("", None, without(words, hidden))] if hidden else [])]


def _anchored(middle: tuple[float, float], across: float, down: float, *, right: bool, upper: bool) -> Box:
    """Return a block of this size in its corner of the crossing."""
    left = middle[0] + GAP / 2 if right else middle[0] - GAP / 2 - across
    top = middle[1] - GAP / 2 - down if upper else middle[1] + GAP / 2
    return Box(left, top, left + across, top + down)


def _fitting(words: Words, row: dict[str, Any], box: Box) -> list[str]:
    """Return the lines of a reason's name and share, nothing where they do not fit into its box whole."""
    width, room = box.right - box.left - 9, int((box.bottom - box.top - 6) // LINE)
    name, share = words.label("reason_id", row["reason_id"]), format(words.told(row), "value")
    if room < 2 or max(text_width(word, SMALL) for word in [*name.split(), share, "…"]) > width:
        return []
    lines = wrapped(name, width, size=SMALL, lines=room - 1)
    return [] if lines[-1].endswith("…") else [*lines, share]


def squares(values: Sequence[float], frame: Box) -> list[Box]:
    """Divide a box into boxes with areas in these proportions, each as near to a square as can be (Bruls et al. 2000).

    Parameters
    ----------
    values : sequence of float
        Positive, the largest first.
    frame : Box

    >>> [round((box.right - box.left) * (box.bottom - box.top)) for box in squares([6, 3, 1], Box(0, 0, 20, 10))]
    [120, 60, 20]
    """
    total = sum(values)
    if not values or total <= 0:
        return []
    rest, left, found = frame, list(values), []
    while left:
        scale = (rest.right - rest.left) * (rest.bottom - rest.top) / sum(left)
        short = min(rest.right - rest.left, rest.bottom - rest.top)
        count = 1
        while count < len(left) and _worst(left[: count + 1], short, scale) <= _worst(left[:count], short, scale):
            count += 1
        row, left = left[:count], left[count:]
        boxes, rest = _laid(row, rest, scale)
        found += boxes
    return found


def _worst(row: Sequence[float], short: float, scale: float) -> float:
    """Return the worst proportion of sides in a row of boxes."""
    area = sum(row) * scale
    return max(max(short**2 * one * scale / area**2, area**2 / (short**2 * one * scale)) for one in row)


def _laid(row: Sequence[float], rest: Box, scale: float) -> tuple[list[Box], Box]:
    """Lay a row of boxes along the short side; return them and what is left."""
    wide = rest.right - rest.left >= rest.bottom - rest.top
    short = rest.bottom - rest.top if wide else rest.right - rest.left
    deep, at, boxes = sum(row) * scale / short, rest.top if wide else rest.left, []
    for one in row:
        long = one * scale / deep
        boxes.append(Box(rest.left, at, rest.left + deep, at + long) if wide else Box(at, rest.top, at + long, rest.top + deep))
        at += long
    if wide:
        return boxes, Box(rest.left + deep, rest.top, rest.right, rest.bottom)
    return boxes, Box(rest.left, rest.top + deep, rest.right, rest.bottom)


def four_fields(estimates: pd.DataFrame) -> FourFields:
    """Put treatments into four fields, customer × company, with areas that are volumes.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES of :func:`cxlib.reasons.value.matrix`: by ``treatment``, ``treatment_share``; by ``treatment`` and ``reason_id``,
        ``reason_share``. Other metrics are left alone.

    Raises
    ------
    CxError
        A column is missing, a treatment is unknown, or one stands twice.
    """
    groups = group_columns(estimates)
    lacking = [name for name in ("treatment",) if name not in groups]
    if lacking:
        raise CxError(worded("plots.four_fields", "there is no group column", lacking[0], groups, label="Group columns"))
    shares = estimates[estimates["metric"].eq("treatment_share") & estimates["treatment"].notna()]
    unknown = sorted(set(shares["treatment"].astype(str)) - set(LOOKS))
    if unknown:
        raise CxError(worded("plots.four_fields", "unknown treatment", unknown[0], LOOKS))
    if shares["treatment"].duplicated().any():
        raise CxError(worded("plots.four_fields", "a treatment stands twice", None, LOOKS, label="Treatments"))
    return FourFields(estimates)
