"""Raw files → typed Parquet, once: named by the hash of params, data and the code that converts, and never half written."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

import cxlib
from cxlib.errors import CxError, DataError
from cxlib.estimates.steps import steps
from cxlib.intake import labels, taxonomy
from cxlib.intake.assemble import assemble, write
from cxlib.intake.joins import joins
from cxlib.intake.named import misnamed
from cxlib.intake.questions import catalogue, elements
from cxlib.intake.slips import labels_without_value, unlisted_touchpoints
from cxlib.intake.sources import Taken, contract_of, moments, raw_path, take
from cxlib.intake.spellings import note_capitals, zeros_lost
from cxlib.intake.workbench import Workbench, identifier, workbench
from cxlib.params import Params
from cxlib.tables import Contract, contract, dtype

__all__ = ["Prepared", "fingerprint", "inputs", "prepare"]

RECORD = "record.json"
KEPT = 2  # conversions kept beside the newest, so that two runs on different params do not rebuild each other's


@dataclass(frozen=True, eq=False)
class Prepared:
    """Contract tables on disk, and the record of how they came about.

    Attributes
    ----------
    folder : Path
        Holds one Parquet file a table.
    rows : dict of str to int
        Rows a table.
    sources : tuple of dict
        For each source: source, table, file, rows_read, rows_kept, dropped and noted (each a list of reason,
        detail, rows), failed (column → cells, examples), oldest_ts, newest_ts, sha256.
    timezone : str
        The client's; times are read into it.
    params_hash, data_hash : str
    hints : tuple of str
        What params name or leave out and the tables do not have, where nobody can say whether that is meant.
    """

    folder: Path
    rows: dict[str, int]
    sources: tuple[dict[str, Any], ...]
    timezone: str
    params_hash: str
    data_hash: str
    hints: tuple[str, ...] = ()

    @classmethod
    def open(cls, folder: Path) -> Prepared:
        """Read the record of a finished conversion."""
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return cls(folder=folder, **record | {"hints": tuple(record["hints"])})

    def table(self, name: str) -> pd.DataFrame | None:
        """Return a table as typed pandas, times in the client's zone; None when the client does not have it."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            return None
        nullable = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
        frame = pq.read_table(path).to_pandas(types_mapper=nullable.get)
        zoned = {column: dtype("time", self.timezone) for column in frame if isinstance(frame[column].dtype, pd.DatetimeTZDtype)}
        plain = {column: "datetime64[us]" for column in frame if str(frame[column].dtype).startswith("datetime64") and column not in zoned}
        return frame.astype({**zoned, **plain})


