"""What converts, may be so, and mostly is not: exports cut at a limit, times without an hour, codes for nothing, words in two spellings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cxlib.intake.workbench import Befallen, Workbench, identifier
from cxlib.intake.zones import local_of
from cxlib.tables import CLOCKS, Contract

__all__ = ["oddities"]

HOURLY = ("contacts", "events", "messages")  # tables of which the hours matter
LIMITS = (65_535, 65_536, 1_048_575, 1_048_576)  # rows of a sheet, with and without the one of the names
NINES = (99, 999, 9_999, 99_999, 999_999)
SAMPLE, FEW = 10_000, 100  # rows in which one moment is looked for; rows that are too few to tell
SHARE = 0.2  # of all rows, from which one moment is that of an import
CUT = 100  # letters of a text, below which no program cuts
LEVELS = 1_000  # words of a column, above which they are no groups


def oddities(bench: Workbench, of: Contract, table: str, columns: Sequence[str], rows: int, timezone: str) -> Befallen:
    """Note what looks odd in a typed table; nothing is changed.

    Parameters
    ----------
    bench : Workbench
    of : Contract
    table : str
        A typed table on the bench.
    columns : sequence of str
        Its contract columns that the export fills.
    rows : int
        Rows of the export.
    timezone : str
        The client's.

    Returns
    -------
    dict of (str, str) to int
        Rows by reason and column: ``at_limit`` (as many rows as a sheet holds, or 1, 2 or 5 with noughts from 1,000 on), ``all_empty``,
        ``at_midnight`` (at least half of the moments of 100 and more contacts, events or messages), ``one_moment`` (a fifth of the first
        10,000 rows, from 100 on), ``nines`` (three and more of 99, 999 …, at least twice any other value), ``cut_text`` (three and more
        texts of just the greatest length, from 100 letters on), ``capitals`` (words that differ in capitals alone).
    """
    noted: Befallen = {("at_limit", ""): rows} if _at_limit(rows) else {}
    kinds = {name: of.columns[name].kind for name in columns}
    numbers = [name for name, kind in kinds.items() if kind in ("number", "count")]
    filled, topped = _seen(bench, table, columns, numbers)
    noted |= {("all_empty", name): rows for name in columns if rows and not filled[name]}
    clock = CLOCKS.get(of.name, "")
    if of.name in HOURLY and clock in columns and filled[clock] >= FEW:
        noted |= dict(_moments(bench, table, clock, filled[clock], timezone))
    for name in topped:
        noted |= dict(_nines(bench, table, name))
    for name, kind in kinds.items():
        if kind == "text" and name != "text" and filled[name]:
            noted |= dict(_spelt(bench, table, name))
    if filled.get("text"):
        noted |= dict(_cut(bench, table))
    return noted


def _at_limit(rows: int) -> bool:
    """Tell whether a program may have stopped at its limit.

    >>> [rows for rows in (500, 1000, 3000, 65535, 50000, 121145) if _at_limit(rows)]
    [1000, 65535, 50000]
    """
    return rows in LIMITS or (rows >= 1_000 and str(rows).rstrip("0") in ("1", "2", "5"))


def _seen(bench: Workbench, table: str, columns: Sequence[str], numbers: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """Return how many cells of each column are filled, and the columns whose largest number is all nines, in one pass."""
    if not columns:
        return {}, []
    asked = [f"count({identifier(name)})" for name in columns] + [f"max({identifier(name)})" for name in numbers]
    found = bench.rows(f"SELECT {', '.join(asked)} FROM {identifier(table)}")[0]
    tops = zip(numbers, found[len(columns) :], strict=True)
    return dict(zip(columns, found[: len(columns)], strict=True)), [name for name, top in tops if top in NINES]


def _moments(bench: Workbench, table: str, clock: str, filled: int, timezone: str) -> Iterator[tuple[tuple[str, str], int]]:
    cell = identifier(clock)
    quarters = f"epoch_us({cell}) % 900000000 = 0"  # what zones differ by today; most rows need not be moved to the local clock
    midnight = bench.rows(
        f"SELECT count(*) FROM (SELECT {cell} FROM {identifier(table)} WHERE {quarters}) "
        f"WHERE epoch_us({local_of(cell, timezone)}) % 86400000000 = 0"
    )[0][0]
    if 2 * midnight >= filled:
        yield ("at_midnight", clock), midnight
        return
    sample = f"(SELECT {cell} FROM {identifier(table)} WHERE {cell} IS NOT NULL LIMIT {SAMPLE})"
    at, count = bench.rows(f"SELECT {cell}::VARCHAR, count(*) FROM {sample} GROUP BY {cell} ORDER BY 2 DESC, 1 LIMIT 1")[0]
    if count >= SHARE * min(filled, SAMPLE):
        yield ("one_moment", f"{clock} = {at}"), count


def _nines(bench: Workbench, table: str, name: str) -> Iterator[tuple[tuple[str, str], int]]:
    cell = identifier(name)
    top, second, count = bench.rows(
        f"SELECT m, max({cell}) FILTER (WHERE {cell} < m), count(*) FILTER (WHERE {cell} = m) "
        f"FROM {identifier(table)}, (SELECT max({cell}) AS m FROM {identifier(table)}) GROUP BY m"
    )[0]
    if count > 2 and second is not None and second <= top / 2:
        yield ("nines", f"{name} = {top:g}"), count


def _spelt(bench: Workbench, table: str, name: str) -> Iterator[tuple[tuple[str, str], int]]:
    cell = identifier(name)
    found = bench.rows(f"SELECT {cell}, count(*) FROM {identifier(table)} WHERE {cell} IS NOT NULL GROUP BY 1 LIMIT {LEVELS + 1}")
    if len(found) > LEVELS:
        return
    alike: dict[str, dict[str, int]] = {}
    for word, count in found:
        alike.setdefault(word.casefold(), {})[word] = count
    for words in (alike[key] for key in sorted(alike) if len(alike[key]) > 1):
        yield ("capitals", f"{name}: {' / '.join(sorted(words))}"), sum(words.values())


def _cut(bench: Workbench, table: str) -> Iterator[tuple[tuple[str, str], int]]:
    if bench.rows(f"SELECT max(strlen(text)) FROM {identifier(table)}")[0][0] >= CUT:  # bytes, of which letters have one and more
        longest = bench.rows(f"SELECT max(length(text)) FROM {identifier(table)}")[0][0]
        rows, texts = bench.rows(f"SELECT count(*), count(DISTINCT text) FROM {identifier(table)} WHERE length(text) = {longest}")[0]
        if longest >= CUT and texts > 2:
            yield ("cut_text", f"{longest}"), rows
