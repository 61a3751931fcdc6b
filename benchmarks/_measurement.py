"""What every benchmark shares: a result and its goal, the command line, and speed as a ratio measured within one process."""

from __future__ import annotations

import argparse
import io
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Result:
    """One measured number and what was hoped of it.

    Attributes
    ----------
    name : str
        What was measured, and where.
    value : float
    unit : str
    goal : str
        In words; empty where there is none.
    holds : bool or None
        Whether the goal is reached; None without a goal.
    note : str
    """

    name: str
    value: float
    unit: str
    goal: str = ""
    holds: bool | None = None
    note: str = ""

    @property
    def line(self) -> str:
        """The result as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, allow_nan=False)


def command_line(about: str, rooms: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser of ``[--only ROOM] [--quick] [--json]``; a benchmark may add options of its own."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # whatever the console's code page
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=rooms, metavar="ROOM", help="one of: " + ", ".join(rooms))
    parser.add_argument("--quick", action="store_true", help="smaller and rougher, for a look in passing")
    parser.add_argument("--json", action="store_true", help="one object a line")
    return parser


def as_markdown(head: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table whose columns stand under one another."""
    cells = [list(head), *([str(cell) for cell in line] for line in lines)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    padded = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in cells]
    return "\n".join([padded[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *padded[1:]])


def show(results: Iterable[Result], *, as_json: bool) -> None:
    """Print results: as lines of JSON the moment each is there, or as one table."""
    if as_json:
        for result in results:
            print(result.line, flush=True)
        return
    said = {True: "yes", False: "NO", None: ""}
    head = ("name", "value", "unit", "goal", "holds", "note")
    print(as_markdown(head, ((r.name, f"{r.value:.4g}", r.unit, r.goal, said[r.holds], r.note) for r in results)))


def times_longer(first: Callable[[], object], second: Callable[[], object], *, rounds: int) -> tuple[float, str]:
    """Return how many times longer `first` takes than `second`: the median over rounds in which each runs once, in turn.

    Whatever else the machine does meets both alike, so the ratio may be compared between machines where seconds may not.
    The second value words the middle half of the ratios and both median times.
    """
    first(), second()  # imports and caches
    taken: list[tuple[float, float]] = []
    for number in range(rounds):
        if number % 2:
            later = _seconds(second)
            taken.append((_seconds(first), later))
        else:
            taken.append((_seconds(first), _seconds(second)))
    ratios = [one / other for one, other in taken]
    low, _, high = statistics.quantiles(ratios, n=4)
    one, other = (statistics.median(column) * 1000 for column in zip(*taken, strict=True))
    return statistics.median(ratios), f"middle half {low:.2f}–{high:.2f}; {one:.0f} ms against {other:.0f} ms; {rounds} rounds"


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
