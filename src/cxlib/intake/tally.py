"""Counting the records of a text while it is copied: an independent witness against a reader that loses rows."""

from __future__ import annotations

import numpy as np

from cxlib.intake.mojibake import LOST as LOST_LETTER
from cxlib.params import Source

__all__ = ["Tally"]

LINE_END = 10
LEAD, TAILS = 0xC3, (0x82, 0x83, 0xA2)  # Â, Ã and â in UTF-8: with one of them begins nearly all wrongly decoded text
LOST = LOST_LETTER.encode()


class Tally:
    """Counts records and their cells on the way: line ends and delimiters outside quotes, blank lines aside.

    A quote within a text (3/4" hose) looks like an open cell here; then, as where a width differs, or where a line within quotes is
    as wide as a row, the file is read line by line.
    """

    def __init__(self, source: Source) -> None:
        self.quote, self.delimiter = ord(source.quote), ord(source.delimiter)
        self.above = source.header_line - 1  # title lines may be as wide as they like
        self.lines = self.found = self.cells = 0
        self.width: int | None = None
        self.inside = self.suspect = False
        self.doubtful = False  # whether text may be wrongly decoded
        self.before = LINE_END  # the byte before this chunk
        self.begun, self.raw = False, 0  # whether the line at hand began in quotes, and its delimiters so far, quoted ones too

    def add(self, content: bytes) -> None:
        """Take in the next bytes, UTF-8 with plain line ends."""
        cells = np.frombuffer(content, dtype=np.uint8)
        self.doubtful = self.doubtful or LOST in content or bool(np.isin(cells[1:][cells[:-1] == LEAD], TAILS).any())
        line_ends, delimiters = cells == LINE_END, cells == self.delimiter
        self.lines += int(np.count_nonzero(line_ends))
        quotes = np.cumsum(cells == self.quote, dtype=np.uint8)  # wraps at 256, which leaves even and odd as they are
        every = (line_ends, delimiters)
        if quotes[-1] or quotes.any() or self.inside:
            outside = (quotes & 1) == int(self.inside)
            line_ends, delimiters = line_ends & outside, delimiters & outside
            self.inside = bool(quotes[-1] & 1) != self.inside
        ends, parts = np.flatnonzero(line_ends), np.flatnonzero(delimiters)
        written = np.where(ends > 0, cells[ends - 1], self.before) != LINE_END
        upto = np.searchsorted(parts, ends)
        widths = np.diff(upto, prepend=0)
        if len(widths):
            widths[0] += self.cells
        self.cells = len(parts) - int(upto[-1]) if len(upto) else self.cells + len(parts)
        self._compare(widths[written])
        self._look_within(*every, line_ends)
        self.before = int(cells[-1])

    def line(self, content: bytes, place: int) -> int:
        """Return the line of a byte of the next chunk."""
        return self.lines + content[:place].count(b"\n") + 1

    def count(self) -> int | None:
        """Return the records seen, the last one without a line end too; None where a closer look is due."""
        if self.before != LINE_END:
            self._compare(np.array([self.cells]))
        return None if self.suspect or self.inside else self.found

    def _compare(self, widths: np.ndarray) -> None:
        judged = widths[max(self.above - self.found, 0) :]
        self.found += len(widths)
        if len(judged):
            self.width = int(judged[0]) if self.width is None else self.width
            self.suspect = self.suspect or bool((judged != self.width).any())

    def _look_within(self, line_ends: np.ndarray, delimiters: np.ndarray, closing: np.ndarray) -> None:
        """Become suspicious of a line within quotes that is as wide as a row: a quote may be lost, and rows with it."""
        ends = np.flatnonzero(line_ends)
        within = ~closing[ends]  # line ends in quotes: the next line begins there
        if self.suspect or not (self.begun or within.any()):
            return
        parts = np.flatnonzero(delimiters)
        if not len(ends):
            self.raw += len(parts)
            return
        begun = np.flatnonzero(np.concatenate([[self.begun], within[:-1]]))
        upto, since = np.searchsorted(parts, ends[begun]), np.searchsorted(parts, np.where(begun > 0, ends[begun - 1], -1))
        widths = upto - since
        if self.begun:
            widths[0] += self.raw
        self.suspect = bool((widths == self.width).any())
        self.begun, self.raw = bool(within[-1]), len(parts) - int(np.searchsorted(parts, ends[-1]))
