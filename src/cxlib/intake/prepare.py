"""Raw files → typed parquet, once: named by the hash of params, data and the code that converts, and never half written."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

import cxlib
from cxlib.errors import CxError, DataError, nearest, worded
from cxlib.estimates import OTHER, UNKNOWN
from cxlib.intake.convert import convert, failure_message
from cxlib.intake.delimited import Raw, read_delimited
from cxlib.intake.questions import catalogue, elements
from cxlib.intake.survey import answers
from cxlib.params import Params, Source
from cxlib.tables import Column, Contract, contract, dtype

__all__ = ["Prepared", "fingerprint", "prepare"]

RECORD = "record.json"
KEPT = 2  # conversions kept beside the newest, so that two runs on different params do not rebuild each other's


@dataclass(frozen=True, eq=False)
class Prepared:
    """Contract tables on disk, and the record of how they came about.

    Attributes
    ----------
    folder : Path
        Holds one parquet a table.
    rows : dict of str to int
        Rows a table.
    sources : tuple of dict
        For each source: source, table, file, rows_read, rows_kept, failed_cells, sha256.
    params_hash, data_hash : str
    """

    folder: Path
    rows: dict[str, int]
    sources: tuple[dict[str, Any], ...]
    params_hash: str
    data_hash: str

    @classmethod
    def open(cls, folder: Path) -> Prepared:
        """Read the record of a finished conversion."""
        return cls(folder=folder, **json.loads((folder / RECORD).read_text(encoding="utf-8")))


def prepare(project: Path, params: Params) -> Prepared:
    """Convert a client's raw files to contract tables, or find them converted already.

    Raises
    ------
    DataError
        With every problem of every file at once; nothing is written then.
    """
    questions = catalogue(project / "QUESTIONS.md")
    params_hash, data_hash = fingerprint(project, params)
    shelf = project / "data" / params.client / "tables"
    folder = shelf / hashlib.sha256(f"{params_hash}{data_hash}{_code_hash(project)}".encode()).hexdigest()[:16]
    if (folder / RECORD).is_file():
        os.utime(folder)
        return Prepared.open(folder)
    tables, sources = _converted(project, params)
    tables["questions"] = questions
    shelf.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=shelf))
    try:
        for name, table in tables.items():
            table.to_parquet(part / f"{name}.parquet", index=False)
        record = {"rows": {name: len(table) for name, table in tables.items()}, "sources": sources}
        record |= {"params_hash": params_hash, "data_hash": data_hash}
        (part / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
        if not folder.exists():
            part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    for old in sorted(shelf.glob("[0-9a-f]*"), key=lambda path: path.stat().st_mtime)[: -KEPT - 1]:
        shutil.rmtree(old, ignore_errors=True)
    return Prepared.open(folder)


def fingerprint(project: Path, params: Params) -> tuple[str, str]:
    """Return the hashes of the client's params file and of all raw files it names."""
    params_hash = hashlib.sha256((project / "params" / f"{params.client}.yml").read_bytes()).hexdigest()
    data = hashlib.sha256()
    for name, source in sorted(params.sources.items()):
        if source.file:
            data.update(f"{name}:{_hash(_raw_path(project, params, name, source))};".encode())
    return params_hash, data.hexdigest()


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _code_hash(project: Path) -> str:
    package = Path(cxlib.__file__).parent
    code = hashlib.sha256()
    for path in [*sorted([*package.glob("intake/*.py"), *package.glob("params/*.py"), package / "tables.py"]), project / "QUESTIONS.md"]:
        code.update(path.read_bytes())
    return code.hexdigest()


def _raw_path(project: Path, params: Params, name: str, source: Source) -> Path:
    raw = project / "data" / params.client / "raw"
    path = raw / str(source.file)
    if not path.is_file():
        there = sorted(file.relative_to(raw).as_posix() for file in raw.rglob("*") if file.is_file()) if raw.is_dir() else []
        place = f"params/{params.client}.yml: sources.{name}.file"
        do = f"Put the export into data/{params.client}/raw/."
        raise DataError(worded(place, "there is no file", source.file, there, label="The folder has", do=do))
    if raw.resolve() not in path.resolve().parents:
        raise DataError(
            f"params/{params.client}.yml: sources.{name}.file: {source.file!r} leads out of data/{params.client}/raw/. Copy the file there."
        )
    return path


