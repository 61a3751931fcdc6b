"""All sources of a table → one contract table: put together, checked, and written as Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from cxlib.intake.conversion import sql_type
from cxlib.intake.sources import Taken
from cxlib.intake.workbench import Workbench, identifier, literal
from cxlib.intake.zones import local_of
from cxlib.tables import CLOCKS, Contract

__all__ = ["assemble", "write"]

EXAMPLES = 5
UNREAD, UNFIT = '"row not known"', '"row not fit"'  # marks of rows; no column has a name of three words
_STORED = {"date": "TIMESTAMP"}  # pandas reads a DATE as single objects
_LEVELS = 10_000  # of a column in a part of a Parquet file, up to which they are listed once: ids that all differ are not worth the search
_CALENDAR = ("contacts",)  # tables that get calendar columns


def assemble(bench: Workbench, of: Contract, parts: Sequence[Taken], timezone: str, where: str) -> list[str]:
    """Put the sources of one table together on the bench, under the table's name, and return what breaks its contract.

    Parameters
    ----------
    bench : Workbench
    of : Contract
        With the client's features.
    parts : sequence of Taken
    timezone : str
        Of the calendar columns.
    where : str
        How messages name the table.

    Returns
    -------
    list of str
        Required columns that no source has, rows that lack one, doubled keys (equal and conflicting apart), rows without any id.
    """
    have = [name for name in of.columns if any(name in part.columns for part in parts)]
    selects, marks = [], _marks(of, parts)
    for number, part in enumerate(parts):
        chosen = [
            f"{identifier(name) if name in part.columns else 'NULL'}::{_type(of.columns[name].kind)} AS {identifier(name)}" for name in have
        ]
        chosen += [f"({condition}) AS {mark}" for mark, condition in marks[number].items()]
        selects.append(f"SELECT {number} AS part, row, {', '.join(chosen)} FROM {identifier(part.table)}")
    every = " UNION ALL ".join(selects)
    if of.name in _CALENDAR and CLOCKS[of.name] in have:  # the client's own day, hour and weekday: no query has to know of time zones later
        clock, local = identifier(CLOCKS[of.name]), identifier(f"local {CLOCKS[of.name]}")  # worked out once; no feature is named so
        calendar = f"date_trunc('day', {local})::TIMESTAMP AS local_date, hour({local})::BIGINT AS local_hour, "
        calendar += f"isodow({local})::BIGINT AS local_weekday"
        every = f"SELECT * EXCLUDE ({local}), {calendar} FROM (SELECT *, {local_of(clock, timezone)} AS {local} FROM ({every}))"
    bench.run(f"CREATE VIEW {identifier(of.name)} AS {every}")
    lacking = [name for name in of.required if name not in have and not any(name in part.refused for part in parts)]
    if lacking:
        return [f"{where}: required column {name!r} is missing. Map it under `columns`, or give it under `constants`." for name in lacking]
    if any(part.duplicates == "drop_equal" for part in parts):
        _drop_equal(bench, of, have, parts)
    elif not of.key:
        _note_equal(bench, of, have, parts)
    return [*_missing(bench, of, parts, where), *_doubled(bench, of, have, parts, where)]


def write(bench: Workbench, of: Contract, path: Path, parts: int) -> int:
    """Write a table in contract order and source order, and return its rows; one part keeps its order by itself."""
    present = bench.columns(of.name)
    columns = ", ".join(identifier(name) for name in of.columns if name in present)
    order = " ORDER BY part, row" if parts > 1 else ""
    form = f"FORMAT parquet, DICTIONARY_SIZE_LIMIT {_LEVELS}"
    bench.run(f"COPY (SELECT {columns} FROM {identifier(of.name)}{order}) TO {literal(str(path))} ({form})")
    return int(bench.rows(f"SELECT count(*) FROM read_parquet({literal(str(path))})")[0][0])


def _marks(of: Contract, parts: Sequence[Taken]) -> list[dict[str, str]]:
    """Return SQL of the rows that problems name already, part by part; nothing where there are no problems.

    In `UNREAD` rows some cell is not known. In `UNFIT` ones it is a cell that the row needs: such a row may be a total or a note, and its
    empty cells are not told again.
    """
    if not any(part.refused for part in parts):
        return [{} for _ in parts]
    needed = (*of.required, *of.any_of)
    return [
        {
            UNREAD: " OR ".join(part.refused.values()) or "false",
            UNFIT: " OR ".join(sql for name, sql in part.refused.items() if name in needed and sql != "true") or "false",
        }
        for part in parts
    ]


def _fit(name: str, parts: Sequence[Taken]) -> str:
    """SQL: whether nothing was said yet of what a row has in a required column, or in one of those of which it needs any."""
    absent = [str(number) for number, part in enumerate(parts) if part.refused.get(name) == "true"]
    known = f"part NOT IN ({', '.join(absent)})" if absent else "true"
    return f"{known} AND NOT {UNFIT}" if any(part.refused for part in parts) else known


def _type(kind: str) -> str:
    return _STORED.get(kind, sql_type(kind))


def _missing(bench: Workbench, of: Contract, parts: Sequence[Taken], where: str) -> Iterator[str]:
    way = "If these are no rows (a total, a note), leave them out with `ignore_rows`."
    if of.required:
        present = bench.columns(of.name)
        empty = {name: f"{identifier(name)} IS NULL AND {_fit(name, parts)}" for name in of.required if name in present}
        counted = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in empty.values())
        for (name, condition), count in zip(empty.items(), bench.rows(f"SELECT {counted} FROM {identifier(of.name)}")[0], strict=True):
            if count:
                shown = _places(bench, of, parts, condition)
                yield f"{where}: {name}: is missing in {count} rows ({shown}), and no row may lack it. {way}"
    if of.any_of:
        present = bench.columns(of.name)
        none = " AND ".join(f"{identifier(name)} IS NULL" for name in of.any_of if name in present) or "true"
        none = " AND ".join([none, *(_fit(name, parts) for name in of.any_of)])
        count = bench.rows(f"SELECT count(*) FROM {identifier(of.name)} WHERE {none}")[0][0]
        if count:
            shown = _places(bench, of, parts, none)
            yield f"{where}: {count} rows have none of {', '.join(of.any_of)} ({shown}). Each row needs one of them. {way}"


def _places(bench: Workbench, of: Contract, parts: Sequence[Taken], condition: str) -> str:
    found = bench.rows(f"SELECT part, row FROM {identifier(of.name)} WHERE {condition} ORDER BY part, row LIMIT {EXAMPLES}")
    return "; ".join(parts[part].at(row) for part, row in found)


def _twice(of: Contract) -> str:
    """SQL: the rows whose key stands more than once."""
    key, table = ", ".join(map(identifier, of.key)), identifier(of.name)
    return f"(SELECT * FROM {table} SEMI JOIN (SELECT {key} FROM {table} GROUP BY {key} HAVING count(*) > 1) USING ({key}))"


def _drop_equal(bench: Workbench, of: Contract, have: Sequence[str], parts: Sequence[Taken]) -> None:
    """Keep one of rows that agree in every column of the contract, be they of one export or of two that overlap."""
    if not set(of.key) <= set(have):
        return
    every, table = ", ".join(map(identifier, have)), _twice(of) if of.key else identifier(of.name)
    known = f" WHERE NOT {UNREAD}" if any(part.refused for part in parts) else ""
    numbered = f"SELECT part, row, row_number() OVER (PARTITION BY {every} ORDER BY part, row) FROM {table}{known}"
    for number, part in enumerate(parts):
        gone = [row for at, row, nth in bench.rows(numbered) if at == number and nth > 1]
        if gone:
            bench.run(f"DELETE FROM {identifier(part.table)} WHERE row IN ({', '.join(map(str, gone))})")
            part.record["dropped"]["equal", of.name] = len(gone)


def _note_equal(bench: Workbench, of: Contract, have: Sequence[str], parts: Sequence[Taken]) -> None:
    """Note rows of a table without a key that equal an earlier one: two exports may overlap, or two things have happened alike."""
    every = ", ".join(map(identifier, have))
    numbered = f"SELECT part, row_number() OVER (PARTITION BY {every} ORDER BY part, row) AS nth FROM {identifier(of.name)}"
    for part, count in bench.rows(f"SELECT part, count(*) FROM ({numbered}) WHERE nth > 1 GROUP BY 1 ORDER BY 1"):
        parts[part].record["noted"]["equal", of.name] = count


def _doubled(bench: Workbench, of: Contract, have: Sequence[str], parts: Sequence[Taken], where: str) -> Iterator[str]:
    """Name doubled keys, told apart: rows that agree in everything, and rows that contradict each other."""
    if not of.key or not set(of.key) <= set(have):
        return
    key, every = ", ".join(map(identifier, of.key)), ", ".join(map(identifier, have))
    if len(of.key) == 1:  # nearly always all differ, which is seen in a part of the time
        given = f"(SELECT {key} AS id FROM {identifier(of.name)} WHERE {key} IS NOT NULL)"
        if bench.rows(f"SELECT coalesce(bool_and(id > before), true) FROM (SELECT id, lag(id) OVER () AS before FROM {given})")[0][0]:
            return  # most exports are in the order of their ids, whatever order rows come in here
        known, distinct = bench.rows(f"SELECT count(id), count(DISTINCT id) FROM {given}")[0]
        if known == distinct:
            return
    kinds, spots = f"count(DISTINCT row({every}))", "list([part, row] ORDER BY part, row)[:3]"
    if any(part.refused for part in parts):
        kinds = f"CASE WHEN bool_or({UNREAD}) THEN 0 ELSE {kinds} END"
    found = bench.rows(f"SELECT {key}, {kinds}, {spots} FROM {_twice(of)} GROUP BY {key} ORDER BY {key}")
    name = " + ".join(of.key)
    for told, way, rows in (
        ("in equal rows", "Declare `duplicates: drop_equal` to keep one of each", [row for row in found if row[-2] == 1]),
        ("in rows that contradict each other", "Ask which of them holds", [row for row in found if row[-2] > 1]),
        ("in rows that could not be read whole", "Mend their other cells first", [row for row in found if row[-2] == 0]),
    ):
        if rows:
            shown = "; ".join(
                f"{' + '.join(map(str, row[:-2]))} ({', '.join(parts[part].at(at) for part, at in row[-1])})" for row in rows[:EXAMPLES]
            )
            yield f"{where}: {name}: {len(rows)} stand more than once {told}, first: {shown}. {way}."
