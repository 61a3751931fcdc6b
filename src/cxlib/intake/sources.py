"""One source: read it as text, find its columns, leave out what is declared to be no row, convert, and say what came of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from cxlib.errors import DataError, worded
from cxlib.intake.constants import constants, told_value
from cxlib.intake.conversion import Conversion
from cxlib.intake.convert import convert, failed_bit, moved
from cxlib.intake.database import read_query
from cxlib.intake.delimited import read_delimited
from cxlib.intake.dummies import dummies
from cxlib.intake.emptiness import clear
from cxlib.intake.excel import read_excel
from cxlib.intake.failures import examples, failures
from cxlib.intake.magnitudes import magnitudes
from cxlib.intake.oddities import oddities
from cxlib.intake.parquet import read_parquet
from cxlib.intake.parts import joined, joint, part_forms
from cxlib.intake.period import outside_period
from cxlib.intake.plausible import implausible
from cxlib.intake.qualtrics import odd_responses, previews
from cxlib.intake.several import several_answers
from cxlib.intake.slips import reserved_words, strays, unmapped_words
from cxlib.intake.spss import contradicted_labels, read_spss, undeclared_missing
from cxlib.intake.survey import answers
from cxlib.intake.unfinished import borne, broken_off, undecided, unseen
from cxlib.intake.workbench import Befallen, Raw, Workbench, identifier, literal
from cxlib.params import Params, Source
from cxlib.tables import CALENDAR, CLOCKS, PLANNED, Column, Contract, contract

__all__ = ["Taken", "contract_of", "raw_path", "take"]


@dataclass(frozen=True, eq=False)
class Taken:
    """A source on the workbench: typed, in contract columns, with its record."""

    name: str
    table: str  # on the bench: row, then contract columns
    columns: tuple[str, ...]
    record: dict[str, Any]
    failed: dict[str, int] = field(default_factory=dict)
    place: Callable[[int], str] = str  # row of the table → where it stands in the export, in words
    duplicates: str = "refuse"
    problems: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)  # column that problems name already → SQL: in which rows of the table

    def at(self, row: int) -> str:
        """Say where a row of the table stands, with the file's name."""
        return f"{self.record['file'] or self.name}, {self.place(row)}"


def contract_of(params: Params, table: str) -> Contract:
    """Return a table's contract with the client's declared features.

    Raises
    ------
    DataError
        When a feature has a name that the workbench needs, or one that differs from a column's in capitals alone.
    """
    columns = {column.casefold() for column in contract(table).columns}
    clash = [name for name in params.extra.get(table, {}) if name.casefold() in columns | {"row", "part"}]
    if clash:
        raise DataError(*(worded(f"extra.{table}", "a feature cannot be named", name, do="Choose another name.") for name in clash))
    return contract(table).with_features({feature: declared.kind for feature, declared in params.extra.get(table, {}).items()})


def raw_path(project: Path, params: Params, name: str) -> Path:
    """Return the file of a source.

    Raises
    ------
    DataError
        When it is not there, or leads out of the client's raw folder.
    """
    source, raw = params.sources[name], project / "data" / params.client / "raw"
    path = raw / str(source.file)
    place = f"params/{params.client}.yml: sources.{name}.file"
    if not path.is_file():
        there = sorted(file.relative_to(raw).as_posix() for file in raw.rglob("*") if file.is_file()) if raw.is_dir() else []
        do = f"Put the export into data/{params.client}/raw/."
        raise DataError(worded(place, "there is no file", source.file, there, label="The folder has", do=do))
    if raw.resolve() not in path.resolve().parents:
        raise DataError(f"{place}: {source.file!r} leads out of data/{params.client}/raw/. Copy the file there.")
    return path