def _converted(project: Path, params: Params) -> tuple[dict[str, pd.DataFrame], list[dict[str, Any]]]:
    """Convert all sources; problems of all of them are gathered before anything is refused."""
    pieces: dict[str, list[pd.DataFrame]] = {}
    sources: list[dict[str, Any]] = []
    problems: list[str] = []
    for name, source in params.sources.items():
        try:
            table, record = _one_source(project, params, name, source)
            pieces.setdefault(source.table, []).append(table)
            sources.append(record)
        except CxError as error:
            problems += error.problems
    tables: dict[str, pd.DataFrame] = {}
    for name, parts in pieces.items():
        try:
            tables[name] = _contract(params, name).validate(pd.concat(parts, ignore_index=True), f"data/{params.client}: {name}")
        except DataError as error:
            problems += error.problems
    problems += list(_strays(tables, params)) + list(_slips(tables, params))
    if problems:
        raise DataError(*problems)
    tables |= {"elements": elements(tables), "sources": _as_table(sources, params)}
    return tables, sources


def _as_table(sources: list[dict[str, Any]], params: Params) -> pd.DataFrame:
    of = contract("sources")
    frame = pd.DataFrame(sources).astype({name: dtype(column.kind, params.timezone) for name, column in of.columns.items()})
    return of.validate(frame, "sources")


def _contract(params: Params, name: str) -> Contract:
    return contract(name).with_features({feature: declared.kind for feature, declared in params.extra.get(name, {}).items()})


def _one_source(project: Path, params: Params, name: str, source: Source) -> tuple[pd.DataFrame, dict[str, Any]]:
    of = _contract(params, source.table)
    if source.rows:
        raw = _inline(source)
        where, digest = f"params/{params.client}.yml: sources.{name}.rows", ""
    else:
        path = _raw_path(project, params, name, source)
        where, digest = f"data/{params.client}/raw/{source.file}", _hash(path)
        raw = read_delimited(path, source, where)
    headers = dict(source.columns) if source.columns or source.items else {column: column for column in raw.cells.columns}
    problems = _missing_headers(params, name, source, raw, headers)
    problems += [
        worded(where, f"{source.table} has no column", column, of.columns, label="Columns")
        for column in headers
        if column not in of.columns
    ]
    if problems:
        raise DataError(*problems)
    typed, problems, failed = _typed(raw, of, headers, source, params, where)
    problems += list(_unmapped(params, name, source, raw, headers, of)) + list(_reserved(typed, params, source, where))
    inside, dated = _within_period(typed, raw, source, params, where)
    problems += dated
    if source.outside_period == "drop":
        typed, raw = (
            typed[inside].reset_index(drop=True),
            Raw(raw.cells[inside].reset_index(drop=True), raw.lines[inside].reset_index(drop=True)),
        )
    if source.items:
        typed, outside = answers(raw, typed, source, params.scales, where)
        problems += outside
        typed = typed.astype({column: dtype(of.columns[column].kind, params.timezone) for column in typed.columns})
    if problems:
        raise DataError(*problems)
    record = {"source": name, "table": source.table, "file": source.file or "", "rows_read": len(raw.cells), "rows_kept": len(typed)}
    times = [typed[column.name].dropna() for column in of.columns.values() if column.kind == "time" and column.name in typed]
    ends = {"oldest_ts": min, "newest_ts": max}
    span = {
        name: end(end(moments) for moments in times if len(moments)).isoformat() if any(map(len, times)) else None
        for name, end in ends.items()
    }
    return typed, record | {"failed_cells": failed, "sha256": digest} | span


def _inline(source: Source) -> Raw:
    columns = list(dict.fromkeys(column for row in source.rows for column in row))
    cells = [[("" if row.get(column) is None else _word(row[column])) for column in columns] for row in source.rows]
    return Raw(pd.DataFrame(cells, columns=columns, dtype="str"), pd.Series(range(1, len(cells) + 1), dtype="int64"))


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def _missing_headers(params: Params, name: str, source: Source, raw: Raw, headers: dict[str, str]) -> list[str]:
    place = f"params/{params.client}.yml: sources.{name}"
    wanted = [(f"{place}.columns.{column}", header) for column, header in headers.items()]
    wanted += [(f"{place}.items", header) for header in source.items]
    have = list(raw.cells.columns)
    return [worded(where, "unknown column", header, have, label="The file has") for where, header in wanted if header not in have]


def _typed(
    raw: Raw, of: Contract, headers: dict[str, str], source: Source, params: Params, where: str
) -> tuple[pd.DataFrame, list[str], int]:
    frame, problems, failures = pd.DataFrame(index=raw.cells.index), [], 0
    for column, header in headers.items():
        result = convert(raw.cells[header], of.columns[column], source, params.timezone)
        frame[column] = result.values
        failures += len(result.failed)
        if len(result.failed) > source.max_failed_share * len(raw.cells):
            lines = raw.lines.to_list()
            problems.append(failure_message(where, header, of.columns[column], source, raw.cells[header], lines, result.failed))
    for column, value in _constants(of, source, params, list(frame.columns)):
        frame[column] = value
    return frame.reset_index(drop=True), problems, failures


