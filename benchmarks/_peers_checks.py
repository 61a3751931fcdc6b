"""The checks' sides of benchmarks/peers.py: the same messy export, read strictly and checked, and faults planted one at a time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import intake

__all__ = ["PLANTED", "of_checks"]

TICKET, ARRIVED, WAY, CUSTOMER, ACCOUNT, PASSED, WAITED, ENDED, SETTLED, AMOUNT, TEXT, STATE = range(12)
PLANTED: Mapping[str, tuple[int, str]] = {  # what is wrong with one cell of the hundredth row
    "a day that the calendar lacks": (ARRIVED, "31.02.2025 10:00:00"),
    "month before day": (ARRIVED, "02/25/2025 10:00:00"),
    "an hour that the clock skipped": (ARRIVED, "30.03.2025 02:30:00"),
    "a day far outside of the period": (ARRIVED, "05.05.1925 10:00:00"),
    "a word that is no channel": (WAY, "Brieftaube"),
    "an id twice": (TICKET, "000000098"),
    "an id that a spreadsheet rounded": (CUSTOMER, "1,23457E+11"),
    "an error of a spreadsheet's formula": (CUSTOMER, "#NV"),
    "an id without its zeros": (CUSTOMER, "42"),
    "a decimal point among commas": (AMOUNT, "12.5"),
    "a negative wait": (WAITED, "-5,0"),
    "a unit behind a number": (WAITED, "30 s"),
    "half a hand-off": (PASSED, "0,5"),
    "letters decoded wrongly": (TEXT, "Rückruf fÃ¼r MÃ¼ller"),
    "a cell too many": (TEXT, "ok;noch etwas"),
    "a word that is neither yes nor no": (ENDED, "vielleicht"),
}
ROWS, LARGE = 200, 300_000


def of_checks(folder: Path, quick: bool, asked: bool) -> dict[str, Callable[[bool], Any]]:
    """A large export through each side; and of the planted faults, how many a side does not let pass unsaid."""
    large, small = (_made(folder / name, rows) for name, rows in (("large", 20_000 if quick else LARGE), ("small", 500)))

    def call(read: Callable[[Path], object], noticed: Callable[[Path], bool]) -> Callable[[bool], Any]:
        def run(warm: bool) -> dict[str, float]:
            read(small if warm else large)
            return {f"planted faults noticed, of {len(PLANTED)}": _noticed(folder, read, noticed)} if asked and warm else {}

        return run

    return {"ours": call(intake.take_in, _ours_notices), "pandas + pandera": call(_by_pandera, _pandera_notices)}


def _made(project: Path, rows: int) -> Path:
    return project if project.exists() else intake.project_of(project, rows)


def _noticed(folder: Path, read: Callable[[Path], object], noticed: Callable[[Path], bool]) -> float:
    """Count the planted faults that a side notices; the same export without a fault has to pass."""
    clean = intake.project_of(folder / f"clean {read.__name__}", ROWS)
    if noticed(clean):
        raise SystemExit(f"{read.__name__}: the export without a fault does not pass")
    found = 0
    for number, (column, word) in enumerate(PLANTED.values()):
        project = folder / f"{read.__name__} {number}"
        shutil.copytree(clean, project)
        path = project / "data" / "bench" / "raw" / "calls.csv"
        rows = list(intake.messy(ROWS))
        lines = [intake.HEADER, *rows]
        old = ";".join(_quoted(cell) for cell in rows[99])
        new = ";".join(word if place == column else _quoted(cell) for place, cell in enumerate(rows[99]))
        text = path.read_bytes().decode("cp1252")
        if text.count(old + "\r\n") != 1 or len(lines) != ROWS + 1:
            raise SystemExit("the row that the faults are planted in was not found")
        path.write_bytes(text.replace(old, new).encode("cp1252", errors="replace"))
        found += noticed(project)
        shutil.rmtree(project)
    return float(found)


def _quoted(cell: str) -> str:
    needs = any(sign in cell for sign in ';"\r\n')
    return '"' + cell.replace('"', '""') + '"' if needs else cell


def _ours_notices(project: Path) -> bool:
    """Intake refuses the export, or notes the cells in its record."""
    from cxlib.errors import CxError
    from cxlib.intake import prepare
    from cxlib.params import load

    shutil.rmtree(project / "data" / "bench" / "tables", ignore_errors=True)
    try:
        told = prepare(project, load(project, "bench"))
    except CxError:
        return True
    return any(source["noted"] or source["dropped"] or source["failed"] for source in told.sources) or bool(told.hints)


def _pandera_notices(project: Path) -> bool:
    import pandera.errors

    try:
        _by_pandera(project)
    except (pandera.errors.SchemaErrors, pandera.errors.SchemaError, ValueError):
        return True
    return False


def _by_pandera(project: Path) -> object:
    """Read as one reads a German export in pandas, hold it against a schema with everything that the contract asks, write Parquet."""
    import pandas as pd
    import pandera.pandas as pa

    words = {"sep": ";", "encoding": "cp1252", "decimal": ",", "thousands": ".", "na_values": ["k.A."], "keep_default_na": True}
    ids = dict.fromkeys(("Ticket", "Kunde", "Konto", "Kanal", "Abbruch", "Text", "Status", "Eingang", "Erledigt"), "str")
    table = pd.read_csv(project / "data" / "bench" / "raw" / "calls.csv", dtype=ids, **words)
    for name in ("Eingang", "Erledigt"):
        table[name] = pd.to_datetime(table[name], format="%d.%m.%Y %H:%M:%S")
    table["Kanal"] = table["Kanal"].replace(intake.CHANNELS)
    table["Abbruch"] = table["Abbruch"].replace({"ja": "true", "nein": "false", "Nein": "false"})
    period = pa.Check.in_range(pd.Timestamp("2025-01-01"), pd.Timestamp("2026-01-01"))
    schema = pa.DataFrameSchema(
        {
            "Ticket": pa.Column(str, unique=True),
            "Eingang": pa.Column("datetime64[us]", period, coerce=True),
            "Kanal": pa.Column(str, pa.Check.isin(set(intake.CHANNELS.values()))),
            "Kunde": pa.Column(str, pa.Check.str_matches(r"^\d+$"), nullable=True),
            "Konto": pa.Column(str, pa.Check.str_matches(r"^\d+$"), nullable=True),
            "Weiterleitungen": pa.Column("Int64", pa.Check.ge(0), nullable=True, coerce=True),
            "Wartezeit (s)": pa.Column(float, pa.Check.ge(0), nullable=True, coerce=True),
            "Abbruch": pa.Column(str, pa.Check.isin({"true", "false"}), nullable=True),
            "Erledigt": pa.Column("datetime64[us]", nullable=True, coerce=True),
            "Betrag": pa.Column(float, nullable=True),
            "Text": pa.Column(str, nullable=True),
            "Status": pa.Column(str, nullable=True),
        },
        strict=True,
    )
    told = schema.validate(table, lazy=True)
    told.to_parquet(project / "pandera.parquet")
    return told
