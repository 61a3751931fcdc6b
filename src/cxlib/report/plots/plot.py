"""What every plot is: tables drawn lazily, in the reader's words, with a text alternative computed from them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from cxlib.report.svg import Picture
    from cxlib.report.words import Words

__all__ = ["Plot"]


@dataclass(frozen=True, eq=False)
class Plot(ABC):
    """A picture of a saved table.

    Attributes
    ----------
    table : DataFrame
        The table it came from, as saved.
    """

    table: pd.DataFrame

    @property
    def sources(self) -> tuple[pd.DataFrame, ...]:
        """Every saved table that the picture shows."""
        return (self.table,)

    @property
    def data(self) -> pd.DataFrame:
        """The rows behind the picture, as its data table lists them."""
        return self.table

    @abstractmethod
    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the picture, 720 pixels wide, or 350 for a telephone."""

    @abstractmethod
    def describe(self, words: Words) -> str:
        """Return the text alternative: what is shown, how many rows, the highest and the lowest, with numbers."""
