"""The demo client's exports, written once, read back as plain cells and taken in by intake."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from cxlib import intake
from cxlib.intake.prepare import Prepared
from cxlib.params import load
from cxlib.simulate import exports
from cxlib.simulate.plan import Plan

ROOT = Path(__file__).parent.parent.parent.parent
TITLED = {"Strichliste": 3, "Massnahmen": 3, "Workshop": 2}  # lines above the names


@pytest.fixture(scope="session")
def raw(grown, tmp_path_factory) -> Path:
    """The folder of raw files, in a project that holds the demo client alone."""
    project = tmp_path_factory.mktemp("demo")
    for path in ("params/demo.yml", "QUESTIONS.md"):
        (project / path).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / path, project / path)
    shutil.copytree(ROOT / "data" / "taxonomy", project / "data" / "taxonomy")
    exports.write(Plan(), grown[0], project / "data" / "demo" / "raw")
    return project / "data" / "demo" / "raw"


@pytest.fixture(scope="session")
def cells(raw) -> dict[str, pd.DataFrame]:
    """Every sheet as somebody reads it who knows nothing of it: file, or file and sheet → cells with their headers."""
    return {name: part for path in sorted(raw.iterdir()) for name, part in sheets(path).items()}


def sheets(path: Path) -> dict[str, pd.DataFrame]:
    plain = {"dtype": str, "keep_default_na": False}
    if path.suffix == ".xlsx":
        line = next((line for name, line in TITLED.items() if path.name.startswith(name)), 0)
        return {
            f"{path.name} {sheet}": part
            for sheet, part in pd.read_excel(path, sheet_name=None, header=line, engine="calamine", **plain).items()
        }
    if path.suffix == ".parquet":
        return {path.name: pd.read_parquet(path).astype("str")}
    if path.suffix == ".sav":
        return {path.name: pyreadstat.read_sav(path, user_missing=True)[0]}
    telephone = path.name.startswith("TK")
    windows = telephone or path.name in ("Kunden.csv", "Konten.csv", "Ansprechpartner.csv", "Rechnungen.csv")
    delimiter = ";" if windows or path.name.startswith("Aussendungen") else ","
    encoding = "cp1252" if windows else "utf-8-sig"
    return {path.name: pd.read_csv(path, sep=delimiter, encoding=encoding, skiprows=int(telephone), **plain)}


@pytest.fixture(scope="session")
def taken(raw) -> Prepared:
    """What intake makes of the exports."""
    project = raw.parent.parent.parent
    return intake.prepare(project, load(project, "demo"))


@pytest.fixture(scope="session")
def record(taken) -> dict[str, dict]:
    """What intake found, by source."""
    return {source["source"]: source for source in taken.sources}


@pytest.fixture(scope="session")
def apart(taken, grown) -> Callable[..., dict[str, pd.DataFrame]]:
    """Compare a table of intake with what the client's systems know: columns that differ → both values of the rows that do."""

    def differing(table: str, *key: str) -> dict[str, pd.DataFrame]:
        found, known = (frame.set_index(list(key)) if key else frame for frame in (taken.table(table), grown[0][table]))
        assert found.index.is_unique
        assert found.index.isin(known.index).all()
        known = known.loc[found.index]
        pairs = {column: pd.DataFrame({"found": found[column], "known": known[column]}) for column in found if column in known}
        rows = {column: pair[~_same(pair)] for column, pair in pairs.items()}
        return {column: pair for column, pair in rows.items() if len(pair)}

    return differing


def _same(pair: pd.DataFrame) -> np.ndarray:
    if pair["known"].dtype == "float64":
        return np.isclose(pair["found"].astype("float64"), pair["known"], rtol=0, atol=5e-4, equal_nan=True)
    left, right = (pair[column].astype("object").where(pair[column].notna(), None) for column in pair)
    return np.array([one == other for one, other in zip(left, right, strict=True)], dtype=bool)