def take(project: Path, params: Params, name: str, bench: Workbench, *, sha256: str | None = None) -> Taken:
    """Read and convert one source; what is wrong with its cells is told by the result, so that its table can be looked at all the same.

    The hash of the source's file is worked out where it is not known yet.

    Raises
    ------
    DataError
        When the source cannot be read, or lacks items that its rows are made of.
    """
    source, of = params.sources[name], contract_of(params, params.sources[name].table)
    path = raw_path(project, params, name) if source.file else None
    where = f"data/{params.client}/raw/{source.file}" if path else f"params/{params.client}.yml: sources.{name}"
    raw = _read(path, source, where, f"raw {name}", bench, _kinds(of, source), params.timezone)
    given = source.headers or ({} if source.items else {column: (column,) for column in raw.headers})
    problems = _unknown(params, name, source, raw, given, of, where)
    given = {column: parts for column, parts in given.items() if set(parts) <= set(raw.headers) and column in of.columns}
    raw, headers = joined(bench, raw, given, source), {column: joint(parts) for column, parts in given.items()}
    fixed, more = constants(of, source, params, list(headers), f"params/{params.client}.yml: sources.{name}.constants")
    conversions = [Conversion(of.columns[column], header, source, params.timezone, raw.doubtful) for column, header in headers.items()]
    table, columns = f"typed {name}", [*headers, *(column for column, _ in fixed)]
    with _explained(bench, raw, where):
        kept, dropped = _kept(raw, source, bench)
        failed = convert(bench, raw, conversions, fixed, kept, table, where)
    noted = raw.noted | odd_responses(bench, raw, source) | strays(bench, raw, source) | borne(bench, raw, source, kept)
    problems += undecided(bench, raw, source, kept, where)
    problems += more + clear(bench, raw, conversions, failed, dropped, table, where)
    problems += failures(bench, raw, conversions, failed, table, where)
    problems += magnitudes(bench, conversions, table, where)
    refused = _refused(bench, conversions, source, failed, columns, table)
    problems += unmapped_words(bench, raw, table, headers, of, source, f"params/{params.client}.yml: sources.{name}")
    problems += reserved_words(bench, table, [feature for feature in params.extra.get(of.name, {}) if feature in columns], where)
    outside = outside_period(bench, table, columns, source, params, dropped, where, raw.place)
    problems += outside
    judged = {column: header for column, header in headers.items() if not (outside and column == CLOCKS[of.name])}
    more, odd = implausible(bench, of, table, judged, source, where, raw.place, timezone=params.timezone, last_day=params.last_day)
    problems += more
    noted |= moved(bench, conversions, table) | dummies(bench, table, columns, of.key)
    noted |= oddities(bench, of, table, list(headers), raw.rows, params.timezone)
    place = raw.place
    typed = table
    if source.items and set(source.items) <= set(raw.headers):
        table, columns, place, more, several = _long(bench, raw, source, params, where, name, columns, refused)
        problems += more
        noted |= several
    if path and source.format == "spss":
        problems += undeclared_missing(path, source, params, of, raw, bench, where)
        problems += contradicted_labels(path, source, params, raw, bench, where)
    if source.items and table == typed:
        raise DataError(*problems)
    record = {"source": name, "table": source.table, "file": source.file or "", "rows_read": raw.rows}
    record |= {"dropped": dropped, "noted": noted | odd}
    record |= {"failed": examples(bench, raw, conversions, failed, typed)}
    record |= {"sha256": _hash(path) if path and sha256 is None else sha256 or ""}
    return Taken(name, table, tuple(columns), record, failed, place, source.duplicates, tuple(problems), refused)


def _refused(
    bench: Workbench, conversions: Sequence[Conversion], source: Source, failed: dict[str, int], columns: list[str], table: str
) -> dict[str, str]:
    """Return the columns that are wrong or not there at all, and SQL of the rows in which they are; those borne are not among them."""
    rows = bench.rows(f"SELECT count(*) FROM {identifier(table)}")[0][0]
    bits = {one.column.name: failed_bit(place) for place, one in enumerate(conversions)}
    wrong = {column: bits[column] for column, count in failed.items() if count > source.max_failed_share * rows}
    return wrong | {column: "true" for column in (*source.columns, *source.constants) if column not in columns}