def _constants(of: Contract, source: Source, params: Params, have: list[str]) -> Iterator[tuple[str, Any]]:
    """Yield the constant columns: those declared, and weight 1 and the survey's own name where nothing is said."""
    declared = dict(source.constants)
    if "weight" in of.required and "weight" not in have:
        declared.setdefault("weight", 1.0)
    for name, value in declared.items():
        yield name, _constant(of.columns[name], value, params)


def _constant(column: Column, value: object, params: Params) -> Any:
    if column.kind == "time":
        moment = datetime.fromisoformat(_word(value))
        return pd.Timestamp(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(params.timezone))).as_unit("us")
    if column.kind == "date":
        return pd.Timestamp(_word(value)).as_unit("us")
    return float(str(value)) if column.kind == "number" else value if column.kind in ("count", "flag") else _word(value)


_CLOCKS = {"responses": "survey_ts", "contacts": "contact_ts", "events": "event_ts", "messages": "sent_ts", "reviews": "review_ts"}


def _within_period(typed: pd.DataFrame, raw: Raw, source: Source, params: Params, where: str) -> tuple[pd.Series, list[str]]:
    """Tell which rows lie in the period, and say so where some do not and nobody declared what to do with them."""
    clock = _CLOCKS.get(source.table, "")
    if clock not in typed.columns:
        return pd.Series(True, index=typed.index), []
    day = typed[clock].dt.tz_localize(None).dt.normalize()
    outside = (day < pd.Timestamp(params.period.start)) | (day > pd.Timestamp(params.period.end))
    if not outside.any() or source.outside_period != "refuse":
        return ~outside, []
    first = int(outside.to_numpy().argmax())
    seen = f"first: line {raw.lines.iloc[first]}, {day.iloc[first].date()}"
    period = f"{params.period.start} to {params.period.end}"
    do = "Correct the period or the format of times, or declare `outside_period: drop` or `keep`."
    return ~outside, [f"{where}: {clock}: {int(outside.sum())} of {len(typed)} rows lie outside the period {period} ({seen}). {do}"]


def _unmapped(params: Params, name: str, source: Source, raw: Raw, headers: dict[str, str], of: Contract) -> Iterator[str]:
    """Yield words of a value map that no cell holds, where at the same time cells hold words that the map lacks: a slip of the key."""
    for column, mapping in source.values.items():
        if column not in headers or of.columns[column].kind != "text":
            continue
        seen = set(raw.cells[headers[column]]) - set(source.missing)
        stray, left = [word for word in mapping if word not in seen], sorted(seen - set(mapping))
        if stray and left:
            place = f"params/{params.client}.yml: sources.{name}.values.{column}"
            yield worded(place, "no cell holds the word", stray[0], left, label="Not mapped yet")


def _reserved(typed: pd.DataFrame, params: Params, source: Source, where: str) -> Iterator[str]:
    for column in params.extra.get(source.table, {}):
        if column in typed.columns and typed[column].isin([OTHER, UNKNOWN]).any():
            meaning = "which name pooled and unknown groups in reports"
            yield f"{where}: {column}: a cell holds {OTHER} or {UNKNOWN}, {meaning}. Map it under `values`."


def _slips(tables: dict[str, pd.DataFrame], params: Params) -> Iterator[str]:
    """Yield labels for values that do not occur, where a value much like them occurs without a label."""
    where = f"params/{params.client}.yml: labels"
    for column, labels in params.labels.items():
        levels = {str(level) for table in tables.values() if column in table.columns for level in table[column].dropna().unique()}
        bare = sorted(levels - set(labels))
        for value in labels:
            if value not in levels and nearest(value, bare):
                yield worded(f"{where}.{column}", "no row has the value", value, bare, label="Without a label")


def _strays(tables: dict[str, pd.DataFrame], params: Params) -> Iterator[str]:
    """Yield touchpoint ids that other tables use and the inventory does not know."""
    if "touchpoints" not in tables:
        return
    known = list(tables["touchpoints"]["touchpoint_id"])
    named: set[str] = set()
    for name, source in params.sources.items():
        for header, item in source.items.items():
            if item.touchpoint_id is not None and item.touchpoint_id not in known:
                named.add(item.touchpoint_id)
                place = f"params/{params.client}.yml: sources.{name}.items.{header}.touchpoint_id"
                yield worded(place, "the touchpoints do not list", item.touchpoint_id, known, label="They list")
    for name, table in tables.items():
        if name != "touchpoints" and "touchpoint_id" in table.columns:
            for stray in sorted(set(table["touchpoint_id"].dropna()) - set(known) - named):
                yield worded(f"{name}.touchpoint_id", "the touchpoints do not list", stray, known, label="They list")
