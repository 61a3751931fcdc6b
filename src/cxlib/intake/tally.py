"""Counting the records of a text while it is copied: an independent witness against a reader that loses rows."""

from __future__ import annotations

import numpy as np

from cxlib.intake.mojibake import LOST as LOST_LETTER
from cxlib.params import Source

__all__ = ["Tally", "plain_line_ends"]

LINE_END, RETURN = 10, 13
LEAD, TAILS = 0xC3, (0x82, 0x83, 0xA2)  # Â, Ã and â in UTF-8: with one of them begins nearly all wrongly decoded text
MAC = (0xC5, (0xA0, 0xB8))  # Š and Ÿ: ä and ü of a Mac that were taken for letters of Windows
LOST = LOST_LETTER.encode()


class Tally:
    """Counts records and their cells on the way: line ends and delimiters outside quotes, blank lines aside.

    A quote within a text (3/4" hose) looks like an open cell here; then, as where a width differs, or where a line within quotes has
    a delimiter and so may be the beginning of a row, the file is read line by line.
    """

    def __init__(self, source: Source) -> None:
        self.quote, self.delimiter = ord(source.quote), ord(source.delimiter)
        self.above = source.header_line - 1  # title lines may be as wide as they like
        self.lines = self.found = self.cells = 0
        self.width: int | None = None
        self.inside = self.suspect = False
        self.doubtful = False  # whether text may be wrongly decoded
        self.before = LINE_END  # the byte before this chunk
        self.begun = False  # whether the line at hand began in quotes, and nothing but text has come since

    def add(self, content: bytes) -> None:
        """Take in the next bytes, UTF-8 with plain line ends."""
        cells = np.frombuffer(content, dtype=np.uint8)
        self.doubtful = self.doubtful or _doubtful(content, cells)
        signs = np.flatnonzero((cells == LINE_END) | (cells == self.delimiter) | (cells == self.quote))
        kinds = cells[signs]  # an eighth of the text, and all that counts
        line_ends, quotes = kinds == LINE_END, kinds == self.quote
        within = (np.cumsum(quotes, dtype=np.uint8) & 1) != self.inside  # wraps at 256, which leaves even and odd as they are
        self.inside ^= bool(np.count_nonzero(quotes) & 1)
        self._count(cells, signs[line_ends & ~within], line_ends[~(quotes | within)])
        self._look_within(line_ends & within, kinds == self.delimiter)
        self.lines += int(np.count_nonzero(line_ends))
        self.before = int(cells[-1])

    def line(self, content: bytes, place: int) -> int:
        """Return the line of a byte of the next chunk."""
        return self.lines + content[:place].count(b"\n") + 1

    def count(self) -> int | None:
        """Return the records seen, the last one without a line end too; None where a closer look is due."""
        if self.before != LINE_END:
            self._compare(np.array([self.cells]))
        return None if self.suspect or self.inside else self.found

    def _count(self, cells: np.ndarray, closing: np.ndarray, ends: np.ndarray) -> None:
        """Count the records that end at the closing places; of the signs outside quotes, `ends` tells which are line ends."""
        written = np.where(closing > 0, cells[closing - 1], self.before) != LINE_END
        widths, self.cells = _widths(ends, self.cells)
        self._compare(widths[written])

    def _compare(self, widths: np.ndarray) -> None:
        judged = widths[max(self.above - self.found, 0) :]
        self.found += len(widths)
        if len(judged):
            self.width = int(judged[0]) if self.width is None else self.width
            self.suspect = self.suspect or bool((judged != self.width).any())

    def _look_within(self, broken: np.ndarray, delimiters: np.ndarray) -> None:
        """Become suspicious of a delimiter that comes first in a line within quotes: a quote may be lost, and a row's beginning with it."""
        if len(broken) and not self.suspect:
            begun = np.concatenate([[self.begun], broken])  # behind a line end in quotes, the next line begins there
            self.suspect, self.begun = bool((begun[:-1] & delimiters).any()), bool(begun[-1])


def plain_line_ends(content: bytes) -> bytes:
    """Return a text with plain line ends; nearly always all of a file's are alike, and one sign is dropped much faster than two replaced.

    >>> plain_line_ends(b"a\\r\\nb\\r\\n"), plain_line_ends(b"a\\rb\\r\\nc\\n")
    (b'a\\nb\\n', b'a\\nb\\nc\\n')
    """
    cells = np.frombuffer(content, dtype=np.uint8)
    returns = cells == RETURN
    if not returns.any():
        return content
    if not returns[-1] and not (returns[:-1] & (cells[1:] != LINE_END)).any():
        return content.replace(b"\r", b"")
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _widths(ends: np.ndarray, begun: int) -> tuple[np.ndarray, int]:
    """Return how many delimiters each line has, of signs that are line ends or delimiters, and how many stand behind the last line."""
    closing = np.flatnonzero(ends)
    if not len(closing):
        return closing, begun + len(ends)
    widths = np.diff(closing, prepend=-1) - 1
    widths[0] += begun
    return widths, len(ends) - 1 - int(closing[-1])


def _doubtful(content: bytes, cells: np.ndarray) -> bool:
    """Tell whether some text may be wrongly decoded; single bytes are found much faster than letters."""
    if LOST[:1] in content and LOST in content:
        return True
    behind = [np.isin(cells[np.flatnonzero(cells[:-1] == lead) + 1], tails).any() for lead, tails in ((LEAD, TAILS), MAC)]
    return bool(any(behind))