@contextmanager
def _explained(bench: Workbench, raw: Raw, where: str) -> Iterator[None]:
    """Say what is wrong with an export that stops to be readable half-way."""
    try:
        yield
    except bench.full:
        raise
    except bench.errors as error:
        if raw.explain:
            raw.explain()
        line = re.search(r"Line: (\d+)", str(error))
        place = f"{where}, line {line[1]}" if line else where
        raise DataError(f"{place}: cannot be read as declared ({str(error).splitlines()[0]}). A quote may be out of place.") from error


def _read(path: Path | None, source: Source, where: str, name: str, bench: Workbench, kinds: dict[str, str], timezone: str) -> Raw:
    if source.rows:
        return _inline(source, name, bench)
    if source.format == "sql":
        return read_query(path, source, where, name, bench, kinds)
    if path is None:
        raise DataError(f"{where}: needs a file.")
    if source.format in ("csv", "qualtrics"):
        return read_delimited(path, source, where, name, bench, timezone)
    if source.format == "parquet":
        return read_parquet(path, source, where, name, bench, kinds, timezone)
    return {"excel": read_excel, "spss": read_spss}[source.format](path, source, where, name, bench, kinds)


def _kinds(of: Contract, source: Source) -> dict[str, str]:
    """Return for each declared header what its cells become: see :func:`_kind`, and for parts of a time ``part`` and their format."""
    kinds: dict[str, str] = {}
    for column in sorted(source.headers, key=lambda column: of.columns[column].kind == "id"):  # an id that is a text as well stays an id
        parts = source.headers[column]
        if len(parts) > 1:
            forms = part_forms(source.form(column, of.columns[column].kind), len(parts))
            kinds = {header: f"part {form}" for header, form in zip(parts, forms, strict=True)} | kinds
        else:
            kinds[parts[0]] = _kind(of.columns[column], source)
    return kinds


def _kind(column: Column, source: Source) -> str:
    """Return what cells become: a column's kind, with its own format, or the unit of a duration that is not declared in another one."""
    if column.name in source.formats:
        return f"{column.kind} {source.formats[column.name]}"
    return column.duration if column.duration and column.name not in source.units else column.kind


def _inline(source: Source, name: str, bench: Workbench) -> Raw:
    columns = list(dict.fromkeys(column for row in source.rows for column in row))
    bench.put(name, columns, [["" if row.get(column) is None else told_value(row[column]) for row in source.rows] for column in columns])
    return Raw(name, tuple(columns), len(source.rows), lambda row: f"row {row + 1}")


def _unknown(
    params: Params, name: str, source: Source, raw: Raw, headers: dict[str, tuple[str, ...]], of: Contract, where: str
) -> list[str]:
    place = f"params/{params.client}.yml: sources.{name}"
    wanted = [(f"{place}.columns.{column}", header) for column, parts in headers.items() for header in parts]
    wanted += [(f"{place}.items", header) for header in source.items] + [(f"{place}.ignore_rows", header) for header in source.ignore_rows]
    problems = [
        worded(spot, "unknown column", header, raw.headers, label="The file has") for spot, header in wanted if header not in raw.headers
    ]
    problems += [
        f"{place}.{'constants' if column in source.constants else 'columns'}.{column}: is worked out of {CLOCKS[of.name]}. Leave it out."
        for column in CALENDAR
        if column in of.columns and (column in headers or column in source.constants)
    ]
    return problems + [
        worded(where, f"{source.table} has no column", column, of.columns, label="Columns")
        for column in headers
        if column not in of.columns
    ]


