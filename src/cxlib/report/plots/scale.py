"""From values to pixels: a scale that holds every number it is given, with round ticks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cxlib.report.numerals import SHARES

if TYPE_CHECKING:
    from cxlib.report.words import Words

__all__ = ["Scale", "scale_of"]


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` stand between the pixels `start` and `end`; `end` may lie before `start`.

    >>> Scale(0.0, 10.0, 100.0, 200.0).at(5), Scale(0.0, 10.0, 100.0, 200.0).at(99)
    (150.0, 200.0)
    """

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...] = ()
    unit: str = ""

    def at(self, value: float) -> float:
        """Return where a value stands; values off the scale stand at its end."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def told(self, words: Words) -> list[tuple[float, str]]:
        """Return pixel and text of every tick, with the fewest decimals that tell the ticks apart."""
        scale = 100 if self.unit in SHARES else 1
        places = next((n for n in range(6) if all(abs(round(tick * scale, n) - tick * scale) < 1e-9 for tick in self.ticks)), 6)
        return [(self.at(tick), words.number(tick, self.unit, places=places, bare=True)) for tick in self.ticks]


def scale_of(numbers: Iterable[float], unit: str, *, start: float, end: float, most: int = 4, pad: float = 0.04) -> Scale:
    """Return the scale from the lowest to the highest finite number, a little wider.

    Parameters
    ----------
    numbers : iterable of float
        What has to fit; infinite ends do not count.
    unit : str
        The numbers' unit, for the ticks.
    start, end : float
        Pixels of the low and of the high end.
    most : int
        How many steps between ticks there may be.
    pad : float
        How much of the range is added at both ends.
    """
    from matplotlib.ticker import MaxNLocator

    finite = [float(number) for number in numbers if math.isfinite(number)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    if low == high:
        low, high = low - max(abs(low) * 0.1, 0.05), high + max(abs(high) * 0.1, 0.05)
    room = (high - low) * pad
    found = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    ticks = tuple(float(tick) for tick in found if low - room <= tick <= high + room)
    return Scale(low - room, high + room, start, end, ticks, unit)