def prepare(project: Path, params: Params) -> Prepared:
    """Convert a client's raw files to contract tables, or find them converted already.

    Raises
    ------
    DataError
        With every problem of every file at once; nothing is written then.
    """
    questions = catalogue(project / "QUESTIONS.md")
    params_hash, data_hash, hashes = fingerprint(project, params)
    shelf = project / "data" / params.client / "tables"
    folder = shelf / hashlib.sha256(f"{params_hash}{data_hash}{_code_hash(project)}".encode()).hexdigest()[:16]
    if (folder / RECORD).is_file():
        os.utime(folder)
        return Prepared.open(folder)
    with workbench() as bench:
        tables, taken, hints = _converted(project, params, bench, hashes)
        shelf.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=".part-", dir=shelf))
        try:
            more = taxonomy.told(bench, project, params) if "reasons" in tables else {}
            record = _written(bench, params, tables, taken, questions, part, more)
            record |= {"timezone": params.timezone, "params_hash": params_hash, "data_hash": data_hash, "hints": hints}
            (part / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
            if not folder.exists():
                part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    for old in sorted(shelf.glob("[0-9a-f]*"), key=lambda path: path.stat().st_mtime)[: -KEPT - 1]:
        shutil.rmtree(old, ignore_errors=True)
    return Prepared.open(folder)


def inputs(project: Path, params: Params) -> list[Path] | None:
    """Return every file that a client's tables come from, there or not; None when some come from a database, which has no hash."""
    if any(source.connection for source in params.sources.values()):
        return None
    raw = project / "data" / params.client / "raw"
    found = [project / "params" / f"{params.client}.yml", project / "QUESTIONS.md", labels.place(project, params.client)]
    found += [raw / source.file for source in params.sources.values() if source.file]
    if _needs_taxonomy(params):
        path = taxonomy.place(project, params.taxonomy.name, f"params/{params.client}.yml: taxonomy")
        found += [path, path.with_name(f"{taxonomy.STANDARD}.yml")]
    return found


def fingerprint(project: Path, params: Params) -> tuple[str, str, dict[str, str]]:
    """Return the hashes of the client's params file, of all raw files and the taxonomy it names, and of each source's file alone.

    A database has no hash.
    """
    params_hash = hashlib.sha256((project / "params" / f"{params.client}.yml").read_bytes()).hexdigest()
    data = hashlib.sha256()
    hashes: dict[str, str] = {}
    problems: list[str] = []
    for name, source in sorted(params.sources.items()):
        if source.file:
            try:
                path = raw_path(project, params, name)
            except DataError as error:
                problems += error.problems
                continue
            with path.open("rb") as file:
                hashes[name] = hashlib.file_digest(file, "sha256").hexdigest()
            data.update(f"{name}:{hashes[name]};".encode())
    if _needs_taxonomy(params):
        try:
            path = taxonomy.place(project, params.taxonomy.name, f"params/{params.client}.yml: taxonomy")
            standard = path.with_name(f"{taxonomy.STANDARD}.yml")
            for used in dict.fromkeys([path, standard]):
                if used.is_file():
                    data.update(f"taxonomy:{hashlib.sha256(used.read_bytes()).hexdigest()};".encode())
        except CxError as error:
            problems += error.problems
    given = labels.place(project, params.client)
    if given.is_file():
        data.update(f"labels:{hashlib.sha256(given.read_bytes()).hexdigest()};".encode())
    if problems:
        raise DataError(*problems)
    return params_hash, data.hexdigest(), hashes


def _needs_taxonomy(params: Params) -> bool:
    """Tell whether the client has contacts and no reasons of its own."""
    tables = {source.table for source in params.sources.values()}
    return "contacts" in tables and "reasons" not in tables


def _code_hash(project: Path) -> str:
    package = Path(cxlib.__file__).parent
    code = hashlib.sha256()
    for path in [*sorted([*package.glob("intake/*.py"), *package.glob("params/*.py"), package / "tables.py"]), project / "QUESTIONS.md"]:
        code.update(path.read_bytes())
    return code.hexdigest()


def _converted(
    project: Path, params: Params, bench: Workbench, hashes: dict[str, str]
) -> tuple[dict[str, Contract], list[Taken], list[str]]:
    """Convert all sources; problems of all of them are gathered before anything is refused."""
    taken: list[Taken] = []
    problems: list[str] = []
    broken: set[str] = set()  # tables of which a source is not there
    for name, source in steps(list(params.sources.items()), "files taken in"):
        try:
            taken.append(take(project, params, name, bench, sha256=hashes.get(name, "")))
            problems += taken[-1].problems
        except CxError as error:
            problems += error.problems
            broken.add(source.table)
    tables = {part.record["table"]: contract_of(params, part.record["table"]) for part in taken if part.record["table"] not in broken}
    retired: Mapping[str, str] = {}
    reasons: dict[str, Contract] = {}
    if _needs_taxonomy(params):
        try:
            retired, reasons = taxonomy.lay(bench, project, params), {"reasons": contract("reasons")}
        except CxError as error:
            problems += error.problems
    whole = dict(tables)  # tables of which every cell is known: what another one lacks may stand in a cell that did not convert
    for name, of in tables.items():
        parts = [part for part in taken if part.record["table"] == name]
        if any(part.refused for part in parts):
            del whole[name]
        problems += assemble(bench, of, parts, params.timezone, f"data/{params.client}: {name}")
    if "contacts" in whole and (_needs_taxonomy(params) or "reasons" in whole) and not problems:
        problems += labels.lay_over(bench, project, params)
    problems += zeros_lost(bench, taken, f"data/{params.client}")
    if "touchpoints" in whole:
        problems += unlisted_touchpoints(bench, tables, params)
    problems += labels_without_value(bench, whole, params, unsure=_columns(params, broken | (tables.keys() - whole.keys())))
    more, hints = misnamed(bench, whole | reasons, params, retired=retired, unsure=broken | (tables.keys() - whole.keys()))
    problems += more
    if "reasons" in whole:
        problems += taxonomy.contradictions(bench, f"data/{params.client}: reasons")
    if problems:
        raise DataError(*problems)
    note_capitals(bench, taken)
    return tables | reasons, taken, hints


def _columns(params: Params, tables: set[str]) -> set[str]:
    """Return the columns that some tables may have."""
    return {column for name in tables for column in contract_of(params, name).columns}


def _written(
    bench: Workbench,
    params: Params,
    tables: dict[str, Contract],
    taken: list[Taken],
    questions: pd.DataFrame,
    part: Path,
    more: dict[str, pd.DataFrame],
) -> dict[str, Any]:
    parts = Counter(one.record["table"] for one in taken)
    rows = {name: write(bench, of, part / f"{name}.parquet", parts[name]) for name, of in tables.items()}
    sources = [one.record | _kept(bench, tables[one.record["table"]], one) for one in taken]
    made = {"questions": questions, "elements": elements(bench, tables), "joins": joins(bench, tables)}
    made |= {"sources": _as_table(sources, params), "intake": _steps(sources)} | more
    for name, table in made.items():
        table.to_parquet(part / f"{name}.parquet", index=False)
    return {"rows": rows | {name: len(table) for name, table in made.items()}, "sources": sources}


def _kept(bench: Workbench, of: Contract, one: Taken) -> dict[str, Any]:
    """Return how many rows of a source were kept, and the span of its times."""
    rows = bench.rows(f"SELECT count(*) FROM {identifier(one.table)}")[0][0]
    ends: list[tuple[str, str]] = []
    for name in moments(of, one.columns):
        found = bench.rows(f"SELECT min({identifier(name)})::VARCHAR, max({identifier(name)})::VARCHAR FROM {identifier(one.table)}")[0]
        ends += [found] if found[0] else []
    return {
        "rows_kept": rows,
        **{step: [[*reason, count] for reason, count in one.record[step].items()] for step in ("dropped", "noted")},
        "oldest_ts": min((low for low, _ in ends), default=None),
        "newest_ts": max((high for _, high in ends), default=None),
    }


def _as_table(sources: list[dict[str, Any]], params: Params) -> pd.DataFrame:
    of = contract("sources")
    told = [source | {"rows_dropped": _rows(source["dropped"]), "failed_cells": _failed(source)} for source in sources]
    frame = pd.DataFrame([{name: source.get(name) for name in of.columns} for source in told])
    for name in ("oldest_ts", "newest_ts"):
        frame[name] = pd.to_datetime(frame[name], format="ISO8601", utc=True).dt.tz_convert(params.timezone).dt.as_unit("us")
    return of.validate(frame.astype({name: dtype(column.kind, params.timezone) for name, column in of.columns.items()}), "sources")


def _steps(sources: list[dict[str, Any]]) -> pd.DataFrame:
    """Return what intake did to each source, as the contract table *intake*: rows of the export, not of the contract table."""
    steps: list[tuple[str, str, str | None, str | None, int]] = []
    for source in sources:
        name, read, dropped = source["source"], source["rows_read"], source["dropped"]
        steps += [(name, "rows_read", None, None, read), (name, "rows_kept", None, None, read - _rows(dropped))]
        steps += [(name, "rows_dropped", reason, detail or None, rows) for reason, detail, rows in dropped]
        steps += [(name, "rows_noted", reason, detail or None, rows) for reason, detail, rows in source["noted"]]
        steps += [(name, "failed_cells", "failed", column, told["cells"]) for column, told in source["failed"].items()]
    of = contract("intake")
    frame = pd.DataFrame(steps, columns=list(of.columns))
    return of.validate(frame.astype({name: dtype(column.kind) for name, column in of.columns.items()}), "intake")


def _rows(reasons: list[tuple[str, str, int]]) -> int:
    return sum(rows for _, _, rows in reasons)


def _failed(source: dict[str, Any]) -> int:
    return sum(told["cells"] for told in source["failed"].values())