def _kept(raw: Raw, source: Source, bench: Workbench) -> tuple[str, Befallen]:
    """Return the SQL condition of the rows that are kept, and how many rows each declared reason leaves out."""
    known = previews(source, raw.headers)
    pairs = [(header, word) for words in (source.ignore_rows, known) for header in words for word in words[header] if header in raw.headers]
    reasons = {f"{header} = {word}": f"trim({identifier(header)}) = {literal(word)}" for header, word in pairs}
    dropped, kept = dict(raw.dropped), "true"
    if reasons:  # a row counts for the first reason that it meets
        cases = " ".join(f"WHEN {condition} THEN {literal(reason)}" for reason, condition in reasons.items())
        found = dict(bench.rows(f"SELECT CASE {cases} END, count(*) FROM {identifier(raw.table)} GROUP BY 1"))
        dropped |= {("ignored", reason): found[reason] for reason in reasons if reason in found}
        kept = " AND ".join(f"NOT coalesce({condition}, false)" for condition in reasons.values())
    if source.duplicates == "drop_equal":
        every = ", ".join(identifier(header) for header in raw.headers)
        first = f"row IN (SELECT min(row) FROM {identifier(raw.table)} GROUP BY {every})"
        repeated = bench.rows(f"SELECT count(*) FROM {identifier(raw.table)} WHERE {kept} AND NOT {first}")[0][0]
        if repeated:
            dropped["repeated", ""] = repeated
        kept = f"{kept} AND {first}"
    broken = broken_off(raw, source)
    if broken and source.unfinished == "drop":
        gone = bench.rows(f"SELECT count(*) FROM {identifier(raw.table)} WHERE {kept} AND {broken}")[0][0]
        dropped |= {("unfinished", ""): gone} if gone else {}
        kept = f"{kept} AND NOT {broken}"
    return kept, dropped


def _long(
    bench: Workbench, raw: Raw, source: Source, params: Params, where: str, name: str, columns: list[str], refused: dict[str, str]
) -> tuple[str, list[str], Callable[[int], str], list[str], Befallen]:
    """Turn the item columns of a survey export into rows of responses, and lay them on the bench."""
    masks = [column for column in bench.columns(f"typed {name}") if re.fullmatch(r"failed_\d+", column)] if refused else []
    told = ", ".join(["row", *map(identifier, [*columns, *masks])])
    people = bench.arrow(f"SELECT {told} FROM {identifier(f'typed {name}')} ORDER BY row").to_pandas(types_mapper=pd.ArrowDtype)
    items = ", ".join(identifier(header) for header in source.items)
    rows = f"FROM {identifier(raw.table)} WHERE row IN (SELECT row FROM {identifier(f'typed {name}')}) ORDER BY row"
    cells = bench.arrow(f"SELECT {items} {rows}").to_pandas().fillna("").astype("str")
    broken = broken_off(raw, source) if source.unfinished == "not_asked" else ""
    left = np.array([row[0] for row in bench.rows(f"SELECT {broken} {rows}")], dtype=bool) if broken else np.zeros(len(cells), dtype=bool)
    places = [raw.place(int(row)) for row in people["row"]] if len(people) < 100_000 else [f"row {row + 1}" for row in people["row"]]
    never = unseen(cells, left, raw.headers)
    long, problems = answers(cells, places, people.drop(columns="row"), source, params.scales, where, unseen=never)
    more, noted = several_answers(cells, places, source, params.scales, where)
    noted |= {("all_empty", header): len(cells) for header in source.items if cells[header].str.strip().eq("").all()}
    long.insert(0, "row", range(len(long)))
    bench.connection.register("incoming", pa.Table.from_pandas(long, preserve_index=False))
    bench.run(f"CREATE TABLE {identifier(f'long {name}')} AS SELECT * FROM incoming")
    bench.connection.unregister("incoming")
    people_rows = people["row"].to_list()
    columns = [column for column in long.columns if column not in ("row", *masks)]
    return f"long {name}", columns, lambda row: raw.place(int(people_rows[row % len(people_rows)])), [*problems, *more], noted


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def moments(of: Contract, columns: tuple[str, ...]) -> Iterator[str]:
    """Yield the columns that say when the rows of a source happened: the table's own moment, or else every time that is no plan."""
    clock = CLOCKS.get(of.name)
    past = [column.name for column in of.columns.values() if column.kind == "time" and column.name not in PLANNED]
    yield from [clock] if clock in columns else [name for name in past if name in columns]
