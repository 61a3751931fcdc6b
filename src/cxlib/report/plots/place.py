"""Where the parts of a picture of rows stand, in pixels: columns as wide as their figures, the rest for the scales."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cxlib.report.plots.marks import Mark
from cxlib.report.plots.scale import Scale, scale_of
from cxlib.report.plots.sheet import Column, Panel, Remark, Row, Sheet
from cxlib.report.style import NARROW, WIDE
from cxlib.report.svg import text_width, wrapped

__all__ = ["LEAD", "LINE", "SIZE", "SMALL", "Place", "beside", "height_of", "lead", "lines_of", "middles_of", "place_of", "remarks_of"]

LINE, SMALL, SIZE, LEAD = 16, 12, 13, 14  # line height; small, normal and leading text
LABEL, GAP = 256, 18  # widest label, room between columns


@dataclass(frozen=True, eq=False)
class Place:
    """Where things stand, in pixels."""

    narrow: bool
    width: int
    label: float
    scales: tuple[Scale, ...]
    columns: tuple[float, ...] = ()  # right edges

    @property
    def single(self) -> bool:
        """Whether there is one scale only."""
        return len(self.scales) == 1


def place_of(rows: Sequence[Row], sheet: Sheet, *, narrow: bool) -> Place:
    """Return where everything stands, given what has to fit."""
    return _narrow_place(rows, sheet) if narrow else _wide_place(rows, sheet)


def _wide_place(rows: Sequence[Row], sheet: Sheet) -> Place:
    told = [row for row in rows if row.marks]
    longest = max((text_width(row.label, SIZE) for row in told), default=0.0)
    longest = max([longest, *(_remark_width(remark) for row in told for remark in row.remarks)])
    label = min(max(longest, 110.0), LABEL if len(sheet.panels) == 1 else 190)
    widths = [_column_width(number, column, told) for number, column in enumerate(sheet.columns)]
    between = 14 if len(sheet.panels) == 1 else 24
    room = (WIDE - 2 - label - 24 - sum(widths) - GAP * len(widths) - between * (len(sheet.panels) - 1)) / len(sheet.panels)
    scales, edges, x = [], [], label + 24
    for number, panel in enumerate(sheet.panels):
        scales.append(_scale(number, panel, told, x, x + room))
        x += room
        for column, width in zip(sheet.columns, widths, strict=True):
            if column.panel == number:
                x += GAP + width
                edges.append(x)
        x += between
    return Place(False, WIDE, label, tuple(scales), tuple(edges))


def _column_width(number: int, column: Column, rows: Sequence[Row]) -> float:
    cells = [text_width(row.figures[number][0], SIZE, bold=column.strong) for row in rows if row.figures]
    return max([text_width(column.title, SMALL) + (14 if column.mark else 0), *cells])


def _narrow_place(rows: Sequence[Row], sheet: Sheet) -> Place:
    told = [row for row in rows if row.marks]
    single = len(sheet.panels) == 1
    needed = max((_beside_width(*texts) for row in told for texts in beside(row, sheet)), default=0.0)
    right = min(max(NARROW - needed - 20, NARROW * 0.4), 300 if single else 250) if needed else NARROW - 10
    scales = [_scale(number, panel, told, 8 if panel.ticks else 0, right) for number, panel in enumerate(sheet.panels)]
    strong = max((text_width(lead(row, sheet), LEAD, bold=True) for row in told), default=0.0)
    return Place(True, NARROW, NARROW - 2 - (strong + 14 if strong else 0), tuple(scales))


def _beside_width(strong: str, rest: str) -> float:
    return text_width(strong, LEAD, bold=True) + (10 if strong else 0) + text_width(rest, SMALL)


def _scale(number: int, panel: Panel, rows: Sequence[Row], start: float, end: float) -> Scale:
    marks = [row.marks[number] for row in rows]
    numbers = [value for mark in marks if isinstance(mark, Mark) for value in mark.numbers()]
    numbers += [*panel.include, *([] if panel.reference is None else [panel.reference]), *([0.0] if panel.zero else [])]
    most, pad = min(max(round((end - start) / 62), 2), 5), 0.04 if panel.ticks else 0.0
    return scale_of(numbers, panel.unit, start=start, end=end, most=most, pad=pad)


def lead(row: Row, sheet: Sheet) -> str:
    """Return the figure that stands beside a label on a telephone: the bold one, where there is a single scale."""
    if len(sheet.panels) > 1 or not row.figures:
        return ""
    return next((figure[0] for figure, column in zip(row.figures, sheet.columns, strict=True) if column.strong), "")


def beside(row: Row, sheet: Sheet) -> list[tuple[str, str]]:
    """Return what stands right of each scale on a telephone: a bold figure, if it has not stood above, and the others."""
    found = []
    for number in range(len(sheet.panels)):
        own = [(text, column) for text, column in zip(row.figures, sheet.columns, strict=bool(row.figures)) if column.panel == number]
        strong = "" if len(sheet.panels) == 1 else next((text[0] for text, column in own if column.strong), "")
        rest = " · ".join(text[1] for text, column in own if not column.strong and text[1])
        found.append((strong, rest))
    return found


def lines_of(row: Row, place: Place) -> list[str]:
    """Return the lines of a label."""
    return wrapped(row.label, place.label if row.marks else place.width, size=SIZE, bold=not row.marks, lines=3)


def _remark_width(remark: Remark) -> float:
    return text_width(remark.text, SMALL, bold=remark.bold) + (14 if remark.mark else 0)


def remarks_of(row: Row, place: Place) -> list[tuple[Remark, str, bool]]:
    """Return each line under the label with its remark, and whether it is the remark's first."""
    found = []
    for remark in row.remarks:
        room = (place.width if place.narrow else place.label) - (14 if remark.mark else 0)
        for number, line in enumerate(wrapped(remark.text, room, size=SMALL, bold=remark.bold, lines=3)):
            found.append((remark, line, not number))
    return found


def _room(mark: Mark | str) -> float:
    return 22 if isinstance(mark, str) else mark.room


def middles_of(row: Row, place: Place, y: float, height: float) -> list[float]:
    """Return the height of each scale of a row that starts at `y`."""
    if not place.narrow:
        return [y + height / 2] * len(place.scales)
    below = y + (len(lines_of(row, place)) + len(remarks_of(row, place))) * LINE
    rooms = [_room(mark) for mark in row.marks]
    return [below + sum(rooms[:number]) + room / 2 for number, room in enumerate(rooms)]


def height_of(row: Row, place: Place) -> float:
    """Return how much room a row takes."""
    text = (len(lines_of(row, place)) + len(remarks_of(row, place))) * LINE
    if not row.marks:
        return text + 20
    if place.narrow:
        return text + 10 + (22 if row.note else sum(_room(mark) for mark in row.marks))
    notes = max((len(wrapped(mark, 150, size=SMALL, lines=2)) for mark in row.marks if isinstance(mark, str)), default=0)
    return max(text, notes * 15 if not row.note else 0) + 11
