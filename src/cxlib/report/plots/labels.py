"""Where labels of points go: beside their point, on nothing else, linked by a thin line where they stand further off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, pi, sin

__all__ = ["Box", "labelled", "spread"]

DISTANCES = (8.0, 14.0, 22.0, 32.0, 44.0, 58.0, 74.0)  # pixels from the point to its label
ANGLES = [pi / 8 * turn for turn in (0, 8, 4, 12, 2, 14, 6, 10, 1, 15, 7, 9, 3, 13, 5, 11)]  # right, left, below, above, between
POINT = 6.0  # a point's own room
LEADER = 12.0  # from this distance on a label is linked to its point


@dataclass(frozen=True)
class Box:
    """A place in pixels, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Tell whether two boxes overlap.

        >>> Box(0, 0, 2, 2).meets(Box(1, 1, 3, 3)), Box(0, 0, 2, 2).meets(Box(2, 0, 3, 3))
        (True, False)
        """
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom

    def within(self, other: Box) -> bool:
        """Tell whether this box lies inside another."""
        return self.left >= other.left and self.right <= other.right and self.top >= other.top and self.bottom <= other.bottom

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """Return the point of the box that is nearest to (x, y)."""
        return min(max(x, self.left), self.right), min(max(y, self.top), self.bottom)

    def distance(self, x: float, y: float) -> float:
        """Return how far (x, y) is from the box."""
        at = self.nearest(x, y)
        return hypot(at[0] - x, at[1] - y)


def labelled(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    frame: Box,
    *,
    taken: Sequence[Box] = (),
    faint: Sequence[Box] = (),
) -> list[Box | None]:
    """Return a place for each label, None where there is no free one; what stands most crowded chooses first.

    Parameters
    ----------
    points : sequence of (x, y)
        The points, in pixels.
    sizes : sequence of (width, height)
        The labels' sizes, in pixels.
    frame : Box
        No label leaves it.
    taken : sequence of Box
        No label covers these.
    faint : sequence of Box
        Labels keep off these where they can: crosses of spans, lines.
    """
    dots = [Box(x - POINT, y - POINT, x + POINT, y + POINT) for x, y in points]
    found: list[Box | None] = [None] * len(points)
    leaders: list[Box] = []
    crowd = [sum(hypot(x - other[0], y - other[1]) < 80 for other in points) for x, y in points]
    for number in sorted(range(len(points)), key=lambda n: (-crowd[n], n)):
        hard = [*taken, *(dot for other, dot in enumerate(dots) if other != number), *(box for box in found if box is not None), *leaders]
        best = None
        for box, distance in _candidates(points[number], sizes[number]):
            if not box.within(frame) or any(box.meets(other) for other in hard):
                continue
            if any(step.meets(other) for step in _leader(points[number], box) for other in hard):
                continue
            cost = distance + 14 * sum(box.meets(other) for other in faint)
            if best is None or cost < best[0]:
                best = (cost, box)
        if best is not None:
            found[number] = best[1]
            leaders += _leader(points[number], best[1])
    return found


def _leader(point: tuple[float, float], box: Box) -> list[Box]:
    """Return the line from a point to a label that stands far off, as small boxes along it."""
    if box.distance(*point) <= LEADER:
        return []
    end = box.nearest(*point)
    steps = [(step + 1) / 9 for step in range(8)]
    spots = [(point[0] + (end[0] - point[0]) * step, point[1] + (end[1] - point[1]) * step) for step in steps]
    return [Box(x - 1, y - 1, x + 1, y + 1) for x, y in spots if hypot(x - point[0], y - point[1]) > POINT]


def _candidates(point: tuple[float, float], size: tuple[float, float]) -> Iterator[tuple[Box, float]]:
    (x, y), (width, height) = point, size
    for distance in DISTANCES:
        for angle in ANGLES:
            across, down = cos(angle), sin(angle)
            left = x + distance * across + (across - 1) / 2 * width
            top = y + distance * down + (down - 1) / 2 * height
            yield Box(left, top, left + width, top + height), distance


def spread(heights: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Return the middles of labels beside a scale, moved apart so that none covers another and all stay between `low` and `high`.

    >>> spread([50, 52], [20, 20], 0, 100)
    [41.0, 61.0]
    """
    order = sorted(range(len(heights)), key=lambda n: heights[n])
    groups: list[tuple[list[int], float]] = []  # labels that touch, and the middle of all of them
    for number in order:
        groups.append(([number], heights[number]))
        while True:
            groups = [(members, _kept(at, sum(sizes[n] for n in members), low, high)) for members, at in groups]
            touching = next((place for place, pair in enumerate(pairwise(groups)) if _touch(*pair, sizes)), None)
            if touching is None:
                break
            members = groups[touching][0] + groups[touching + 1][0]
            groups[touching : touching + 2] = [(members, sum(heights[n] for n in members) / len(members))]
    found = [0.0] * len(heights)
    for members, at in groups:
        top = at - sum(sizes[n] for n in members) / 2
        for number in members:
            found[number] = top + sizes[number] / 2
            top += sizes[number]
    return found


def _kept(at: float, size: float, low: float, high: float) -> float:
    return max(min(at, high - size / 2), low + size / 2)


def _touch(one: tuple[list[int], float], other: tuple[list[int], float], sizes: Sequence[float]) -> bool:
    room = (sum(sizes[n] for n in one[0]) + sum(sizes[n] for n in other[0])) / 2
    return other[1] - one[1] < room - 1e-9
