"""What tests of intake need: a bench, a client with one raw file, and workbooks written by hand."""

from __future__ import annotations

import importlib.util
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from cxlib.errors import CxError
from cxlib.intake.assemble import assemble
from cxlib.intake.conversion import Conversion
from cxlib.intake.convert import convert
from cxlib.intake.sources import contract_of, take
from cxlib.intake.spellings import note_capitals, zeros_lost
from cxlib.intake.workbench import Raw, identifier, workbench
from cxlib.params import Params, Source
from cxlib.tables import Column

GERMAN = {"delimiter": ";", "decimal": ",", "date_format": "%d.%m.%Y", "time_format": "%d.%m.%Y %H:%M"}
INNER = {"part", "row", "weight", "local_date", "local_hour", "local_weekday"}


@pytest.fixture
def bench():
    with workbench() as opened:
        yield opened


@pytest.fixture
def converted(bench):
    """Convert the cells of one column: its values, and the rows that failed."""

    def run(cells, kind, allowed=(), name="x", **declared):
        source = Source.model_validate({"table": "contacts", "file": "x.csv", "decimal": ","} | declared)
        bench.put("raw", ["X"], [cells])
        raw = Raw("raw", ("X",), len(cells), "line {}".format)
        one = Conversion(Column(name, kind, required=False, allowed=allowed), "X", source, "Europe/Berlin")
        counts = convert(bench, raw, [one], [], "true", "typed", "x.csv")
        table = bench.arrow(f"SELECT {name}, failed_0 FROM typed ORDER BY row").to_pydict()
        failed = [place for place, bit in enumerate(table["failed_0"]) if bit]
        assert counts == ({name: len(failed)} if failed else {})
        return table[name], failed

    return run


@pytest.fixture(scope="session")
def workbooks() -> ModuleType:
    path = Path(__file__).parent / "workbooks.py"
    spec = importlib.util.spec_from_file_location("workbooks", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["workbooks"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def came_of(tmp_path):
    """Take in raw files as a client's only ones: rows of the contract table, the record of each source, and the problems."""

    def run(files, sources, client=None):
        raw = tmp_path / "data" / "acme" / "raw"
        raw.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (raw / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        period = {"start": "2025-01-01", "end": "2025-12-31"}
        params = Params.model_validate({"client": "acme", "name": "Acme", "period": period, "sources": sources} | (client or {}))
        table = next(iter(params.sources.values())).table
        try:
            with workbench() as bench:
                parts = [take(tmp_path, params, name, bench) for name in params.sources]
                problems = [problem for part in parts for problem in part.problems]
                problems += assemble(bench, contract_of(params, table), parts, params.timezone, f"data/acme: {table}")
                problems += zeros_lost(bench, parts, "data/acme")
                note_capitals(bench, parts)
                rows = [] if problems else bench.arrow(f"SELECT * FROM {identifier(table)} ORDER BY part, row").to_pylist()
        except CxError as error:
            parts, problems, rows = [], list(error.problems), []
        rows = [{name: value for name, value in row.items() if name not in INNER and value is not None} for row in rows]
        return SimpleNamespace(rows=rows, records=[part.record for part in parts], problems=problems)

    return run


@pytest.fixture
def log_of(came_of):
    """Take in one German contact log: contents, and whatever else is declared."""

    def run(content, name="x.csv", client=None, **declared):
        columns = {"contact_id": "Id", "contact_ts": "Zeit", "channel": "Kanal"} | declared.pop("columns", {})
        source = {"table": "contacts", "file": name, "columns": columns} | GERMAN | declared
        return came_of({name: content}, {"log": source}, client)

    return run


@pytest.fixture
def right(log_of):
    """Take in one German contact log, and compare one column's values, moments in UTC without their zone."""

    def run(log, column, values):
        content, declared = log
        came = log_of(content, **declared)
        assert came.problems == []
        found = [row.get(column) for row in came.rows]
        assert [value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value for value in found] == values

    return run


@pytest.fixture
def refused(log_of):
    """Take in one German contact log, and compare what is said of it word for word."""

    def run(log, messages):
        content, declared = log
        assert log_of(content, **declared).problems == messages

    return run
